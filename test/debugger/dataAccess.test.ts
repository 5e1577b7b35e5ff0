/** The encodings are those of ARM DDI 0100; the words below are what arm-none-eabi-as makes of the comment beside them. */
import assert from 'node:assert/strict';
import { dataAccessOf } from '../../src/debugger/dataAccess';

const arm: readonly [word: number, text: string, access: string | undefined][] = [
  [0xe5910000, 'ldr r0, [r1]', 'read'],
  [0xe5810000, 'str r0, [r1]', 'write'],
  [0xe5d10000, 'ldrb r0, [r1]', 'read'],
  [0xe4a10000, 'strt r0, [r1], #0', 'write'],
  [0xe1d100b0, 'ldrh r0, [r1]', 'read'],
  [0xe1c100b0, 'strh r0, [r1]', 'write'],
  [0xe1d100d0, 'ldrsb r0, [r1]', 'read'],
  [0xe1c100d0, 'ldrd r0, [r1]', 'read'],
  [0xe1c100f0, 'strd r0, [r1]', 'write'],
  [0xe8910005, 'ldm r1, {r0, r2}', 'read'],
  [0xe92d4010, 'push {r4, lr}', 'write'],
  [0xe1010092, 'swp r0, r2, [r1]', 'write'],
  [0xe0010291, 'mul r1, r1, r2', undefined],
  [0xe0810002, 'add r0, r1, r2', undefined],
];
const thumb: readonly [word: number, text: string, access: string | undefined][] = [
  [0x6808, 'ldr r0, [r1]', 'read'],
  [0x6008, 'str r0, [r1]', 'write'],
  [0x5688, 'ldrsb r0, [r1, r2]', 'read'],
  [0x5e88, 'ldrsh r0, [r1, r2]', 'read'],
  [0x5288, 'strh r0, [r1, r2]', 'write'],
  [0x8008, 'strh r0, [r1]', 'write'],
  [0x9801, 'ldr r0, [sp, #4]', 'read'],
  [0xb510, 'push {r4, lr}', 'write'],
  [0xbd10, 'pop {r4, pc}', 'read'],
  [0xc105, 'stmia r1!, {r0, r2}', 'write'],
  [0x1888, 'adds r0, r1, r2', undefined],
];

describe('Loads and stores', () => {
  for (const [word, text, access] of arm) {
    it(`sees ${text} as ${access ?? 'neither'}`, () => assert.equal(dataAccessOf(word, false), access));
  }
  for (const [word, text, access] of thumb) {
    it(`sees ${text} (Thumb) as ${access ?? 'neither'}`, () => assert.equal(dataAccessOf(word, true), access));
  }
});
