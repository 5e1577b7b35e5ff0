/** Random straight-line Thumb code whose result is defined (ARM DDI 0100 A6, A7). r7 holds the scratch area's start when it is used. */
import type { Random } from './random';
import type { Generator } from './armPrograms';

/** r0-r6: registers that programs may change freely. */
const free = (random: Random): number => random.below(7);
const BASE = 7;

export const thumbGenerators: Readonly<Record<string, Generator>> = {
  'shift by immediate': (r) => [(r.below(3) << 11) | (r.bits(5) << 6) | (free(r) << 3) | free(r)],
  'add and subtract': (r) => [0x1800 | (r.below(4) << 9) | (free(r) << 6) | (free(r) << 3) | free(r)],
  'move, compare, add, subtract immediate': (r) => [0x2000 | (r.below(4) << 11) | (free(r) << 8) | r.bits(8)],
  'data processing': (r) => {
    const rd = free(r);
    const rm = (rd + 1 + r.below(6)) % 7;
    return [0x4000 | (r.below(16) << 6) | (rm << 3) | rd];
  },
  'high registers': (r) => {
    // ADD, CMP, MOV with r8-r11 on one side at least.
    const high = r.below(4);
    const low = free(r);
    return [0x4400 | (r.below(3) << 8) | (r.below(2) === 0 ? 0x80 | (low << 3) | high : 0x40 | (high << 3) | low)];
  },
  'word, byte and halfword transfer': (r) => {
    const opcode = r.pick([0x6000, 0x6800, 0x7000, 0x7800, 0x8000, 0x8800]);
    return [opcode | (r.bits(5) << 6) | (BASE << 3) | free(r)];
  },
  'transfer with register offset': (r) => {
    const offset = free(r);
    // mov rO, #aligned; then a load or store of any size at r7 + rO.
    return [
      0x2000 | (offset << 8) | (r.below(32) * 4),
      0x5000 | (r.below(8) << 9) | (offset << 6) | (BASE << 3) | ((offset + 1) % 7),
    ];
  },
  'block transfer': (r) => {
    const base = free(r);
    const list = r.bits(7) & ~(1 << base) || (base === 0 ? 2 : 1);
    // mov rB, r7; then ldmia or stmia.
    return [0x4600 | (BASE << 3) | base, 0xc000 | (r.below(2) << 11) | (base << 8) | list];
  },
  'address of pc': (r) => [0xa000 | (free(r) << 8) | r.bits(8)],
};
