/** The one object that the layers above hold for an image. Implemented by `Image` in `image.ts`. */
import type {
  CType,
  ElfSymbol,
  FunctionInfo,
  GlobalVariable,
  LocalVariable,
  MemoryReader,
  RegisterSet,
  Segment,
  SourceLine,
  UnwindResult,
} from './types';

export interface ImageFace {
  /** How the user named it: a path or `builtin:name`. */
  readonly name: string;
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** What is missing for debugging, in words (no .symtab, no .debug_line ...); empty when all is there. */
  readonly limitations: readonly string[];

  /** Contents of a section, e.g. `__xen_guest`; undefined when there is none. */
  section(name: string): Uint8Array | undefined;
  containsAddress(address: number): boolean;

  symbol(name: string): ElfSymbol | undefined;
  symbolAt(address: number): { readonly symbol: ElfSymbol; readonly offset: number } | undefined;
  symbols(): readonly ElfSymbol[];

  /** C functions and assembly labels alike. */
  functionNamed(name: string): FunctionInfo | undefined;
  functionAt(address: number): FunctionInfo | undefined;

  lineAt(address: number): SourceLine | undefined;
  /** Statement starts of the line; when it has no code, those of the next line that has some (`actualLine` says which). */
  addressesForLine(file: string, line: number): { readonly actualLine: number; readonly addresses: readonly number[] };
  /** Every source file the line tables name. */
  sources(): readonly string[];
  /** The MD5 (hexadecimal) of one of `sources` as it was compiled; undefined where the compiler has not noted it (DWARF 5 only). */
  sourceMd5(file: string): string | undefined;

  typeNamed(name: string): CType | undefined;
  /** The value of an enumeration constant. */
  enumerator(name: string): number | undefined;
  /** What a member that the debugger looks for is called in a type (`struct vcpu`) here; absent where nothing is called otherwise. */
  memberName?(name: string, owner: string): string;
  globals(): readonly GlobalVariable[];
  globalNamed(name: string): GlobalVariable | undefined;
  /**
   * Parameters and locals in scope at the frame's pc, with their locations evaluated there. `isTopFrame` (default true) is false
   * for a caller, whose pc is a return address: scope and locations are then those of the call before it.
   */
  localsAt(registers: RegisterSet, readMemory: MemoryReader, isTopFrame?: boolean): readonly LocalVariable[];

  /**
   * The caller of the frame; undefined at an outermost frame. `isTopFrame` is true for a frame whose pc is the instruction to
   * run next (the innermost, and one that was interrupted): it allows the link register. False for one that is in a call.
   */
  unwind(registers: RegisterSet, readMemory: MemoryReader, isTopFrame: boolean): UnwindResult | undefined;
}
