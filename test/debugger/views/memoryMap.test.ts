// The memory map from page tables that are written here by hand, bit by bit as ARM DDI 0198D chapter 3 draws them.
import assert from 'node:assert/strict';
import { readMemoryMap, type Region } from '../../../src/debugger/views/memoryMap';
import { coarse, engineOver, fine, level1, level1Entry, machineWithMmu, section, small, writeWord } from './tables';

const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`;
const brief = ({ start, end, physical }: Region) => `${hex(start)}-${hex(end - 1)} ${hex(physical)}`;

describe('The memory map', () => {
  it('joins sections that continue each other, and keeps those apart that differ', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0xc0000000, section(0x00200000, 1, 1, 3));
    level1Entry(machine, 0xc0100000, section(0x00300000, 1, 1, 3));
    level1Entry(machine, 0xc0200000, section(0x00500000, 1, 1, 3));
    level1Entry(machine, 0xc0300000, section(0x00600000, 1, 1, 0));
    const { regions } = readMemoryMap(engineOver(machine));
    assert.deepEqual(regions.map(brief), [
      '0xc0000000-0xc01fffff 0x00200000',
      '0xc0200000-0xc02fffff 0x00500000',
      '0xc0300000-0xc03fffff 0x00600000',
    ]);
    assert.deepEqual(
      regions.map(({ cacheable, bufferable }) => [cacheable, bufferable]),
      [
        [true, true],
        [true, true],
        [false, false],
      ],
    );
  });

  it('reads small pages of a coarse table, with the MMU domain of the first level', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0x40000000, coarse(0x8000, 3));
    writeWord(machine, 0x8000 + 4 * 2, small(0x00700000, 3, 2));
    writeWord(machine, 0x8000 + 4 * 3, small(0x00701000, 3, 2));
    const { regions } = readMemoryMap(engineOver(machine));
    assert.deepEqual(regions.map(brief), ['0x40002000-0x40003fff 0x00700000']);
    assert.equal(regions[0]!.mmuDomain, 3);
    assert.equal(regions[0]!.pageBytes, 4096);
    assert.equal(regions[0]!.area, 'User process');
  });

  it('shows subpages with different AP bits apart', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0x40000000, coarse(0x8000, 3));
    writeWord(machine, 0x8000, small(0x00700000, [1, 1, 2, 3]));
    const { regions } = readMemoryMap(engineOver(machine));
    assert.deepEqual(
      regions.map(({ start, end, ap }) => [start - 0x40000000, end - start, ap]),
      [
        [0, 2048, 1],
        [2048, 1024, 2],
        [3072, 1024, 3],
      ],
    );
  });

  it('reads tiny pages of a fine table', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0x40000000, fine(0x9000, 3));
    writeWord(machine, 0x9000 + 4 * 5, (0x00701400 | (3 << 4) | 3) >>> 0);
    const { regions } = readMemoryMap(engineOver(machine));
    assert.deepEqual(regions.map(brief), ['0x40001400-0x400017ff 0x00701400']);
  });

  it('cuts a region where Figure 2 begins another area', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0, section(0, 0, 1));
    const { regions } = readMemoryMap(engineOver(machine));
    assert.deepEqual(
      regions.map(({ area, end }) => [area, end]),
      [
        ['Exception vectors', 0x1000],
        ['', 0x100000],
      ],
    );
  });

  it('says what each may do, by the AP bits under the DACR of each', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0xff000000, section(0x00000000, 0, 1));
    level1Entry(machine, 0xc0000000, section(0x00200000, 1, 1));
    level1Entry(machine, 0xc0100000, section(0x00400000, 1, 2));
    const engine = engineOver(machine, [{ id: 0, ttbr: level1, mode: 'kernel', running: true }]);
    const { regions } = readMemoryMap(engine, 'dom0');
    const accessAt = (address: number) => regions.find(({ start }) => start === address)!.access;
    assert.deepEqual(accessAt(0xff000000), { hypervisor: 'rw', kernel: '-', user: '-' });
    assert.deepEqual(accessAt(0xc0000000), { hypervisor: 'rw', kernel: 'rw', user: '-' });
    assert.deepEqual(accessAt(0xc0100000), { hypervisor: 'rw', kernel: 'rw', user: 'r' });
  });

  it('names the owner of each frame: image, domain, device', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0xff000000, section(0x00000000, 0, 1));
    level1Entry(machine, 0xffc00000, section(0xff000000, 2, 1));
    level1Entry(machine, 0xc0000000, coarse(0x8000, 1));
    writeWord(machine, 0x8000, small(0x00080000, 1));
    const engine = engineOver(machine, [{ id: 1, ttbr: level1, mode: 'kernel', running: true }]);
    const { regions } = readMemoryMap(engine, 'dom1');
    const ownersFrom = (from: number) =>
      regions
        .filter(({ start }) => start >= from && start < from + 0x100000)
        .map(({ start, owner }) => [start - from, owner]);
    assert.deepEqual(ownersFrom(0xff000000), [
      [0, 'Xen'],
      [0x10000, 'Xen image'],
      [0x12000, 'Xen'],
      [0x80000, 'Domain-1'],
      [0x81000, 'Xen'],
    ]);
    assert.deepEqual(ownersFrom(0xffc00000).slice(0, 4), [
      [0, 'device interrupt_controller'],
      [0x1000, 'device device_bus'],
      [0x2000, 'device tty.0'],
      [0x3000, 'device timer'],
    ]);
    assert.deepEqual(ownersFrom(0xc0000000), [[0, 'Domain-1']]);
  });

  it('reads the tables of a domain that does not run', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0xc0000000, section(0x00200000, 1, 1));
    level1Entry(machine, 0xc0000000, section(0x00900000, 1, 1), 0xc000);
    const engine = engineOver(machine, [
      { id: 0, ttbr: level1, mode: 'kernel', running: true },
      { id: 1, ttbr: 0xc000, mode: 'kernel', vdacr: 0xfd },
    ]);
    assert.equal(readMemoryMap(engine).regions[0]!.physical, 0x00200000);
    const other = readMemoryMap(engine, 'dom1');
    assert.equal(other.regions[0]!.physical, 0x00900000);
    assert.equal(other.tableBase, 0xc000);
    assert.deepEqual(
      other.choices.map(({ id, running }) => [id, running]),
      [
        ['xen', false],
        ['dom0', true],
        ['dom1', false],
      ],
    );
  });

  it('says that the MMU is off, and which spaces there are', () => {
    const machine = machineWithMmu(0);
    assert.match(readMemoryMap(engineOver(machine)).unavailable!, /MMU is still off/);
    assert.throws(() => readMemoryMap(engineOver(machine), 'dom7'), /no address space "dom7" now: choose one of xen/);
  });

  it('stays bounded, and says so, when every page is mapped differently', () => {
    const machine = machineWithMmu();
    for (let megabyte = 0; megabyte < 64; megabyte++) level1Entry(machine, megabyte << 20, coarse(0x8000, 3));
    for (let page = 0; page < 256; page++)
      writeWord(machine, 0x8000 + page * 4, small(page % 2 ? 0x300000 : 0x500000, 3));
    const { regions, notice } = readMemoryMap(engineOver(machine));
    assert.equal(regions.length, 4096);
    assert.match(notice!, /more than 4096 regions: what they map from 0x01000000 on is not shown/);
  });

  it('survives tables that point nowhere and to themselves', () => {
    const machine = machineWithMmu();
    level1Entry(machine, 0x00000000, coarse(0xfffffc00, 0));
    level1Entry(machine, 0x00100000, fine(level1, 0));
    level1Entry(machine, 0x00200000, section(0xfff00000, 15, 0));
    const { regions } = readMemoryMap(engineOver(machine));
    assert.ok(regions.some(({ owner, mmuDomain }) => owner === 'no device' && mmuDomain === 15));
  });
});
