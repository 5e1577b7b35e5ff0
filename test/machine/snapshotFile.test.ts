/** Snapshot files: everything comes back, and nothing but a whole file of ours is taken. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { goldfish } from '../../src/machine/boards/goldfish';
import { createMachine, type Machine, type MachineOptions } from '../../src/machine/machine';
import { decodePlainData, encodePlainData, PlainDataError } from '../../src/machine/plainData';
import {
  decodeSnapshot,
  encodeSnapshot,
  readSnapshotInfo,
  restoreSnapshotFile,
  SnapshotFileError,
} from '../../src/machine/snapshotFile';
import { stateDigest } from '../conformance/linux/stateDigest';
import { BootedXen, firmwareImage } from '../support/bootXen';

const digest = (machine: Machine): string => stateDigest(machine.snapshot());

/** Counts in a loop through memory, on a machine as small as can be. */
function small(options: Partial<MachineOptions> = {}): Machine {
  const machine = createMachine({ board: goldfish, ramBytes: 0x100000, ...options });
  machine.boot({ entry: 0x10000 });
  // 1: ldr r1, [r2]; add r1, r1, #1; str r1, [r2]; b 1b (ARM DDI 0100 A4)
  const words = Uint32Array.of(0xe5921000, 0xe2811001, 0xe5821000, 0xeafffffb);
  machine.writePhysical(0x10000, new Uint8Array(words.buffer));
  machine.run(5000);
  return machine;
}

const sentence = (error: unknown): boolean =>
  error instanceof SnapshotFileError && /^[A-Z][^\n]*; [^\n]*\.$/.test(error.message);

describe('Plain data', () => {
  it('comes back as it was', () => {
    const shared = Uint8Array.of(1, 2, 3);
    const value = {
      nothing: undefined,
      none: null,
      numbers: [0, -0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 0.5, Infinity, -Infinity, NaN],
      list: [undefined, [], {}, true, false, 'ü\0\u{1f600}'],
      map: new Map<unknown, unknown>([
        [1, 'a'],
        ['b', new Set([1, 2])],
      ]),
      arrays: [shared, shared, Int32Array.of(-5), Uint16Array.of(65535), Float64Array.of(0.1), new Uint8Array(0)],
    };
    const back = decodePlainData(encodePlainData(value)) as typeof value;
    assert.deepEqual(back, value);
    assert.equal(back.arrays[0], back.arrays[1], 'shared arrays are shared again');
  });

  it('refuses what is no data', () => {
    assert.throws(() => encodePlainData({ f: () => 0 }), PlainDataError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodePlainData(bytes);
        } catch (error) {
          assert.ok(error instanceof PlainDataError, String(error));
        }
      }),
      { numRuns: 3000, seed: 1 },
    );
  });
});

describe('A snapshot file', () => {
  it('goes on in another machine as the first went on, with every tick model, cache and TLB', () => {
    const options: Partial<MachineOptions>[] = [
      {},
      { tickModel: 'goldfish-dcache' },
      { tickModel: 'arm926ejs', cache: 'timing', tlb: 'arm926' },
      { cache: 'coherence', tlb: 'arm926' },
      { vfp: 'vfp9' },
    ];
    for (const option of options) {
      const first = small(option);
      const file = encodeSnapshot(first.snapshot());
      const second = createMachine({ board: goldfish, ramBytes: 0x100000, ...option });
      restoreSnapshotFile(second, file);
      first.run(12_345);
      second.run(12_345);
      assert.equal(digest(second), digest(first), JSON.stringify(option));
    }
  });

  it('says what it is of', () => {
    const info = readSnapshotInfo(encodeSnapshot(small({ tickModel: 'arm926ejs' }).snapshot()));
    assert.deepEqual(
      [info.board, info.ramBytes, info.tickModel, info.instructionCount],
      ['goldfish', 0x100000, 'arm926ejs', 5000],
    );
  });

  it('is refused with a sentence when any byte of it is another', () => {
    const machine = small();
    const file = encodeSnapshot(machine.snapshot());
    const before = digest(machine);
    const places = new Set<number>();
    for (let at = 0; at < Math.min(600, file.length); at++) places.add(at);
    for (let at = 600; at < file.length; at += 97) places.add(at);
    for (const at of places) {
      const damaged = file.slice();
      damaged[at]! ^= 1 << (at % 8);
      assert.throws(() => restoreSnapshotFile(machine, damaged), sentence, `byte ${at}`);
    }
    assert.equal(digest(machine), before, 'the machine stays as it is');
  });

  it('is refused with a sentence wherever it is cut off, and when something follows', () => {
    const machine = small();
    const file = encodeSnapshot(machine.snapshot());
    for (let length = 0; length < file.length; length += length < 600 ? 1 : 89) {
      assert.throws(() => decodeSnapshot(file.subarray(0, length)), sentence, `${length} bytes`);
    }
    assert.throws(() => decodeSnapshot(Uint8Array.from([...file, 0])), sentence);
  });

  it('is refused when it is something else, or from a newer Armvisor', () => {
    assert.throws(() => decodeSnapshot(firmwareImage('xen')), /not a snapshot file of Armvisor; name a file/);
    const file = encodeSnapshot({ version: 99, board: 'goldfish', state: small().snapshot().state });
    assert.throws(() => decodeSnapshot(file), /version 99.*use the Armvisor that wrote it/);
  });

  it('is refused by another machine, which stays as it is', () => {
    const file = encodeSnapshot(small().snapshot());
    const others: Partial<MachineOptions>[] = [{ ramBytes: 0x200000 }, { tickModel: 'arm926ejs' }, { tlb: 'arm926' }];
    for (const other of others) {
      const machine = small(other);
      const before = digest(machine);
      assert.throws(() => restoreSnapshotFile(machine, file), sentence);
      assert.equal(digest(machine), before);
    }
    const broken = encodeSnapshot({
      ...small().snapshot(),
      state: { ...(small().snapshot().state as object), bus: undefined },
    });
    const machine = small();
    const before = digest(machine);
    assert.throws(() => restoreSnapshotFile(machine, broken), sentence);
    assert.equal(digest(machine), before);
  });
});

describe('The hypervisor with two domains', function () {
  this.timeout(60_000);

  it('run, snapshot, run, restore, run: every byte is the same, through a file too', () => {
    const modules = [0, 1].map(() => ({ elf: firmwareImage('mini-os') }));
    const { machine } = new BootedXen(modules);
    machine.run(3_000_000);
    const file = encodeSnapshot(machine.snapshot());
    machine.run(2_000_000);
    const once = digest(machine);
    restoreSnapshotFile(machine, file);
    for (let left = 2_000_000, slice = 1; left > 0; slice = (slice * 7 + 3) % 50_021) {
      const count = Math.min(left, slice + 1);
      machine.run(count);
      left -= count;
    }
    assert.equal(digest(machine), once);
    const fresh = new BootedXen(modules).machine;
    restoreSnapshotFile(fresh, file);
    fresh.run(2_000_000);
    assert.equal(digest(fresh), once);
  });
});
