/**
 * The symbol table as the image asks it. Its index (symbolIndex.ts) is made at the first question that needs it: a session has an image for
 * each guest, and most are asked for nothing but a name that they do not have, which their bytes tell.
 */
import { find } from '../bytes';
import type { ElfSymbol } from '../types';
import type { Section } from './file';
import { SHT_DYNSYM, SHT_SYMTAB } from './file';
import { SYMBOL_BYTES, SymbolIndex, type CodeContent } from './symbolIndex';

export type { CodeContent } from './symbolIndex';

const utf8 = new TextEncoder();

export class SymbolTable {
  /** False when the file was stripped of .symtab (what .dynsym has may be there still). */
  readonly hasSymtab: boolean;
  private readonly table: Section | undefined;
  private made: SymbolIndex | undefined;

  constructor(private readonly sections: readonly Section[]) {
    const symtab = sections.find((section) => section.type === SHT_SYMTAB);
    this.hasSymtab = symtab !== undefined && symtab.bytes.length >= 2 * SYMBOL_BYTES;
    this.table = this.hasSymtab ? symtab : sections.find((section) => section.type === SHT_DYNSYM);
  }

  /** All that people may see, by address. */
  get symbols(): readonly ElfSymbol[] {
    return this.index?.symbols ?? [];
  }

  named(name: string): ElfSymbol | undefined {
    return this.mayHave(name) ? this.index?.named(name) : undefined;
  }

  /** Addresses of all data of a name. */
  dataNamed(name: string): readonly number[] {
    return this.mayHave(name) ? (this.index?.dataNamed(name) ?? []) : [];
  }

  /** What mapping symbols say of an address; ARM where they say nothing. */
  contentAt(address: number): CodeContent {
    return this.index?.contentAt(address) ?? 'arm';
  }

  /** The symbol that covers an address, see `SymbolIndex.at`. */
  at(address: number): ElfSymbol | undefined {
    return this.index?.at(address);
  }

  /** First address after the symbol: by its size, else where the next symbol of its section starts. */
  endOf(symbol: ElfSymbol): number {
    return this.index?.endOf(symbol) ?? symbol.address;
  }

  private get index(): SymbolIndex | undefined {
    if (this.made === undefined && this.table !== undefined) this.made = new SymbolIndex(this.table, this.sections);
    return this.made;
  }

  /** Whether an index would have the name, as far as can be told without one; a linker lets a name begin inside of another that ends alike. */
  private mayHave(name: string): boolean {
    if (this.made !== undefined || this.table === undefined) return true;
    const names = this.sections[this.table.link]?.bytes;
    return names !== undefined && find(names, utf8.encode(`${name}\0`), 0) >= 0;
  }
}
