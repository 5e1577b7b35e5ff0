/**
 * Bit fields of the registers a debugger shows, as data: PSR (ARM DDI 0100 A2.5), CP15 control (ARM DDI 0198D 2.3.3), DACR, FSR.
 * The Registers and CP15 scopes, `$cpsr.mode` in expressions and the fault sentences read it.
 */

export interface BitField {
  readonly name: string;
  readonly low: number;
  readonly width: number;
  /** What a value means; without it the number is shown. */
  readonly meaning?: (value: number) => string;
  readonly doc?: string;
}

const flag = (name: string, low: number, set: string, clear: string, doc?: string): BitField => ({
  name,
  low,
  width: 1,
  meaning: (value) => (value ? set : clear),
  ...(doc ? { doc } : {}),
});

const MODES: Readonly<Record<number, string>> = {
  0x10: 'USR',
  0x11: 'FIQ',
  0x12: 'IRQ',
  0x13: 'SVC',
  0x17: 'ABT',
  0x1b: 'UND',
  0x1f: 'SYS',
};
export const modeName = (bits: number): string => MODES[bits & 0x1f] ?? `reserved mode 0x${(bits & 0x1f).toString(16)}`;

export const PSR_FIELDS: readonly BitField[] = [
  flag('N', 31, 'negative', 'clear'),
  flag('Z', 30, 'zero', 'clear'),
  flag('C', 29, 'carry', 'clear'),
  flag('V', 28, 'overflow', 'clear'),
  flag('Q', 27, 'saturated', 'clear'),
  flag('I', 7, 'IRQ masked', 'IRQ enabled'),
  flag('F', 6, 'FIQ masked', 'FIQ enabled'),
  flag('T', 5, 'Thumb', 'ARM'),
  { name: 'mode', low: 0, width: 5, meaning: modeName },
];

const VIRTUAL_MODES: Readonly<Record<number, string>> = { 0x10: 'virtual user', 0x13: 'virtual kernel' };
export const VPSR_FIELDS: readonly BitField[] = [
  {
    name: 'mode',
    low: 0,
    width: 5,
    meaning: (value) => VIRTUAL_MODES[value] ?? `not a virtual mode (${modeName(value)})`,
  },
];

export const CONTROL_FIELDS: readonly BitField[] = [
  flag('M', 0, 'MMU on', 'MMU off'),
  flag('A', 1, 'alignment faults on', 'alignment faults off'),
  flag('C', 2, 'data cache on', 'data cache off'),
  flag('S', 8, 'set', 'clear', 'system protection: AP 0 lets privileged code read'),
  flag('R', 9, 'set', 'clear', 'ROM protection: AP 0 lets everybody read'),
  flag('I', 12, 'instruction cache on', 'instruction cache off'),
  flag('V', 13, 'vectors at 0xFFFF0000', 'vectors at 0'),
  flag('RR', 14, 'round robin', 'random replacement'),
  flag('L4', 15, 'loads to pc keep the T bit', 'loads to pc set the T bit'),
];

export const DOMAIN_ACCESS = ['no access', 'client', 'reserved', 'manager'] as const;
/** What the 2008 port keeps in its MMU domains (paper 3.2.1). */
const MMU_DOMAIN_USES = ['hypervisor', 'kernel', 'I/O', 'user'];

export const DACR_FIELDS: readonly BitField[] = Array.from({ length: 16 }, (_, number) => ({
  name: `D${number}`,
  low: number * 2,
  width: 2,
  meaning: (value: number) => DOMAIN_ACCESS[value]!,
  ...(MMU_DOMAIN_USES[number] ? { doc: MMU_DOMAIN_USES[number] } : {}),
}));

/** FSR[3:0], ARM DDI 0100 B4.6.1 (those that the ARM926 reports). */
const FAULTS: Readonly<Record<number, string>> = {
  0x1: 'alignment fault',
  0x3: 'alignment fault',
  0x5: 'section translation fault',
  0x7: 'page translation fault',
  0x8: 'external abort on a section',
  0xa: 'external abort on a page',
  0x9: 'section domain fault',
  0xb: 'page domain fault',
  0xc: 'external abort on first-level translation',
  0xe: 'external abort on second-level translation',
  0xd: 'section permission fault',
  0xf: 'page permission fault',
};
export const faultName = (fsr: number): string => FAULTS[fsr & 15] ?? 'no fault';

export const FSR_FIELDS: readonly BitField[] = [
  { name: 'status', low: 0, width: 4, meaning: faultName },
  { name: 'domain', low: 4, width: 4, meaning: (value) => `D${value}` },
];

export const fieldValue = (field: BitField, register: number): number =>
  (register >>> field.low) & (2 ** field.width - 1);

/** `section permission fault, MMU domain D1`. */
export const describeFsr = (fsr: number): string =>
  FAULTS[fsr & 15] ? `${faultName(fsr)}, MMU domain D${(fsr >>> 4) & 15}` : 'no fault';

/** `D0 client, D1 manager, ...`, leaving out what has no access. */
export function describeDacr(dacr: number): string {
  const named = DACR_FIELDS.map((field) => ({ name: field.name, value: fieldValue(field, dacr) }));
  const open = named.filter(({ value }) => value !== 0);
  return open.map(({ name, value }) => `${name} ${DOMAIN_ACCESS[value]}`).join(', ') || 'no access to any MMU domain';
}

/** `NZcv IFt SVC`: capital letters are set bits. */
export function describePsr(psr: number): string {
  const letter = (name: string) => {
    const field = PSR_FIELDS.find((candidate) => candidate.name === name)!;
    return fieldValue(field, psr) ? name : name.toLowerCase();
  };
  return `${['N', 'Z', 'C', 'V', 'Q'].map(letter).join('')} ${['I', 'F', 'T'].map(letter).join('')} ${modeName(psr)}`;
}
