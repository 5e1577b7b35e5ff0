/**
 * An executable image: the face that the layers above hold, put together from the ELF container, symbols, DWARF and unwinding.
 * It decodes nothing itself. Everything but the container's headers is read when first asked for.
 */
import { DebugInfo } from './dwarf/debugInfo';
import { Functions } from './dwarf/functions';
import { Globals } from './dwarf/globals';
import { Locals } from './dwarf/locals';
import { LineTables } from './dwarf/lineTables';
import { NameIndex } from './dwarf/nameIndex';
import type { DebugSections } from './dwarf/sections';
import { describeMissing, findDebugSections, isCompressed } from './dwarf/sections';
import { Types } from './dwarf/types';
import type { EntryId } from './dwarf/unit';
import type { ElfFile } from './elf/file';
import { readElf, SHF_ALLOC, SHF_EXECINSTR, SHT_NOBITS } from './elf/file';
import { SymbolTable } from './elf/symbols';
import { ImageError } from './errors';
import type { ImageFace } from './face';
import type { IntervalIndex } from './intervals';
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

import type { FrameDescription } from './unwind/frameTable';
import { readFrames } from './unwind/frameTable';
import { lookupPcOf, Unwinder } from './unwind/unwinder';

export { ImageError } from './errors';

export class Image implements ImageFace {
  readonly entry: number;
  readonly segments: readonly Segment[];

  private readonly missing: readonly string[];
  private readonly symbolTable: SymbolTable;
  private readonly info: DebugInfo;
  private readonly lines: LineTables;
  private readonly functions: Functions;
  private readonly types: Types;
  private readonly globalVariables: Globals;
  private readonly localVariables: Locals;
  private readonly unwinder: Unwinder;
  private nameIndex: NameIndex | undefined;
  private frameIndex: IntervalIndex<FrameDescription> | undefined;
  private readonly code: readonly { readonly low: number; readonly high: number }[];

  /**
   * Reads an ELF32 ARM executable.
   * @param name how the user named it; messages begin with it
   * @throws ImageError with one sentence: what is wrong, where, what to do
   */
  static parse(name: string, bytes: Uint8Array): Image {
    try {
      return new Image(name, readElf(bytes));
    } catch (error) {
      if (error instanceof ImageError) throw new ImageError(`${name}: ${error.message}`);
      throw error;
    }
  }

  private constructor(
    readonly name: string,
    private readonly elf: ElfFile,
  ) {
    this.entry = elf.entry;
    this.segments = elf.segments;
    this.code = codeRanges(elf);
    this.symbolTable = new SymbolTable(elf.sections);
    const sections = findDebugSections(elf.sections);
    this.missing = describeMissing(elf.sections, sections, this.symbolTable.hasSymtab);
    this.info = new DebugInfo(sections, (low, high) => this.code.some((area) => area.low <= low && high <= area.high));
    this.lines = new LineTables(this.info);
    const names = () => (this.nameIndex ??= new NameIndex(this.info, (id) => this.nameThroughOrigins(id)));
    this.functions = new Functions(this.info, this.lines, names);
    this.types = new Types(this.info, names);
    const { info, lines, functions, types } = this;
    this.globalVariables = new Globals({
      info,
      lines,
      functions,
      types,
      names,
      addressesOf: (name) => this.symbolTable.dataNamed(name),
    });
    this.localVariables = new Locals({ info, functions, types, globals: this.globalVariables });
    this.unwinder = new Unwinder(() => (this.frameIndex ??= this.readFrames(sections)), {
      readCode: (address, byteLength) => this.readCode(address, byteLength),
      contentAt: (address) => this.symbolTable.contentAt(address),
      startOf: (address) => this.startOf(address),
    });
  }

  get limitations(): readonly string[] {
    return [...this.missing, ...this.info.damages];
  }

  section(name: string): Uint8Array | undefined {
    const found = this.elf.sections.find((section) => section.name === name);
    return found === undefined || found.type === SHT_NOBITS || isCompressed(found) ? undefined : found.bytes;
  }

  containsAddress(address: number): boolean {
    return this.segments.some(
      ({ virtualAddress, memoryBytes }) => address >= virtualAddress && address < virtualAddress + memoryBytes,
    );
  }

  symbol(name: string): ElfSymbol | undefined {
    return this.symbolTable.named(name);
  }

  symbolAt(address: number): { readonly symbol: ElfSymbol; readonly offset: number } | undefined {
    const symbol = this.symbolTable.at(address);
    return symbol && { symbol, offset: address - symbol.address };
  }

  symbols(): readonly ElfSymbol[] {
    return this.symbolTable.symbols;
  }

  functionNamed(name: string): FunctionInfo | undefined {
    const symbol = this.symbol(name);
    if (symbol !== undefined && this.isCode(symbol.address)) {
      const described = this.functions.at(symbol.address);
      // A label inside a C function (inline assembly) is a place of its own.
      if (described?.info.lowPc === symbol.address) return { ...described.info, name };
      return this.labelAsFunction(symbol);
    }
    return this.functions.named(name)?.info;
  }

  functionAt(address: number): FunctionInfo | undefined {
    const described = this.functions.at(address);
    if (described !== undefined) return described.info;
    const symbol = this.isCode(address) ? this.symbolTable.at(address) : undefined;
    return symbol && symbol.kind !== 'object' ? this.labelAsFunction(symbol) : undefined;
  }

