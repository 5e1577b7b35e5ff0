import assert from 'node:assert/strict';
import { PARAMETERS } from '../../../src/machine/arm926/ticks/arm926ejs/parameters';
import { CODE, DEVICE, machineWith, put, putHalves, type TestMachine } from './testMachine';

const FIRST = PARAMETERS.busFirstWord.value;
const NEXT = PARAMETERS.busNextWord.value;
/** Time that the bus is busy with a line of 8 words. */
const LINE = FIRST + 7 * NEXT;
const DATA = 0x20000;
const MMU = 1;
const D_CACHE = 4;
const I_CACHE = 0x1000;
const ROUND_ROBIN = 0x4000;
const TABLE = 0x4000;
const NOP = 0xe1a00000;

/** Sections: megabyte 0 write-back, 1 write-through, 2 buffered, 3 neither, the four as physical megabyte 0; and devices. */
const CACHE_BITS = [0xc, 0x8, 0x4, 0x0];

/** A machine with caches as in `control`, tables when the MMU is on, r1 = DATA; ticks from now on are of `words`. */
function chip(words: readonly number[], control: number): TestMachine {
  const made = machineWith(words, { tickModel: 'arm926ejs' });
  const { machine } = made;
  put(
    machine,
    TABLE,
    CACHE_BITS.map((bits) => 0xc02 | bits),
  );
  put(machine, TABLE + (DEVICE >>> 20) * 4, [((DEVICE & 0xfff00000) | 0xc02) >>> 0]);
  machine.cpu.setCp15('ttbr', TABLE);
  machine.cpu.setCp15('dacr', 1);
  machine.cpu.setCp15('control', 0x50078 | control);
  machine.cpu.setRegister(1, DATA);
  return made;
}

/** Ticks of each of `count` instructions. */
function ticksOf({ machine }: TestMachine, count: number): number[] {
  return Array.from({ length: count }, () => {
    const before = machine.ticks;
    machine.run(1);
    return machine.ticks - before;
  });
}

