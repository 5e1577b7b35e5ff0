/** rp2040js, an interpreter of a Cortex-M0+ in JavaScript: the tight loop of adds.S in its Thumb code. */
import { RP2040 } from 'rp2040js';
import { secondsSince } from '../support/engines';

const RAM = 0x2000_0000;
const TURNS = 1_000_000;
/** Six instructions as in adds.S; r0 holds the turns, and M0 code has no shifted operand. */
const LOOP = [
  0x1809, // adds r1, r1, r0
  0x1cca, // adds r2, r1, #3
  0x1851, // adds r1, r2, r1
  0x188b, // adds r3, r1, r2
  0x3801, // subs r0, #1
  0xd1f9, // bne to the first
];

/** @returns millions of instructions in a second */
export function rp2040Mips(): number {
  const { core, sram } = new RP2040();
  LOOP.forEach((word, index) => new DataView(sram.buffer).setUint16(index * 2, word, true));
  core.PC = RAM;
  core.registers[0] = TURNS;
  const instructions = TURNS * LOOP.length;
  const start = process.hrtime.bigint();
  for (let index = 0; index < instructions; index++) core.executeInstruction();
  const seconds = secondsSince(start);
  if (core.registers[0] !== 0) throw new Error('rp2040js did not come to the end of the loop');
  return instructions / seconds / 1e6;
}
