import assert from 'node:assert/strict';
import fc from 'fast-check';
import { execute } from './testMachine';

const int32 = fc.oneof(
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  fc.constantFrom(0, 1, -1, -0x80000000, 0x7fffffff, 0xffff, 0x8000),
);
const u64 = (high: number, low: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
const clamp = (value: bigint): bigint =>
  value > 0x7fffffffn ? 0x7fffffffn : value < -0x80000000n ? -0x80000000n : value;
const unsigned = (value: bigint): number => Number(BigInt.asUintN(32, value));
const half = (value: number, top: boolean): bigint => BigInt(top ? value >> 16 : (value << 16) >> 16);

describe('ARM multiplies', () => {
  it('MUL and MLA keep C and V and set N and Z', () => {
    assert.equal(execute(0xe0100291, { 1: 7, 2: 6 }).r[0], 42); // muls r0, r1, r2
    assert.equal(execute(0xe0100291, { 1: 0, 2: 6 }, 'NzCVq').flags, 'nZCVq');
    assert.equal(execute(0xe0203291, { 1: 7, 2: 6, 3: 0xffffffff }).r[0], 41); // mla r0, r1, r2, r3
  });

  it('the four long multiplies agree with 64-bit arithmetic', () => {
    fc.assert(
      fc.property(int32, int32, int32, int32, (a, b, low, high) => {
        const registers = { 2: a, 3: b, 0: low, 1: high };
        const before = u64(high, low);
        const unsignedProduct = BigInt(a >>> 0) * BigInt(b >>> 0);
        const signedProduct = BigInt(a) * BigInt(b);
        const expected: readonly [number, bigint][] = [
          [0xe0810392, unsignedProduct], // umull r0, r1, r2, r3
          [0xe0a10392, unsignedProduct + before],
          [0xe0c10392, signedProduct],
          [0xe0e10392, signedProduct + before],
        ];
        for (const [word, value] of expected) {
          const { r } = execute(word, registers);
          assert.equal(u64(r[1]!, r[0]!), BigInt.asUintN(64, value), word.toString(16));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a long multiply with S takes N and Z from all 64 bits', () => {
    assert.equal(execute(0xe0d10392, { 2: -1, 3: 1 }).flags, 'Nzcvq'); // smulls
    assert.equal(execute(0xe0910392, { 2: 0x10000, 3: 0x10000 }).flags, 'nzcvq'); // umulls: low word 0, high 1
    assert.equal(execute(0xe0910392, { 2: 0, 3: 9 }).flags, 'nZcvq');
  });

  it('the halfword multiplies take the halves that x and y name, and set Q on overflow of the sum only', () => {
    fc.assert(
      fc.property(int32, int32, int32, fc.boolean(), fc.boolean(), (a, b, n, x, y) => {
        const xy = (x ? 0x20 : 0) | (y ? 0x40 : 0);
        const product = half(a, x) * half(b, y);
        const sum = product + BigInt(n);
        const mla = execute(0xe1003281 | xy, { 1: a, 2: b, 3: n }); // smla<xy> r0, r1, r2, r3
        assert.equal(mla.r[0], unsigned(sum));
        assert.equal(mla.flags, clamp(sum) === sum ? 'nzcvq' : 'nzcvQ');
        assert.equal(execute(0xe1600281 | xy, { 1: a, 2: b }).r[0], unsigned(product)); // smul<xy>
        const wide = (BigInt(a) * half(b, y)) >> 16n;
        assert.equal(execute(0xe12002a1 | (xy & 0x40), { 1: a, 2: b }).r[0], unsigned(wide)); // smulw<y>
        const wideSum = wide + BigInt(n);
        const mlaw = execute(0xe1203281 | (xy & 0x40), { 1: a, 2: b, 3: n }); // smlaw<y>
        assert.equal(mlaw.r[0], unsigned(wideSum));
        assert.equal(mlaw.flags, clamp(wideSum) === wideSum ? 'nzcvq' : 'nzcvQ');
        const mlal = execute(0xe1410382 | xy, { 0: n, 1: a, 2: a, 3: b }); // smlal<xy> r0, r1, r2, r3
        assert.equal(u64(mlal.r[1]!, mlal.r[0]!), BigInt.asUintN(64, u64(a, n) + product));
      }),
      { numRuns: 60 },
    );
  });

  it('the saturating additions clamp and set Q, also when only the doubling saturates', () => {
    fc.assert(
      fc.property(int32, int32, (m, n) => {
        const [bigM, bigN] = [BigInt(m), BigInt(n)];
        const doubled = clamp(2n * bigN);
        const rows: readonly [number, bigint, boolean][] = [
          [0xe1020051, bigM + bigN, false], // qadd r0, r1, r2
          [0xe1220051, bigM - bigN, false], // qsub
          [0xe1420051, bigM + doubled, doubled !== 2n * bigN], // qdadd
          [0xe1620051, bigM - doubled, doubled !== 2n * bigN], // qdsub
        ];
        for (const [word, exact, doubleSaturated] of rows) {
          const { r, flags } = execute(word, { 1: m, 2: n });
          assert.equal(r[0], unsigned(clamp(exact)));
          assert.equal(flags, clamp(exact) !== exact || doubleSaturated ? 'nzcvQ' : 'nzcvq');
        }
      }),
      { numRuns: 60 },
    );
  });

  it('CLZ counts 32 for zero', () => {
    assert.equal(execute(0xe16f0f11, { 1: 0 }).r[0], 32); // clz r0, r1
    assert.equal(execute(0xe16f0f11, { 1: 1 }).r[0], 31);
    assert.equal(execute(0xe16f0f11, { 1: 0x80000000 }).r[0], 0);
  });
});
