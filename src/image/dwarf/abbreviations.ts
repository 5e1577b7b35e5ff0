/** Abbreviation tables (.debug_abbrev, DWARF 7.5.3): the shapes of entries, decoded once per table and shared by its units. */
import { Cursor } from '../cursor';
import { Form } from './constants';

export interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  /** Attribute names (DW_AT), in file order; `forms` and `implicit` are parallel to it. */
  readonly attributes: readonly number[];
  readonly forms: readonly number[];
  /** Values of DW_FORM_implicit_const. */
  readonly implicit: readonly number[];
}

export type AbbreviationTable = ReadonlyMap<number, Abbreviation>;

export class Abbreviations {
  private readonly tables = new Map<number, AbbreviationTable>();

  constructor(private readonly bytes: Uint8Array) {}

  /** The table at an offset of .debug_abbrev; throws ImageError when it is damaged. */
  at(offset: number): AbbreviationTable {
    let table = this.tables.get(offset);
    if (table === undefined) {
      table = readTable(new Cursor(this.bytes, '.debug_abbrev', offset));
      this.tables.set(offset, table);
    }
    return table;
  }
}

function readTable(cursor: Cursor): AbbreviationTable {
  const table = new Map<number, Abbreviation>();
  while (!cursor.atEnd) {
    const code = cursor.uleb();
    if (code === 0) break;
    const tag = cursor.uleb();
    const hasChildren = cursor.u8() !== 0;
    const attributes: number[] = [];
    const forms: number[] = [];
    const implicit: number[] = [];
    for (;;) {
      const attribute = cursor.uleb();
      const form = cursor.uleb();
      const value = form === Form.implicitConst ? cursor.sleb() : 0;
      if (attribute === 0 && form === 0) break;
      attributes.push(attribute);
      forms.push(form);
      implicit.push(value);
    }
    table.set(code, { tag, hasChildren, attributes, forms, implicit });
  }
  return table;
}
