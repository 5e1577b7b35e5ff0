/**
 * Has the interpreter's loop meet each kind of instruction, on a small machine of its own, before it runs for long. V8 compiles the loop for
 * what it has met so far, and starts over in slow code at everything new: in the first second of a Linux boot that was twenty times
 * 20 to 60 ms. No state of any other machine is touched.
 */
import type { Machine } from './machine';

/** Guests that end earlier, and first stops, need not wait for it. */
const EXERCISE_AFTER = 20_000;
/** Whether it was done: in this process, whose code it is. */
let exercised = false;

const RAM_BYTES = 0x4000;
const DATA = 0x2000;
const ALWAYS = 0xe0000000;
/** Registers of the program: operands, result, base of the data, an address where nothing answers. */
const [A, B, RESULT, BASE, NOWHERE] = [1, 2, 3, 4, 5];
/** Sums and differences of these leave the range of 32 bits, or do not. */
const VALUES = [0, 1, -1, 0x7fffffff, -0x80000000];
const SHIFTED_OPERANDS = [
  0x02000000 | 0x0ff, // immediate
  0x02000000 | 0x4ff, // rotated immediate
  B, // register
  B | 0x0e0, // shifted by an immediate: LSL, LSR, ASR, ROR, RRX
  B | 0x0a0,
  B | 0x0c0,
  B | 0x8e0,
  B | 0x060,
  B | (B << 8) | 0x10, // shifted by a register
  B | (B << 8) | 0x30,
  B | (B << 8) | 0x50,
  B | (B << 8) | 0x70,
];
const isTestWithoutFlags = (opcode: number, flags: number): boolean => opcode >= 8 && opcode < 12 && flags === 0;

function dataProcessing(): number[] {
  const words: number[] = [];
  for (let opcode = 0; opcode < 16; opcode++) {
    for (const flags of [0, 1]) {
      if (isTestWithoutFlags(opcode, flags)) continue;
      for (const operand of SHIFTED_OPERANDS)
        words.push(ALWAYS | (opcode << 21) | (flags << 20) | (A << 16) | (RESULT << 12) | operand);
    }
  }
  return words;
}

/** LDR, STR, LDRB, STRB with immediate and register offsets, pre- and post-indexed. */
function transfers(base: number): number[] {
  const words: number[] = [];
  for (const byteAndLoad of [0x000000, 0x100000, 0x400000, 0x500000]) {
    for (const form of [0x05800000, 0x05a00000, 0x04800000, 0x07800000, 0x07000100]) {
      words.push(ALWAYS | form | byteAndLoad | (base << 16) | (RESULT << 12));
    }
  }
  return words;
}

const branches = [
  ALWAYS | 0x0a000000, // B, over one word
  0,
  ALWAYS | 0x0b000000, // BL
  0,
  0x0a000000, // BEQ, not taken
  ALWAYS | 0x02800000 | (15 << 16) | (15 << 12), // ADD pc, pc, #0
  0,
  ALWAYS | 0x01a00000 | (6 << 12) | 14, // MOV r6, lr
  ALWAYS | 0x00000090 | (RESULT << 16) | (A << 8) | B, // MUL: what a handler does
  ALWAYS | 0x08800000 | (BASE << 16) | 0x000f, // STM
  ALWAYS | 0x08900000 | (BASE << 16) | 0x000e, // LDM
];
/** ADD r6, pc, #1; BX r6; then Thumb: CMP, BEQ, BNE over one half-word, BX pc. */
const intoThumbAndBack = [
  ALWAYS | 0x028f0001 | (6 << 12),
  ALWAYS | 0x012fff10 | 6,
  0x2800 | (0xd000 << 16),
  0xd100 | (0x46c0 << 16),
  0x46c0 | (0x4778 << 16),
  0x46c0 | (0x46c0 << 16),
];
const supervisorCall = [ALWAYS | 0x0f000000];
const waitForInterrupt = [ALWAYS | 0x0e070f90];
const jumpNowhere = [ALWAYS | 0x01a0f000 | NOWHERE];

/**
 * Exercises the loop when a machine has executed enough instructions, once in a process.
 * @param create a machine like the one that asks, with so many bytes of RAM and no guest
 * @returns how many instructions may be executed before this has to be asked again
 */
export function exerciseWhenDue(instructionCount: number, create: (ramBytes: number) => Machine): number {
  if (!exercised && instructionCount < EXERCISE_AFTER) return EXERCISE_AFTER - instructionCount;
  if (!exercised) {
    exercised = true;
    exercise(create(RAM_BYTES));
  }
  return Infinity;
}

function exercise(machine: Machine): void {
  const { cpu, ramBase } = machine;
  const programs = [
    [...dataProcessing(), ...transfers(BASE), ...branches, ...supervisorCall],
    intoThumbAndBack,
    jumpNowhere,
    waitForInterrupt,
    // Each of these ends in a data abort.
    ...transfers(NOWHERE).map((word) => [word]),
  ];
  for (const program of programs) {
    machine.writePhysical(ramBase, new Uint8Array(Int32Array.from(program).buffer));
    for (const value of VALUES) {
      cpu.setCpsr(0xd3);
      cpu.setRegister(A, value);
      cpu.setRegister(B, -value);
      cpu.setRegister(BASE, ramBase + DATA);
      cpu.setRegister(NOWHERE, 0xfffffff0);
      cpu.setRegister(15, ramBase);
      machine.run((program.length + 1) >> 1);
      // Goes on inside of a block.
      machine.run(program.length);
    }
  }
}
