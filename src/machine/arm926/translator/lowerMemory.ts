/**
 * Loads and stores in the intermediate form: the tag compare of the software TLB inline, the access straight in the memory. An
 * access that the entry does not permit (a page that is not in the TLB, devices, faults, unaligned words, stores to code) leaves before the
 * instruction; the interpreter then fills the TLB. A call in its place, which asks and comes back, was a tenth to a quarter slower: V8
 * keeps no register over a call, however rarely it is made.
 */
import { registerCount } from '../blockTransfer';
import { RAM_OFFSET, TLB_ENTRIES, TLB_ENTRY_WORDS, Word } from '../layout';
import { BESIDE_CODE, PAST_CACHE, THROUGH_CACHE } from '../tlb';
import { Local, Op, binary, constant, load, local, set, unary, when, type Expr, type Statement } from './intermediate';
import type { Context, End, Lowering } from './context';
import { lookUpData } from './lowerCaches';
import { shiftByImmediate } from './lowerData';

const P = 0x1000000;
const U = 0x800000;
const B = 0x400000;
const W = 0x200000;
const L = 0x100000;
const address = local(Local.ADDRESS);
const entry = local(Local.ENTRY);
/** Of a virtual address shifted right by 8: where its TLB entry begins, in bytes. */
export const ENTRY_MASK = (TLB_ENTRIES - 1) * TLB_ENTRY_WORDS * 4;

/** Byte offset of the TLB entry for a virtual address. `bank`: where the bank begins, in bytes. */
export function entryOf(virtual: Expr, bank: Expr = local(Local.TLB_BANK)): Expr {
  return binary(Op.ADD, binary(Op.AND, binary(Op.SHR_U, virtual, constant(8)), constant(ENTRY_MASK)), bank);
}

/** A store that the tag forbids: leaves, unless it forbids only the words of the page that are decoded code (then not `notBeside`), and these are none. */
function unlessBesideCode(context: Context, bytes: number, notBeside: Expr): Statement[] {
  const offset = binary(Op.SUB, place(), constant(RAM_OFFSET));
  const bits = load(Op.LOAD, binary(Op.SHR_U, offset, constant(5)), context.facts.codeBits);
  const first = binary(Op.AND, binary(Op.SHR_U, offset, constant(2)), constant(7));
  const decoded = binary(Op.AND, binary(Op.SHR_U, bits, first), constant((1 << Math.ceil(bytes / 4)) - 1));
  return [when(notBeside, [context.leave()]), when(decoded, [context.leave()])];
}

/**
 * Makes sure that what is at ADDRESS may be accessed, at a multiple of `aligned`, and counts it where there are caches. Leaves place in the memory
 * minus virtual address in ENTRY's entry.
 */
function permit(context: Context, write: boolean, bytes: number, aligned: number, bank?: Expr): void {
  const { out, facts } = context;
  out.push(set(Local.ENTRY, entryOf(address, bank)));
  const page = binary(Op.AND, address, constant(0xfffff000 | (aligned - 1)));
  const tag = load(Op.LOAD, entry, write ? 4 : 0);
  if (facts.caches) {
    out.push(
      set(Local.TAG, binary(Op.XOR, tag, page)),
      lookUpData(write, bytes, [unlessPermitted(context, write, bytes)]),
    );
    return;
  }
  const notBeside = binary(Op.NE, tag, binary(Op.OR, page, constant(BESIDE_CODE)));
  out.push(when(binary(Op.NE, tag, page), write ? unlessBesideCode(context, bytes, notBeside) : [context.leave()]));
}

/** Where there are caches: leaves when TAG does not permit an access. */
function unlessPermitted(context: Context, write: boolean, bytes: number): Statement {
  const denied = binary(Op.AND, local(Local.TAG), constant(~(THROUGH_CACHE | PAST_CACHE)));
  if (!write) return when(denied, [context.leave()]);
  return when(denied, unlessBesideCode(context, bytes, binary(Op.NE, denied, constant(BESIDE_CODE))));
}

/** Place in the memory of ADDRESS, after `permit`. */
const place = (): Expr => binary(Op.ADD, address, load(Op.LOAD, entry, 8));

const LOAD_OPS = { 1: Op.LOAD_8U, 2: Op.LOAD_16U, 4: Op.LOAD } as const;
const STORE_OPS = { 1: Op.STORE_8, 2: Op.STORE_16, 4: Op.STORE } as const;

/** Base plus or minus the offset to WRITE_BACK, the address to ADDRESS. Whether the base is written. */
function addressing(context: Context, op: number, offset: Expr): boolean {
  const rn = (op >>> 16) & 15;
  const end = binary((op & U) !== 0 ? Op.ADD : Op.SUB, context.read(rn), offset);
  const writes = (op & (P | W)) !== P && rn !== 15;
  if (!writes) {
    context.set(Local.ADDRESS, (op & P) !== 0 ? end : context.read(rn));
    return false;
  }
  context.set(Local.WRITE_BACK, end);
  context.set(Local.ADDRESS, (op & P) !== 0 ? local(Local.WRITE_BACK) : context.read(rn));
  return true;
}

