/**
 * Every number of the arm926ejs tick model, each with its source. What follows from them is in the other files of this
 * folder; no other file there has a number of cycles. Cycles are those of the CPU's clock; one cycle is one tick.
 *
 * The chip's manuals fix the pipeline and the geometry of caches and TLB. How long memory takes is a matter of the board
 * around the chip, so those numbers are assumptions, chosen for a 200 MHz core on a 100 MHz bus with SDRAM.
 */
export interface Parameter {
  readonly value: number;
  readonly unit: 'cycles' | 'bytes' | 'ways' | 'entries' | 'words' | 'addresses';
  /** A manual's section, or "assumption: ..." with the reason. */
  readonly source: string;
}

const TABLE_8_2 = 'ARM DDI 0222B table 8.2';
const RECALLED = 'assumption: as commonly given for the ARM9E family; not in the text that was at hand';

export const PARAMETERS = {
  dataOperation: { value: 1, unit: 'cycles', source: TABLE_8_2 },
  dataOperationRegisterShift: { value: 2, unit: 'cycles', source: TABLE_8_2 },
  dataOperationToPcArithmetic: {
    value: 3,
    unit: 'cycles',
    source: `${TABLE_8_2} (ADD, SUB, RSB, ADC, SBC without shift)`,
  },
  dataOperationToPcOther: {
    value: 4,
    unit: 'cycles',
    source: `${TABLE_8_2} (RSC, ORR, EOR, MOV, BIC; any with a shift); assumption: AND and MVN are logical too`,
  },
  countLeadingZeros: { value: 1, unit: 'cycles', source: TABLE_8_2 },

  load: { value: 1, unit: 'cycles', source: TABLE_8_2 },
  store: { value: 1, unit: 'cycles', source: TABLE_8_2 },
  scaledOffset: { value: 1, unit: 'cycles', source: `${TABLE_8_2} (more, for a shifted register offset)` },
  loadPc: { value: 5, unit: 'cycles', source: TABLE_8_2 },
  doubleword: { value: 2, unit: 'cycles', source: TABLE_8_2 },
  multipleLeast: {
    value: 2,
    unit: 'cycles',
    source: `${TABLE_8_2} for LDM of one register; assumption: STM of one register is alike`,
  },
  loadMultiplePc: { value: 4, unit: 'cycles', source: `${RECALLED} (more than the number of registers)` },
  swap: { value: 2, unit: 'cycles', source: RECALLED },

  loadedWordDelay: {
    value: 1,
    unit: 'cycles',
    source: `${TABLE_8_2}; to store data and accumulate operand the same (ARM DDI 0165B chapter 8)`,
  },
  loadedPartDelay: { value: 2, unit: 'cycles', source: `${TABLE_8_2} (byte, half-word, unaligned word)` },
  lastOfSeveralDelay: { value: 1, unit: 'cycles', source: `${TABLE_8_2} (last word of LDRD and LDM)` },
  productDelay: {
    value: 1,
    unit: 'cycles',
    source:
      'ARM DDI 0214B 9.9.1 (the same multiplier in the ARM7EJ-S): not for the accumulate operand of the next multiply, none after the S forms; assumption: either half of a long product',
  },
  saturatedDelay: { value: 1, unit: 'cycles', source: `${RECALLED} (QADD and its kin)` },
  coprocessorDelay: { value: 1, unit: 'cycles', source: `${RECALLED} (register read by MRC)` },

  multiply: { value: 2, unit: 'cycles', source: 'ARM DDI 0214B table 9.10 (the same multiplier)' },
  multiplyFlags: { value: 4, unit: 'cycles', source: 'ARM DDI 0214B table 9.11 (the same multiplier)' },
  multiplyLong: { value: 3, unit: 'cycles', source: 'ARM DDI 0214B table 9.12 (the same multiplier)' },
  multiplyLongFlags: { value: 5, unit: 'cycles', source: 'ARM DDI 0214B 9.9.1 (the same multiplier)' },
  multiplyHalf: { value: 1, unit: 'cycles', source: `${RECALLED} (SMULxy, SMLAxy, SMULWy, SMLAWy)` },
  multiplyHalfLong: { value: 2, unit: 'cycles', source: `${RECALLED} (SMLALxy)` },
  saturate: { value: 1, unit: 'cycles', source: RECALLED },

  branchTaken: { value: 3, unit: 'cycles', source: `${RECALLED} (B, BL, BX, BLX)` },
  conditionFailed: { value: 1, unit: 'cycles', source: RECALLED },
  exceptionEntry: {
    value: 3,
    unit: 'cycles',
    source: `${RECALLED} for SWI; assumption: the same for every exception, as the pipeline is refilled alike`,
  },
  statusRead: { value: 2, unit: 'cycles', source: `${RECALLED} (MRS)` },
  statusWriteFlags: { value: 1, unit: 'cycles', source: `${RECALLED} (MSR of the flags alone)` },
  statusWrite: { value: 3, unit: 'cycles', source: `${RECALLED} (MSR of anything else)` },
  coprocessor: { value: 1, unit: 'cycles', source: `${RECALLED} (MCR, MRC, before busy cycles)` },
  coprocessorBusy: { value: 0, unit: 'cycles', source: 'assumption: CP15 never makes the core wait' },
  preload: { value: 1, unit: 'cycles', source: 'ARM DDI 0198D 4.1: PLD does nothing; assumption: it takes one cycle' },

  instructionCache: {
    value: 0x4000,
    unit: 'bytes',
    source: 'assumption: the usual size; ARM DDI 0198D 4.1 allows 4-128 KB',
  },
  dataCache: { value: 0x4000, unit: 'bytes', source: 'assumption: the usual size; ARM DDI 0198D 4.1 allows 4-128 KB' },
  cacheWays: { value: 4, unit: 'ways', source: 'ARM DDI 0198D 4.1' },
  cacheLine: { value: 32, unit: 'bytes', source: 'ARM DDI 0198D 4.1; two dirty bits, one per half' },
  tlbWays: { value: 2, unit: 'ways', source: 'ARM DDI 0198D chapter 3: 64 entries, unified' },
  tlbSets: { value: 32, unit: 'entries', source: 'ARM DDI 0198D chapter 3' },
  tlbLockdown: { value: 8, unit: 'entries', source: 'ARM DDI 0198D chapter 3: fully associative' },
  writeBufferWords: { value: 16, unit: 'words', source: 'assumption: from descriptions of the ARM9 family' },
  writeBufferAddresses: { value: 4, unit: 'addresses', source: 'assumption: from descriptions of the ARM9 family' },

  busFirstWord: {
    value: 20,
    unit: 'cycles',
    source: 'assumption: 10 cycles of a bus at half the clock for arbitration and the first word of an SDRAM burst',
  },
  busNextWord: { value: 2, unit: 'cycles', source: 'assumption: one bus cycle at half the clock per further word' },
} as const satisfies Readonly<Record<string, Parameter>>;

