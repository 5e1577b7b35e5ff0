/**
 * Keys of a PC keyboard as Linux's evdev numbers them (linux/input-event-codes.h), by `KeyboardEvent.code`, which names places and
 * not letters. Data only.
 */

/** In the order of the numbers, from a first one: a row of the keyboard is mostly one run. */
const runs: readonly (readonly [number, string])[] = [
  [1, 'Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace'],
  [15, 'Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter ControlLeft'],
  [30, 'KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash'],
  [44, 'KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock'],
  [59, 'F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock Numpad7 Numpad8 Numpad9 NumpadSubtract'],
  [75, 'Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal'],
  [86, 'IntlBackslash F11 F12'],
  [96, 'NumpadEnter ControlRight NumpadDivide'],
  [100, 'AltRight'],
  [102, 'Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete'],
];

const codes: ReadonlyMap<string, number> = new Map(
  runs.flatMap(([first, names]) => names.split(' ').map((name, index) => [name, first + index] as const)),
);

/** Undefined for a key that evdev has no usual number for. */
export function evdevCode(code: string): number | undefined {
  return codes.get(code);
}

/** The phone keys that a PC keyboard does not have, as buttons of the page (goldfish's keypad). */
export const phoneKeys: readonly { readonly label: string; readonly code: number }[] = [
  { label: 'Home', code: 102 },
  { label: 'Menu', code: 139 },
  { label: 'Back', code: 158 },
  { label: 'Call', code: 231 },
  { label: 'End', code: 107 },
];

/** Event types and codes of a touch screen. */
export const evdev = { SYN: 0, KEY: 1, ABS: 3, ABS_X: 0, ABS_Y: 1, BTN_TOUCH: 0x14a } as const;
