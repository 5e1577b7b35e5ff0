/**
 * VFP data processing (ARM DDI 0100 C3.1, C4) on the register file, scalars and short vectors (C5). The host's own arithmetic is used where
 * it gives the same bits and no flag that is not set already: normal operands and results, rounding to nearest, inexact already noted.
 * Everything else goes through exact.ts.
 */
import type { Core } from '../core';
import { Word } from '../layout';
import {
  compare,
  convert,
  DOUBLE,
  Environment,
  fromInteger,
  operate,
  SINGLE,
  squareRoot,
  toInteger,
  type Format,
  type Operation,
} from './exact';
import { Fpscr } from './state';

/** Registers behind the last: one for a product before it is added, one for zero. As singles 36 and 38, as doubles 18 and 19. */
const PRODUCT = (Word.VFP_SCRATCH - Word.VFP_REGISTERS) / 2;
const ZERO = PRODUCT + 1;
const HOST_ALLOWED = Fpscr.FZ | (3 << 22) | Fpscr.IXC;

/** The register file in one precision. Register numbers are those of the precision. */
class Registers {
  private readonly host: Float32Array | Float64Array;
  private readonly words: Int32Array;
  readonly format: Format;
  readonly product: number;
  readonly zero: number;
  /** Registers of a bank: vectors wrap around inside one. */
  readonly bank: number;
  private readonly least: number;
  private readonly most: number;

  constructor(
    private readonly s: Int32Array,
    readonly double: boolean,
  ) {
    const start = s.byteOffset + Word.VFP_REGISTERS * 4;
    this.words = s.subarray(Word.VFP_REGISTERS);
    this.host = double ? new Float64Array(s.buffer, start, 20) : new Float32Array(s.buffer, start, 40);
    this.format = double ? DOUBLE : SINGLE;
    this.product = double ? PRODUCT : PRODUCT * 2;
    this.zero = double ? ZERO : ZERO * 2;
    this.bank = double ? 4 : 8;
    this.least = double ? 2 ** -1022 : 2 ** -126;
    this.most = double ? Number.MAX_VALUE : (2 - 2 ** -23) * 2 ** 127;
  }

  bits(register: number): bigint {
    const { words } = this;
    if (!this.double) return BigInt(words[register]! >>> 0);
    return (BigInt(words[register * 2 + 1]! >>> 0) << 32n) | BigInt(words[register * 2]! >>> 0);
  }

  setBits(register: number, bits: bigint): void {
    const { words } = this;
    if (!this.double) {
      words[register] = Number(bits);
    } else {
      words[register * 2] = Number(bits & 0xffffffffn);
      words[register * 2 + 1] = Number(bits >> 32n);
    }
  }

  /** Copies with the sign bit cleared by `and` and flipped by `xor`: no arithmetic, NaNs keep their bits. */
  copy(to: number, from: number, and = -1, xor = 0): void {
    const { words } = this;
    const top = this.double ? 1 : 0;
    const scale = this.double ? 2 : 1;
    const high = (words[from * scale + top]! & and) ^ xor;
    if (this.double) words[to * 2] = words[from * 2]!;
    words[to * scale + top] = high;
  }

  /** True when the host may work on this operand: a normal number. */
  private normal(value: number): boolean {
    const magnitude = Math.abs(value);
    return magnitude >= this.least && magnitude <= this.most;
  }

  private get hostMayWork(): boolean {
    return (this.s[Word.FPSCR]! & HOST_ALLOWED) === Fpscr.IXC;
  }

  /** Works exactly and notes the flags. */
  exactly<T>(work: (env: Environment) => T): T {
    const env = new Environment(this.s[Word.FPSCR]!);
    const result = work(env);
    this.s[Word.FPSCR]! |= env.flags;
    return result;
  }

