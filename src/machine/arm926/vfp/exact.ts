/**
 * IEEE 754 arithmetic on bit patterns in both formats, all rounding modes, with every flag (ARM DDI 0100 C2.2-C2.4): exact results in big
 * integers, rounded once. The reference that arithmetic.ts leaves only where the host's own arithmetic is known to agree.
 */
import { Fpscr } from './state';

export interface Format {
  readonly fractionBits: number;
  readonly bias: number;
  readonly exponentMask: number;
  readonly width: number;
}
export const SINGLE: Format = { fractionBits: 23, bias: 127, exponentMask: 0xff, width: 32 };
export const DOUBLE: Format = { fractionBits: 52, bias: 1023, exponentMask: 0x7ff, width: 64 };

/** How to work: FPSCR's control bits; and the cumulative flags that operations add. */
export class Environment {
  flags = 0;
  constructor(readonly fpscr: number) {}

  /** 0 to nearest, 1 towards plus infinity, 2 towards minus infinity, 3 towards zero. */
  get roundingMode(): number {
    return (this.fpscr >>> 22) & 3;
  }
  get flushToZero(): boolean {
    return (this.fpscr & Fpscr.FZ) !== 0;
  }
  get defaultNaN(): boolean {
    return (this.fpscr & Fpscr.DN) !== 0;
  }
}

/** A finite number is `magnitude` × 2^`exponent`. */
interface Unpacked {
  readonly kind: 'zero' | 'finite' | 'infinity' | 'quiet' | 'signalling';
  readonly negative: boolean;
  readonly magnitude: bigint;
  readonly exponent: number;
  readonly bits: bigint;
}

const signBit = ({ width }: Format, negative: boolean): bigint => (negative ? 1n << BigInt(width - 1) : 0n);
const infinity = (f: Format, negative: boolean): bigint =>
  signBit(f, negative) | (BigInt(f.exponentMask) << BigInt(f.fractionBits));
const quietBit = ({ fractionBits }: Format): bigint => 1n << BigInt(fractionBits - 1);
const defaultNaN = (f: Format): bigint => infinity(f, false) | quietBit(f);

function unpack(bits: bigint, f: Format, env: Environment): Unpacked {
  const negative = bits >> BigInt(f.width - 1) !== 0n;
  const biased = Number(bits >> BigInt(f.fractionBits)) & f.exponentMask;
  const fraction = bits & ((1n << BigInt(f.fractionBits)) - 1n);
  const make = (kind: Unpacked['kind'], magnitude = 0n, exponent = 0): Unpacked => ({
    kind,
    negative,
    magnitude,
    exponent,
    bits,
  });
  if (biased === f.exponentMask) {
    if (fraction === 0n) return make('infinity');
    return make((fraction & quietBit(f)) !== 0n ? 'quiet' : 'signalling');
  }
  const lowest = 1 - f.bias - f.fractionBits;
  if (biased !== 0) return make('finite', fraction | (1n << BigInt(f.fractionBits)), biased - 1 + lowest);
  if (fraction === 0n) return make('zero');
  if (env.flushToZero) {
    env.flags |= Fpscr.IDC;
    return make('zero');
  }
  return make('finite', fraction, lowest);
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28;
}

/** `magnitude` without its lowest `shift` bits, rounded; and whether that lost something. */
function roundOff(
  magnitude: bigint,
  shift: number,
  negative: boolean,
  mode: number,
): { readonly rounded: bigint; readonly inexact: boolean } {
  if (shift <= 0) return { rounded: magnitude << BigInt(-shift), inexact: false };
  const whole = magnitude >> BigInt(shift);
  const rest = magnitude - (whole << BigInt(shift));
  if (rest === 0n) return { rounded: whole, inexact: false };
  const half = 1n << BigInt(shift - 1);
  const up =
    mode === 0
      ? rest > half || (rest === half && (whole & 1n) === 1n)
      : mode === 1
        ? !negative
        : mode === 2 && negative;
  return { rounded: up ? whole + 1n : whole, inexact: true };
}

