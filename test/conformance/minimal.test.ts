import assert from 'node:assert/strict';
import { difference, minimalCase } from './minimal';

const NOP = 0xe1a00000;

describe('A conformance failure', () => {
  it('is shown with only the instructions and registers that it needs', async () => {
    const code = Array.from({ length: 40 }, (_, index) => 0xe0800000 + index);
    const registers = Array.from({ length: 15 }, (_, index) => index + 1);
    // It differs while the 7th and 23rd instruction are there and r3 is not 0.
    const compare = (words: readonly number[], values: readonly number[]): Promise<string | undefined> =>
      Promise.resolve(words[6] === code[6] && words[22] === code[22] && values[3] !== 0 ? 'r5 differs' : undefined);
    const text = await minimalCase({ seed: 9, code, registers, nop: NOP }, compare);
    assert.match(text, /^r5 differs\nseed 9; .*: r3=0x4\n/);
    assert.match(text, /\.rept 6; \.inst 0xe1a00000; \.endr\n {2}\.inst 0xe0800006\n/);
    assert.match(text, /\.inst 0xe0800016$/);
    assert.equal(text.match(/0xe08/g)?.length, 2);
  });

  it('names the first register, flag or byte that differs', () => {
    const one = { registers: new Array<number>(15).fill(0), cpsr: 0xd3, memory: '0011' };
    assert.equal(difference(one, one), undefined);
    assert.match(difference(one, { ...one, memory: '0012' })!, /byte 0x1 .* 0x11 here and 0x12/);
    assert.match(difference({ ...one, registers: one.registers.map((_, i) => (i === 4 ? 7 : 0)) }, one)!, /^r4 is 0x7/);
    assert.match(difference(one, { ...one, cpsr: 0x600000d3 })!, /^CPSR is 0xd3 here/);
  });
});
