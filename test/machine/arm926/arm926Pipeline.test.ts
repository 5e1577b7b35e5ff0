import assert from 'node:assert/strict';
import { FORM_NAMES, decodeArm, type Decoded } from '../../../src/machine/arm926/decodeArm';
import { decodeThumb } from '../../../src/machine/arm926/decodeThumb';
import { PARAMETERS, type Parameter } from '../../../src/machine/arm926/ticks/arm926ejs/parameters';
import { Interlocks, timingOf } from '../../../src/machine/arm926/ticks/arm926ejs/pipeline';

const decoded: Decoded = { name: '', form: 0, word: 0, extra: 0, ends: false };

/** Cycles of each instruction when all of memory answers at once and conditions pass. */
function cyclesOf(words: readonly number[], decode: (op: number, out: Decoded) => void = decodeArm): number[] {
  const interlocks = new Interlocks();
  return words.map((word) => {
    decode(word, decoded);
    return interlocks.issue(timingOf(decoded.form, decoded.word), true);
  });
}

/** ARM DDI 0222B table 8.2 and what goldfish.md D adds to it. */
const ARM: readonly [string, readonly number[], readonly number[]][] = [
  ['a data operation takes 1, with a register shift 2', [0xe0810002, 0xe1a00211, 0xe0810102], [1, 2, 1]],
  ['CMP with a register shift takes 2', [0xe1510213], [2]],
  ['CLZ takes 1', [0xe16f0f11], [1]],
  ['ADD to pc takes 3, with a shift 4', [0xe082f003, 0xe082f103], [3, 4]], // add pc, r2, r3; add pc, r2, r3, lsl #2
  ['MOV, ORR and RSC to pc take 4', [0xe1a0f00e, 0xe182f003, 0xe0e2f003], [4, 4, 4]],
  ['SUBS pc, lr, #4 is arithmetic: 3', [0xe25ef004], [3]],
  ['a loaded word used at once waits 1', [0xe5910000, 0xe0802002], [1, 2]], // ldr r0, [r1]; add r2, r0, r2
  ['a loaded word used one later does not wait', [0xe5910000, 0xe1a03004, 0xe0802002], [1, 1, 1]],
  ['a loaded byte used at once waits 2', [0xe5d10000, 0xe0802002], [1, 3]],
  ['a loaded byte used one later waits 1', [0xe5d10000, 0xe1a03004, 0xe0802002], [1, 1, 2]],
  ['half-words and signed bytes wait 2', [0xe1d100b0, 0xe0802002, 0xe1d100d0, 0xe0802002], [1, 3, 1, 3]],
  ['a multi-cycle instruction between hides the wait', [0xe5d10000, 0xe0060897, 0xe0844005], [1, 2, 1]], // ldrb r0; mul r6, r7, r8; add r4, r4, r5
  ['the base of the next transfer waits', [0xe5910000, 0xe5902000], [1, 2]],
  ['data to be stored waits 1', [0xe5910000, 0xe5820000], [1, 2]],
  ['an accumulate operand waits 1', [0xe5910000, 0xe0220493], [1, 3]], // mla r2, r3, r4, r0
  ['a register written anew is not waited for', [0xe5d10000, 0xe3a00001, 0xe0802002], [1, 1, 1]],
  ['a written-back base is there at once', [0xe4910004, 0xe1a02001], [1, 1]], // ldr r0, [r1], #4; mov r2, r1
  ['MOV does not ask for bits 19:16', [0xe5910000, 0xe1a03004], [1, 1]],
  ['a scaled offset costs 1 more, a plain one nothing', [0xe7910102, 0xe7910002, 0xe7813102], [2, 1, 2]],
  ['LDR pc takes 5, scaled 6', [0xe591f000, 0xe791f102], [5, 6]],
  ['LDRD takes 2; its last word used next waits 1', [0xe1c100d0, 0xe0812002], [2, 2]],
  ['LDRD: its first word used next does not wait', [0xe1c100d0, 0xe0802002], [2, 1]],
  ['STR 1, STRD 2', [0xe5810000, 0xe1c100f0], [1, 2]],
  ['LDM of one register 2, of four 4', [0xe8910001, 0xe8910078], [2, 4]],
  ['LDM whose last register is used next waits 1', [0xe8910078, 0xe0866002], [4, 2]],
  ['LDM whose other registers are used next does not wait', [0xe8910078, 0xe0855002], [4, 1]],
  ['LDM with pc takes n + 4', [0xe8bd8010], [6]],
  ['STM of one register 2, of four 4', [0xe8810001, 0xe8810078], [2, 4]],
  ['MUL and MLA 2, with S 4', [0xe0000291, 0xe0203291, 0xe0100291], [2, 2, 4]],
  ['a long multiply 3, with S 5', [0xe0810392, 0xe0910392], [3, 5]],
  ['a product used next waits 1', [0xe0000291, 0xe0843000], [2, 2]], // mul r0, r1, r2; add r3, r4, r0
  ['a product accumulated next does not wait', [0xe0200291, 0xe0200493], [2, 2]], // mla r0, r1, r2, r0; mla r0, r3, r4, r0
  ['a product stored next waits 1', [0xe0203291, 0xe5880000], [2, 2]],
  ['a product with S is there', [0xe0100291, 0xe0843000], [4, 1]],
  ['SMULxy 1, used next 2, accumulated next 1', [0xe1600281, 0xe0843000], [1, 2]],
  ['SMLAxy chains without waits', [0xe1000281, 0xe1000281], [1, 1]], // smlabb r0, r1, r2, r0 twice
  ['SMLALxy 2', [0xe1410382], [2]],
  ['B, BL, BX, BLX 3', [0xea000000, 0xeb000000, 0xe12fff1e, 0xe12fff33, 0xfa000000], [3, 3, 3, 3, 3]],
  ['SWI and undefined instructions 3', [0xef000000, 0xe7f000f0], [3, 3]],
  ['MRS 2; MSR of flags 1, of control 3', [0xe10f0000, 0xe128f000, 0xe129f000], [2, 1, 3]],
  ['MCR and MRC 1; the register read by MRC waits 1', [0xee070f9a, 0xee110f10, 0xe0802002], [1, 1, 2]],
  ['SWP 2, and its word used next waits 1', [0xe1013092, 0xe0834004], [2, 2]], // swp r3, r2, [r1]; add r4, r3, r4
  ['PLD 1', [0xf5d1f000], [1]],
];

