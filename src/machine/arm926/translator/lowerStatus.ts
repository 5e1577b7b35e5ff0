/**
 * Status registers and the system control coprocessor in the intermediate form, as far as neither the mode nor what may be accessed changes:
 * that is how kernels mask interrupts and look after caches. What changes more leaves before the instruction (status.ts, cp15.ts).
 */
import { isInertWrite, plainRead } from '../cp15';
import { SPSR_WORDS_OFFSET, Word } from '../layout';
import { Mode } from '../modes';
import { FLAGS, Psr, fieldMask } from '../psr';
import type { Context, Lowering } from './context';
import { Local, Op, binary, constant, load, local, set, unary, when, type Expr } from './intermediate';

const SPSR_BIT = 0x400000;
const MODE_BITS = 31;

const state = (word: number): Expr => load(Op.LOAD, constant(0), word * 4);
const and = (value: Expr, mask: number): Expr => binary(Op.AND, value, constant(mask));
const or = (a: Expr, b: Expr): Expr => binary(Op.OR, a, b);
const mode = (): Expr => and(state(Word.CPSR), MODE_BITS);
const isUser = (): Expr => binary(Op.EQ, mode(), constant(Mode.USR));

function leaveWhen(context: Context, condition: Expr): void {
  context.out.push(when(condition, [context.leave()]));
}

/** Where the SPSR of the present mode stands, in bytes; leaves in a mode that has none. */
function spsr(context: Context): Expr {
  context.set(Local.ADDRESS, binary(Op.SHL, load(Op.LOAD_8U, mode(), SPSR_WORDS_OFFSET), constant(2)));
  leaveWhen(context, unary(Op.EQZ, local(Local.ADDRESS)));
  return local(Local.ADDRESS);
}

/** The whole CPSR (psr.ts, `readCpsr`). */
function cpsr(context: Context): Expr {
  const negative = and(context.flag(Word.NEGATIVE), 0x80000000);
  const zero = binary(Op.SHL, unary(Op.EQZ, context.flag(Word.ZERO)), constant(30));
  const carry = binary(Op.SHL, context.flag(Word.CARRY), constant(29));
  const overflow = binary(Op.SHL, binary(Op.SHR_U, context.flag(Word.OVERFLOW), constant(31)), constant(28));
  return or(or(or(negative, zero), or(carry, overflow)), state(Word.CPSR));
}

const moveFromStatus: Lowering = (context, op) => {
  const rd = (op >>> 12) & 15;
  if (rd === 15) return 'unserved';
  context.set(rd, (op & SPSR_BIT) !== 0 ? load(Op.LOAD, spsr(context), 0) : cpsr(context));
  return undefined;
};

/** psr.ts, `storeFlags`. */
function storeFlags(context: Context, value: Expr): void {
  context.set(Word.NEGATIVE, and(value, 0x80000000));
  context.set(Word.ZERO, unary(Op.EQZ, and(value, 0x40000000)));
  context.set(Word.CARRY, and(binary(Op.SHR_U, value, constant(29)), 1));
  context.set(Word.OVERFLOW, and(binary(Op.SHL, value, constant(3)), 0x80000000));
}

function moveToStatus(context: Context, op: number, from: Expr): undefined {
  const mask = fieldMask(op) & Psr.IMPLEMENTED;
  context.set(Local.VALUE, from);
  const value = local(Local.VALUE);
  const mixed = (old: Expr, bits: number): Expr => or(and(old, ~bits), and(value, bits));
  if ((op & SPSR_BIT) !== 0) {
    const address = spsr(context);
    context.out.push({
      kind: 'store',
      op: Op.STORE,
      address,
      value: mixed(load(Op.LOAD, address, 0), mask),
      offset: 0,
    });
    return undefined;
  }
  const control = mask & ~Psr.T & ~FLAGS;
  if ((control & MODE_BITS) !== 0) {
    const changed = and(binary(Op.XOR, value, state(Word.CPSR)), MODE_BITS);
    leaveWhen(context, or(changed, isUser()));
    // An interrupt that is waiting comes at once when it is no longer masked.
    const unmasked = binary(Op.XOR, value, constant(-1));
    leaveWhen(context, binary(Op.AND, state(Word.LINES), unmasked));
  }
  if (control !== 0) context.store(Word.CPSR, mixed(state(Word.CPSR), control));
  if ((mask & FLAGS) !== 0) storeFlags(context, value);
  return undefined;
}

const registerToStatus: Lowering = (context, op) => moveToStatus(context, op, context.read(op & 15));
const immediateToStatus: Lowering = (context, op) => {
  const rotation = (op >>> 7) & 30;
  return moveToStatus(context, op, binary(Op.ROTR, constant(op & 0xff), constant(rotation)));
};

const moveToCoprocessor15: Lowering = (context, op) => {
  if (!isInertWrite(op, context.facts.caches)) return 'unserved';
  leaveWhen(context, isUser());
  return undefined;
};

const moveFromCoprocessor15: Lowering = (context, op) => {
  const source = plainRead(op, context.facts.caches);
  if (source === undefined) return 'unserved';
  leaveWhen(context, isUser());
  const value = 'word' in source ? state(source.word) : constant(source.constant);
  const rd = (op >>> 12) & 15;
  if (rd !== 15) context.set(rd, value);
  else {
    context.out.push(set(Local.VALUE, value));
    storeFlags(context, local(Local.VALUE));
  }
  return undefined;
};

export const STATUS: Readonly<Record<string, Lowering>> = {
  MRS: moveFromStatus,
  'MSR CPSR': registerToStatus,
  'MSR CPSR immediate': immediateToStatus,
  'MSR SPSR': registerToStatus,
  'MSR SPSR immediate': immediateToStatus,
  'MCR p15': moveToCoprocessor15,
  'MRC p15': moveFromCoprocessor15,
};
