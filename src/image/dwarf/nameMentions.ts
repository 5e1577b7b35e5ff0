/**
 * Which units can have an entry of some name, told from their bytes without decoding entries: a name stands in them as such
 * (DW_FORM_string), or as the offset of its text in .debug_str (DW_FORM_strp). May name too many units, never too few. Sessions ask for a
 * handful of names, and looking for bytes is about twenty times as fast as stepping over entries before the code is warm.
 */
import { find } from '../bytes';
import { At, Form } from './constants';
import type { DebugInfo } from './debugInfo';
import type { Unit, UnitHeader } from './unit';

const INDEXED_STRINGS: ReadonlySet<number> = new Set([Form.strx, Form.strx1, Form.strx2, Form.strx3, Form.strx4]);
/** Offsets of .debug_str are searched by their four low bytes, whatever the format. */
const OFFSET_BYTES = 4;

const utf8 = new TextEncoder();

/** A name as it is looked for. */
export interface SoughtName {
  readonly text: Uint8Array;
  readonly offsets: readonly Uint8Array[];
}

/** An attribute and its form as an abbreviation has them, one byte each, by which a name is taken from an entry of another unit. */
const TAKEN_FROM_ELSEWHERE = [At.specification, At.abstractOrigin].map((at) => Uint8Array.of(at, Form.refAddr));

export class NameMentions {
  private readonly opaque = new Map<UnitHeader, boolean>();
  /** Whether there can be opaque units at all: few files have any, and telling costs the abbreviations of every unit. */
  private readonly mayBeOpaque: boolean;

  constructor(private readonly info: DebugInfo) {
    const { debug_str_offsets: table, debug_abbrev: abbreviations } = info.sections;
    this.mayBeOpaque = table.length > 0 || TAKEN_FROM_ELSEWHERE.some((pair) => find(abbreviations, pair, 0) >= 0);
  }

  sought(name: string): SoughtName {
    const text = utf8.encode(`${name}\0`);
    const strings = this.info.sections.debug_str;
    const offsets: Uint8Array[] = [];
    // Linkers let a string begin inside of another that ends alike.
    for (let at = find(strings, text, 0); at >= 0; at = find(strings, text, at + 1)) {
      const bytes = new Uint8Array(OFFSET_BYTES);
      new DataView(bytes.buffer).setUint32(0, at, true);
      offsets.push(bytes);
    }
    return { text, offsets };
  }

  /** Whether the unit may have an entry of this name. */
  mayHave(header: UnitHeader, { text, offsets }: SoughtName): boolean {
    const bytes = header.bytes.subarray(header.firstEntry, header.end);
    if (offsets.some((offset) => find(bytes, offset, 0) >= 0) || find(bytes, text, 0) >= 0) return true;
    return this.mayBeOpaque && this.isOpaque(header);
  }

  /** True of a unit whose names do not show in its bytes: they stand in a table of its own, or in the entries of another unit. */
  private isOpaque(header: UnitHeader): boolean {
    let opaque = this.opaque.get(header);
    if (opaque === undefined) {
      const unit = this.info.unit(header);
      this.opaque.set(header, (opaque = unit !== undefined && namesStandElsewhere(unit)));
    }
    return opaque;
  }
}

function namesStandElsewhere({ abbreviations }: Unit): boolean {
  for (const { attributes, forms } of abbreviations.values()) {
    for (let index = 0; index < attributes.length; index++) {
      const [attribute, form] = [attributes[index], forms[index]];
      if (attribute === At.name && INDEXED_STRINGS.has(form)) return true;
      const refers = attribute === At.specification || attribute === At.abstractOrigin;
      if (refers && form === Form.refAddr) return true;
    }
  }
  return false;
}
