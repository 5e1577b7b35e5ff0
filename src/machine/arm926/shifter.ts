/**
 * The barrel shifter (ARM DDI 0100 A5.1). Both functions leave the shifter's carry in `Word.SHIFTER_CARRY`.
 * Immediate operands are worked out at decoding time (decodeArm.ts).
 */
import { Word } from './layout';

/** Operand shifted by an immediate amount: amount 0 means 32 for LSR and ASR, RRX for ROR. */
export function shiftByImmediate(s: Int32Array, instruction: number): number {
  const value = s[instruction & 15]!;
  const amount = (instruction >>> 7) & 31;
  switch ((instruction >>> 5) & 3) {
    case 0:
      s[Word.SHIFTER_CARRY] = amount === 0 ? s[Word.CARRY]! : (value >>> (32 - amount)) & 1;
      return value << amount;
    case 1:
      s[Word.SHIFTER_CARRY] = (value >>> ((amount - 1) & 31)) & 1;
      return amount === 0 ? 0 : value >>> amount;
    case 2:
      s[Word.SHIFTER_CARRY] = (value >>> ((amount - 1) & 31)) & 1;
      return value >> (amount === 0 ? 31 : amount);
    default:
      if (amount === 0) {
        s[Word.SHIFTER_CARRY] = value & 1;
        return (value >>> 1) | (s[Word.CARRY]! << 31);
      }
      s[Word.SHIFTER_CARRY] = (value >>> (amount - 1)) & 1;
      return (value >>> amount) | (value << (32 - amount));
  }
}

/** Operand shifted by the low byte of a register. */
export function shiftByRegister(s: Int32Array, instruction: number): number {
  const value = s[instruction & 15]!;
  const amount = s[(instruction >>> 8) & 15]! & 0xff;
  if (amount === 0) {
    s[Word.SHIFTER_CARRY] = s[Word.CARRY]!;
    return value;
  }
  switch ((instruction >>> 5) & 3) {
    case 0:
      s[Word.SHIFTER_CARRY] = amount <= 32 ? (value >>> ((32 - amount) & 31)) & 1 : 0;
      return amount < 32 ? value << amount : 0;
    case 1:
      s[Word.SHIFTER_CARRY] = amount <= 32 ? (value >>> ((amount - 1) & 31)) & 1 : 0;
      return amount < 32 ? value >>> amount : 0;
    case 2:
      s[Word.SHIFTER_CARRY] = amount < 32 ? (value >>> (amount - 1)) & 1 : value >>> 31;
      return value >> (amount < 32 ? amount : 31);
    default: {
      const rotation = amount & 31;
      s[Word.SHIFTER_CARRY] = (value >>> ((rotation - 1) & 31)) & 1;
      return rotation === 0 ? value : (value >>> rotation) | (value << (32 - rotation));
    }
  }
}
