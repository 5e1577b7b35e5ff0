/**
 * What a campaign finds: holes are planted in the hypervisor, as code that is patched in the machine's memory, and each must
 * break the check that is there for it. So none of the checks is one that always holds.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Campaign } from '../../src/cli/campaign/campaign';
import type { KernelMemory } from '../../src/cli/campaign/kernelMemory';

const MOVE_PC_LR = 0xe1a0f00e;
const moveR0 = (value: number): number => 0xe3a00000 | value;
/** Single data transfers with the T bit: indexed afterwards, and with write-back (ARM DDI 0100 A5.2). */
const isUserAccess = (word: number): boolean => (word & 0x0f200000) >>> 0 === 0x04200000;
const WRITE_BACK = 0x00200000;

type Plant = (memory: KernelMemory) => void;

function patch(memory: KernelMemory, address: number, words: readonly number[]): void {
  assert.ok(memory.machine.writePhysical(memory.physical(address), new Uint8Array(Uint32Array.from(words).buffer)));
}

/** The function does nothing, and answers this. */
const doesNothing =
  (name: string, answer = 0): Plant =>
  (memory) =>
    patch(memory, memory.symbol(name), [moveR0(answer), MOVE_PC_LR]);

/** Changes the words between two symbols that `change` has something else for. */
const between =
  (from: string, to: string, change: (word: number) => number | undefined): Plant =>
  (memory) => {
    let changed = 0;
    for (let at = memory.symbol(from); at < memory.symbol(to); at += 4) {
      const word = change(memory.word(at));
      if (word === undefined) continue;
      patch(memory, at, [word >>> 0]);
      changed++;
    }
    assert.ok(changed > 0, `there is nothing to change in ${from}`);
  };

/** All accesses with a guest's rights are made with the hypervisor's. */
const withFullRights = (from: string, to: string): Plant =>
  between(from, to, (word) => (isUserAccess(word) ? word & ~WRITE_BACK : undefined));

/** and r8, r8, #PSR_THUMB: what is taken of a frame's psr beside the flags. With the I bit too it is the hole of 2008. */
const TAKE_THUMB = 0xe2088020;
const TAKE_THUMB_AND_I = 0xe20880a0;

const HOLES: readonly (readonly [what: string, plant: Plant, broken: RegExp, count?: number])[] = [
  [
    'results are written with the hypervisor’s rights',
    withFullRights('copy_to_guest_raw', 'alloc_vcpu_struct'),
    /no byte of others has changed/,
  ],
  ['upcalls are written with the hypervisor’s rights', withFullRights('upcall_copy', 'upcall_copied'), /runs|no byte/],
  [
    'a guest can return with interrupts masked',
    between('restore', 'do_upcall', (word) => (word === TAKE_THUMB ? TAKE_THUMB_AND_I : undefined)),
    /interrupts masked/,
  ],
  ['no translation is dropped when a page becomes a table', doesNothing('address_space_flush'), /reach only/],
  ['a granted mapping is not taken away', doesNothing('unmap_foreign_frame'), /reach only/],
  ['memory of destroyed domains is not given back', doesNothing('evtchn_destroy'), /reclaimed/, 1500],
];

describe('armvisor campaign isolation: planted holes', function () {
  this.timeout(60_000);

  for (const [what, plant, broken, count = 30_000] of HOLES) {
    it(`finds that ${what}`, async () => {
      const options = { seed: 1, count, engine: 'auto', scheduler: 'bvt', leastTicks: 0, mostViolations: 1 };
      const { ok, checks } = await Campaign.run(options, () => {}, plant);
      const found = checks.filter((check) => !check.ok);
      assert.equal(ok, false);
      assert.ok(
        found.some(({ name }) => broken.test(name)),
        JSON.stringify(found),
      );
    });
  }
});
