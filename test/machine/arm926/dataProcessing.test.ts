import assert from 'node:assert/strict';
import { execute } from './testMachine';

/** Expected values are worked out from the pseudo-code of ARM DDI 0100 A4.1. */
interface Row {
  readonly assembly: string;
  readonly word: number;
  readonly r?: Record<number, number>;
  readonly before?: string;
  readonly expect?: Record<number, number>;
  readonly flags?: string;
}

const rows: readonly Row[] = [
  {
    assembly: 'ands r0, r1, r2',
    word: 0xe0110002,
    r: { 1: 0xf0, 2: 0x0f },
    before: 'nzCVq',
    expect: { 0: 0 },
    flags: 'nZCVq',
  },
  {
    assembly: 'eors r0, r1, r2',
    word: 0xe0310002,
    r: { 1: 0x80000000, 2: 1 },
    expect: { 0: 0x80000001 },
    flags: 'Nzcvq',
  },
  { assembly: 'subs r0, r1, r2 (equal)', word: 0xe0510002, r: { 1: 5, 2: 5 }, expect: { 0: 0 }, flags: 'nZCvq' },
  {
    assembly: 'subs r0, r1, r2 (borrow)',
    word: 0xe0510002,
    r: { 1: 0, 2: 1 },
    expect: { 0: 0xffffffff },
    flags: 'Nzcvq',
  },
  {
    assembly: 'subs r0, r1, r2 (overflow)',
    word: 0xe0510002,
    r: { 1: 0x80000000, 2: 1 },
    expect: { 0: 0x7fffffff },
    flags: 'nzCVq',
  },
  { assembly: 'rsbs r0, r1, #0', word: 0xe2710000, r: { 1: 0x80000000 }, expect: { 0: 0x80000000 }, flags: 'NzcVq' },
  {
    assembly: 'adds r0, r1, r2 (carry)',
    word: 0xe0910002,
    r: { 1: 0xffffffff, 2: 1 },
    expect: { 0: 0 },
    flags: 'nZCvq',
  },
  {
    assembly: 'adds r0, r1, r2 (overflow)',
    word: 0xe0910002,
    r: { 1: 0x7fffffff, 2: 1 },
    expect: { 0: 0x80000000 },
    flags: 'NzcVq',
  },
  {
    assembly: 'adcs r0, r1, r2 (carry in)',
    word: 0xe0b10002,
    r: { 1: 0xffffffff, 2: 0 },
    before: 'nzCvq',
    expect: { 0: 0 },
    flags: 'nZCvq',
  },
  {
    assembly: 'adcs r0, r1, r2 (all ones twice)',
    word: 0xe0b10002,
    r: { 1: 0xffffffff, 2: 0xffffffff },
    before: 'nzCvq',
    expect: { 0: 0xffffffff },
    flags: 'NzCvq',
  },
  {
    assembly: 'sbcs r0, r1, r2 (no borrow in)',
    word: 0xe0d10002,
    r: { 1: 5, 2: 5 },
    before: 'nzCvq',
    expect: { 0: 0 },
    flags: 'nZCvq',
  },
  {
    assembly: 'sbcs r0, r1, r2 (borrow in)',
    word: 0xe0d10002,
    r: { 1: 5, 2: 5 },
    expect: { 0: 0xffffffff },
    flags: 'Nzcvq',
  },
  {
    assembly: 'sbcs r0, r1, r2 (subtrahend all ones)',
    word: 0xe0d10002,
    r: { 1: 0xffffffff, 2: 0xffffffff },
    expect: { 0: 0xffffffff },
    flags: 'Nzcvq',
  },
  {
    assembly: 'rscs r0, r1, r2',
    word: 0xe0f10002,
    r: { 1: 1, 2: 3 },
    before: 'nzCvq',
    expect: { 0: 2 },
    flags: 'nzCvq',
  },
  { assembly: 'tst r1, #1', word: 0xe3110001, r: { 1: 2 }, before: 'NzCvq', flags: 'nZCvq' },
  { assembly: 'teq r1, r2', word: 0xe1310002, r: { 1: 7, 2: 7 }, flags: 'nZcvq' },
  { assembly: 'cmp r1, r2', word: 0xe1510002, r: { 1: 1, 2: 2 }, flags: 'Nzcvq' },
  { assembly: 'cmn r1, #1', word: 0xe3710001, r: { 1: 0xffffffff }, flags: 'nZCvq' },
  { assembly: 'orr r0, r1, r2', word: 0xe1810002, r: { 1: 1, 2: 2 }, expect: { 0: 3 }, flags: 'nzcvq' },
  { assembly: 'bic r0, r1, #0xf', word: 0xe3c1000f, r: { 1: 0xff }, expect: { 0: 0xf0 } },
  { assembly: 'mvns r0, #0', word: 0xe3f00000, expect: { 0: 0xffffffff }, flags: 'Nzcvq' },
  {
    assembly: 'movs r0, #0xff000000 (carry from the rotation)',
    word: 0xe3b004ff,
    expect: { 0: 0xff000000 },
    flags: 'NzCvq',
  },
  { assembly: 'movs r0, #1 (carry kept)', word: 0xe3b00001, before: 'nzCvq', expect: { 0: 1 }, flags: 'nzCvq' },
  { assembly: 'mov r0, pc', word: 0xe1a0000f, expect: { 0: 0x8008 } },

  { assembly: 'movs r0, r1, lsl #1', word: 0xe1b00081, r: { 1: 0x80000001 }, expect: { 0: 2 }, flags: 'nzCvq' },
  { assembly: 'movs r0, r1, lsr #32', word: 0xe1b00021, r: { 1: 0x80000001 }, expect: { 0: 0 }, flags: 'nZCvq' },
  {
    assembly: 'movs r0, r1, asr #32',
    word: 0xe1b00041,
    r: { 1: 0x80000000 },
    expect: { 0: 0xffffffff },
    flags: 'NzCvq',
  },
  {
    assembly: 'movs r0, r1, asr #4',
    word: 0xe1b00241,
    r: { 1: 0x80000008 },
    expect: { 0: 0xf8000000 },
    flags: 'NzCvq',
  },
  {
    assembly: 'movs r0, r1, ror #8',
    word: 0xe1b00461,
    r: { 1: 0x000000ff },
    expect: { 0: 0xff000000 },
    flags: 'NzCvq',
  },
  {
    assembly: 'movs r0, r1, rrx',
    word: 0xe1b00061,
    r: { 1: 1 },
    before: 'nzCvq',
    expect: { 0: 0x80000000 },
    flags: 'NzCvq',
  },
  {
    assembly: 'movs r0, r1, lsl r2 (0: carry kept)',
    word: 0xe1b00211,
    r: { 1: 5, 2: 0x100 },
    before: 'nzCvq',
    expect: { 0: 5 },
    flags: 'nzCvq',
  },
  { assembly: 'movs r0, r1, lsl r2 (32)', word: 0xe1b00211, r: { 1: 1, 2: 32 }, expect: { 0: 0 }, flags: 'nZCvq' },
  {
    assembly: 'movs r0, r1, lsl r2 (33)',
    word: 0xe1b00211,
    r: { 1: 1, 2: 33 },
    before: 'nzCvq',
    expect: { 0: 0 },
    flags: 'nZcvq',
  },
  {
    assembly: 'movs r0, r1, lsr r2 (32)',
    word: 0xe1b00231,
    r: { 1: 0x80000000, 2: 32 },
    expect: { 0: 0 },
    flags: 'nZCvq',
  },
  {
    assembly: 'movs r0, r1, lsr r2 (64)',
    word: 0xe1b00231,
    r: { 1: 0x80000000, 2: 64 },
    before: 'nzCvq',
    expect: { 0: 0 },
    flags: 'nZcvq',
  },
  {
    assembly: 'movs r0, r1, asr r2 (255)',
    word: 0xe1b00251,
    r: { 1: 0x80000000, 2: 255 },
    expect: { 0: 0xffffffff },
    flags: 'NzCvq',
  },
  {
    assembly: 'movs r0, r1, ror r2 (32)',
    word: 0xe1b00271,
    r: { 1: 0x80000001, 2: 32 },
    expect: { 0: 0x80000001 },
    flags: 'NzCvq',
  },
];