function transfer(
  context: Context,
  op: number,
  offset: Expr,
  size: 1 | 2 | 4,
  loadOp: number,
  bank?: Expr,
): End | undefined | 'unserved' {
  const rd = (op >>> 12) & 15;
  const rn = (op >>> 16) & 15;
  const isLoad = (op & L) !== 0 || loadOp !== 0;
  const writesBack = (op & (P | W)) !== P;
  // The loop of the interpreter writes a base of r15 back into a scratch word.
  if (writesBack && rn === 15) return 'unserved';
  if (isLoad && rd === 15) return 'unserved';
  // A stored pc reads 12 ahead; only the byte of a STRB does not, in the interpreter.
  const stored =
    rd === 15 && (size !== 1 || bank !== undefined)
      ? constant(context.pc + 2 * context.block.step + 4)
      : context.read(rd);
  const back = addressing(context, op, offset);
  permit(context, !isLoad, size, size, bank);
  if (isLoad) {
    const value = load(loadOp === 0 ? LOAD_OPS[size] : loadOp, place(), 0);
    if (back && rd !== rn) context.set(rn, local(Local.WRITE_BACK));
    context.set(rd, value);
    return undefined;
  }
  context.out.push({ kind: 'store', op: STORE_OPS[size], address: place(), value: stored, offset: 0 });
  if (back) context.set(rn, local(Local.WRITE_BACK));
  return undefined;
}

/** Offset of addressing mode 2 by a register. */
const registerOffset = (context: Context, op: number): Expr =>
  shiftByImmediate(context, context.read(op & 15), op).value;
const offset3 = (context: Context, op: number): Expr =>
  (op & B) !== 0 ? constant(((op >>> 4) & 0xf0) | (op & 15)) : context.read(op & 15);

const wordOrByte =
  (register: boolean): Lowering =>
  (context, op) =>
    transfer(context, op, register ? registerOffset(context, op) : constant(op & 0xfff), (op & B) !== 0 ? 1 : 4, 0);

const halfwordOrSigned: Lowering = (context, op) => {
  const kind = (op >>> 5) & 3;
  const isLoad = (op & L) !== 0;
  const loadOp = !isLoad ? 0 : kind === 1 ? Op.LOAD_16U : kind === 2 ? Op.LOAD_8S : Op.LOAD_16S;
  return transfer(context, op, offset3(context, op), kind === 2 ? 1 : 2, loadOp);
};

/** Accesses with the rights of User mode, which are in another bank of the TLB (loadStore.ts). */
const asUser: Lowering = (context, op) => {
  const bank = load(Op.LOAD, constant(0), Word.USER_BANK * 4);
  context.out.push(when(unary(Op.EQZ, bank), [context.leave()]));
  const offset = (op & 0x2000000) !== 0 ? registerOffset(context, op) : constant(op & 0xfff);
  return transfer(context, op, offset, (op & B) !== 0 ? 1 : 4, 0, binary(Op.SHL, bank, constant(2)));
};

/** Leaves when a store at ADDRESS is not permitted, and counts nothing. */
function forbidStore(context: Context, size: 1 | 4): void {
  const page = binary(Op.AND, address, constant(0xfffff000 | (size - 1)));
  context.set(Local.ENTRY, entryOf(address));
  context.set(Local.TAG, binary(Op.XOR, load(Op.LOAD, entry, 4), page));
  context.out.push(unlessPermitted(context, true, size));
}

/** SWP and SWPB: what may be loaded and stored at once. */
const swap: Lowering = (context, op) => {
  const rd = (op >>> 12) & 15;
  if (rd === 15) return 'unserved';
  const size = (op & B) !== 0 ? 1 : 4;
  context.set(Local.ADDRESS, context.read((op >>> 16) & 15));
  // The load is only counted when the store is permitted as well.
  if (context.facts.caches) forbidStore(context, size);
  permit(context, false, size, size);
  permit(context, true, size, size);
  context.set(Local.VALUE, load(LOAD_OPS[size], place(), 0));
  context.out.push({
    kind: 'store',
    op: STORE_OPS[size],
    address: place(),
    value: context.read(op & 15),
    offset: 0,
  });
  context.set(rd, local(Local.VALUE));
  return undefined;
};

/** LDR pc. */
const loadPc: Lowering = (context, op) => {
  const rn = (op >>> 16) & 15;
  if (rn === 15 && (op & (P | W)) !== P) return 'unserved';
  const back = addressing(context, op, (op & 0x2000000) !== 0 ? registerOffset(context, op) : constant(op & 0xfff));
  permit(context, false, 4, 4);
  context.set(Local.OPERAND, load(Op.LOAD, place(), 0));
  if (back) context.set(rn, local(Local.WRITE_BACK));
  return context.dynamic(local(Local.OPERAND), true);
};

