/**
 * What the layers above know of an executable image: ELF segments, symbols, DWARF lines, types, variables and frames.
 * Types only; `image.ts` is the implementation. Knows no hypervisor and no debugger.
 */

/** An ELF PT_LOAD segment. */
export interface Segment {
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  /** Bytes from the file; the rest up to memoryBytes is zero. */
  readonly bytes: Uint8Array;
  readonly memoryBytes: number;
  readonly flags: { readonly read: boolean; readonly write: boolean; readonly execute: boolean };
}

/** A symbol of .symtab. Assembly symbols without a type or a size are included; ARM mapping symbols ($a, $d, $t) are not. */
export interface ElfSymbol {
  readonly name: string;
  /** Without the Thumb bit. */
  readonly address: number;
  /** 0 when the assembler gave none; `symbolAt` then lets it reach to the next symbol of its section. */
  readonly byteSize: number;
  readonly kind: 'function' | 'object' | 'none';
  readonly global: boolean;
  readonly thumb: boolean;
}

/** A row of a DWARF line table, resolved. */
export interface SourceLine {
  /** As in DWARF: joined with the compilation directory, not mapped to the user's disk. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly address: number;
  /** First address after this row. */
  readonly endAddress: number;
  readonly isStatement: boolean;
}

export interface FunctionInfo {
  readonly name: string;
  readonly lowPc: number;
  /** First address after it. */
  readonly highPc: number;
  /** Where its body starts, after the prologue; a breakpoint on the function goes here. Equals lowPc for assembly. */
  readonly bodyPc: number;
  readonly declaration?: { readonly file: string; readonly line: number };
  /** True when described by DWARF (C); false when known from .symtab alone (assembly). */
  readonly hasDebugInfo: boolean;
}

/** A C type, from DWARF. Cyclic types are possible: `target` and `members` are getters resolved on demand. */
export type CType =
  | { readonly kind: 'void' }
  | {
      readonly kind: 'base';
      readonly name: string;
      readonly byteSize: number;
      readonly encoding: 'signed' | 'unsigned' | 'boolean' | 'char' | 'unsignedChar' | 'float';
    }
  | { readonly kind: 'pointer'; readonly byteSize: number; readonly target: CType }
  | {
      readonly kind: 'struct' | 'union';
      readonly name: string | undefined;
      readonly byteSize: number;
      readonly members: readonly CMember[];
      /** True when only declared in this image. */
      readonly incomplete: boolean;
    }
  | { readonly kind: 'array'; readonly element: CType; readonly count: number | undefined }
  | {
      readonly kind: 'enum';
      readonly name: string | undefined;
      readonly byteSize: number;
      readonly values: readonly { readonly name: string; readonly value: number }[];
    }
  | { readonly kind: 'typedef'; readonly name: string; readonly target: CType }
  | { readonly kind: 'qualified'; readonly qualifier: 'const' | 'volatile'; readonly target: CType }
  | { readonly kind: 'function' };

export interface CMember {
  /** Empty for an anonymous struct or union. */
  readonly name: string;
  readonly byteOffset: number;
  readonly type: CType;
  readonly bitSize?: number;
  /** From the least significant bit of the storage unit at byteOffset. */
  readonly bitOffset?: number;
}

/** Where a variable is at some pc. */
export type Location =
  | { readonly kind: 'memory'; readonly address: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface GlobalVariable {
  readonly name: string;
  readonly address: number;
  readonly type: CType;
  readonly file?: string;
}

export interface LocalVariable {
  readonly name: string;
  readonly type: CType;
  readonly isParameter: boolean;
  readonly location: Location;
}

/** Reads target memory in the address space of the frame in question; undefined when it is not mapped. */
export type MemoryReader = (address: number, byteLength: number) => Uint8Array | undefined;

/** r0-r15 of a frame (r15 = pc); undefined where the value is not known. */
export type RegisterSet = readonly (number | undefined)[];

/** One step outwards. */
export interface UnwindResult {
  /** Registers of the caller, r15 being the return address. */
  readonly caller: RegisterSet;
  /** Canonical frame address (DWARF 6.4). */
  readonly cfa: number;
  readonly method: 'cfi' | 'prologue' | 'link-register';
  /**
   * Set when the frame is a trap's, not a call's: the caller was interrupted exactly at its r15. Treat the caller as a top frame
   * (unwind and look up its line and variables at r15 itself, not before it), and expect its stack anywhere.
   */
  readonly interrupted?: true;
}
