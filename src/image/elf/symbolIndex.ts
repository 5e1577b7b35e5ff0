/**
 * All symbols of a table, by name and by address. Takes assembly labels as seriously as C functions, since half of a hypervisor is
 * assembly: a label without a size reaches to the next symbol of its section. Source: System V ABI "Symbol Table"; ELF for the
 * ARM Architecture 4.5 (Thumb bit, mapping symbols).
 */
import { Cursor, stringAt } from '../cursor';
import type { ElfSymbol } from '../types';
import type { Section } from './file';
import { SHF_ALLOC } from './file';

interface PlacedSymbol extends ElfSymbol {
  /** First address after the symbol's section. */
  readonly sectionEnd: number;
  /** Higher is the better name for its address. */
  readonly rank: number;
}

export type CodeContent = 'arm' | 'thumb' | 'data';

const contentOf: Readonly<Record<string, CodeContent>> = { a: 'arm', t: 'thumb', d: 'data' };

export const SYMBOL_BYTES = 16;
const SHN_UNDEF = 0;
const SHN_ABS = 0xfff1;
const SHN_XINDEX = 0xffff;
const STB_LOCAL = 0;
const STB_GLOBAL = 1;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_SECTION = 3;
const STT_FILE = 4;
const STT_TLS = 6;

export class SymbolIndex {
  /** All that people may see, by address. */
  readonly symbols: readonly ElfSymbol[];

  private readonly byName = new Map<string, ElfSymbol>();
  /** Those that lie in memory, by address, the better name last among equals. */
  private readonly placed: readonly PlacedSymbol[];
  /** furthestEnd[i] is the highest end of the sized symbols up to i: where a search backwards may stop. */
  private readonly furthestEnd: Float64Array;
  /** furthestSectionEnd[i] likewise for the sections of the symbols up to i. */
  private readonly furthestSectionEnd: Float64Array;
  private readonly mapping: readonly { readonly address: number; readonly content: CodeContent }[];

  /** @param table the section with the symbols, whose names are in the one it links to */
  constructor(table: Section, sections: readonly Section[]) {
    const raw = readRaw(table, sections);
    const mapping: { address: number; content: CodeContent }[] = [];
    const named: RawSymbol[] = [];
    for (const entry of raw) {
      const content = mappedContent(entry.name);
      if (content === undefined) named.push(entry);
      else mapping.push({ address: entry.value, content });
    }
    this.mapping = mapping.sort((a, b) => a.address - b.address);
    const placed: PlacedSymbol[] = [];
    const all: ElfSymbol[] = [];
    for (const entry of named) {
      const section = sections[entry.sectionIndex];
      const inMemory = section !== undefined && (section.flags & SHF_ALLOC) !== 0;
      const isFunction = entry.type === STT_FUNC;
      const address = isFunction ? (entry.value & ~1) >>> 0 : entry.value;
      const symbol: PlacedSymbol = {
        name: entry.name,
        address,
        byteSize: entry.byteSize,
        kind: isFunction ? 'function' : entry.type === STT_OBJECT ? 'object' : 'none',
        global: entry.binding !== STB_LOCAL,
        thumb: isFunction ? (entry.value & 1) === 1 : this.contentAt(address) === 'thumb',
        sectionEnd: inMemory ? section.address + section.byteSize : 0,
        rank: rankOf(entry),
      };
      all.push(symbol);
      if (inMemory) placed.push(symbol);
      const known = this.byName.get(symbol.name) as PlacedSymbol | undefined;
      if (known === undefined || symbol.rank > known.rank) this.byName.set(symbol.name, symbol);
    }
    all.sort((a, b) => a.address - b.address);
    this.symbols = all;
    this.placed = placed.sort((a, b) => a.address - b.address || a.rank - b.rank || (a.name < b.name ? 1 : -1));
    this.furthestEnd = new Float64Array(placed.length);
    this.furthestSectionEnd = new Float64Array(placed.length);
    let furthest = 0;
    let furthestSection = 0;
    this.placed.forEach((symbol, index) => {
      furthest = Math.max(furthest, symbol.address + symbol.byteSize);
      furthestSection = Math.max(furthestSection, symbol.sectionEnd);
      this.furthestEnd[index] = furthest;
      this.furthestSectionEnd[index] = furthestSection;
    });
  }

  named(name: string): ElfSymbol | undefined {
    return this.byName.get(name);
  }

  /** Addresses of all data of a name. */
  dataNamed(name: string): readonly number[] {
    if (!this.byName.has(name)) return [];
    return this.placed
      .filter((symbol) => symbol.name === name && symbol.kind !== 'function')
      .map(({ address }) => address);
  }