const THUMB: readonly [string, readonly number[], readonly number[]][] = [
  ['a loaded word waits 1, a byte 2', [0x6808, 0x1c42, 0x7808, 0x1c42], [1, 2, 1, 3]], // ldr r0, [r1]; add r2, r0, #1
  ['a literal waits 1', [0x4800, 0x1c42], [1, 2]],
  ['shifts by a register 2, MUL with flags 4', [0x4088, 0x4348], [2, 4]],
  ['PUSH n, POP with pc n + 4', [0xb507, 0xbd07], [4, 8]],
  ['BL 1 + 3, BX 3', [0xf000, 0xf800, 0x4770], [1, 3, 3]],
  ['B taken 3', [0xe000], [3]],
];

describe('The pipeline of the arm926ejs tick model', () => {
  for (const [name, words, cycles] of ARM) it(`ARM: ${name}`, () => assert.deepEqual(cyclesOf(words), cycles));
  for (const [name, halves, cycles] of THUMB) {
    it(`Thumb: ${name}`, () => assert.deepEqual(cyclesOf(halves, decodeThumb), cycles));
  }

  it('an instruction whose condition fails takes 1, after the wait that it would have had, and leaves nothing late', () => {
    const interlocks = new Interlocks();
    const issue = (word: number, passes: boolean): number => {
      decodeArm(word, decoded);
      return interlocks.issue(timingOf(decoded.form, decoded.word), passes);
    };
    assert.equal(issue(0xe5910000, true), 1); // ldr r0, [r1]
    assert.equal(issue(0x05903000, false), 2); // ldreq r3, [r0]
    assert.equal(issue(0xe0833003, true), 1); // add r3, r3, r3
  });

  it('has a timing for every row of the instruction table', () => {
    FORM_NAMES.forEach((_, form) => assert.ok(timingOf(form, 0xe0000000 | 0).cycles >= 1));
    assert.ok(FORM_NAMES.length > 40);
  });

  it('every parameter has a unit and a source: a manual, or an assumption that is called one', () => {
    for (const [name, { value, source }] of Object.entries<Parameter>(PARAMETERS)) {
      assert.ok(Number.isInteger(value) && value >= 0, name);
      assert.match(source, /^(ARM DDI \d{4}[A-Z] |assumption: )/, name);
    }
  });
});
