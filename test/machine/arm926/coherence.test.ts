import assert from 'node:assert/strict';
import type { CoherenceReport } from '../../../src/machine/types';
import {
  ALIAS,
  BUFFERED,
  CLEAN_INVALIDATE_LINE,
  CLEAN_LINE,
  DRAIN,
  FRAMES,
  HOME,
  INVALIDATE_I,
  INVALIDATE_LINE,
  L1,
  OTHER_FRAMES,
  OTHER_L1,
  TEST_CLEAN_INVALIDATE,
  THROUGH,
  UNCACHED,
  cacheMachine,
  kinds,
  load,
  memory,
  operation,
  step,
  store,
  withHost,
  write,
} from './cacheMachine';
import { CODE, put } from './testMachine';

const LINE = 0x100;
const WRITE_TTBR = [2, 0, 0] as const;

describe('The coherence check', () => {
  it('finds nothing where memory is used under one address, by every kind of mapping', () => {
    for (const base of [HOME, THROUGH, BUFFERED, UNCACHED]) {
      const machine = cacheMachine();
      for (let i = 0; i < 8; i++) {
        load(machine, base + LINE);
        store(machine, base + LINE + 4 * i, i + 1);
      }
      for (let i = 0; i < 8; i++) assert.equal(load(machine, base + LINE + 4 * i), i + 1);
      assert.deepEqual(machine.coherenceReports, []);
    }
  });

  it('an alias reads stale data, and the report names both addresses, both MMU domains, both instructions', () => {
    const announced: CoherenceReport[] = [];
    const machine = cacheMachine({ onCoherence: (report) => announced.push(report) });
    put(machine, FRAMES + LINE, [1, 2]);
    assert.equal(load(machine, HOME + LINE + 4), 2);
    assert.equal(load(machine, ALIAS + LINE + 4), 2);
    const before = machine.instructionCount;
    store(machine, HOME + LINE + 4, 0x22);
    assert.equal(load(machine, ALIAS + LINE + 4), 2, 'really stale');
    assert.equal(load(machine, HOME + LINE + 4), 0x22);
    assert.equal(announced.length, 1);
    const { text, ...report } = announced[0]!;
    const common = { pc: CODE, privileged: true, ttbr: L1, dacr: 0b010101, fcsePid: 0 };
    assert.deepEqual(report, {
      kind: 'alias',
      physicalAddress: FRAMES + LINE + 4,
      size: 4,
      value: 2,
      expected: 0x22,
      source: 'data cache',
      store: {
        ...common,
        by: 'store',
        virtualAddress: HOME + LINE + 4,
        modifiedVirtualAddress: HOME + LINE + 4,
        mmuDomain: 1,
        instructionCount: before,
      },
      read: {
        ...common,
        by: 'load',
        virtualAddress: ALIAS + LINE + 4,
        modifiedVirtualAddress: ALIAS + LINE + 4,
        mmuDomain: 2,
        instructionCount: before + 1,
      },
      count: 1,
    });
    assert.match(
      text,
      /0x20000104 \(MMU domain 2.* given 0x2 .*0x10000104 \(MMU domain 1.* makes it 0x22.*clean and invalidate/,
    );
    load(machine, ALIAS + LINE + 4);
    assert.deepEqual(
      machine.coherenceReports.map(({ count }) => count),
      [2],
    );
    assert.equal(announced.length, 1, 'told once');
  });

  it('an alias is right after a clean of the one line and an invalidate of the other', () => {
    const machine = cacheMachine();
    load(machine, HOME + LINE);
    load(machine, ALIAS + LINE);
    store(machine, HOME + LINE, 5);
    operation(machine, ...CLEAN_INVALIDATE_LINE, HOME + LINE);
    operation(machine, ...INVALIDATE_LINE, ALIAS + LINE);
    assert.equal(load(machine, ALIAS + LINE), 5);
    assert.deepEqual(kinds(machine), []);
  });

  it('two address spaces with other memory at one virtual address: without a flush the second reads what the first wrote', () => {
    const machine = cacheMachine();
    put(machine, OTHER_FRAMES + LINE, [0x1111]);
    load(machine, HOME + LINE);
    store(machine, HOME + LINE, 0xaaaa);
    write(machine, ...WRITE_TTBR, OTHER_L1);
    write(machine, 8, 7, 0, 0);
    assert.equal(load(machine, HOME + LINE), 0xaaaa);
    const [report] = machine.coherenceReports;
    assert.equal(report!.kind, 'homonym');
    assert.equal(report!.physicalAddress, OTHER_FRAMES + LINE);
    assert.equal(report!.expected, 0x1111);
    assert.equal(report!.read.ttbr, OTHER_L1);
    assert.equal(report!.homonym!.physicalAddress, FRAMES + LINE);
    assert.equal(report!.homonym!.store.ttbr, L1);
    assert.equal(report!.homonym!.store.virtualAddress, HOME + LINE);
  });

  it('the same two address spaces with a flush between them read their own, without a report', () => {
    const machine = cacheMachine();
    put(machine, OTHER_FRAMES + LINE, [0x1111]);
    load(machine, HOME + LINE);
    store(machine, HOME + LINE, 0xaaaa);
    for (let turns = 0; step(machine, TEST_CLEAN_INVALIDATE) === 0; turns++) assert.ok(turns < 512);
    operation(machine, ...INVALIDATE_I);
    operation(machine, ...DRAIN);
    write(machine, ...WRITE_TTBR, OTHER_L1);
    write(machine, 8, 7, 0, 0);
    assert.equal(load(machine, HOME + LINE), 0x1111);
    write(machine, ...WRITE_TTBR, L1);
    write(machine, 8, 7, 0, 0);
    operation(machine, 7, 0);
    assert.equal(load(machine, HOME + LINE), 0xaaaa);
    assert.deepEqual(kinds(machine), []);
  });

  it('code that was written runs only after a clean, a drain and an invalidate; before that the old code runs', () => {
    const MOVE_1 = 0xe3a00001;
    const MOVE_2 = 0xe3a00002;
    const target = HOME + LINE;
    /** Executes the instruction at `target`. */
    const call = (machine: ReturnType<typeof cacheMachine>): number => {
      machine.cpu.setRegister(15, target);
      machine.run(1);
      return machine.cpu.getRegister(0);
    };
    const fresh = (): ReturnType<typeof cacheMachine> => {
      const machine = cacheMachine();
      put(machine, FRAMES + LINE, [MOVE_1]);
      assert.equal(call(machine), 1);
      load(machine, target);
      store(machine, target, MOVE_2);
      return machine;
    };
    const dirty = fresh();
    assert.equal(call(dirty), 1);
    assert.deepEqual(kinds(dirty), ['missing-clean']);
    const onlyInvalidated = fresh();
    operation(onlyInvalidated, ...INVALIDATE_I);
    assert.equal(call(onlyInvalidated), 1);
    const cleaned = fresh();
    operation(cleaned, ...CLEAN_LINE, target);
    operation(cleaned, ...DRAIN);
    assert.equal(call(cleaned), 1);
    assert.deepEqual(kinds(cleaned), ['missing-invalidate']);
    assert.equal(cleaned.coherenceReports[0]!.source, 'instruction cache');
    const undrained = fresh();
    operation(undrained, 5, 1, target);
    operation(undrained, ...CLEAN_LINE, target);
    assert.equal(call(undrained), 1);
    assert.deepEqual(kinds(undrained), ['missing-drain']);
    const right = fresh();
    operation(right, ...CLEAN_LINE, target);
    operation(right, ...DRAIN);
    operation(right, 5, 1, target);
    assert.equal(call(right), 2);
    assert.deepEqual(kinds(right), []);
  });

  it('an uncached read past a dirty line, and a table walk past one, are missing cleans', () => {
    const machine = cacheMachine();
    load(machine, HOME + LINE);
    store(machine, HOME + LINE, 7);
    assert.equal(load(machine, UNCACHED + LINE), 0);
    assert.deepEqual(kinds(machine), ['missing-clean']);

    const tables = cacheMachine();
    const entry = L1 + 0x600 * 4;
    load(tables, entry);
    store(tables, entry, FRAMES | 0xc12);
    step(tables, 0xe5910000, 0, 0x60000000);
    assert.equal(tables.cpu.mode, 'abt', 'the walk does not see the new descriptor');
    const [walked] = tables.coherenceReports;
    assert.deepEqual(
      [walked!.kind, walked!.read.by, walked!.read.virtualAddress],
      ['missing-clean', 'walk', 0x60000000],
    );
    assert.equal(walked!.physicalAddress, entry);
    assert.equal(walked!.store.virtualAddress, entry);
  });

  it('a device reads memory, which a dirty line has not reached; a clean and a drain mend it', () => {
    const { machine, host } = withHost();
    load(machine, HOME + LINE);
    store(machine, HOME + LINE + 8, 0x55);
    assert.equal(host.readPhysical(FRAMES + LINE, 32)![8], 0);
    operation(machine, ...CLEAN_LINE, HOME + LINE);
    operation(machine, ...DRAIN);
    assert.equal(host.readPhysical(FRAMES + LINE, 32)![8], 0x55);
    const [report, ...more] = machine.coherenceReports;
    assert.deepEqual(
      [report!.kind, report!.read.by, report!.physicalAddress],
      ['missing-clean', 'device', FRAMES + LINE + 8],
    );
    assert.deepEqual(more, []);
  });

  it('a device reads memory, which a buffered store reaches after a while or when it is drained', () => {
    const { machine, host } = withHost();
    store(machine, BUFFERED + LINE, 0x55);
    assert.equal(host.readPhysical(FRAMES + LINE, 4)![0], 0);
    assert.deepEqual(kinds(machine), ['missing-drain']);
    put(machine, CODE, new Array<number>(40).fill(0xe1a00000));
    machine.cpu.setRegister(15, CODE);
    machine.run(40);
    assert.equal(host.readPhysical(FRAMES + LINE, 4)![0], 0x55);
  });

  it('what a device writes is not in a line that was read before; an invalidate mends it', () => {
    const { machine, host } = withHost();
    load(machine, HOME + LINE);
    host.writePhysical(FRAMES + LINE, Uint8Array.of(0x99, 0, 0, 0));
    assert.equal(load(machine, HOME + LINE), 0);
    assert.deepEqual(
      machine.coherenceReports.map(({ kind, store: { by } }) => [kind, by]),
      [['missing-invalidate', 'device']],
    );
    operation(machine, ...INVALIDATE_LINE, HOME + LINE);
    assert.equal(load(machine, HOME + LINE), 0x99);
  });

  it('a device that takes virtual addresses sees and changes what the CPU sees there', () => {
    const { machine, host } = withHost();
    load(machine, HOME + LINE);
    store(machine, HOME + LINE, 0x55);
    assert.equal(host.readVirtual(HOME + LINE - 32, 64)![32], 0x55);
    host.writeVirtual(HOME + LINE + 1, Uint8Array.of(0x66));
    assert.equal(load(machine, HOME + LINE), 0x6655);
    assert.deepEqual(kinds(machine), []);
    load(machine, ALIAS + LINE);
    assert.deepEqual(kinds(machine), ['alias']);
  });

  it('a line that is invalidated without a clean loses its stores', () => {
    const machine = cacheMachine();
    load(machine, HOME + LINE);
    store(machine, HOME + LINE, 7);
    operation(machine, ...INVALIDATE_LINE, HOME + LINE);
    assert.equal(load(machine, HOME + LINE), 0);
    assert.deepEqual(kinds(machine), ['lost-store']);
  });

  it('a dirty half is written back as a whole, over a newer store of another alias; the other half is not', () => {
    const machine = cacheMachine();
    load(machine, HOME + LINE);
    store(machine, HOME + LINE, 1);
    store(machine, BUFFERED + LINE + 4, 0x44);
    store(machine, BUFFERED + LINE + 16, 0x66);
    operation(machine, ...CLEAN_LINE, HOME + LINE);
    operation(machine, ...DRAIN);
    assert.deepEqual(
      [0, 4, 16].map((at) => memory(machine, FRAMES + LINE + at)),
      [1, 0, 0x66],
    );
    assert.equal(load(machine, UNCACHED + LINE + 4), 0);
    assert.deepEqual(kinds(machine), ['lost-store']);
  });

  it('what the debugger writes counts at once in memory and in every copy', () => {
    const machine = cacheMachine();
    load(machine, HOME + LINE);
    load(machine, ALIAS + LINE);
    store(machine, HOME + LINE + 4, 9);
    put(machine, FRAMES + LINE, [0x77]);
    assert.deepEqual(
      [HOME, ALIAS, UNCACHED].map((base) => load(machine, base + LINE)),
      [0x77, 0x77, 0x77],
    );
    assert.equal(load(machine, HOME + LINE + 4), 9);
    assert.deepEqual(kinds(machine), []);
  });

  it('the debugger reads what memory would hold after a clean', () => {
    const machine = cacheMachine();
    load(machine, HOME + LINE);
    store(machine, HOME + LINE, 9);
    store(machine, BUFFERED + LINE + 64, 8);
    const bytes = machine.readPhysical(FRAMES + LINE, 68)!;
    assert.deepEqual([bytes[0], bytes[64]], [9, 8]);
    assert.deepEqual([memory(machine, FRAMES + LINE), memory(machine, FRAMES + LINE + 64)], [0, 0]);
  });

  it('a thousand different reports are kept, no more', () => {
    const machine = cacheMachine();
    for (let i = 0; i < 1100; i++) {
      const at = 32 * i;
      load(machine, HOME + at);
      store(machine, UNCACHED + at, 0x1000 + i);
      load(machine, HOME + at);
    }
    assert.equal(machine.coherenceReports.length, 1000);
    assert.equal(kinds(machine)[0], 'alias');
  });

  it('a restored machine goes on with lines, buffered writes and reports; the same report is not told again', () => {
    const announced: CoherenceReport[] = [];
    const machine = cacheMachine({ onCoherence: (report) => announced.push(report) });
    load(machine, HOME + LINE);
    load(machine, ALIAS + LINE);
    store(machine, HOME + LINE, 3);
    store(machine, BUFFERED + 0x800, 4);
    const snapshot = machine.snapshot();
    const copy = structuredClone(snapshot);
    const after = (from: typeof machine): unknown[] => [
      load(from, ALIAS + LINE),
      load(from, HOME + LINE),
      load(from, BUFFERED + 0x800),
      from.coherenceReports,
      from.ticks,
      from.caches!.data.lines(),
      [from.caches!.data.hits, from.caches!.data.misses],
    ];
    const first = after(machine);
    machine.restore(snapshot);
    assert.deepEqual(after(machine), first);
    assert.equal(announced.length, 1);
    const other = cacheMachine();
    other.restore(copy);
    assert.deepEqual(after(other), first);
    assert.throws(() => cacheMachine({ cache: 'timing' }).restore(copy), /cache coherence .* cache timing/);
  });
});
