/** Multiplies and CLZ (multiply.ts) in the intermediate form. A result register of 15 is lost there; it is not served here. */
import { Word } from '../layout';
import { Local, Op, binary, constant, constant64, load, local, unary, when, type Expr } from './intermediate';
import { storeWord, type Context, type Lowering } from './context';
import { countLeadingZeros, keepCarryAndOverflow } from './lowerData';
import { Psr } from '../psr';

const field = (op: number, lowest: number): number => (op >>> lowest) & 15;

function setNegativeZero(context: Context, high: Expr, all: Expr): void {
  keepCarryAndOverflow(context);
  context.set(Word.NEGATIVE, high);
  context.set(Word.ZERO, all);
}

const multiply: Lowering = (context, op) => {
  const rd = field(op, 16);
  if (rd === 15) return 'unserved';
  const product = binary(Op.MUL, context.read(op & 15), context.read(field(op, 8)));
  const sum = (op & 0x200000) !== 0 ? binary(Op.ADD, product, context.read(field(op, 12))) : product;
  context.set(rd, sum);
  if ((op & 0x100000) !== 0) setNegativeZero(context, local(rd), local(rd));
  return undefined;
};

const multiplyLong: Lowering = (context, op) => {
  const low = field(op, 12);
  const high = field(op, 16);
  // Equal halves are UNPREDICTABLE; the interpreter's order of stores decides.
  if (low === 15 || high === 15 || low === high) return 'unserved';
  const extend = (op & 0x400000) !== 0 ? Op.EXTEND_S : Op.EXTEND_U;
  const product = binary(Op.MUL_64, unary(extend, context.read(op & 15)), unary(extend, context.read(field(op, 8))));
  const upper = binary(Op.SHL_64, unary(Op.EXTEND_U, local(high)), constant64(32));
  const both = binary(Op.OR_64, upper, unary(Op.EXTEND_U, local(low)));
  context.set(Local.WIDE, (op & 0x200000) !== 0 ? binary(Op.ADD_64, product, both) : product);
  context.set(low, unary(Op.WRAP, local(Local.WIDE)));
  context.set(high, unary(Op.WRAP, binary(Op.SHR_U_64, local(Local.WIDE), constant64(32))));
  if ((op & 0x100000) !== 0) setNegativeZero(context, local(high), binary(Op.OR, local(high), local(low)));
  return undefined;
};

/** Half of a register by the x or y bit. */
const half = (value: Expr, top: number): Expr =>
  top !== 0 ? binary(Op.SHR_S, value, constant(16)) : unary(Op.EXTEND_16, value);

const halves = (context: Context, op: number): Expr =>
  binary(Op.MUL, half(context.read(op & 15), op & 0x20), half(context.read(field(op, 8)), op & 0x40));

/** Adds, and sets Q on signed overflow. */
function accumulate(context: Context, op: number, product: Expr): undefined {
  const rd = field(op, 16);
  context.set(Local.OPERAND, product);
  context.set(Local.VALUE, context.read(field(op, 12)));
  const [a, b] = [local(Local.OPERAND), local(Local.VALUE)];
  context.set(Local.RESULT, binary(Op.ADD, a, b));
  const sum = local(Local.RESULT);
  const overflow = binary(Op.AND, binary(Op.XOR, a, sum), binary(Op.XOR, b, sum));
  const status = load(Op.LOAD, constant(0), Word.CPSR * 4);
  context.out.push(
    when(binary(Op.LT_S, overflow, constant(0)), [storeWord(Word.CPSR, binary(Op.OR, status, constant(Psr.Q)))]),
  );
  context.set(rd, sum);
  return undefined;
}

/** Top 32 bits of the 48-bit product. */
const productWide = (context: Context, op: number): Expr => {
  const wide = unary(Op.EXTEND_S, context.read(op & 15));
  const narrow = unary(Op.EXTEND_S, half(context.read(field(op, 8)), op & 0x40));
  return unary(Op.WRAP, binary(Op.SHR_S_64, binary(Op.MUL_64, wide, narrow), constant64(16)));
};

const unlessPc =
  (lowering: (context: Context, op: number) => undefined): Lowering =>
  (context, op) =>
    field(op, 16) === 15 ? 'unserved' : lowering(context, op);

export const MULTIPLY: Readonly<Record<string, Lowering>> = {
  'MUL, MLA': multiply,
  'UMULL, UMLAL, SMULL, SMLAL': multiplyLong,
  SMLAxy: unlessPc((context, op) => accumulate(context, op, halves(context, op))),
  SMULxy: unlessPc((context, op) => void context.set(field(op, 16), halves(context, op)) as undefined),
  SMLAWy: unlessPc((context, op) => accumulate(context, op, productWide(context, op))),
  SMULWy: unlessPc((context, op) => void context.set(field(op, 16), productWide(context, op)) as undefined),
  CLZ: (context, op) => (field(op, 12) === 15 ? 'unserved' : countLeadingZeros(context, op)),
};