describe('The arm926ejs tick model', () => {
  it('interlocks go on across branches', () => {
    // ldr (then ldrb) r0, [r1]; beq next, not taken; add r2, r0, r2
    const made = chip([0xe5910000, 0x0affffff, 0xe0802002], I_CACHE);
    made.machine.cpu.setCpsr(0xd3);
    const [, branch, add] = ticksOf(made, 3);
    assert.deepEqual([branch, add], [1, 1]);
    const late = chip([0xe5d10000, 0x0affffff, 0xe0802002], I_CACHE);
    late.machine.cpu.setCpsr(0xd3);
    assert.equal(ticksOf(late, 3)[2], 2, 'one cycle of the byte wait is left behind the branch');
  });

  it('a branch costs 3 taken and 1 not taken, in both instruction sets', () => {
    const arm = chip([NOP, 0x0affffff, 0x1affffff, NOP], I_CACHE); // beq, bne with Z clear
    arm.machine.cpu.setCpsr(0xd3);
    assert.deepEqual(ticksOf(arm, 3).slice(1), [1, 3]);
    const thumb = chip([], I_CACHE);
    putHalves(thumb.machine, CODE, [0x46c0, 0xd0ff, 0xd1ff, 0x46c0]);
    thumb.machine.cpu.setCpsr(0xf3);
    assert.deepEqual(ticksOf(thumb, 3).slice(1), [1, 3]);
  });

  it('an unaligned word comes as late as a byte', () => {
    for (const [offset, wait] of [
      [0, 2],
      [2, 3],
    ] as const) {
      const made = chip([0xe5910000, 0xe0802002], I_CACHE); // ldr r0, [r1]; add r2, r0, r2
      made.machine.cpu.setRegister(1, DATA + offset);
      assert.equal(ticksOf(made, 2)[1], wait);
    }
  });

  it('a fetch that misses waits for the first word of its line; the line then serves eight instructions', () => {
    assert.deepEqual(ticksOf(chip(new Array<number>(9).fill(NOP), I_CACHE), 9), [
      1 + FIRST,
      ...new Array<number>(7).fill(1),
      // 8 cycles after the first word the bus still brings the other seven words
      1 + (LINE - (FIRST + 8)) + FIRST,
    ]);
  });

  it('without the instruction cache every word is fetched; two Thumb instructions share one', () => {
    assert.deepEqual(ticksOf(chip([NOP, NOP], 0), 2), [1 + FIRST, 1 + FIRST]);
    const thumb = chip([], 0);
    putHalves(thumb.machine, CODE, [0x46c0, 0x46c0, 0x46c0]);
    thumb.machine.cpu.setCpsr(0xf3);
    const [first, second] = ticksOf(thumb, 2);
    assert.deepEqual([first, second], [1 + FIRST, 1]);
  });

  it('the first access to a section reads one descriptor, to a page two', () => {
    const made = chip([NOP, NOP], MMU | I_CACHE);
    // the fetch: one descriptor, then the line
    assert.deepEqual(ticksOf(made, 2), [1 + FIRST + FIRST, 1]);
    const paged = chip([NOP, 0xe5910000], MMU | D_CACHE | I_CACHE);
    put(paged.machine, TABLE + 4 * 4, [0x5001]); // megabyte 4: a coarse table at 0x5000
    put(paged.machine, 0x5000 + 0x20 * 4, [0x0002_0ffe]); // small page, cached
    paged.machine.cpu.setRegister(1, 0x400000 + DATA);
    paged.machine.run(1);
    const begin = paged.machine.ticks;
    // 1 cycle after the first word of the fetch the bus has LINE - FIRST - 1 to go
    const busy = LINE - FIRST - 1;
    paged.machine.run(1);
    assert.equal(paged.machine.ticks - begin, 1 + (busy - 1) + FIRST + FIRST + FIRST);
  });

  it('the TLB forgets what it is told to, and only that', () => {
    // ldr r0, [r1]; mcr p15, 0, r2, c8, c7, 1; ldr; mcr c8, c7, 0; ldr; ldr - fetches keep their line
    const words = [NOP, 0xe5910000, 0xee082f37, 0xe5910000, 0xee082f17, 0xe5910000, 0xe5910000];
    const made = chip(words, MMU | D_CACHE | I_CACHE);
    made.machine.cpu.setRegister(1, 0x100000 + DATA);
    made.machine.cpu.setRegister(2, 0x300000); // another page than the one in use
    const ticks = ticksOf(made, 7);
    assert.equal(ticks[3], 1, 'still there');
    // Three cycles after the load's first word: the rest of its line, a walk for the fetch, and one for the data.
    assert.equal(ticks[5], LINE - FIRST - 3 + FIRST + 1 + FIRST);
    assert.equal(ticks[6], 1);
  });

  it('a load that misses brings its line in, a store that misses does not', () => {
    // str r0, [r1]; ldr r0, [r1]; ldr r2, [r1, #28]; ldr r3, [r1, #32]
    const made = chip([NOP, 0xe5810000, 0xe5912000, 0xe591301c, 0xe5914020], MMU | D_CACHE | I_CACHE);
    const [, store, miss, hit, next] = ticksOf(made, 5);
    assert.equal(store, 1, 'the write buffer takes it');
    assert.ok(miss! > FIRST);
    assert.equal(hit, 1);
    assert.ok(next! > FIRST);
  });

  it('stores beyond four addresses wait for the write buffer', () => {
    // five stores, 64 bytes apart, to the buffered megabyte
    const made = chip([0xe5810000, 0xe5810040, 0xe5810080, 0xe58100c0, 0xe5810100, NOP, NOP, NOP], MMU | I_CACHE);
    made.machine.cpu.setRegister(1, 0x200000 + DATA);
    const ticks = ticksOf(made, 5);
    // The first store is on the bus for FIRST cycles; the fifth comes four cycles after it.
    assert.deepEqual(ticks.slice(1), [1, 1, 1, 1 + FIRST - 4]);
  });

  it('STM into the write buffer takes one address and up to sixteen words', () => {
    // stmia r1, {r2-r9} twice: 16 words, then a third that has to wait
    const made = chip([NOP, 0xe88103fc, 0xe88103fc, 0xe88103fc], MMU | I_CACHE);
    made.machine.cpu.setRegister(1, 0x200000 + DATA);
    const ticks = ticksOf(made, 4);
    assert.deepEqual(ticks.slice(2), [8, 8 + LINE - 16]);
  });

  it('draining the write buffer waits for its last word', () => {
    // str r0, [r1]; mcr p15, 0, r0, c7, c10, 4; again
    const made = chip([NOP, 0xe5810000, 0xee070f9a, 0xee070f9a], MMU | I_CACHE);
    made.machine.cpu.setRegister(1, 0x200000 + DATA);
    assert.deepEqual(ticksOf(made, 4).slice(2), [FIRST, 1]);
  });

  it('where neither C nor B is set every store waits, and LDM makes one burst', () => {
    const made = chip([NOP, NOP, 0xe5810000, 0xe5810000, 0xe89103fc], MMU | D_CACHE | I_CACHE);
    made.machine.cpu.setRegister(1, 0x300000 + DATA);
    made.machine.run(3);
    assert.deepEqual(ticksOf(made, 2), [1 + FIRST, 8 + FIRST + 7 * NEXT]);
  });

  it('a write-back line that was written goes to memory when it is cleaned, a write-through line never', () => {
    for (const [base, waits] of [
      [0, true],
      [0x100000, false],
    ] as const) {
      // ldr r0, [r1]; str r0, [r1]; 4 x drain; clean r1; drain
      const words = [0xe5910000, 0xe5810000, 0xee070f9a, 0xee071f3a, 0xee070f9a];
      const made = chip(words, MMU | D_CACHE | I_CACHE);
      made.machine.cpu.setRegister(1, base + DATA);
      const ticks = ticksOf(made, 5);
      assert.equal(ticks[4]! > FIRST, waits, `clean at 0x${base.toString(16)}`);
    }
  });

  it('a set holds four lines; the fifth drives one out, in turn where SCTLR.RR is set', () => {
    const lines = [0, 1, 2, 3, 4];
    // ldr r0, [r2] ... from registers 2-6, 4 KB apart; then the first (gone) and, of the others, those that stayed
    const load = (register: number): number => 0xe5900000 | (register << 16);
    const made = chip(
      [NOP, ...lines.map((line) => load(line + 2)), load(3), load(4), load(5), load(6), load(2)],
      MMU | D_CACHE | I_CACHE | ROUND_ROBIN,
    );
    for (const line of lines) made.machine.cpu.setRegister(line + 2, DATA + line * 0x1000);
    const ticks = ticksOf(made, 11);
    assert.ok(ticks.slice(1, 6).every((spent) => spent > FIRST));
    // Instruction 9 begins the second line of code after the first; a load of its own hits.
    assert.deepEqual([ticks[6], ticks[7] === 1, ticks[9]], [1, true, 1]);
    assert.ok(ticks[10]! > FIRST);
  });

  it('entering an interrupt and an abort costs 3', () => {
    const made = chip([NOP, 0xe5910000, NOP], I_CACHE);
    made.machine.cpu.setRegister(1, 0x90000000);
    made.machine.run(1);
    const begin = made.machine.ticks;
    made.machine.run(1);
    assert.equal(made.machine.cpu.mode, 'abt');
    assert.equal(made.machine.ticks - begin, 1 + 3);
    const irq = chip([NOP, NOP], I_CACHE);
    irq.machine.cpu.setCpsr(0x53);
    irq.machine.run(1);
    irq.bus.irqAsserted = true;
    irq.bus.changed();
    put(irq.machine, 0x18, [NOP]);
    const before = irq.machine.ticks;
    irq.machine.run(1);
    assert.equal(irq.machine.cpu.mode, 'irq');
    // entry, then the vector's line after the rest of the line before it
    const busy = LINE - FIRST - 1;
    assert.equal(irq.machine.ticks - before, 3 + (busy - 3) + FIRST + 1);
  });

  /** Loads and stores all over 64 KB of the write-back megabyte, byte loads used at once, for ever. */
  function walker(): TestMachine {
    // ldrb r4, [r1, r2]; add r2, r2, r4; add r2, r2, #0x410; bic r2, r2, #0x18000; str r2, [r3, r2, lsr #2]; b
    const made = chip(
      [0xe7d14002, 0xe0822004, 0xe2822e41, 0xe3c22906, 0xe7832122, 0xeafffff9],
      MMU | D_CACHE | I_CACHE,
    );
    made.machine.cpu.setRegister(3, DATA + 0x8000);
    return made;
  }

  it('a restored machine, the same or a new one, goes on with equal ticks', () => {
    const { machine } = walker();
    machine.run(1237);
    const snapshot = structuredClone(machine.snapshot());
    machine.run(5000);
    const end = machine.snapshot();
    machine.restore(snapshot);
    machine.run(5000);
    assert.deepEqual(machine.snapshot(), end);
    const other = walker().machine;
    other.run(77);
    other.restore(snapshot);
    other.run(5000);
    assert.deepEqual(other.snapshot(), end);
  });

  it('ticks do not depend on where runs are cut, nor on breakpoints', () => {
    const whole = walker().machine;
    const pieces = walker().machine;
    const watched = walker().machine;
    whole.run(3000);
    for (let done = 0; done < 3000; done += 3) pieces.run(3);
    watched.setBreakpoints([CODE + 8, CODE + 20]);
    while (watched.instructionCount < 3000) watched.run(3000 - watched.instructionCount);
    assert.equal(pieces.ticks, whole.ticks);
    assert.equal(watched.ticks, whole.ticks);
    assert.ok(whole.ticks > 2 * 3000);
  });

  it('gives the same registers and memory as the other models', () => {
    const { machine } = walker();
    machine.run(5000);
    const other = machineWith([0xe7d14002, 0xe0822004, 0xe2822e41, 0xe3c22906, 0xe7832122, 0xeafffff9]).machine;
    other.cpu.setRegister(1, DATA);
    other.cpu.setRegister(3, DATA + 0x8000);
    other.run(5000);
    for (let r = 0; r < 16; r++) assert.equal(machine.cpu.getRegister(r), other.cpu.getRegister(r));
    assert.deepEqual(machine.readPhysical(DATA, 0x20000), other.readPhysical(DATA, 0x20000));
  });
});