  operate(operation: Operation, to: number, n: number, m: number): void {
    if (this.hostMayWork) {
      const a = this.host[n]!;
      const b = this.host[m]!;
      if (this.normal(a) && this.normal(b)) {
        const result =
          operation === 'add' ? a + b : operation === 'subtract' ? a - b : operation === 'multiply' ? a * b : a / b;
        const rounded = this.double ? result : Math.fround(result);
        // The least normal number may have been rounded up to: then it was tiny before.
        if (Math.abs(rounded) > this.least && Math.abs(rounded) <= this.most) {
          this.host[to] = rounded;
          return;
        }
      }
    }
    this.setBits(
      to,
      this.exactly((env) => operate(operation, this.format, this.bits(n), this.bits(m), env)),
    );
  }

  squareRoot(to: number, m: number): void {
    const value = this.host[m]!;
    if (this.hostMayWork && value > 0 && this.normal(value)) {
      this.host[to] = Math.sqrt(value);
      return;
    }
    this.setBits(
      to,
      this.exactly((env) => squareRoot(this.format, this.bits(m), env)),
    );
  }
}

/** One pair of register files per machine; made when first asked for. */
const files = new WeakMap<Int32Array, { readonly single: Registers; readonly double: Registers }>();
function filesOf({ s }: Core): { readonly single: Registers; readonly double: Registers } {
  let pair = files.get(s);
  if (pair === undefined) files.set(s, (pair = { single: new Registers(s, false), double: new Registers(s, true) }));
  return pair;
}

type Binary = (r: Registers, d: number, n: number, m: number) => void;
const SIGN = 0x80000000 | 0;

/** Fd ± (± Fn × Fm): the product is rounded before it is added (C4.1.10). */
function multiplyAdd(negateAddend: boolean, negateProduct: boolean): Binary {
  return (r, d, n, m) => {
    r.operate('multiply', r.product, n, m);
    if (negateProduct) r.copy(r.product, r.product, -1, SIGN);
    if (negateAddend) r.copy(d, d, -1, SIGN);
    r.operate('add', d, d, r.product);
  };
}

/** By the bits p q r s of the instruction: 23, 21, 20 and 6 (ARM DDI 0100 table C3-1). */
const BINARY: readonly (Binary | undefined)[] = [
  multiplyAdd(false, false), // FMAC
  multiplyAdd(false, true), // FNMAC
  multiplyAdd(true, false), // FMSC
  multiplyAdd(true, true), // FNMSC
  (r, d, n, m) => r.operate('multiply', d, n, m),
  (r, d, n, m) => {
    r.operate('multiply', d, n, m); // FNMUL
    r.copy(d, d, -1, SIGN);
  },
  (r, d, n, m) => r.operate('add', d, n, m),
  (r, d, n, m) => r.operate('subtract', d, n, m),
  (r, d, n, m) => r.operate('divide', d, n, m),
];
const EXTENSION = 15;

/** Extension instructions on vectors, by Fn and N (table C3-2). */
const UNARY: Readonly<Record<number, (r: Registers, d: number, m: number) => void>> = {
  0: (r, d, m) => r.copy(d, m),
  1: (r, d, m) => r.copy(d, m, 0x7fffffff), // FABS
  2: (r, d, m) => r.copy(d, m, -1, SIGN), // FNEG
  3: (r, d, m) => r.squareRoot(d, m),
};

/** Vector length from FPSCR, and the step between elements: a stride of 2 is written as 3 (C2.6.2). */
function vectorShape(fpscr: number): { readonly length: number; readonly stride: number } {
  return { length: ((fpscr >>> 16) & 7) + 1, stride: ((fpscr >>> 20) & 3) === 3 ? 2 : 1 };
}

/** Applies `work` to a scalar, or to each element when the destination is not in the first bank (C5.1). */
function overVector(
  r: Registers,
  fpscr: number,
  first: readonly number[],
  work: (registers: readonly number[]) => void,
): void {
  const { length, stride } = vectorShape(fpscr);
  const { bank } = r;
  const isScalar = (register: number): boolean => register < bank;
  if (length === 1 || isScalar(first[0]!)) return work(first);
  const last = first.length - 1;
  let registers = first;
  for (let element = 0; element < length; element++) {
    work(registers);
    registers = registers.map((register, place) =>
      place === last && isScalar(register) ? register : (register & -bank) | ((register + stride) & (bank - 1)),
    );
  }
}

