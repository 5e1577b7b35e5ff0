/**
 * C functions: which covers an address, and the nest of scopes (lexical blocks, inlined calls) around an address in it. A
 * unit's functions are listed when an address or name leads to the unit.
 */
import type { Interval } from '../intervals';
import { IntervalIndex } from '../intervals';
import type { FunctionInfo } from '../types';
import { At, Form, Tag } from './constants';
import type { DebugInfo } from './debugInfo';
import type { Entry } from './entry';
import type { LineTables } from './lineTables';
import type { NameIndex } from './nameIndex';
import { rangesOf } from './ranges';
import type { EntryId, Unit } from './unit';

/** A function with code, and where its entry is. */
export interface DescribedFunction {
  readonly info: FunctionInfo;
  readonly entry: Entry;
}

interface FunctionInterval extends Interval {
  readonly entry: Entry;
  /** The range that it is entered by. */
  readonly home: Interval;
}

/** An entry that has names of its own, with the names' addresses. */
export interface Scope {
  readonly entry: Entry;
  readonly kind: 'function' | 'block' | 'inlined';
}

/** DW_LANG_Mips_Assembler, which stands for any assembler. */
const LANGUAGE_ASSEMBLER = 0x8001;
/** Longest chain of abstract_origin and specification followed; real ones have two links. */
const MAX_ORIGINS = 8;
/** Addresses whose scopes are kept: those of the frames that are looked at, over and over at one stop. */
const MOST_KEPT = 512;

export class Functions {
  private readonly byUnit = new Map<Unit, IntervalIndex<FunctionInterval>>();
  private readonly described = new Map<EntryId, DescribedFunction | undefined>();
  private readonly scopes = new Map<number, readonly Scope[]>();

  constructor(
    private readonly info: DebugInfo,
    private readonly lines: LineTables,
    private readonly names: () => NameIndex,
  ) {}

  at(address: number): DescribedFunction | undefined {
    for (const unit of this.info.unitsAt(address)) {
      const found = this.functionsOf(unit).at(address);
      if (found !== undefined) return this.describe(found);
    }
    return undefined;
  }

  /** For names that the symbol table does not have: an image without symbols, or a function that became `name.constprop.0`. */
  named(name: string): DescribedFunction | undefined {
    const id = this.names().functionNamed(name);
    const entry = id === undefined ? undefined : this.info.tolerate(() => this.info.entry(id), undefined);
    const found = entry && this.intervalsOf(entry)[0];
    return found && this.describe(found);
  }

  /** The function that covers an address and the scopes inside it that do, outermost first. */
  scopesAt(address: number): readonly Scope[] {
    const known = this.scopes.get(address);
    if (known !== undefined) return known;
    if (this.scopes.size >= MOST_KEPT) this.scopes.clear();
    const scopes = this.readScopes(address);
    this.scopes.set(address, scopes);
    return scopes;
  }

  private readScopes(address: number): readonly Scope[] {
    const outer = this.at(address);
    if (outer === undefined) return [];
    const scopes: Scope[] = [{ entry: outer.entry, kind: 'function' }];
    this.info.tolerate(() => {
      let inside: Entry | undefined = outer.entry;
      while (inside !== undefined) {
        const next: Entry | undefined = this.innerScope(inside, address);
        if (next !== undefined) scopes.push({ entry: next, kind: next.tag === Tag.lexicalBlock ? 'block' : 'inlined' });
        inside = next;
      }
    }, undefined);
    return scopes;
  }

  /** An entry itself, then what it is an instance or a completion of (DW_AT_abstract_origin, DW_AT_specification). */
  *origins(entry: Entry): Generator<Entry> {
    let current: Entry | undefined = entry;
    for (let count = 0; current !== undefined && count < MAX_ORIGINS; count++) {
      yield current;
      const id: EntryId | undefined = current.reference(At.abstractOrigin) ?? current.reference(At.specification);
      current = id === undefined ? undefined : this.info.entry(id);
    }
  }

