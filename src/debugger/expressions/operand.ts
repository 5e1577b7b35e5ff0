/** What an expression evaluates to: a C value, perhaps with a place in memory or a register behind it. Types and C's integer rules. */
import type { TypedPlace } from '../../hypervisor/typedMemory';
import type { AddressSpace } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { CType } from '../../image/types';
import type { BitField } from '../registers/fields';
import type { DataTarget } from '../types';

export interface Operand {
  /** Undefined for plain integers: constants, registers, results of arithmetic. */
  readonly type?: CType;
  /** The scalar; undefined for structs, unions and arrays, which only have a place. */
  readonly value?: number;
  /** The same without loss, for integers of 64 bits. */
  readonly exact?: bigint;
  readonly unsigned: boolean;
  readonly space: AddressSpace;
  readonly place?: TypedPlace;
  /** Where it stands, for data breakpoints, unless it is the whole of `place`. */
  readonly storage?: DataTarget;
  /** Whose types its members have. */
  readonly image?: ImageFace;
  /** Writes the scalar; absent for what is no lvalue. */
  readonly assign?: (value: number) => void;
  /** The same for integers of 64 bits. */
  readonly assignExact?: (value: bigint) => void;
  /** Values that have a name, which may be written instead of the number; undefined for any other word. */
  readonly names?: (word: string) => number | undefined;
  /** Why there is no `assign`, for whoever tries: the second half of a sentence. */
  readonly readOnlyReason?: string;
  /** Registers with named bit fields. */
  readonly fields?: readonly BitField[];
  /** Registers and addresses show hexadecimal first. */
  readonly hexadecimal?: boolean;
  /** Set for a register whose value is no address: no symbol is named for it, and no memory view opens on it. */
  readonly noAddress?: true;
  /** What C has no type for: a device, a register, a bit field. `value` is its number, if it has one. */
  readonly part?: Part;
}

/** How such a thing is shown, and what is in it. */
export interface Part {
  readonly text: string;
  /** What it is, in words. */
  readonly doc?: string;
  /** Where it stands in physical memory, for memory views. */
  readonly address?: number;
  /** `.name` for members; an array has elements instead, which `[index]` gives. */
  readonly kind: 'members' | 'elements';
  readonly parts?: () => readonly NamedPart[];
}

export interface NamedPart {
  readonly name: string;
  /** What is shown instead of the name. */
  readonly title?: string;
  readonly operand: Operand;
}
