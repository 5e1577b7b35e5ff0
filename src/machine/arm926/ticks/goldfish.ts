/**
 * The tick model of the goldfish emulator's trace facility: static ticks per instruction with a simple interlock between
 * a load and the first use of its register, worked out per basic block with nothing carried over from the block before.
 * Its quirks (which instructions are taken for others, which registers are asked) are kept: the paper's numbers come from it.
 */
import { registerCount } from '../blockTransfer';
import type { TickModel } from './model';

/** The translator's buffer ended blocks after about 60 to 90 instructions; one fixed length makes it reproducible. */
const MOST_INSTRUCTIONS = 80;

export function createGoldfishModel(): TickModel {
  /** Tick (within the block) before which each register's value is not there; register 15 never waits. */
  const lock = new Int32Array(16);
  let base = 0;

  const stall = (register: number): number => Math.max(0, lock[register & 15]! - base);
  const define = (register: number, ticks: number): void => void (lock[register & 15] = base + ticks);
  const defineList = (list: number, ticks: number): void => {
    for (let r = 0; r < 15; r++) if ((list & (1 << r)) !== 0) define(r, ticks);
  };
  const stallList = (list: number): number => {
    let sum = 0;
    for (let r = 0; r < 9; r++) if ((list & (1 << r)) !== 0) sum += stall(r);
    return sum;
  };

  /** Bits 27:25 = 000 with bits 7 and 4 set: multiplies, swaps and the extra loads and stores. */
  function multiplySpace(op: number): number {
    const rm = op & 15;
    const rs = (op >>> 8) & 15;
    const low = (op >>> 12) & 15;
    const high = (op >>> 16) & 15;
    const accumulate = (op & 0x200000) !== 0;
    if ((op & 0x60) === 0) {
      if ((op & 0x0fc00000) === 0) {
        if (!accumulate && low !== 0) return 1;
        return 3 + stall(rm) + stall(rs) + (accumulate ? stall(low) : 0);
      }
      if ((op & 0x0f800000) === 0x00800000) {
        return 4 + stall(rm) + stall(rs) + (accumulate ? stall(low) + stall(high) : 0);
      }
      if ((op & 0x0ff00000) === 0x01000000) {
        const ticks = 2 + stall(rm);
        define(rs, ticks + 1);
        return ticks;
      }
      if ((op & 0x0ff00000) === 0x01400000) return 1 + stall(high);
      return 1;
    }
    const signedLoad = (op & 0x100000) !== 0 && (op & 0x40) !== 0;
    if (!signedLoad) return 1;
    const ticks = 1 + stall(high) + ((op & 0x400000) === 0 ? stall(rm) : 0);
    define(low, ticks + 2);
    return ticks;
  }

  /** The price of a single load; a load of pc is 5 whatever it waits for. */
  function load(op: number, ticks: number): number {
    if ((op & 0x100000) === 0) return ticks;
    const rd = (op >>> 12) & 15;
    if (rd === 15) return 5;
    define(rd, ticks + 1);
    return ticks;
  }

  function armTicks(op: number): number {
    const kind = (op >>> 25) & 7;
    const rm = op & 15;
    const rn = (op >>> 16) & 15;
    if (op >>> 28 === 15) return kind === 5 ? 3 : 1;
    switch (kind) {
      case 0:
        if ((op & 0x90) === 0x90) return multiplySpace(op);
        if ((op & 0x01900000) === 0x01000000) return (op & 0x002000f0) === 0x00200000 ? 1 + stall(rm) : 1;
        return 1 + stall(rn) + stall(rm) + ((op & 0x10) !== 0 ? 1 + stall(op >>> 8) : 0);
      case 1:
        return (op & 0x01900000) === 0x01900000 ? 1 : 1 + stall(op >>> 12);
      case 2:
        return load(op, 1 + stall(rn));
      case 3:
        return (op & 0x10) !== 0 ? 1 : load(op, 1 + stall(rm) + stall(rn));
      case 4: {
        const count = registerCount(op & 0xffff);
        if ((op & 0x100000) === 0) return Math.max(2, count);
        if ((op & 0x8000) !== 0) return count + 4;
        const ticks = Math.max(2, count);
        defineList(op, ticks);
        return ticks;
      }
      case 6:
        return (op & 0x100000) !== 0 ? 1 + stall(rn) : 1;
      default:
        return 1;
    }
  }

  /** A Thumb load into bits 2:0, or a store of it, from bits 5:3 (and 8:6). */
  function thumbTransfer(op: number, isLoad: boolean, indexed: boolean, delay: number): number {
    const ticks = 1 + stall((op >>> 3) & 7) + (indexed ? stall((op >>> 6) & 7) : 0) + (isLoad ? 0 : stall(op & 7));
    if (isLoad) define(op & 7, ticks + delay);
    return ticks;
  }

  function thumbTicks(op: number): number {
    const group = op >>> 11;
    const middle = (op >>> 8) & 7;
    const stackRegister = (op >>> 8) & 3;
    switch (group) {
      case 0:
      case 1:
      case 2:
        return 1 + stall((op >>> 3) & 7);
      case 3:
        return 1 + stall((op >>> 3) & 7) + ((op & 0x400) === 0 ? stall((op >>> 6) & 7) : 0);
      case 4:
        return 1;
      case 5:
      case 6:
      case 7:
        return 1 + stall(middle);
      case 8: {
        if ((op & 0x400) === 0) return 1 + 2 * stall((op >>> 3) & 7);
        const rm = (op >>> 3) & 15;
        if ((op & 0x300) === 0x300) return 3 + stall(rm);
        return 1 + stall(((op >>> 4) & 8) | (op & 7)) + stall(rm);
      }
      case 9:
        define(middle, 2);
        return 1;
      case 10:
      case 11: {
        const kind = (op >>> 9) & 7;
        return thumbTransfer(op, kind >= 3, true, kind === 4 ? 1 : 2);
      }
      case 12:
      case 14:
      case 16:
        return thumbTransfer(op, false, false, 0);
      case 13:
        return thumbTransfer(op, true, false, 1);
      case 15:
      case 17:
        return thumbTransfer(op, true, false, 2);
      case 18:
        return 1 + stall(stackRegister);
      case 19:
        define(stackRegister, 2);
        return 1;
      case 20:
      case 21:
        return 1 + stall(stackRegister);
      case 22:
      case 23: {
        if ((op & 0xff00) === 0xb000) return 1 + stall(14);
        if ((op & 0x0600) !== 0x0400) return 1;
        const list = op & 0x1ff;
        const ticks = Math.max(2, registerCount(list));
        if ((op & 0x800) === 0) return ticks + stallList(list);
        defineList(list, ticks);
        return ticks;
      }
      case 24:
        return Math.max(2, registerCount(op & 0xff)) + stall(middle) + stallList(op & 0xff);
      case 25: {
        const ticks = Math.max(2, registerCount(op & 0xff)) + stall(middle);
        defineList(op & 0xff, ticks);
        return ticks;
      }
      case 26:
      case 27:
        return (op & 0xf00) < 0xe00 ? 3 : 1;
      case 28:
      case 31:
        return 3;
      case 29:
        return (op & 1) === 0 ? 3 : 1;
      default:
        return 1;
    }
  }

  return {
    name: 'goldfish',
    mostInstructions: MOST_INSTRUCTIONS,
    beginBlock() {
      lock.fill(0);
      base = 0;
    },
    arm(instruction) {
      const ticks = armTicks(instruction);
      base += ticks;
      return ticks;
    },
    thumb(instruction) {
      const ticks = thumbTicks(instruction);
      base += ticks;
      return ticks;
    },
  };
}
