// Each operation that the hypervisor serves: denied by a policy that allows nothing, refused to a domain that is not Domain-0 where it
// is Domain-0's, and no hypercall at all from virtual user mode.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { declaredHooks } from '../../src/hypervisor/hypercallDocumentation';
import { HYPERCALLS, hypercallNamed } from '../../src/hypervisor/hypercalls';
import { compilePolicy } from '../../src/hypervisor/policy/compile';
import { drivenGuests, SCRATCH, type DrivenGuest } from '../support/drivenGuest';
import { textAddress } from '../support/tinyGuest';
import { DOMID_SELF, Errno } from '../support/xenInterface';

const list = readFileSync(new URL('../../firmware/xen/include/public/acm-list.h', import.meta.url), 'utf8');
const hooks = declaredHooks(list);
/** Where an operation's number stands, by hypercall. */
const shapes = new Map([...list.matchAll(/^ACM_SHAPE\((\w+),\s*(\w+),/gm)].map(([, name, where]) => [name!, where!]));

const EVENT_CHANNEL_OP = 16;
const SET_CALLBACKS = 4;
const DOM0_INTERFACE = 0x0300_0000;
const ACM_INTERFACE = 0x0001_0000;
const PSR_MODE_USR = 0x10;
const PSR_MODE_SVC = 0x13;
const TRAP_SYSCALL = 8;

const policy = (rules: string): Uint8Array =>
  compilePolicy('t', `type dom0_t, guest_t; domain 0 is dom0_t; default guest_t; ${rules}`).bytes;

/** Domain-1 of two, which knows no policy but this. */
function caller(rules: string): DrivenGuest {
  const { guests } = drivenGuests(2, { policy: policy(rules) });
  return guests[1]!;
}

/** The call with this operation and nothing but zeros beside it: a target is Domain-0 then. */
function tryIt(guest: DrivenGuest, hypercall: string, operation: number, second = 0): number {
  const { number } = hypercallNamed(hypercall)!;
  const inMemory = shapes.get(hypercall) === 'MEMORY';
  guest.write(SCRATCH, inMemory ? [operation, second, ...zeros] : zeros);
  if (inMemory) return guest.call(number, SCRATCH, 1, 0, DOMID_SELF);
  return shapes.get(hypercall) === 'R0'
    ? guest.call(number, operation, SCRATCH, 1, 0)
    : guest.call(number, SCRATCH, 1, 0, DOMID_SELF);
}
const zeros = new Array<number>(24).fill(0);

describe('Permissions of hypercalls', function () {
  this.timeout(60_000);

  describe('a policy that allows nothing denies', () => {
    let guest: DrivenGuest;
    before(() => {
      guest = caller('');
    });
    for (const hypercall of new Set(hooks.map((hook) => hook.hypercall))) {
      const own = hooks.filter((hook) => hook.hypercall === hypercall && hook.permission !== 'event:send');
      it(`${hypercall} (${[...new Set(own.map(({ permission }) => permission))].join(', ')})`, () => {
        for (const { first, last } of own)
          for (let operation = first; operation <= last; operation++)
            assert.equal(tryIt(guest, hypercall, operation), Errno.EPERM, `operation ${operation}`);
      });
    }

    it('event_channel_op (event:send), on a channel that it was allowed to have', () => {
      const bound = caller('allow guest_t self : event control;');
      assert.equal(bound.callWith(EVENT_CHANNEL_OP, [7, 0, 0]), 0);
      const port = bound.word(SCRATCH + 8);
      assert.equal(bound.callWith(EVENT_CHANNEL_OP, [4, port]), Errno.EPERM);
    });
  });

  describe('whatever a policy allows, only Domain-0 may', () => {
    let guest: DrivenGuest;
    before(() => {
      const classes = [...new Set(hooks.map(({ permission }) => permission.split(':')[0]))];
      guest = caller(`allow * * : ${classes.map((name) => `${name} *`).join(', ')};`);
    });
    const operations = (name: string): readonly [string, number][] =>
      Object.entries(hypercallNamed(name)?.subOperations?.values ?? {});
    for (const [hypercall, version] of [
      ['dom0_op', DOM0_INTERFACE],
      ['acm_op', ACM_INTERFACE],
    ] as const)
      for (const [word, operation] of operations(hypercall))
        if (hypercallNamed(hypercall)!.subOperations!.refused?.[word] === undefined)
          it(`${hypercall} ${word}`, () => {
            assert.equal(tryIt(guest, hypercall, operation, version), Errno.EPERM);
          });
    it('console_io read', () => {
      assert.equal(guest.call(hypercallNamed('console_io')!.number, 1, 4, SCRATCH), Errno.EPERM);
    });
    for (const name of ['set_foreground_domain', 'set_HID_irq'])
      it(name, () => {
        assert.equal(guest.call(hypercallNamed(name)!.number, 0), Errno.EPERM);
      });
    it('mmu_update in the name of another domain', () => {
      guest.write(SCRATCH, zeros);
      assert.equal(guest.call(hypercallNamed('mmu_update')!.number, SCRATCH, 1, 0, 0), Errno.EPERM);
    });
  });

  it('virtual user mode calls none of them: each is a system call, which goes to the domain’s own kernel', () => {
    const { xen, guests } = drivenGuests(1);
    const guest = guests[0]!;
    const loop = textAddress(1);
    assert.equal(guest.call(SET_CALLBACKS, loop, loop), 0);
    const systemRegisters =
      guest.vcpu +
      xen.offset('vcpu', 'arch') +
      xen.offset('arch_vcpu', 'guest_context') +
      xen.offset('vcpu_guest_context', 'sys_regs') -
      0xff00_0000;
    const vpsr = systemRegisters + xen.offset('cpu_sys_regs', 'vpsr');
    const stack = xen.machine.cpu.getRegister(13);
    for (const { number, name } of [...HYPERCALLS, { number: 99, name: 'number 99' }]) {
      // As if its process had been running: the mode is the hypervisor's own knowledge.
      xen.machine.writePhysical(vpsr, Uint8Array.of(PSR_MODE_USR, 0, 0, 0));
      guest.prepare(number, [SCRATCH, 1, 0, DOMID_SELF]);
      xen.machine.setBreakpoints([loop]);
      assert.equal(xen.machine.run(100_000).kind, 'breakpoint', name);
      assert.equal(xen.machine.cpu.getRegister(0), TRAP_SYSCALL, name);
      assert.equal(xen.machine.readPhysical(vpsr, 1)![0]! & 0x1f, PSR_MODE_SVC, name);
      assert.equal(xen.machine.cpu.getCpsr() & 0xdf, PSR_MODE_USR, `${name}: USR mode, interrupts on`);
      xen.machine.cpu.setRegister(13, stack);
    }
  });
});
