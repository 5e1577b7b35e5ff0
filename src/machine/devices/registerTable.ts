/**
 * The form in which a device declares its registers, once, as data. Dispatch (`device.ts`), register views, generated
 * documentation and tests all read the same table. Nothing here knows how a device behaves.
 */

/** Bits `high`..`low` of a register. */
export interface RegisterField {
  readonly name: string;
  readonly high: number;
  readonly low: number;
  readonly doc: string;
  /** Names of the values that have one. */
  readonly values?: Readonly<Record<number, string>>;
}

export interface RegisterDeclaration {
  /** Byte offset from the device's base. */
  readonly offset: number;
  /** A register that means something else when read than when written is declared as two, one 'r' and one 'w'. */
  readonly access: 'r' | 'w' | 'rw';
  /** What a read gives after reset, where that does not depend on time or input. Default 0. */
  readonly reset?: number;
  readonly doc: string;
  readonly fields?: readonly RegisterField[];
  /** What reading changes, in words. A register that has this has an `afterRead` handler, and only then. */
  readonly readEffect?: string;
  /** An array of registers: how many there are, `stride` bytes apart (default 4). */
  readonly count?: number;
  readonly stride?: number;
}

export type RegisterMap = Readonly<Record<string, RegisterDeclaration>>;

/** A device's face towards software: what stands at the start of every device file. */
export interface DeviceTable<Registers extends RegisterMap = RegisterMap> {
  /** The name by which software or a board description calls the device. */
  readonly name: string;
  readonly doc: string;
  /** Size of the window that the device decodes. */
  readonly windowBytes: number;
  readonly registers: Registers;
}

type NamesWhere<Registers extends RegisterMap, Access> = {
  [Name in keyof Registers]: Registers[Name]['access'] extends Access ? Name : never;
}[keyof Registers] &
  string;

export type ReadableName<Registers extends RegisterMap> = NamesWhere<Registers, 'r' | 'rw'>;
export type WritableName<Registers extends RegisterMap> = NamesWhere<Registers, 'w' | 'rw'>;
export type ReadEffectName<Registers extends RegisterMap> = {
  [Name in keyof Registers]: Registers[Name] extends { readonly readEffect: string } ? Name : never;
}[keyof Registers] &
  string;

/** Keeps the literal types of a table while checking its form. */
export function declareDevice<const Registers extends RegisterMap>(
  table: DeviceTable<Registers>,
): DeviceTable<Registers> {
  return table;
}

/** One register found at an offset: its name, its declaration, and its place in an array of registers. */
export interface RegisterAt {
  readonly name: string;
  readonly declaration: RegisterDeclaration;
  readonly index: number;
}

/** Every readable (or writable) offset of a table with the register that answers there. */
export function registersByOffset(table: DeviceTable, access: 'r' | 'w'): ReadonlyMap<number, RegisterAt> {
  const byOffset = new Map<number, RegisterAt>();
  for (const [name, declaration] of Object.entries(table.registers)) {
    if (!declaration.access.includes(access)) continue;
    for (let index = 0; index < (declaration.count ?? 1); index++) {
      byOffset.set(declaration.offset + index * (declaration.stride ?? 4), { name, declaration, index });
    }
  }
  return byOffset;
}

/** The bits of `field` in a register's `value`. */
export function fieldValue(field: RegisterField, value: number): number {
  const width = field.high - field.low + 1;
  return width === 32 ? value >>> 0 : (value >>> field.low) & (2 ** width - 1);
}