/** The exact value ± magnitude × 2^exponent (magnitude above 0) in a format. Tininess counts before rounding. */
function pack(f: Format, negative: boolean, magnitude: bigint, exponent: number, env: Environment): bigint {
  const lowestNormal = 1 - f.bias;
  const top = bitLength(magnitude) - 1 + exponent;
  const tiny = top < lowestNormal;
  if (tiny && env.flushToZero) {
    env.flags |= Fpscr.UFC;
    return signBit(f, negative);
  }
  const unit = Math.max(top, lowestNormal) - f.fractionBits;
  const { rounded, inexact } = roundOff(magnitude, unit - exponent, negative, env.roundingMode);
  const bits = (BigInt(Math.max(top - lowestNormal, 0)) << BigInt(f.fractionBits)) + rounded;
  if (bits >= infinity(f, false)) {
    env.flags |= Fpscr.OFC | Fpscr.IXC;
    const away = env.roundingMode === 0 || env.roundingMode === (negative ? 2 : 1);
    return away ? infinity(f, negative) : infinity(f, negative) - 1n;
  }
  if (inexact) env.flags |= Fpscr.IXC | (tiny ? Fpscr.UFC : 0);
  return signBit(f, negative) | bits;
}

function invalid(f: Format, env: Environment): bigint {
  env.flags |= Fpscr.IOC;
  return defaultNaN(f);
}

const isNaNKind = ({ kind }: Unpacked): boolean => kind === 'quiet' || kind === 'signalling';

/** The NaN that an operation on NaNs gives: signalling before quiet, first before second (ARM DDI 0100 C2.3). Undefined without any. */
function propagated(f: Format, operands: readonly Unpacked[], env: Environment): bigint | undefined {
  const signalling = operands.find(({ kind }) => kind === 'signalling');
  const chosen = signalling ?? operands.find(isNaNKind);
  if (chosen === undefined) return undefined;
  if (signalling !== undefined) env.flags |= Fpscr.IOC;
  return env.defaultNaN ? defaultNaN(f) : chosen.bits | quietBit(f);
}

function addUnpacked(f: Format, a: Unpacked, b: Unpacked, env: Environment): bigint {
  const zeroSign = env.roundingMode === 2;
  if (a.kind === 'infinity') return b.kind === 'infinity' && a.negative !== b.negative ? invalid(f, env) : a.bits;
  if (b.kind === 'infinity') return infinity(f, b.negative);
  if (a.kind === 'zero' && b.kind === 'zero') return signBit(f, a.negative === b.negative ? a.negative : zeroSign);
  const exponent = Math.min(a.kind === 'zero' ? Infinity : a.exponent, b.kind === 'zero' ? Infinity : b.exponent);
  const aligned = (x: Unpacked): bigint => {
    if (x.kind === 'zero') return 0n;
    const magnitude = x.magnitude << BigInt(x.exponent - exponent);
    return x.negative ? -magnitude : magnitude;
  };
  const sum = aligned(a) + aligned(b);
  if (sum === 0n) return signBit(f, zeroSign);
  return pack(f, sum < 0n, sum < 0n ? -sum : sum, exponent, env);
}

export type Operation = 'add' | 'subtract' | 'multiply' | 'divide';

/** a op b, as bit patterns of the format. */
export function operate(operation: Operation, f: Format, aBits: bigint, bBits: bigint, env: Environment): bigint {
  const a = unpack(aBits, f, env);
  const b = unpack(bBits, f, env);
  const nan = propagated(f, [a, b], env);
  if (nan !== undefined) return nan;
  if (operation === 'add') return addUnpacked(f, a, b, env);
  if (operation === 'subtract') return addUnpacked(f, a, { ...b, negative: !b.negative }, env);
  const negative = a.negative !== b.negative;
  const [aZero, bZero] = [a.kind === 'zero', b.kind === 'zero'];
  const [aInfinite, bInfinite] = [a.kind === 'infinity', b.kind === 'infinity'];
  if (operation === 'multiply') {
    if ((aZero && bInfinite) || (aInfinite && bZero)) return invalid(f, env);
    if (aInfinite || bInfinite) return infinity(f, negative);
    if (aZero || bZero) return signBit(f, negative);
    return pack(f, negative, a.magnitude * b.magnitude, a.exponent + b.exponent, env);
  }
  if ((aZero && bZero) || (aInfinite && bInfinite)) return invalid(f, env);
  if (aInfinite) return infinity(f, negative);
  if (aZero || bInfinite) return signBit(f, negative);
  if (bZero) {
    env.flags |= Fpscr.DZC;
    return infinity(f, negative);
  }
  // More quotient bits than any format has, and one that says whether a rest is left.
  const dividend = a.magnitude << 128n;
  const quotient = dividend / b.magnitude;
  const rest = quotient * b.magnitude === dividend ? 0n : 1n;
  return pack(f, negative, (quotient << 1n) | rest, a.exponent - b.exponent - 129, env);
}

