/**
 * Whether an instruction loads or stores. The ARM926's fault status does not tell (it has no write bit, ARM DDI 0198D 2.3.5), so whoever
 * explains a data abort reads the instruction that caused it. Encodings: ARM DDI 0100 A3.1 and A6.2.
 */

export type DataAccess = 'read' | 'write';

interface Encoding {
  readonly mask: number;
  readonly value: number;
  /** Fixed, or the bit that is 1 for a load. */
  readonly access: DataAccess | { readonly loadBit: number };
}

/** First match counts. */
const arm: readonly Encoding[] = [
  // SWP and SWPB load and store; the store is what asks for more.
  { mask: 0x0fb00ff0, value: 0x01000090, access: 'write' },
  { mask: 0x0e1000f0, value: 0x000000b0, access: 'write' }, // STRH
  { mask: 0x0e1000f0, value: 0x000000d0, access: 'read' }, // LDRD
  { mask: 0x0e1000f0, value: 0x000000f0, access: 'write' }, // STRD
  { mask: 0x0e100090, value: 0x00100090, access: 'read' }, // LDRH, LDRSB, LDRSH
  { mask: 0x0c000000, value: 0x04000000, access: { loadBit: 20 } }, // LDR, STR and their byte and T forms
  { mask: 0x0e000000, value: 0x08000000, access: { loadBit: 20 } }, // LDM, STM
  { mask: 0x0e000000, value: 0x0c000000, access: { loadBit: 20 } }, // LDC, STC
];

const thumb: readonly Encoding[] = [
  { mask: 0xf800, value: 0x4800, access: 'read' }, // LDR from the literal pool
  { mask: 0xfe00, value: 0x5600, access: 'read' }, // LDRSB
  { mask: 0xf000, value: 0x5000, access: { loadBit: 11 } }, // register offset: STR, STRH, STRB below LDR ...
  { mask: 0xe000, value: 0x6000, access: { loadBit: 11 } }, // immediate offset, word and byte
  { mask: 0xf000, value: 0x8000, access: { loadBit: 11 } }, // halfword
  { mask: 0xf000, value: 0x9000, access: { loadBit: 11 } }, // from sp
  { mask: 0xf600, value: 0xb400, access: { loadBit: 11 } }, // PUSH, POP
  { mask: 0xf000, value: 0xc000, access: { loadBit: 11 } }, // LDMIA, STMIA
];

/** What the instruction does to memory; undefined for one that does nothing to it. */
export function dataAccessOf(instruction: number, isThumb: boolean): DataAccess | undefined {
  const access = (isThumb ? thumb : arm).find(({ mask, value }) => (instruction & mask) === value)?.access;
  if (typeof access !== 'object') return access;
  return ((instruction >>> access.loadBit) & 1) === 1 ? 'read' : 'write';
}
