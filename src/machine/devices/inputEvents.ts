/**
 * Linux input events as numbers (linux/input-event-codes.h names them): which ones the goldfish input device can send, and
 * the keys by which a text is typed on its keyboard. Knows no registers.
 */

import type { ScreenSize } from './goldfishFb';

export const EVENT_NAME = 'qwerty';

/** Types of events. */
export const EV = { SYN: 0, KEY: 1, REL: 2, ABS: 3 } as const;

const KEY_SHIFT = 42;
const FIRST_ROW = 2;
const BTN_TOUCH = 0x14a;
const REL_X = 0;
const REL_Y = 1;
const ABS_X = 0;
const ABS_Y = 1;
const ABS_Z = 2;
const NUMBERS_PER_AXIS = 4;

/** Rows of the keyboard from their first key's code on, plain and with shift. */
const rows: readonly (readonly [code: number, plain: string, shifted: string])[] = [
  [FIRST_ROW, '1234567890-=', '!@#$%^&*()_+'],
  [16, 'qwertyuiop[]', 'QWERTYUIOP{}'],
  [30, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [43, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
  [57, ' ', ' '],
  [28, '\n', '\n'],
  [15, '\t', '\t'],
];

const keys = new Map<string, { readonly code: number; readonly shift: boolean }>();
for (const [first, plain, shifted] of rows) {
  [...shifted].forEach((character, index) => keys.set(character, { code: first + index, shift: true }));
  [...plain].forEach((character, index) => keys.set(character, { code: first + index, shift: false }));
}

/** The keys of a telephone of 2008 beside those of the rows: escape, backspace, modifiers, arrows, home, volume, power, … */
const furtherKeys = [
  1, 14, 29, 42, 54, 56, 100, 102, 103, 105, 106, 107, 108, 111, 114, 115, 116, 127, 139, 158, 212, 217, 229, 230, 231,
  232,
];

const codesByType: Readonly<Record<number, readonly number[]>> = {
  [EV.SYN]: [EV.SYN, EV.KEY, EV.REL, EV.ABS],
  [EV.KEY]: [...[...keys.values()].map(({ code }) => code), ...furtherKeys, BTN_TOUCH],
  [EV.REL]: [REL_X, REL_Y],
  [EV.ABS]: [ABS_X, ABS_Y, ABS_Z],
};

/** Bit n of byte n / 8 says that code n can come; for type 0, that type n can. Undefined for a type that never comes. */
export function eventBits(type: number): Uint8Array | undefined {
  const codes = codesByType[type];
  if (codes === undefined) return undefined;
  const bits = new Uint8Array((Math.max(...codes) >>> 3) + 1);
  for (const code of codes) bits[code >>> 3]! |= 1 << (code & 7);
  return bits;
}

/** Minimum, maximum, fuzz and flat of each axis in the order of their codes. */
export function pointerRange({ width, height }: ScreenSize): Int32Array {
  const range = new Int32Array(NUMBERS_PER_AXIS * (ABS_Z + 1));
  range[ABS_X * NUMBERS_PER_AXIS + 1] = width - 1;
  range[ABS_Y * NUMBERS_PER_AXIS + 1] = height - 1;
  range[ABS_Z * NUMBERS_PER_AXIS + 1] = 1;
  return range;
}

/** The keys of a text; undefined when a character has none. */
export function keysOf(text: string): readonly { readonly code: number; readonly shift: boolean }[] | undefined {
  const found = [...text].map((character) => keys.get(character));
  return found.every((key) => key !== undefined) ? found : undefined;
}

/** The events of typing a text, three words each: every key down and up, with shift where it takes shift. */
export function typedText(text: string): number[] {
  const press = (code: number, value: number): number[] => [EV.KEY, code, value, EV.SYN, 0, 0];
  return (keysOf(text) ?? []).flatMap(({ code, shift }) => [
    ...(shift ? press(KEY_SHIFT, 1) : []),
    ...press(code, 1),
    ...press(code, 0),
    ...(shift ? press(KEY_SHIFT, 0) : []),
  ]);
}