/** LDRD, STRD at a multiple of 8; others are UNPREDICTABLE and left to the interpreter. */
const doubleword: Lowering = (context, op) => {
  const rd = (op >>> 12) & 15;
  const rn = (op >>> 16) & 15;
  const isStore = (op & 0x20) !== 0;
  if (rd === 14 || (rn === 15 && (op & (P | W)) !== P)) return 'unserved';
  const back = addressing(context, op, offset3(context, op));
  permit(context, isStore, 8, 8);
  context.set(Local.ENTRY, place());
  if (isStore) {
    context.out.push({ kind: 'store', op: Op.STORE, address: entry, value: context.read(rd), offset: 0 });
    context.out.push({ kind: 'store', op: Op.STORE, address: entry, value: context.read(rd + 1), offset: 4 });
  }
  if (back) context.set(rn, local(Local.WRITE_BACK));
  if (!isStore) {
    context.set(rd, load(Op.LOAD, entry, 0));
    context.set(rd + 1, load(Op.LOAD, entry, 4));
  }
  return undefined;
};

/** LDM and STM within a page (blockTransfer.ts); the user-bank and exception forms are not served. */
function multiple(context: Context, op: number): End | undefined | 'unserved' {
  const list = op & 0xffff;
  const n = (op >>> 16) & 15;
  if (list === 0 || n === 15 || (op & 0x400000) !== 0) return 'unserved';
  const isLoad = (op & L) !== 0;
  const bytes = 4 * registerCount(list);
  const up = (op & U) !== 0;
  const before = (op & P) !== 0;
  const base = context.read(n);
  const lowest = up ? (before ? 4 : 0) : before ? -bytes : 4 - bytes;
  context.set(Local.WRITE_BACK, binary(up ? Op.ADD : Op.SUB, base, constant(bytes)));
  context.set(Local.ADDRESS, binary(Op.ADD, base, constant(lowest)));
  if (bytes > 4) {
    const inPage = binary(Op.AND, address, constant(0xfff));
    const crosses = binary(Op.GT_U, inPage, constant(0x1000 - bytes));
    context.out.push(when(crosses, [context.leave()]));
  }
  permit(context, !isLoad, bytes, 4);
  context.set(Local.ENTRY, place());
  const writes = (op & W) !== 0;
  let offset = 0;
  if (!isLoad) {
    for (let r = 0; r < 16; r++) {
      if ((list & (1 << r)) === 0) continue;
      let value = r === 15 ? constant(context.pc + 2 * context.block.step + 4) : context.read(r);
      if (r === n && offset > 0 && writes) value = local(Local.WRITE_BACK);
      context.out.push({ kind: 'store', op: Op.STORE, address: entry, value, offset });
      offset += 4;
    }
    if (writes) context.set(n, local(Local.WRITE_BACK));
    return undefined;
  }
  if (writes && (list & (1 << n)) === 0) context.set(n, local(Local.WRITE_BACK));
  for (let r = 0; r < 15; r++) {
    if ((list & (1 << r)) === 0) continue;
    context.set(r, load(Op.LOAD, entry, offset));
    offset += 4;
  }
  return (list & 0x8000) === 0 ? undefined : context.dynamic(load(Op.LOAD, entry, offset), true);
}

const thumbLoadMultiple: Lowering = (context, op) => {
  const base = (op >>> 8) & 7;
  const list = op & 0xff;
  const inList = (list & (1 << base)) !== 0;
  return multiple(context, (inList ? 0x08900000 : 0x08b00000) | (base << 16) | list);
};

const thumbLoadLiteral: Lowering = (context, op) => {
  context.set(Local.ADDRESS, constant((((context.pc + 4) & ~3) + ((op & 0xff) << 2)) | 0));
  permit(context, false, 4, 4);
  context.set((op >>> 8) & 7, load(Op.LOAD, place(), 0));
  return undefined;
};

export const MEMORY: Readonly<Record<string, Lowering>> = {
  'LDR, LDRB, STR, STRB immediate': wordOrByte(false),
  'LDR, LDRB, STR, STRB register': wordOrByte(true),
  'LDRH, STRH': halfwordOrSigned,
  'LDRSB, LDRSH': halfwordOrSigned,
  'LDRT, LDRBT, STRT, STRBT': asUser,
  'SWP, SWPB': swap,
  'LDR pc': loadPc,
  'LDRD, STRD': doubleword,
  LDM: multiple,
  STM: multiple,
  'Thumb LDMIA': thumbLoadMultiple,
  'Thumb LDR literal': thumbLoadLiteral,
};
