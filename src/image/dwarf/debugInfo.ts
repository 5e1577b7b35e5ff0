/**
 * .debug_info as a whole: its units, and entries by id. Opens in proportion to the number of units; entries are decoded when
 * asked for. What a damaged part would have said is left out and reported once through `damages`.
 */
import { Cursor, stringAt } from '../cursor';
import { ImageError } from '../errors';
import type { Interval } from '../intervals';
import { IntervalIndex } from '../intervals';
import { Abbreviations } from './abbreviations';
import { readAddressRanges, type UnitRange } from './addressRanges';
import { At, Form, UnitType } from './constants';
import type { Entry } from './entry';
import { isAddressIndex, readEntry } from './entry';
import type { FormValue } from './forms';
import { rangesOf } from './ranges';
import type { DebugSections } from './sections';
import type { EntryId, Unit, UnitHeader } from './unit';
import { readUnitHeaders, signatureAt } from './unit';

interface UnitInterval extends Interval {
  readonly unit: Unit;
}

export class DebugInfo {
  readonly headers: readonly UnitHeader[];
  /** Sentences on parts that could not be read. */
  readonly damages = new Set<string>();

  private readonly abbreviations: Abbreviations;
  private readonly units = new Map<UnitHeader, Unit | undefined>();
  private readonly strings = new Map<number, string>();
  private signatures: Map<string, EntryId> | undefined;
  private ranges: IntervalIndex<UnitRange> | undefined;
  private unitsByAddress: IntervalIndex<UnitInterval> | undefined;

  /** @param isCode whether a range lies in executable sections; ranges of functions that the linker dropped do not. */
  constructor(
    readonly sections: DebugSections,
    readonly isCode: (low: number, high: number) => boolean,
  ) {
    this.abbreviations = new Abbreviations(sections.debug_abbrev);
    const damaged = (error: unknown) => this.note(error);
    this.headers = [
      ...readUnitHeaders(sections.debug_info, '.debug_info', 0, damaged),
      ...readUnitHeaders(sections.debug_types, '.debug_types', sections.debug_info.length, damaged),
    ];
  }

