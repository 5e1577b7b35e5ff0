/**
 * Registers that only keep what is written, for devices whose work is not modelled but whose drivers read back what they wrote.
 * The values are part of the device's state; a device may give some of the registers a behaviour of its own instead.
 */

/** Bits that can be written, by register name. */
type Masks = Readonly<Record<string, number>>;

/** Values by register name; an array of registers has one for each index. */
export type KeptValues = Record<string, number[]>;

/** The part of a device's state that holds them. */
export interface KeptState {
  kept: KeptValues;
}

export interface KeptRegisters<Names extends string> {
  readonly read: Record<Names, (index: number) => number>;
  readonly write: Record<Names, (value: number, index: number) => void>;
}

/** Handlers for the registers named in `masks`; their values live in `state.kept`, those never written are `resets` or 0. */
export function keptRegisters<const Kept extends Masks>(
  state: KeptState,
  masks: Kept,
  resets: Partial<Record<keyof Kept & string, number>> = {},
): KeptRegisters<keyof Kept & string> {
  const names = Object.keys(masks) as (keyof Kept & string)[];
  const read = {} as Record<keyof Kept & string, (index: number) => number>;
  const write = {} as Record<keyof Kept & string, (value: number, index: number) => void>;
  for (const name of names) {
    read[name] = (index) => state.kept[name]?.[index] ?? resets[name] ?? 0;
    write[name] = (value, index) => {
      const kept = (state.kept[name] ??= []);
      // Filled from the start, so that the state is a plain array without holes.
      while (kept.length <= index) kept.push(resets[name] ?? 0);
      kept[index] = (value & masks[name]!) >>> 0;
    };
  }
  return { read, write };
}