describe('ARM data processing', () => {
  for (const row of rows) {
    it(row.assembly, () => {
      const { r, flags } = execute(row.word, row.r, row.before);
      for (const [index, value] of Object.entries(row.expect ?? {})) assert.equal(r[Number(index)], value, `r${index}`);
      if (row.flags !== undefined) assert.equal(flags, row.flags);
      assert.equal(r[15], 0x8004);
    });
  }

  it('carries out an instruction exactly when its condition holds, for all 16 flag states', () => {
    // ARM DDI 0100 table A3-1, as predicates over n, z, c, v
    const holds: readonly ((n: boolean, z: boolean, c: boolean, v: boolean) => boolean)[] = [
      (_n, z) => z,
      (_n, z) => !z,
      (_n, _z, c) => c,
      (_n, _z, c) => !c,
      (n) => n,
      (n) => !n,
      (_n, _z, _c, v) => v,
      (_n, _z, _c, v) => !v,
      (_n, z, c) => c && !z,
      (_n, z, c) => !c || z,
      (n, _z, _c, v) => n === v,
      (n, _z, _c, v) => n !== v,
      (n, z, _c, v) => !z && n === v,
      (n, z, _c, v) => z || n !== v,
      () => true,
    ];
    holds.forEach((predicate, cond) => {
      for (let nzcv = 0; nzcv < 16; nzcv++) {
        const [n, z, c, v] = [8, 4, 2, 1].map((bit) => (nzcv & bit) !== 0) as [boolean, boolean, boolean, boolean];
        const before = `${n ? 'N' : 'n'}${z ? 'Z' : 'z'}${c ? 'C' : 'c'}${v ? 'V' : 'v'}q`;
        const { r } = execute(((cond << 28) | 0x03a00001) >>> 0, {}, before); // mov<cond> r0, #1
        assert.equal(r[0], predicate(n, z, c, v) ? 1 : 0, `cond ${cond} flags ${before}`);
      }
    });
  });

  it('branches when the result goes to pc, without changing the instruction set', () => {
    assert.equal(execute(0xe1a0f001, { 1: 0x9003 }).r[15], 0x9000); // mov pc, r1
  });
});