  /** Runs a reading of untrusted bytes; damage is noted as a limitation and gives `otherwise`. */
  tolerate<T>(read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      this.note(error);
      return otherwise;
    }
  }

  /** The compilation units that can be read, in file order. */
  compileUnits(): Unit[] {
    return this.headers
      .filter(({ type }) => type === UnitType.compile || type === UnitType.partial || type === UnitType.skeleton)
      .map((header) => this.unit(header))
      .filter((unit) => unit !== undefined);
  }

  unit(header: UnitHeader): Unit | undefined {
    if (!this.units.has(header)) {
      this.units.set(
        header,
        this.tolerate(() => this.openUnit(header), undefined),
      );
    }
    return this.units.get(header);
  }

  /** The unit's first entry, which describes it as a whole. */
  root(unit: Unit): Entry {
    const entry = readEntry(unit, unit.firstEntry, this);
    if (entry === undefined) throw new ImageError(`${unit.section} has a unit without entries: build it again.`);
    return entry;
  }

  entry(id: EntryId): Entry | undefined {
    const header = this.headerOf(id);
    const unit = header && this.unit(header);
    const offset = unit && id - unit.idBase;
    // A reference must point behind the header, or decoding would read the header as an entry.
    return unit === undefined || offset! < unit.firstEntry ? undefined : readEntry(unit, offset!, this);
  }

  /** The entries directly below one, in file order. */
  *children(entry: Entry): Generator<Entry> {
    if (!entry.hasChildren) return;
    const { unit } = entry;
    let offset = entry.next;
    while (offset < unit.end) {
      const child = readEntry(unit, offset, this);
      if (child === undefined) return;
      yield child;
      offset = this.after(child);
    }
  }

  /** Where the next sibling of an entry starts. */
  after(entry: Entry): number {
    if (!entry.hasChildren) return entry.next;
    const sibling = entry.reference(At.sibling);
    const offset = sibling === undefined ? -1 : sibling - entry.unit.idBase;
    if (offset > entry.next && offset <= entry.unit.end) return offset;
    let depth = 1;
    let next = entry.next;
    while (depth > 0 && next < entry.unit.end) {
      const inner = readEntry(entry.unit, next, this);
      if (inner === undefined) {
        depth--;
        next++;
      } else {
        if (inner.hasChildren) depth++;
        next = inner.next;
      }
    }
    return next;
  }

  /** All compilation units that claim an address (several only in odd links). */
  *unitsAt(address: number): Generator<Unit> {
    let listed = false;
    for (const { unitOffset } of this.addressRanges().covering(address)) {
      const header = this.headerOf(unitOffset);
      const unit = header?.offset === unitOffset ? this.unit(header) : undefined;
      if (unit === undefined) continue;
      listed = true;
      yield unit;
    }
    if (!listed) for (const { unit } of this.codeIndex().covering(address)) yield unit;
  }

  /** True when the unit says which code it covers. */
  hasCodeRanges(unit: Unit): boolean {
    return this.tolerate(() => {
      const root = this.root(unit);
      return root.has(At.ranges) || root.has(At.highPc);
    }, false);
  }

  stringOf(unit: Unit, value: FormValue): string {
    const { sections } = this;
    switch (value.form) {
      case Form.strp:
        return this.internedString(value.value);
      case Form.lineStrp:
        return stringAt(sections.debug_line_str, value.value);
      case Form.strx:
      case Form.strx1:
      case Form.strx2:
      case Form.strx3:
      case Form.strx4: {
        const at = unit.strOffsetsBase + value.value * unit.offsetBytes;
        const cursor = new Cursor(sections.debug_str_offsets, '.debug_str_offsets', at);
        return this.internedString(cursor.unsigned(unit.offsetBytes));
      }
      default:
        return '';
    }
  }

  addressOf(unit: Unit, index: number): number {
    return new Cursor(this.sections.debug_addr, '.debug_addr', unit.addrBase + index * unit.addressBytes).unsigned(
      unit.addressBytes,
    );
  }

  /** Where list `index` of .debug_rnglists or .debug_loclists starts (DWARF 5, 7.28 and 7.29). */
  listOffset(bytes: Uint8Array, unit: Unit, base: number, index: number): number {
    return base + new Cursor(bytes, 'a list table', base + index * unit.offsetBytes).unsigned(unit.offsetBytes);
  }

  typeUnitEntry(signature: Uint8Array): EntryId | undefined {
    if (this.signatures === undefined) {
      this.signatures = new Map();
      for (const header of this.headers) {
        if (header.signature !== undefined) this.signatures.set(header.signature, header.typeEntry!);
      }
    }
    return this.signatures.get(signatureAt(signature, 0));
  }

  /** A string of .debug_str; the linker merges equal ones, so an offset stands for a name. */
  internedString(offset: number): string {
    let text = this.strings.get(offset);
    if (text === undefined) this.strings.set(offset, (text = stringAt(this.sections.debug_str, offset)));
    return text;
  }

  note(error: unknown): void {
    if (!(error instanceof ImageError)) throw error;
    // A few sentences tell as much as ten thousand.
    if (this.damages.size < 8) this.damages.add(error.message);
  }

  private addressRanges(): IntervalIndex<UnitRange> {
    this.ranges ??= new IntervalIndex(
      this.tolerate(() => readAddressRanges(this.sections.debug_aranges), []).filter(({ low, high }) =>
        this.isCode(low, high),
      ),
    );
    return this.ranges;
  }

  private codeIndex(): IntervalIndex<UnitInterval> {
    this.unitsByAddress ??= new IntervalIndex(
      this.compileUnits().flatMap((unit) =>
        this.tolerate(() => rangesOf(this, this.root(unit)), [])
          .filter(({ low, high }) => this.isCode(low, high))
          .map(({ low, high }) => ({ low, high, unit })),
      ),
    );
    return this.unitsByAddress;
  }

  private headerOf(id: EntryId): UnitHeader | undefined {
    let low = 0;
    let high = this.headers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const header = this.headers[middle];
      if (header.idBase + header.offset <= id) low = middle + 1;
      else high = middle;
    }
    const header = this.headers[low - 1];
    return header !== undefined && id < header.idBase + header.end ? header : undefined;
  }

  private openUnit(header: UnitHeader): Unit {
    const abbreviations = this.abbreviations.at(header.abbreviationOffset);
    // Where a unit names no base, the tables' first contribution behind its header is meant (DWARF 5, 7.26-7.29).
    const wide = header.offsetBytes === 8;
    const bases = {
      strOffsetsBase: wide ? 16 : 8,
      addrBase: wide ? 16 : 8,
      rnglistsBase: wide ? 20 : 12,
      loclistsBase: wide ? 20 : 12,
      lowPc: 0,
    };
    const draft: Unit = { ...header, abbreviations, ...bases };
    const root = this.root(draft);
    const based: Unit = {
      ...draft,
      strOffsetsBase: root.constant(At.strOffsetsBase) ?? bases.strOffsetsBase,
      addrBase: root.constant(At.addrBase) ?? bases.addrBase,
      rnglistsBase: root.constant(At.rnglistsBase) ?? bases.rnglistsBase,
      loclistsBase: root.constant(At.loclistsBase) ?? bases.loclistsBase,
    };
    const lowPc = root.value(At.lowPc);
    if (lowPc === undefined) return based;
    return { ...based, lowPc: isAddressIndex(lowPc.form) ? this.addressOf(based, lowPc.value) : lowPc.value };
  }
}
