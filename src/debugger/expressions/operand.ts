/** What an expression evaluates to: a C value, perhaps with a place in memory or a register behind it. Types and C's integer rules. */
import type { TypedPlace } from '../../hypervisor/typedMemory';
import type { AddressSpace } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { CType } from '../../image/types';
import type { BitField } from '../registers/fields';

export interface Operand {
  /** Undefined for plain integers: constants, registers, results of arithmetic. */
  readonly type?: CType;
  /** The scalar; undefined for structs, unions and arrays, which only have a place. */
  readonly value?: number;
  readonly unsigned: boolean;
  readonly space: AddressSpace;
  readonly place?: TypedPlace;
  /** Whose types its members have. */
  readonly image?: ImageFace;
  /** Writes the scalar; absent for what is no lvalue. */
  readonly assign?: (value: number) => void;
  /** Why there is no `assign`, for whoever tries: the second half of a sentence. */
  readonly readOnlyReason?: string;
  /** Registers with named bit fields. */
  readonly fields?: readonly BitField[];
  /** Registers and addresses show hexadecimal first. */
  readonly hexadecimal?: boolean;
}

/** Beyond this a value is a 64-bit one and is left alone. */
const WIDEST_WORD = 2 ** 32;

/** A 32-bit integer in the signedness that C's usual conversions give (C11 6.3.1.8). */
export function wrap(value: number, unsigned: boolean): number {
  if (!Number.isFinite(value)) return 0;
  if (Math.abs(value) > WIDEST_WORD) return value;
  return unsigned ? value >>> 0 : value | 0;
}
