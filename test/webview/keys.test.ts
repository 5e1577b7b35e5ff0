// The display page's keys, held against Linux's own numbers where its header is installed.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { evdev, evdevCode, phoneKeys } from '../../src/webview/display/keys';

/** Names of the DOM (UI Events KeyboardEvent code values) beside those of linux/input-event-codes.h. */
const pairs: readonly (readonly [string, string, number])[] = [
  ['Escape', 'ESC', 1],
  ['Digit1', '1', 2],
  ['Digit0', '0', 11],
  ['Backspace', 'BACKSPACE', 14],
  ['Tab', 'TAB', 15],
  ['KeyQ', 'Q', 16],
  ['Enter', 'ENTER', 28],
  ['ControlLeft', 'LEFTCTRL', 29],
  ['KeyA', 'A', 30],
  ['ShiftLeft', 'LEFTSHIFT', 42],
  ['KeyZ', 'Z', 44],
  ['ShiftRight', 'RIGHTSHIFT', 54],
  ['AltLeft', 'LEFTALT', 56],
  ['Space', 'SPACE', 57],
  ['F1', 'F1', 59],
  ['F10', 'F10', 68],
  ['Numpad7', 'KP7', 71],
  ['Numpad0', 'KP0', 82],
  ['IntlBackslash', '102ND', 86],
  ['F12', 'F12', 88],
  ['ControlRight', 'RIGHTCTRL', 97],
  ['AltRight', 'RIGHTALT', 100],
  ['Home', 'HOME', 102],
  ['ArrowUp', 'UP', 103],
  ['ArrowLeft', 'LEFT', 105],
  ['ArrowDown', 'DOWN', 108],
  ['Delete', 'DELETE', 111],
];

describe('The keys of the display page', () => {
  for (const [dom, name, number] of pairs) {
    it(`${dom} is KEY_${name}`, () => assert.equal(evdevCode(dom), number));
  }

  it('are none for what evdev has no usual key', () => assert.equal(evdevCode('LaunchMail'), undefined));

  it('have the numbers of the Linux header', function () {
    const header = '/usr/include/linux/input-event-codes.h';
    if (!existsSync(header)) this.skip();
    const numbers = new Map(
      [...readFileSync(header, 'utf8').matchAll(/^#define\s+(\w+)\s+(0x[0-9a-f]+|\d+)\b/gm)].map((match) => [
        match[1],
        Number(match[2]),
      ]),
    );
    for (const [, name, number] of pairs) assert.equal(numbers.get(`KEY_${name}`), number, name);
    const ofPhone = ['KEY_HOME', 'KEY_MENU', 'KEY_BACK', 'KEY_SEND', 'KEY_END'];
    phoneKeys.forEach(({ label, code }, index) => {
      assert.equal(numbers.get(ofPhone[index]!), code, label);
    });
    for (const [name, number] of Object.entries(evdev)) {
      assert.equal(numbers.get(/_/.test(name) ? name : `EV_${name}`), number, name);
    }
  });
});
