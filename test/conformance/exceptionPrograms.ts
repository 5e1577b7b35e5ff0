/**
 * Random code in which exceptions happen: SWI, undefined instructions, BKPT, alignment faults (SCTLR.A), changes of mode, CP15 reads, calls between
 * the instruction sets. Handlers note what they were entered with and go on behind the instruction.
 */
import type { Random } from './random';
import type { Generator } from './armPrograms';

/** Where the handlers of one mode note LR, SPSR, and for data aborts DFSR and FAR. */
export const LOGS = { svc: 0x20200, und: 0x20400, abt: 0x20600 } as const;
export const LOG_END = 0x20800;

const branchTo = (from: number, to: number): number => (0xea000000 | (((to - from - 8) >> 2) & 0xffffff)) >>> 0;
const HANDLERS = 0x100;

/** Notes LR and SPSR; then goes back to LR, or as many bytes before it as a Thumb or ARM instruction asks for. */
const handler = (arm: number, thumb: number, data: boolean): number[] => [
  0xe8ad4000, // stmia sp!, {lr}
  0xe14fe000, // mrs lr, spsr
  0xe8ad4000, // stmia sp!, {lr}
  ...(data
    ? [
        0xee15ef10, // mrc p15, 0, lr, c5, c0, 0
        0xe20ee0ff, // and lr, lr, #0xff
        0xe8ad4000, // stmia sp!, {lr}
        0xee16ef10, // mrc p15, 0, lr, c6, c0, 0
        0xe8ad4000, // stmia sp!, {lr}
        0xe14fe000, // mrs lr, spsr
      ]
    : []),
  0xe31e0020, // tst lr, #T
  0xe51de000 | (data ? 16 : 8), // ldr lr, [sp, #-8 or -16]
  0x125ef000 | thumb, // subnes pc, lr, #thumb
  0xe25ef000 | arm, // subs pc, lr, #arm
];

/** Vectors at 0 and the handlers behind them. */
export function vectorsAndHandlers(): Uint32Array {
  const words = new Uint32Array(0x100);
  const table: readonly [vector: number, code: number[]][] = [
    [0x04, handler(0, 0, false)],
    [0x08, handler(0, 0, false)],
    [0x0c, handler(0, 2, false)],
    [0x10, handler(4, 6, true)],
  ];
  let at = HANDLERS;
  for (const [vector, code] of table) {
    words[vector / 4] = branchTo(vector, at);
    for (const word of code) {
      words[at / 4] = word >>> 0;
      at += 4;
    }
  }
  return words;
}

/** r12 is the scratch area's start; r0-r11 are free; r13 and r14 are the handlers'. */
const free = (random: Random): number => random.below(12);
const condition = (random: Random): number => (random.below(3) === 0 ? random.below(15) : 14) << 28;
/** Translation table base, domain access, FCSE PID, context ID: what reads the same on both. */
const CP15_READS = [0x20000, 0x30000, 0xd0000, 0xd0020] as const;

export const exceptionGenerators: Readonly<Record<string, Generator>> = {
  SWI: (r) => [condition(r) | 0x0f000000 | r.bits(24)],
  'undefined instructions': (r) => [
    r.pick([
      condition(r) | 0x06000010 | (r.bits(20) << 5), // media space
      condition(r) | 0x07f000f0 | (r.bits(12) << 8) | r.bits(4),
      condition(r) | 0x0e000010 | (r.bits(12) << 12) | (r.below(8) << 8) | (r.bits(3) << 5), // coprocessors 0 to 7
      condition(r) | 0x0c900000 | (free(r) << 16) | (free(r) << 12) | (r.below(8) << 8) | r.bits(8), // LDC of those
      condition(r) | 0x01c000d0 | (12 << 16) | (1 << 12), // LDRD of an odd register
      0xfe000010 | (r.bits(12) << 12) | (r.below(8) << 8), // MCR2
    ]),
  ],
  BKPT: (r) => [0xe1200070 | (r.bits(12) << 8) | r.bits(4)],
  'alignment faults': (r) => {
    const base = free(r);
    const rd = (base + 1 + r.below(11)) % 12;
    const offset = r.below(64);
    // add rB, r12, #offset; then an access there that is aligned or not.
    return [
      0xe28c0000 | (base << 12) | offset,
      condition(r) |
        (base << 16) |
        (rd << 12) |
        r.pick([0x05900000, 0x05800000, 0x04900004, 0x01d000b0, 0x01c000b0, 0x01d000f0, 0x05d00000, 0x05c00000]),
    ];
  },
  'unaligned lists': (r) => {
    const base = free(r);
    const list = (r.bits(12) | 1) & ~(1 << base) || 2;
    return [
      0xe28c0000 | (base << 12) | 0x80 | r.below(4),
      0xe8000000 | (r.below(4) << 23) | (r.below(2) << 21) | (r.below(2) << 20) | (base << 16) | (list & ~(1 << base)),
    ];
  },
  'unprivileged transfers': (r) => [
    0xe28ca000 | (r.below(16) * 4), // add r10, r12, #n
    condition(r) |
      0x04a00000 |
      (r.below(2) << 20) |
      (r.below(2) << 22) |
      (10 << 16) |
      (r.below(10) << 12) |
      (r.below(16) * 4),
  ],
  'modes and banked registers': (r) => [
    0xe321f0c0 | r.pick([0x11, 0x12, 0x1f]), // msr cpsr_c, #mode
    0xe1a0d000 | free(r), // mov sp, rN
    0xe1a0e000 | free(r), // mov lr, rN
    r.below(2) === 0 ? 0xe14f0000 | (free(r) << 12) : 0xe1a00000, // mrs rN, spsr; where there is none, see below
    0xe321f0d3, // back to SVC
  ],
  'CP15 reads': (r) => [0xee100f10 | r.pick(CP15_READS) | (free(r) << 12)],
  'calls of Thumb code': (r) => [
    // add r10, pc, #1; bx r10; two Thumb instructions; bx pc; nop
    0xe28fa001,
    0xe12fff1a,
    ((0x1800 | (r.below(4) << 9) | (r.below(7) << 6) | (r.below(7) << 3) | r.below(7)) << 16) | 0x46c0,
    ((r.pick([0x46c0, 0xdf05, 0xde00, 0xbe00]) << 16) | 0x3001) >>> 0,
    0x46c04778,
  ],
};

/** MRS of an SPSR is UNPREDICTABLE in System mode: left out there. */
export function withoutUnpredictable(words: readonly number[]): number[] {
  const system = words.some((word) => word >>> 0 === 0xe321f0df);
  return words.map((word) => (system && (word & 0x0fff0fff) === 0x014f0000 ? 0xe1a00000 : word));
}

/** `mov sp, #0x20000; add sp, sp, #offset` in a mode. */
const stack = (mode: number, log: number): number[] => [
  0xe321f0c0 | mode,
  0xe3a0d802,
  0xe28ddc00 | ((log - 0x20000) >>> 8),
];

/** The stack pointers of the handlers' modes lead to the logs; SCTLR.A is set. Uses r11. */
export const exceptionBefore = [
  ...stack(0x1b, LOGS.und),
  ...stack(0x17, LOGS.abt),
  ...stack(0x13, LOGS.svc),
  0xee11bf10, // mrc p15, 0, r11, c1, c0, 0
  0xe38bb002, // orr r11, r11, #2
  0xee01bf10, // mcr p15, 0, r11, c1, c0, 0
  0xe3a0b000, // mov r11, #0: its value differs between the two
];