  /** What mapping symbols say of an address; ARM where they say nothing. */
  contentAt(address: number): CodeContent {
    const index = lastNotAfter(this.mapping, address);
    return index >= 0 ? this.mapping[index].content : 'arm';
  }

  /**
   * The symbol that covers an address: the nearest, but one of a known size that spans the address wins over a label inside
   * it, and compiler-local labels (.L...) only serve where there is nothing else.
   */
  at(address: number): ElfSymbol | undefined {
    let nearest: PlacedSymbol | undefined;
    let local: PlacedSymbol | undefined;
    for (let index = lastNotAfter(this.placed, address); index >= 0; index--) {
      const symbol = this.placed[index];
      if (symbol.sectionEnd > address) {
        if (symbol.byteSize > 0 && address < symbol.address + symbol.byteSize) {
          if (!isCompilerLocal(symbol.name)) return symbol;
        }
        if (isCompilerLocal(symbol.name)) local ??= symbol;
        else nearest ??= symbol;
      }
      // Go on only while an earlier symbol may span the address, or while nothing was found yet.
      if (index === 0 || this.furthestSectionEnd[index - 1] <= address) break;
      if (nearest !== undefined && this.furthestEnd[index - 1] <= address) break;
    }
    if (nearest !== undefined && nearest.byteSize > 0) nearest = undefined;
    return nearest ?? local;
  }

  /** First address after the symbol: by its size, else where the next symbol of its section starts. */
  endOf(symbol: ElfSymbol): number {
    if (symbol.byteSize > 0) return symbol.address + symbol.byteSize;
    const index = lastNotAfter(this.placed, symbol.address);
    const end = index >= 0 ? this.placed[index].sectionEnd : symbol.address;
    for (let next = index + 1; next < this.placed.length; next++) {
      const following = this.placed[next];
      if (following.address >= end) break;
      if (following.address > symbol.address && !isCompilerLocal(following.name)) return following.address;
    }
    return Math.max(end, symbol.address);
  }
}

interface RawSymbol {
  readonly name: string;
  readonly value: number;
  readonly byteSize: number;
  readonly type: number;
  readonly binding: number;
  readonly sectionIndex: number;
}

function readRaw(table: Section, sections: readonly Section[]): RawSymbol[] {
  const names = sections[table.link]?.bytes ?? new Uint8Array(0);
  const cursor = new Cursor(table.bytes, table.name);
  const raw: RawSymbol[] = [];
  const count = Math.floor(table.bytes.length / SYMBOL_BYTES);
  for (let index = 0; index < count; index++) {
    const nameOffset = cursor.u32();
    const value = cursor.u32();
    const byteSize = cursor.u32();
    const info = cursor.u8();
    cursor.skip(1);
    const sectionIndex = cursor.u16();
    const type = info & 15;
    if (sectionIndex === SHN_UNDEF || type === STT_SECTION || type === STT_FILE || type === STT_TLS) continue;
    const name = stringAt(names, nameOffset);
    if (name === '') continue;
    // SHN_XINDEX needs more than 65,280 sections, which a linked ARM executable does not have: such a symbol has no place.
    raw.push({
      name,
      value,
      byteSize,
      type,
      binding: info >> 4,
      sectionIndex: sectionIndex === SHN_XINDEX ? SHN_ABS : sectionIndex,
    });
  }
  return raw;
}

/** What a mapping symbol, `$a` or `$a.something`, says of the bytes from it on; undefined for any other symbol. */
function mappedContent(name: string): CodeContent | undefined {
  return name.startsWith('$') && (name.length === 2 || name[2] === '.') ? contentOf[name[1]] : undefined;
}

/** Which of several names of one address is shown: function, object, label; sized; global, weak, local; the plainest. */
function rankOf(symbol: RawSymbol): number {
  if (isCompilerLocal(symbol.name)) return 0;
  const kind = symbol.type === STT_FUNC ? 3 : symbol.type === STT_OBJECT ? 2 : 1;
  const binding = symbol.binding === STB_GLOBAL ? 2 : symbol.binding === STB_LOCAL ? 0 : 1;
  const plain = symbol.name.startsWith('_') ? 0 : 1;
  return kind * 100 + (symbol.byteSize > 0 ? 10 : 0) + binding * 2 + plain;
}

function isCompilerLocal(name: string): boolean {
  return name.startsWith('.L');
}

/** Index of the last item at or before the address in a list sorted by address; -1 when there is none. */
function lastNotAfter(items: readonly { readonly address: number }[], address: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items[middle].address <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
