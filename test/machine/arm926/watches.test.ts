/** Watched ranges: every access is told, at its boundary, and nothing else about the machine changes. */
import assert from 'node:assert/strict';
import type { Machine } from '../../../src/machine/machine';
import type { EngineMode, WatchHit, WatchedRange } from '../../../src/machine/types';
import { stateHashes } from '../../fuzz/stateHash';
import { BootedXen, firmwareImage } from '../../support/bootXen';
import { CODE, DEVICE, machineWith, put, putHalves } from './testMachine';

const SELF = 0xeafffffe; // b .
const DATA = 0x3000;
const XEN_OFFSET = 0xff000000;

const watch = (address: number, byteLength: number, access: WatchedRange['access'] = 'readWrite'): WatchedRange => ({
  space: 'virtual',
  address,
  byteLength,
  access,
});

/** All hits of a run, each with the instructions executed when the run ended. */
function hitsOf(machine: Machine, most = 100): (WatchHit & { readonly at: number })[] {
  const found: (WatchHit & { readonly at: number })[] = [];
  for (let left = most; left > 0;) {
    const before = machine.instructionCount;
    const stop = machine.run(left);
    left -= machine.instructionCount - before;
    if (stop.kind !== 'watch') break;
    found.push(...stop.hits.map((hit) => ({ ...hit, at: machine.instructionCount })));
  }
  return found;
}

const shown = (hits: readonly (WatchHit & { readonly at: number })[]): string[] =>
  hits.map(
    ({ index, access, address, byteLength, pc, at }) =>
      `${at}: ${access} ${byteLength} at ${address.toString(16)} by ${((pc ?? 0) - CODE) / 4} (${index})`,
  );