function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function squareRoot(f: Format, bits: bigint, env: Environment): bigint {
  const a = unpack(bits, f, env);
  const nan = propagated(f, [a], env);
  if (nan !== undefined) return nan;
  if (a.kind === 'zero') return signBit(f, a.negative);
  if (a.negative) return invalid(f, env);
  if (a.kind === 'infinity') return bits;
  const shift = 128 + (a.exponent & 1);
  const scaled = a.magnitude << BigInt(shift);
  const root = integerRoot(scaled);
  const rest = root * root === scaled ? 0n : 1n;
  return pack(f, false, (root << 1n) | rest, (a.exponent - shift) / 2 - 1, env);
}

/** N Z C V of a comparison (ARM DDI 0100 C3.1), in bits 31:28. `strict`: quiet NaNs are invalid, too. */
export function compare(f: Format, aBits: bigint, bBits: bigint, strict: boolean, env: Environment): number {
  const a = unpack(aBits, f, env);
  const b = unpack(bBits, f, env);
  if (isNaNKind(a) || isNaNKind(b)) {
    if (strict || a.kind === 'signalling' || b.kind === 'signalling') env.flags |= Fpscr.IOC;
    return 0x30000000;
  }
  const order = (x: Unpacked): bigint => {
    const magnitude = x.kind === 'zero' ? 0n : x.bits & ((1n << BigInt(f.width - 1)) - 1n);
    return x.negative ? -magnitude : magnitude;
  };
  const [left, right] = [order(a), order(b)];
  return left === right ? 0x60000000 : left < right ? 0x80000000 | 0 : 0x20000000;
}

/** From one format to the other. */
export function convert(from: Format, to: Format, bits: bigint, env: Environment): bigint {
  const a = unpack(bits, from, env);
  if (isNaNKind(a)) {
    if (a.kind === 'signalling') env.flags |= Fpscr.IOC;
    if (env.defaultNaN) return defaultNaN(to);
    const fraction = bits & ((1n << BigInt(from.fractionBits)) - 1n);
    const shift = BigInt(to.fractionBits - from.fractionBits);
    const moved = shift >= 0n ? fraction << shift : fraction >> -shift;
    return infinity(to, a.negative) | quietBit(to) | moved;
  }
  if (a.kind === 'infinity') return infinity(to, a.negative);
  if (a.kind === 'zero') return signBit(to, a.negative);
  return pack(to, a.negative, a.magnitude, a.exponent, env);
}

/** An integer (any sign) in a format. */
export function fromInteger(f: Format, value: number, env: Environment): bigint {
  if (value === 0) return 0n;
  return pack(f, value < 0, BigInt(Math.abs(value)), 0, env);
}

/** To a 32-bit integer: out of range gives the nearest there is, NaN gives 0, both invalid (ARM DDI 0100 C3.1). */
export function toInteger(f: Format, bits: bigint, signed: boolean, towardsZero: boolean, env: Environment): number {
  const [least, most] = signed ? [-0x80000000, 0x7fffffff] : [0, 0xffffffff];
  const a = unpack(bits, f, env);
  if (isNaNKind(a)) {
    env.flags |= Fpscr.IOC;
    return 0;
  }
  if (a.kind === 'zero') return 0;
  const bound = (): number => {
    env.flags |= Fpscr.IOC;
    return a.negative ? least : most;
  };
  if (a.kind === 'infinity' || bitLength(a.magnitude) + a.exponent > 33) return bound();
  const { rounded, inexact } = roundOff(a.magnitude, -a.exponent, a.negative, towardsZero ? 3 : env.roundingMode);
  const value = a.negative ? -Number(rounded) : Number(rounded);
  if (value < least || value > most) return bound();
  if (inexact) env.flags |= Fpscr.IXC;
  return value === 0 ? 0 : value;
}