  lineAt(address: number): SourceLine | undefined {
    return this.lines.lineAt(address);
  }

  addressesForLine(file: string, line: number): { readonly actualLine: number; readonly addresses: readonly number[] } {
    const { actualLine, addresses } = this.lines.statementsOf(file, line);
    return { actualLine, addresses: this.oneForEachScope(addresses) };
  }

  sources(): readonly string[] {
    return this.lines.sources();
  }

  sourceMd5(file: string): string | undefined {
    return this.lines.md5Of(file);
  }

  typeNamed(name: string): CType | undefined {
    return this.types.named(name);
  }

  enumerator(name: string): number | undefined {
    return this.types.enumerator(name);
  }

  globals(): readonly GlobalVariable[] {
    return this.globalVariables.all();
  }

  globalNamed(name: string): GlobalVariable | undefined {
    return this.globalVariables.named(name);
  }

  localsAt(registers: RegisterSet, readMemory: MemoryReader, isTopFrame = true): readonly LocalVariable[] {
    const pc = registers[15];
    if (pc === undefined) return [];
    const cfa = () => this.info.tolerate(() => this.unwinder.cfa(registers, readMemory, isTopFrame), undefined);
    return this.localVariables.at({ registers, readMemory, lookupPc: lookupPcOf(pc, isTopFrame), cfa });
  }

  unwind(registers: RegisterSet, readMemory: MemoryReader, isTopFrame: boolean): UnwindResult | undefined {
    return this.info.tolerate(() => this.unwinder.unwind(registers, readMemory, isTopFrame), undefined);
  }

  private isCode(address: number): boolean {
    return this.code.some(({ low, high }) => low <= address && address < high);
  }

  private readFrames(sections: DebugSections): IntervalIndex<FrameDescription> {
    const addressOf = (name: string) => this.elf.sections.find((section) => section.name === name)?.address ?? 0;
    const frames = (['.debug_frame', '.eh_frame'] as const).map((name) => ({
      name,
      bytes: sections[name === '.debug_frame' ? 'debug_frame' : 'eh_frame'],
      address: addressOf(name),
    }));
    return readFrames(frames, this.info.isCode, (error) => this.info.note(error));
  }

  private readCode(address: number, byteLength: number): Uint8Array | undefined {
    const segment = this.segments.find(
      ({ virtualAddress, bytes }) => address >= virtualAddress && address + byteLength <= virtualAddress + bytes.length,
    );
    const start = segment && address - segment.virtualAddress;
    return segment?.bytes.subarray(start!, start! + byteLength);
  }

  private startOf(address: number): { address: number; isLabel: boolean } | undefined {
    const described = this.functions.at(address);
    if (described !== undefined) return { address: described.info.lowPc, isLabel: false };
    const symbol = this.isCode(address) ? this.symbolTable.at(address) : undefined;
    return symbol && { address: symbol.address, isLabel: symbol.kind === 'none' };
  }

  private nameThroughOrigins(id: EntryId): string | undefined {
    const entry = this.info.entry(id);
    return entry && this.functions.stringThroughOrigins(entry);
  }

  /** Assembly has no entry in DWARF: its labels serve as functions. */
  private labelAsFunction(symbol: ElfSymbol): FunctionInfo {
    const line = this.lines.lineAt(symbol.address);
    return {
      name: symbol.name,
      lowPc: symbol.address,
      highPc: this.symbolTable.endOf(symbol),
      bodyPc: symbol.address,
      declaration: line && { file: line.file, line: line.line },
      hasDebugInfo: false,
    };
  }

  /**
   * The places where a breakpoint on a line belongs: the line of a function's opening stands for its body, and of several
   * pieces in one scope (the test and the step of a `for`) only the first counts, or the breakpoint would hit over and over.
   */
  private oneForEachScope(addresses: readonly number[]): number[] {
    const scopes = new Set<EntryId | ElfSymbol>();
    const places = new Set<number>();
    for (const address of addresses) {
      // Literal pools belong to a line too, but nothing ever stops there.
      if (this.symbolTable.contentAt(address) === 'data') continue;
      const scope = this.functions.scopesAt(address).at(-1)?.entry.id ?? this.symbolTable.at(address);
      if (scope !== undefined && scopes.has(scope)) continue;
      if (scope !== undefined) scopes.add(scope);
      const around = this.functions.at(address)?.info;
      places.add(around?.lowPc === address ? around.bodyPc : address);
    }
    return [...places];
  }
}

/** Where instructions are: the executable sections, or the executable segments of a file without section headers. */
function codeRanges(elf: ElfFile): { low: number; high: number }[] {
  const wanted = SHF_ALLOC | SHF_EXECINSTR;
  const sections = elf.sections.filter(({ flags, byteSize }) => (flags & wanted) === wanted && byteSize > 0);
  if (sections.length > 0) return sections.map(({ address, byteSize }) => ({ low: address, high: address + byteSize }));
  return elf.segments
    .filter(({ flags }) => flags.execute)
    .map(({ virtualAddress, memoryBytes }) => ({ low: virtualAddress, high: virtualAddress + memoryBytes }));
}
