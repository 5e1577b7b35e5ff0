/** Cases of the hypercalls that deal with domains, vCPUs, events, time and devices. */
import assert from 'node:assert/strict';
import { SCRATCH } from '../../support/drivenGuest';
import { DOMID_SELF, Errno } from '../../support/xenInterface';
import { callers, IN_XEN, OTHER, VERSION, type Caller, type Cases } from './caller';

const { EPERM, ENOENT, ESRCH, EFAULT, EBUSY, EEXIST, EINVAL, ENOSYS } = Errno;

const ACM_VERSION = 0x0001_0000;

export const domainCases: Cases = {
  'set_callbacks: addresses of ARM code in the guest’s part': () => {
    const [d] = callers();
    assert.equal(d.plain('set_callbacks', 0xc000_8004, 0xc000_8004), 0);
    assert.equal(d.plain('set_callbacks', 0, 0), 0);
    for (const address of [1, 2, 0xc000_8001, 0xfc00_0000, IN_XEN])
      for (const pair of [
        [address, 0],
        [0, address],
      ])
        assert.equal(d.plain('set_callbacks', ...pair), EINVAL, address.toString(16));
  },
  'event_channel_op: ports of the caller': () => {
    const [d, other] = callers();
    const port = (): number => d.word(8);
    assert.equal(d.channel('alloc_unbound', DOMID_SELF | (1 << 16), 0, 0), 0);
    const offered = port();
    assert.equal(d.channel('alloc_unbound', 1, 0, 0), EPERM, 'for another domain');
    assert.equal(other.channel('bind_interdomain', 0, offered, 0, 0), 0);
    const bound = other.word(12);
    assert.equal(other.channel('bind_interdomain', 0, offered, 0, 0), EINVAL, 'bound already');
    assert.equal(other.channel('bind_interdomain', 0, 999, 0, 0), EINVAL);
    assert.equal(other.channel('bind_interdomain', 0, 0xffff_ffff, 0, 0), EINVAL);
    assert.equal(other.channel('bind_interdomain', 9, 1, 0, 0), ESRCH);
    assert.equal(other.channel('send', bound), 0);
    assert.equal((d.guest.xen.word(d.guest.sharedInfo + 64) >>> offered) & 1, 1, 'it is pending at the other end');
    assert.equal(other.channel('send', 500), EINVAL);
    assert.equal(other.channel('send', 0), EINVAL);
    assert.equal(d.channel('bind_virq', 1, 0), 0);
    const virq = d.word(12);
    assert.equal(d.channel('bind_virq', 1, 0), EEXIST);
    assert.equal(d.channel('bind_virq', 13, 0), EINVAL);
    assert.equal(d.channel('bind_virq', 2, 1), ENOENT);
    assert.equal(d.channel('bind_pirq', 15, 0), 0);
    assert.equal(d.channel('bind_pirq', 3, 0), EPERM);
    assert.equal(d.channel('bind_ipi', 0), 0);
    const ipi = port();
    assert.equal(d.channel('bind_ipi', 1), ENOENT);
    assert.equal(d.channel('bind_vcpu', ipi, 0), 0);
    assert.equal(d.channel('bind_vcpu', ipi, 1), EINVAL);
    assert.equal(d.channel('bind_vcpu', 4096, 0), EINVAL);
    assert.equal(d.channel('unmask', ipi), 0);
    assert.equal(d.channel('unmask', 1024), EINVAL);
    assert.equal(d.channel('status', DOMID_SELF, virq, 0, 0, 0, 0), 0);
    assert.deepEqual([d.word(12), d.word(20)], [4, 1]);
    assert.equal(d.channel('status', 1, bound, 0, 0, 0, 0), 0, 'Domain-0 sees all');
    assert.deepEqual([d.word(12), d.word(20) & 0xffff, d.word(24)], [2, 0, offered]);
    assert.equal(other.channel('status', 0, offered, 0, 0, 0, 0), EPERM);
    assert.equal(d.channel('status', 9, 1, 0, 0, 0, 0), ESRCH);
    assert.equal(d.channel('status', DOMID_SELF, 1024, 0, 0, 0, 0), EINVAL);
    assert.equal(d.channel('close', virq), 0);
    assert.equal(d.channel('close', virq), EINVAL);
    assert.equal(d.channel('close', 0), EINVAL);
    assert.equal(d.channel('close', 0xffff_ffff), EINVAL);
    assert.equal(d.guest.call(16, IN_XEN), EFAULT);
    assert.equal(d.guest.callWith(16, [99]), ENOSYS);
  },
  'xen_version, vm_assist, dummy, the time': () => {
    const [d] = callers();
    assert.equal(d.operation('xen_version', 'version', 0), 0x3_0000);
    assert.equal(d.operation('xen_version', 'extraversion', SCRATCH), 0);
    assert.equal(d.operation('xen_version', 'capabilities', SCRATCH), 0);
    assert.equal(Buffer.from(Uint32Array.of(d.word(0), d.word(4), d.word(8)).buffer).toString(), 'xen-3.0-arm_');
    assert.equal(d.operation('xen_version', 'platform_parameters', SCRATCH), 0);
    assert.equal(d.word(0), 0xfc00_0000);
    d.guest.write(SCRATCH, [0, 1]);
    assert.equal(d.operation('xen_version', 'get_features', SCRATCH), 0);
    assert.equal(d.word(4), 0);
    d.guest.write(SCRATCH, [1]);
    assert.equal(d.operation('xen_version', 'get_features', SCRATCH), EINVAL);
    for (const operation of ['extraversion', 'capabilities', 'platform_parameters', 'get_features'])
      assert.equal(d.operation('xen_version', operation, IN_XEN), EFAULT, operation);
    assert.equal(d.operation('vm_assist', 'disable', 0), 0);
    assert.equal(d.plain('dummy'), 0);
    assert.equal(d.plain('get_system_time', SCRATCH), 0);
    const elapsed = d.guest.xen.machine.ticks * 5 - d.word(0);
    assert.ok(elapsed >= 0 && elapsed < 10_000, String(elapsed));
    assert.equal(d.plain('get_system_time', IN_XEN), EFAULT);
    assert.equal(d.plain('set_timer_op', 0, 0), 0);
    assert.equal(d.plain('set_timer_op', 0, 0x7fff_ffff), 0);
  },
  'console_io: text within the guest’s reach, input for Domain-0': () => {
    const [d, other] = callers();
    d.guest.write(SCRATCH, [0x6c6c_6548, 0x0a6f]);
    assert.equal(d.operation('console_io', 'write', 6, SCRATCH), 0);
    assert.match(d.guest.xen.console, /Hello\n$/);
    assert.equal(d.operation('console_io', 'write', -1, SCRATCH), EINVAL);
    assert.equal(d.operation('console_io', 'write', 65_537, SCRATCH), EINVAL);
    assert.equal(d.operation('console_io', 'write', 6, IN_XEN), EFAULT);
    assert.equal(d.operation('console_io', 'write', 8192, 0xfbff_f000), EFAULT, 'runs into the hypervisor');
    d.guest.xen.machine.sendConsoleInput(0, Buffer.from('hi'));
    d.guest.waitForIt();
    assert.equal(other.operation('console_io', 'read', 4, SCRATCH), EPERM);
    assert.equal(d.operation('console_io', 'read', 4, IN_XEN), EFAULT);
    assert.equal(d.operation('console_io', 'read', 4, SCRATCH), 2);
    assert.equal(d.word(0) & 0xffff, 0x6968);
  },
  'vcpu_op: the one vCPU': () => {
    const [d] = callers();
    assert.equal(d.operation('vcpu_op', 'initialise', 0, 0), EEXIST);
    assert.equal(d.operation('vcpu_op', 'up', 0, 0), 0);
    assert.equal(d.operation('vcpu_op', 'is_up', 0, 0), 1);
    assert.equal(d.operation('vcpu_op', 'get_runstate_info', 0, SCRATCH), 0);
    assert.equal(d.word(0), 0, 'running');
    assert.ok(d.word(16) > 0, 'ns that it has run');
    assert.equal(d.operation('vcpu_op', 'get_runstate_info', 0, IN_XEN), EFAULT);
    for (const operation of ['up', 'is_up', 'get_runstate_info', 'down'])
      for (const vcpu of [1, -1, 0x7fff_ffff]) assert.equal(d.operation('vcpu_op', operation, vcpu, 0), EINVAL);
  },
  'sched_op and its older form: yield, block, poll': () => {
    const [d] = callers();
    assert.equal(d.operation('sched_op', 'yield', 0), 0);
    assert.equal(d.operation('sched_op_compat', 'yield', 0), 0);
    for (const name of ['sched_op', 'sched_op_compat']) {
      assert.equal(d.channel('bind_ipi', 0), 0);
      assert.equal(d.channel('send', d.word(8)), 0);
      assert.equal(d.operation(name, 'block', 0), 0, 'an event is pending: it comes back');
    }
    assert.equal(d.channel('bind_ipi', 0), 0);
    const port = d.word(8);
    const poll = (ports: number, count: number, timeout = 0): number => {
      d.guest.write(SCRATCH, [ports, count, timeout, 0]);
      return d.operation('sched_op', 'poll', SCRATCH);
    };
    d.guest.write(OTHER, [port, 1024]);
    const deadline = d.guest.xen.machine.ticks * 5 + 3_000_000;
    assert.equal(poll(OTHER, 1, deadline), 0, 'until the timeout');
    assert.ok(d.guest.xen.machine.ticks * 5 >= deadline);
    assert.equal(d.channel('send', port), 0);
    assert.equal(poll(OTHER, 1), 0, 'it is pending');
    assert.equal(poll(OTHER, 129), EINVAL);
    assert.equal(poll(OTHER + 4, 1), EINVAL);
    assert.equal(poll(IN_XEN, 1), EFAULT);
    assert.equal(d.operation('sched_op', 'poll', IN_XEN), EFAULT);
    assert.equal(d.operation('sched_op', 'shutdown', IN_XEN), EFAULT);
  },
  'physdev_op and the lines of human input': () => {
    const [d, other] = callers();
    assert.equal(d.structure('physdev_op', 'irq_unmask_notify', []), 0);
    assert.equal(d.structure('physdev_op', 'irq_status_query', [15, 0]), 0);
    assert.equal(d.word(8), 1);
    assert.equal(d.structure('physdev_op', 'irq_status_query', [32, 0]), EINVAL);
    assert.equal(d.guest.call(19, IN_XEN), EFAULT);
    assert.equal(d.plain('set_HID_irq', 16), 0);
    assert.equal(d.plain('set_HID_irq', 4), EINVAL);
    assert.equal(other.plain('set_HID_irq', 16), EPERM);
    assert.equal(d.plain('set_foreground_domain', 1), 0);
    assert.equal(d.plain('set_foreground_domain', 9), ESRCH);
    assert.equal(other.plain('set_foreground_domain', 1), EPERM);
  },
  'dom0_op: the life of a domain, its parameters and what is known of all': () => {
    const [d, other] = callers();
    assert.equal(d.dom0('create', 0, 0, 0, 0, 0, 5), 0);
    assert.equal(d.dom0('create', 0, 0, 0, 0, 0, 5), EEXIST);
    assert.equal(d.dom0('create', 0, 0, 0, 0, 0, 300), EINVAL);
    assert.equal(d.dom0('setdomainmaxmem', 5, 0, 1024), 0);
    assert.equal(d.dom0('setdomainmaxmem', 5, 0, 0, 1), EINVAL);
    assert.equal(d.dom0('setdomainmaxmem', 1, 0, 1024), EBUSY);
    assert.equal(d.dom0('setdomainmaxmem', 9, 0, 1024), ESRCH);
    assert.equal(d.dom0('guest_image_ctl', 5, 0, 0, 4096), 0);
    assert.equal(d.word(16) & 0xfff, 0, 'where the image is to be put');
    assert.equal(d.dom0('guest_image_ctl', 5, 1, 0, 4096), EINVAL, 'there is no image');
    assert.equal(d.dom0('guest_image_ctl', 1, 0, 0, 4096), EBUSY);
    assert.equal(d.dom0('guest_image_ctl', 0, 0, 0, 4096), ESRCH);
    for (const operation of ['pause', 'unpause']) {
      assert.equal(d.dom0(operation, 1), 0);
      assert.equal(d.dom0(operation, 0), EINVAL, 'itself');
      assert.equal(d.dom0(operation, 9), ESRCH);
    }
    assert.equal(d.dom0('getdomaininfo', 1), 0);
    assert.deepEqual([d.word(8) & 0xffff, d.word(16), d.word(24)], [1, 1024, 1024]);
    assert.equal(d.dom0('getdomaininfo', 6), ESRCH);
    assert.equal(d.dom0('getdomaininfolist', 0, 10, OTHER, 0), 0);
    assert.equal(d.word(20), 3);
    assert.equal(d.dom0('getdomaininfolist', 0, 10, IN_XEN, 0), EFAULT);
    assert.equal(d.dom0('physinfo'), 0);
    assert.equal(d.word(32), 96 << 8, 'pages of RAM');
    assert.equal(d.dom0('sched_id'), 0);
    assert.equal(d.word(8), 0, 'BVT');
    assert.equal(d.dom0('schedctl', 0, 1, 0), 0);
    assert.equal(d.word(16), 5_000_000);
    assert.equal(d.dom0('schedctl', 0, 0, 99), EINVAL);
    assert.equal(d.dom0('schedctl', 4, 1, 0), EINVAL, 'another scheduler');
    assert.equal(d.dom0('adjustdom', 0, 1, 1, 0), 0);
    assert.equal(d.word(24), 10);
    assert.equal(d.dom0('adjustdom', 0, 0, 1, 0, 0), EINVAL);
    assert.equal(d.dom0('adjustdom', 0, 1, 9, 0), ESRCH);
    assert.equal(d.dom0('settime', 1_200_000_000, 5), 0);
    assert.equal(other.guest.xen.word(other.guest.sharedInfo + 64 + 256 + 32 + 4), 1_200_000_000, 'wc_sec of another');
    assert.equal(d.dom0('destroy', 5), 0);
    assert.equal(d.dom0('destroy', 5), ESRCH);
    assert.equal(d.dom0('destroy', 0), EINVAL);
    for (const operation of ['physinfo', 'sched_id', 'settime']) assert.equal(other.dom0(operation), EPERM);
    assert.equal(d.guest.call(7, IN_XEN), EFAULT);
    assert.equal(d.guest.callWith(7, [8, VERSION + 1]), EINVAL);
    assert.equal(d.guest.callWith(7, [99, VERSION]), ENOSYS);
  },
  'acm_op: for Domain-0, also without a policy': () => {
    const [d, other] = callers();
    const acm = (who: Caller, operation: string, ...words: number[]): number =>
      who.structure('acm_op', operation, [ACM_VERSION, ...words, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal(acm(d, 'getpolicy', 0, 0), 0);
    assert.equal(acm(d, 'getlog', OTHER, 8), 0);
    assert.equal(acm(d, 'getssid', DOMID_SELF), ENOENT, 'there is no policy');
    assert.equal(acm(d, 'getssid', 9), ESRCH);
    for (const operation of ['getpolicy', 'getlog', 'getssid']) {
      assert.equal(acm(other, operation), EPERM);
      assert.equal(d.structure('acm_op', operation, [ACM_VERSION + 1]), EINVAL);
    }
    assert.equal(d.guest.call(27, IN_XEN), EFAULT);
  },
};
