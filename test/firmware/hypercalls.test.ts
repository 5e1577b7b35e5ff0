/**
 * Every operation of every hypercall, from a domain that the test drives: what it answers when all is well, and which error each
 * kind of bad argument gets. The last test holds this against the table: an operation that works is tried both ways here.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { declaredHypercalls } from '../../src/hypervisor/hypercallDocumentation';
import { HYPERCALLS, hypercallNamed } from '../../src/hypervisor/hypercalls';
import { SCRATCH } from '../support/drivenGuest';
import { Errno } from '../support/xenInterface';
import { callers, numberOf, outcomes } from './hypercalls/caller';
import { domainCases } from './hypercalls/domains';
import { memoryCases } from './hypercalls/memory';

const { ENOSYS } = Errno;
const VCPUF_DOWN = 4;
const refused = declaredHypercalls(
  readFileSync(new URL('../../firmware/xen/include/public/hypercall-list.h', import.meta.url), 'utf8'),
).filter(({ handler }) => handler === 'do_ni_hypercall');

/** What has no bad arguments, or ignores them. */
const CANNOT_FAIL = new Set(
  [
    ...['tlb_flush_local', 'tlb_flush_multi', 'tlb_flush_all', 'flush_tlb_all', 'flush_tlb_mm', 'flush_user_tlb_range'],
    ...[
      'flush_kern_tlb_range',
      'invlpg_local',
      'invlpg_multi',
      'invlpg_all',
      'flush_tlb_page',
      'flush_tlb_kernel_page',
    ],
    ...['invalidate_i_tlb_entry', 'invalidate_d_tlb_entry', 'flush_cache', 'flush_pmd_entry', 'clean_pmd_entry'],
    ...['drain_wb', 'get_pgd'],
  ].map((operation) => `mmuext_op ${operation}`),
);
for (const operation of [
  'memory_op maximum_ram_page',
  'xen_version version',
  'vm_assist disable',
  'dummy',
  'set_timer_op',
  'sched_op yield',
  'sched_op block',
  'sched_op_compat yield',
  'sched_op_compat block',
  'sched_op_compat shutdown',
  'physdev_op irq_unmask_notify',
])
  CANNOT_FAIL.add(operation);

/** What does not come back to its caller, or needs more than a driven domain: the test that shows it. */
const NOT_HERE: Readonly<Record<string, { works?: string; fails?: string }>> = {
  restore_guest_context: { works: 'paths.test.ts', fails: 'hostileGuests.test.ts' },
  'sched_op shutdown': { works: 'selftest.test.ts' },
  'sched_op_compat shutdown': { works: 'events.test.ts' },
  'vcpu_op down': { works: 'below' },
  'vcpu_op initialise': { works: 'never: the builder has initialised the only vCPU' },
  'acm_op getssid': { works: 'accessControl.test.ts' },
};

describe('Hypercalls, one by one', () => {
  for (const [title, run] of Object.entries({ ...memoryCases, ...domainCases })) it(title, run);

  it('numbers that do not exist', () => {
    const [d] = callers();
    for (const number of [42, 43, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])
      assert.equal(d.guest.call(number), ENOSYS, String(number));
  });

  it('vcpu_op down: the vCPU stops, and the other domains go on', () => {
    const [other, d] = callers();
    d.guest.waitForIt();
    d.guest.prepare(24, [numberOf(hypercallNamed('vcpu_op')!, 'down'), 0]);
    d.guest.xen.machine.setBreakpoints([]);
    d.guest.xen.machine.run(20_000);
    const flags = d.guest.xen.word(d.guest.vcpu + d.guest.xen.offset('vcpu', 'vcpu_flags'));
    assert.equal(flags & VCPUF_DOWN, VCPUF_DOWN);
    assert.equal(other.plain('dummy'), 0);
  });

  it('answers -ENOSYS for each slot that is not implemented', () => {
    const [d] = callers();
    for (const { number, name } of refused) assert.equal(d.guest.call(number, SCRATCH), ENOSYS, name);
  });

  it('every operation that works has been tried, well and badly', () => {
    const operations = HYPERCALLS.filter(({ name }) => !refused.some((slot) => slot.name === name)).flatMap(
      ({ name, subOperations }) =>
        subOperations
          ? Object.keys(subOperations.values)
              .filter((operation) => !subOperations.refused?.[operation])
              .map((operation) => `${name} ${operation}`)
          : [name],
    );
    for (const operation of operations) {
      const seen = outcomes.get(operation) ?? new Set();
      if (!NOT_HERE[operation]?.works) assert.ok(seen.has('works'), `${operation} works`);
      if (!CANNOT_FAIL.has(operation) && !NOT_HERE[operation]?.fails)
        assert.ok(seen.has('fails'), `${operation} fails`);
    }
  });
});