describe('Watched ranges', () => {
  it('tell each access of the chosen kind, after the instruction that made it', () => {
    const { machine } = machineWith([0xe5910000, 0xe5810004, 0xe5d10005, 0xe1c100b6, SELF]); // ldr, str +4, ldrb +5, strh +6
    machine.cpu.setRegister(1, DATA);
    machine.setWatches([watch(DATA, 8), watch(DATA + 4, 2, 'write'), watch(DATA + 5, 1, 'read')]);
    assert.deepEqual(shown(hitsOf(machine)), [
      '1: read 4 at 3000 by 0 (0)',
      '2: write 4 at 3004 by 1 (0)',
      '2: write 4 at 3004 by 1 (1)',
      '3: read 1 at 3005 by 2 (0)',
      '3: read 1 at 3005 by 2 (2)',
      '4: write 2 at 3006 by 3 (0)',
    ]);
  });

  it('see each word of block transfers, doublewords and swaps, and none beside the range', () => {
    const { machine } = machineWith([0xe891001c, 0xe881001c, 0xe1c120f0, 0xe1010092, 0xe1410092, SELF]); // ldm, stm r2-r4; strd; swp; swpb
    machine.cpu.setRegister(1, DATA);
    machine.setWatches([watch(DATA + 4, 4), watch(DATA + 12, 4)]);
    assert.deepEqual(shown(hitsOf(machine)), [
      '1: read 4 at 3004 by 0 (0)',
      '2: write 4 at 3004 by 1 (0)',
      '3: write 4 at 3004 by 2 (0)',
    ]);
    machine.cpu.setRegister(15, CODE + 12);
    machine.setWatches([watch(DATA, 1)]);
    assert.deepEqual(shown(hitsOf(machine)), [
      '101: read 4 at 3000 by 3 (0)',
      '101: write 4 at 3000 by 3 (0)',
      '102: read 1 at 3000 by 4 (0)',
      '102: write 1 at 3000 by 4 (0)',
    ]);
  });

  it('name the Thumb instruction', () => {
    const { machine } = machineWith([]);
    putHalves(machine, CODE, [0x6008, 0x6848, 0xe7fe]); // str r0, [r1]; ldr r0, [r1, #4]; b .
    machine.cpu.setCpsr(0xf3);
    machine.cpu.setRegister(1, DATA);
    machine.setWatches([watch(DATA, 8)]);
    assert.deepEqual(
      hitsOf(machine).map(({ access, pc }) => [access, pc]),
      [
        ['write', CODE],
        ['read', CODE + 2],
      ],
    );
  });

  it('of physical memory are found under every virtual address, of virtual memory under that one only', () => {
    const { machine } = machineWith([0xe5810000, 0xe5820000, SELF]); // str r0, [r1]; str r0, [r2]
    put(machine, 0x4000, [0xc12]);
    put(machine, 0x4000 + 0x400 * 4, [0x100c12]);
    put(machine, 0x4000 + 0x500 * 4, [0x100c12]);
    machine.cpu.setCp15('ttbr', 0x4000);
    machine.cpu.setCp15('dacr', 1);
    machine.cpu.setCp15('control', 1);
    machine.cpu.setRegister(1, 0x40000010);
    machine.cpu.setRegister(2, 0x50000010);
    machine.setWatches([
      { space: 'physical', address: 0x100010, byteLength: 1, access: 'write' },
      watch(0x50000010, 4, 'write'),
    ]);
    assert.deepEqual(
      hitsOf(machine).map(({ index, address, virtualAddress }) => [index, address, virtualAddress]),
      [
        [0, 0x100010, 0x40000010],
        [1, 0x50000010, 0x50000010],
        [0, 0x100010, 0x50000010],
      ],
    );
  });

  it('of device registers are told, and of memory that a device reads or writes', () => {
    const { machine, bus, host } = machineWith([0xe5810004, SELF]);
    machine.cpu.setRegister(1, DEVICE);
    machine.setWatches([
      { space: 'physical', address: DEVICE + 4, byteLength: 4, access: 'write' },
      { space: 'physical', address: DATA + 6, byteLength: 2, access: 'write' },
    ]);
    bus.nextEventTicks = 20;
    bus.onService = (self) => {
      self.nextEventTicks = Infinity;
      host.writePhysical(DATA, new Uint8Array(8));
      host.writePhysical(DATA + 8, new Uint8Array(8));
    };
    assert.deepEqual(
      hitsOf(machine).map(({ index, by, address, byteLength }) => [index, by, address, byteLength]),
      [
        [0, 'cpu', DEVICE + 4, 4],
        [1, 'device', DATA, 8],
      ],
    );
  });

  it('do not stop for an access that ended in a data abort', () => {
    const { machine } = machineWith([0xe5810000, SELF]);
    put(machine, 0x10, [SELF]);
    put(machine, 0x4000, [0xc12]);
    machine.cpu.setCp15('ttbr', 0x4000);
    machine.cpu.setCp15('dacr', 1);
    machine.cpu.setCp15('control', 1);
    machine.cpu.setRegister(1, 0x40000010);
    machine.setWatches([watch(0x40000010, 4)]);
    assert.deepEqual(hitsOf(machine), []);
    assert.equal(machine.cpu.getRegister(15), 0x10);
  });

  it('let a breakpoint at the next instruction be found by who asks there', () => {
    const { machine } = machineWith([0xe5810000, SELF]);
    machine.cpu.setRegister(1, DATA);
    machine.setWatches([watch(DATA, 4)]);
    machine.setBreakpoints([CODE + 4]);
    assert.equal(machine.run(100).kind, 'watch');
    assert.equal(machine.cpu.getRegister(15), CODE + 4);
  });

  it('give the fast path back when nothing is watched any more', () => {
    const { machine } = machineWith([0xe5810000, 0xe5910000, 0xeafffffc]);
    machine.cpu.setRegister(1, DATA);
    machine.run(10);
    machine.setWatches([watch(DATA, 4)]);
    assert.equal(machine.run(1).kind, 'watch');
    machine.setWatches([]);
    assert.equal(machine.run(1000).kind, 'count');
  });

  for (const engine of ['interpreter', 'translator'] as const satisfies readonly EngineMode[]) {
    it(`see every change of a word under the hypervisor, and change nothing themselves (${engine})`, () => {
      const boot = (mode: EngineMode): BootedXen => {
        const guest = { elf: firmwareImage('mini-os') };
        return new BootedXen([guest, guest], { machine: { engine: mode, translateAfter: 2 } });
      };
      const [watched, plain] = [boot(engine), boot('interpreter')];
      const address = plain.symbol('schedule_data') - XEN_OFFSET;
      const range: WatchedRange = { space: 'physical', address, byteLength: 32, access: 'write' };
      watched.machine.setWatches([range, { ...range, access: 'read' }]);
      const read = (machine: Machine): string => String(machine.readPhysical(address, 32));
      let stops = 0;
      let last = read(watched.machine);
      const end = 3_000_000;
      while (watched.machine.instructionCount < end) {
        const stop = watched.machine.run(end - watched.machine.instructionCount);
        const wrote = stop.kind === 'watch' && stop.hits.some(({ index }) => index === 0);
        const now = read(watched.machine);
        if (!wrote) assert.equal(now, last, `changed unseen before ${watched.machine.instructionCount}`);
        last = now;
        stops++;
      }
      plain.machine.run(end);
      assert.ok(stops > 10, String(stops));
      assert.deepEqual(stateHashes(watched.machine), stateHashes(plain.machine));
    });
  }
});