/** Extension instructions that work on scalars alone: comparisons and conversions. False for those that do not exist. */
function scalarExtension(core: Core, op: number, extension: number, d: number, m: number): boolean {
  const { s } = core;
  const { single, double } = filesOf(core);
  const r = (op & 0x100) !== 0 ? double : single;
  const { format } = r;
  const singleD = ((op >>> 11) & 30) | ((op >>> 22) & 1);
  const singleM = ((op & 15) << 1) | ((op >>> 5) & 1);
  const oddDouble = r.double && (op & 0x400000) !== 0;
  const oddOperand = r.double && (op & 0x20) !== 0;
  switch (extension) {
    case 8: // FCMP
    case 9: // FCMPE
    case 10: // FCMPZ
    case 11: {
      if (oddDouble || (extension < 10 && oddOperand)) return false;
      r.setBits(r.zero, 0n);
      const other = extension < 10 ? m : r.zero;
      const flags = r.exactly((env) => compare(format, r.bits(d), r.bits(other), (extension & 1) !== 0, env));
      s[Word.FPSCR] = (s[Word.FPSCR]! & 0x0fffffff) | flags;
      return true;
    }
    case 15: // FCVTDS (from single to double), FCVTSD
      if (r.double) {
        if (oddOperand) return false;
        single.setBits(
          singleD,
          r.exactly((env) => convert(DOUBLE, SINGLE, double.bits(m), env)),
        );
      } else {
        if ((op & 0x400000) !== 0) return false;
        double.setBits(
          (op >>> 12) & 15,
          r.exactly((env) => convert(SINGLE, DOUBLE, single.bits(m), env)),
        );
      }
      return true;
    case 16: // FUITO
    case 17: {
      if (oddDouble) return false;
      const bits = Number(single.bits(singleM));
      r.setBits(
        d,
        r.exactly((env) => fromInteger(format, extension === 17 ? bits | 0 : bits, env)),
      );
      return true;
    }
    case 24: // FTOUI, FTOUIZ, FTOSI, FTOSIZ
    case 25:
    case 26:
    case 27: {
      if (oddOperand) return false;
      const value = r.exactly((env) => toInteger(format, r.bits(m), extension >= 26, (extension & 1) !== 0, env));
      single.setBits(singleD, BigInt(value >>> 0));
      return true;
    }
    default:
      return false;
  }
}

/** A CDP of coprocessor 10 or 11. False when there is no such instruction. The caller has seen that VFP is enabled. */
export function dataProcessing(core: Core, op: number): boolean {
  const { single, double } = filesOf(core);
  const isDouble = (op & 0x100) !== 0;
  const r = isDouble ? double : single;
  const number = (field: number, low: number): number => (isDouble ? field : (field << 1) | low);
  const [lowD, lowN, lowM] = [(op >>> 22) & 1, (op >>> 7) & 1, (op >>> 5) & 1];
  const d = number((op >>> 12) & 15, lowD);
  const n = number((op >>> 16) & 15, lowN);
  const m = number(op & 15, lowM);
  const opcode = ((op >>> 20) & 8) | ((op >>> 19) & 6) | ((op >>> 6) & 1);
  const fpscr = core.s[Word.FPSCR]!;
  if (opcode === EXTENSION) {
    const extension = (((op >>> 16) & 15) << 1) | lowN;
    const unary = UNARY[extension];
    if (unary === undefined) return scalarExtension(core, op, extension, d, m);
    if (isDouble && (lowD | lowM) !== 0) return false;
    overVector(r, fpscr, [d, m], ([to, from]) => unary(r, to!, from!));
    return true;
  }
  const binary = BINARY[opcode];
  // There are 16 double registers: the bits that would name more are zero.
  if (binary === undefined || (isDouble && (lowD | lowN | lowM) !== 0)) return false;
  overVector(r, fpscr, [d, n, m], ([to, a, b]) => binary(r, to!, a!, b!));
  return true;
}
