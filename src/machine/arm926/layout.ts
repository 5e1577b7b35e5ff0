/**
 * Where the CPU's state stands in the one WebAssembly.Memory: plain 32-bit words, then the software TLB, then guest RAM.
 * A translator that works on the same memory needs nothing but these numbers. No behaviour here.
 */

/** Word indices into the state array. Words 0-15 are the general registers of the current mode. */
export const Word = {
  /** While an instruction executes: its address + 8 (ARM) or + 4 (Thumb), as it reads it; between runs: the next address. */
  R15: 15,
  /** Flags are kept as the values they come from: N is the sign of NEGATIVE, Z is "ZERO is 0", C is 0 or 1, V the sign of OVERFLOW. */
  NEGATIVE: 16,
  ZERO: 17,
  CARRY: 18,
  OVERFLOW: 19,
  /** CPSR without N, Z, C, V. */
  CPSR: 20,

  /** r13, r14 of the six banks (modes.ts), two words each; the current mode's pair is stale here. */
  BANKED_R13: 32,
  /** SPSR of each bank, always here (never in a live word). */
  SPSR: 48,
  /** r8-r12 of all modes but FIQ, then those of FIQ; the live set is stale here. */
  BANKED_R8: 56,

  CONTROL: 80,
  TTBR: 81,
  DACR: 82,
  DFSR: 83,
  IFSR: 84,
  FAR: 85,
  FCSE_PID: 86,
  CONTEXT_ID: 87,
  D_CACHE_LOCKDOWN: 88,
  I_CACHE_LOCKDOWN: 89,
  TLB_LOCKDOWN: 90,
  D_TCM_REGION: 91,
  I_TCM_REGION: 92,

  /** 1 while the CPU waits for an interrupt. */
  WAITING: 96,
  /** Start (virtual) of the basic block that execution stands inside; only meaningful when BLOCK_OPEN is 1. */
  BLOCK_START: 97,
  BLOCK_OPEN: 98,

  /** Words from here on only carry values inside one call of the interpreter; they are no machine state. */
  SCRATCH: 112,
  /** Address of the instruction after this one; a handler writes it to branch. */
  NEXT: 112,
  /** Instructions left in this slice. */
  COUNT: 113,
  /** Ticks used in this slice. */
  TICKS: 114,
  /** Slice ticks at which the loop has to look at interrupts and devices. */
  LIMIT: 115,
  /** Word index (into the whole memory) of the TLB bank in use. */
  TLB_BANK: 116,
  /** Grows whenever a translation may have changed: what the loop remembers of the current page is then void. */
  TRANSLATIONS: 117,
  /** Carry out of the shifter. */
  SHIFTER_CARRY: 118,
  /** 1 when the code of the open block was written: it has to be left. */
  BLOCK_STALE: 119,
  /** Instructions of the count that are held back because a breakpoint comes before them. */
  HELD: 120,
  /** Place in the pool of decoded blocks of the instruction that may store; after translated code, of the next one (0: a new block). */
  BLOCK_AT: 121,
  /** Place in the memory of the block that translated code executed last. */
  EXIT_PLACE: 122,
  /** Ticks left before LIMIT, while translated code runs. */
  ROOM: 123,
  /** Where translated code goes on when it does not know before; bit 0 says Thumb. */
  TARGET: 124,
  /** Slot of the region that was left last. */
  REGION: 125,
  /** The asserted interrupt lines, by the bits of CPSR that mask them. */
  LINES: 126,
  /** Word index of the TLB bank for accesses with User rights (LDRT and its kin); 0 when there is none yet. */
  USER_BANK: 127,

  /** S0-S31, which are also D0-D15; then what else VFP has. Machine state again, only used where the machine has VFP. */
  VFP_REGISTERS: 128,
  FPSCR: 160,
  FPEXC: 161,
  FPINST: 162,
  FPINST2: 163,
  /** Counted by translated code, where caches are modelled as tags (cache/tagCaches.ts): they carry values like those from SCRATCH on. */
  DATA_HITS: 168,
  DATA_MISSES: 169,
  FETCH_HITS: 170,
  /** Two doubles that carry values inside one VFP instruction. */
  VFP_SCRATCH: 164,
} as const;

export const STATE_WORDS = 192;

/** A byte for each pattern of mode bits: the state word of its SPSR, 0 where there is none. */
export const SPSR_WORDS_OFFSET = 0x400;

/** Software TLB: banks × entries × four words (read tag, write tag, addend, page and rights). */
export const TLB_OFFSET = 0x10000;
export const TLB_BANKS = 8;
export const TLB_ENTRIES = 2048;
export const TLB_ENTRY_WORDS = 4;
export const TLB_BANK_WORDS = TLB_ENTRIES * TLB_ENTRY_WORDS;

/** Where translated code goes on: entries by virtual address, four words each (translator/dispatch.ts). */
export const JUMP_OFFSET = 0x50000;
export const JUMP_ENTRIES = 4096;
export const JUMP_ENTRY_WORDS = 4;

/** Lines of the instruction cache, where it keeps data: code is executed from here. As much as the biggest has, 128 KB. */
export const INSTRUCTION_CACHE_OFFSET = 0x60000;

/**
 * The same place where caches are tags alone: lines that are known to be there, direct-mapped by virtual address, for translated code
 * (cache/hints.ts). Offset and number of words: fetches and loads by the line, stores by half a line.
 */
export const HINTS = {
  LOADS: { OFFSET: 0x60000, WORDS: 0x2000 },
  STORES: { OFFSET: 0x68000, WORDS: 0x4000 },
  FETCHES: { OFFSET: 0x78000, WORDS: 0x2000 },
} as const;

/** How often each region was called, a word for each slot. */
export const REGION_CALLS_OFFSET = 0x80000;
export const REGION_SLOTS = 0x20000;

/** Guest RAM starts here in the memory. */
export const RAM_OFFSET = 0x100000;