/** How the parts work that no manual at hand describes. */
export const ASSUMPTIONS: readonly string[] = [
  'A line fill brings the wanted word first (ARM DDI 0198D 4.1) and lets the core go on; the rest of the line only keeps the bus busy.',
  'A free way is filled first; pseudo-random replacement takes the next number of a 16-bit shift register, round-robin one pointer per cache.',
  'With all ways locked nothing is allocated.',
  'The bus serves requests in order: a read waits for the buffered writes before it.',
  'Dirty halves of a replaced line leave through the write buffer after the fill.',
  'Consecutive words of one LDM, STM, LDRD or STRD make one burst when they are not cached.',
  'A table walk reads one descriptor for a section, two for a page, each a single bus read that is never cached.',
  'The set of the main TLB is chosen by the address bits above the page size; each set has one pointer to the next victim.',
  'Fetches that are not cached are single reads of a word; two Thumb instructions share one.',
  'With the MMU off fetches are cached where SCTLR.I is set, data never.',
  'An interlock stalls an instruction whose condition fails as well: it is found in Decode (ARM DDI 0165B chapter 8).',
  'A stall for memory stops the whole pipeline, so it hides no interlock.',
  'A test-and-clean instruction cleans all dirty lines at once, as the machine reports the cache clean after one turn of its loop.',
];