  /** The first of the entry and its origins that has an attribute. */
  withAttribute(entry: Entry, attribute: number): Entry | undefined {
    for (const origin of this.origins(entry)) if (origin.has(attribute)) return origin;
    return undefined;
  }

  stringThroughOrigins(entry: Entry): string | undefined {
    return this.withAttribute(entry, At.name)?.name;
  }

  private innerScope(outer: Entry, address: number): Entry | undefined {
    for (const child of this.info.children(outer)) {
      if (child.tag !== Tag.lexicalBlock && child.tag !== Tag.inlinedSubroutine) continue;
      const ranges = rangesOf(this.info, child);
      if (ranges.some(({ low, high }) => low <= address && address < high)) return child;
      // A block without ranges of its own only groups: what it holds may still have some.
      if (ranges.length === 0 && child.tag === Tag.lexicalBlock) {
        const inner = this.innerScope(child, address);
        if (inner !== undefined) return inner;
      }
    }
    return undefined;
  }

  private functionsOf(unit: Unit): IntervalIndex<FunctionInterval> {
    let functions = this.byUnit.get(unit);
    if (functions === undefined) {
      const intervals: FunctionInterval[] = [];
      this.info.tolerate(() => {
        const root = this.info.root(unit);
        // GNU as describes assembly functions too, but says no more of them than the symbol table does of every label.
        if (root.constant(At.language) === LANGUAGE_ASSEMBLER) return;
        for (const entry of this.info.children(root)) {
          if (entry.tag === Tag.subprogram) intervals.push(...this.intervalsOf(entry));
        }
      }, undefined);
      this.byUnit.set(unit, (functions = new IntervalIndex(intervals)));
    }
    return functions;
  }

  private intervalsOf(entry: Entry): FunctionInterval[] {
    const ranges = this.info.tolerate(() => rangesOf(this.info, entry), []);
    const live = ranges.filter(({ low, high }) => high > low && this.info.isCode(low, high));
    const entryPc = entry.value(At.entryPc);
    const start = entryPc?.form === Form.addr ? entryPc.value : live[0]?.low;
    const home = live.find(({ low, high }) => start >= low && start < high) ?? live[0];
    return live.map(({ low, high }) => ({ low, high, entry, home }));
  }

  private describe({ entry, home }: FunctionInterval): DescribedFunction | undefined {
    if (!this.described.has(entry.id)) {
      this.described.set(
        entry.id,
        this.info.tolerate(() => this.readFunction(entry, home), undefined),
      );
    }
    return this.described.get(entry.id);
  }

  private readFunction(entry: Entry, home: Interval): DescribedFunction | undefined {
    const name = this.stringThroughOrigins(entry);
    if (name === undefined) return undefined;
    const declaring = this.withAttribute(entry, At.declLine);
    const file = declaring && this.lines.fileName(declaring.unit, declaring.constant(At.declFile) ?? 0);
    const line = declaring?.constant(At.declLine);
    const info: FunctionInfo = {
      name,
      lowPc: home.low,
      highPc: home.high,
      bodyPc: hasLocationLists(entry.unit) ? home.low : this.lines.bodyOf(home.low, home.high),
      declaration: file !== undefined && line !== undefined ? { file, line } : undefined,
      hasDebugInfo: true,
    };
    return { info, entry };
  }
}

/**
 * Whether a unit's variables have location lists, which means optimised code: its parameters can then be read at the very
 * first instruction, and the line table no longer separates prologue from body. (gdb, too, stops at the entry there.)
 */
function hasLocationLists(unit: Unit): boolean {
  for (const { tag, attributes, forms } of unit.abbreviations.values()) {
    if (tag !== Tag.variable && tag !== Tag.formalParameter) continue;
    const form = forms[attributes.indexOf(At.location)];
    if (form === Form.secOffset || form === Form.loclistx || form === Form.data4) return true;
  }
  return false;
}
