/**
 * Instructions that call: what a line of source, or one instruction, may step into. Reads code; executes nothing. Encodings: ARM DDI
 * 0100 A3.3 (branches), A3.14 (SWI), A6.3 and A6.9 (Thumb).
 */

/** A call at an address; the destination is undefined where a register will tell, the immediate is of a `swi`. */
export interface CallSite {
  readonly address: number;
  readonly kind: 'call' | 'swi';
  readonly destination?: number;
  readonly immediate?: number;
}

interface Encoding {
  readonly mask: number;
  readonly value: number;
  readonly site: (word: number, address: number) => Omit<CallSite, 'address'>;
}

const ARM_PC_AHEAD = 8;
const THUMB_PC_AHEAD = 4;

const signed = (value: number, bits: number): number => (value << (32 - bits)) >> (32 - bits);

/** First match counts: BLX has the condition that other instructions never have. */
const arm: readonly Encoding[] = [
  {
    mask: 0xfe000000,
    value: 0xfa000000, // BLX: bit 24 is a halfword more
    site: (word, address) => ({
      kind: 'call',
      destination: (address + ARM_PC_AHEAD + signed(word, 24) * 4 + ((word >>> 23) & 2)) >>> 0,
    }),
  },
  {
    mask: 0x0f000000,
    value: 0x0b000000, // BL
    site: (word, address) => ({ kind: 'call', destination: (address + ARM_PC_AHEAD + signed(word, 24) * 4) >>> 0 }),
  },
  { mask: 0x0ffffff0, value: 0x012fff30, site: () => ({ kind: 'call' }) }, // BLX register
  { mask: 0x0f000000, value: 0x0f000000, site: (word) => ({ kind: 'swi', immediate: word & 0xffffff }) },
];

/** BL and BLX are two halfwords here, of which the second is the higher half of the word. */
const thumb: readonly Encoding[] = [
  {
    mask: 0xf800f800,
    value: 0xf800f000, // BL
    site: (word, address) => ({ kind: 'call', destination: thumbDestination(word, address) }),
  },
  {
    mask: 0xf801f800,
    value: 0xe800f000, // BLX
    site: (word, address) => ({ kind: 'call', destination: (thumbDestination(word, address) & ~3) >>> 0 }),
  },
  { mask: 0x0000ff87, value: 0x00004780, site: () => ({ kind: 'call' }) }, // BLX register
  { mask: 0x0000ff00, value: 0x0000df00, site: (word) => ({ kind: 'swi', immediate: word & 0xff }) },
];

function thumbDestination(word: number, address: number): number {
  const high = signed(word & 0x7ff, 11) << 12;
  return (address + THUMB_PC_AHEAD + high + (((word >>> 16) & 0x7ff) << 1)) >>> 0;
}

/** @param read a word of code; undefined where there is none */
export function callAt(
  address: number,
  isThumb: boolean,
  read: (address: number) => number | undefined,
): CallSite | undefined {
  const word = read(address);
  if (word === undefined) return undefined;
  const encodings = isThumb ? thumb : arm;
  const found = encodings.find(({ mask, value }) => (word & mask) >>> 0 === value);
  return found && { address, ...found.site(word >>> 0, address) };
}

const MOV_R7 = { mask: 0xffffff00, value: 0xe3a07000 };
const THUMB_MOV_R7 = { mask: 0xff00, value: 0x2700 };
/** How far before its `swi` a stub sets r7. */
const STUB_INSTRUCTIONS = 6;

/** The number that a stub puts into r7 for its `swi`; undefined when it comes from elsewhere. */
export function numberBefore(
  site: number,
  isThumb: boolean,
  read: (address: number) => number | undefined,
): number | undefined {
  const { mask, value } = isThumb ? THUMB_MOV_R7 : MOV_R7;
  const bytes = isThumb ? 2 : 4;
  for (let back = 1; back <= STUB_INSTRUCTIONS; back++) {
    const word = read((site - back * bytes) >>> 0);
    if (word !== undefined && (word & mask) >>> 0 === value) return word & 0xff;
  }
  return undefined;
}
