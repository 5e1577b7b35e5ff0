/** One debugging information entry (DIE, DWARF 2.1) with its attributes decoded as they stand in the file. */
import { Cursor, stringAt } from '../cursor';
import { hex, ImageError } from '../errors';
import type { Abbreviation } from './abbreviations';
import { At, Form } from './constants';
import type { FormValue } from './forms';
import { readForm } from './forms';
import type { EntryId, Unit } from './unit';

/** What an entry asks of the whole: strings, indexed addresses, other units. `DebugInfo` is it. */
export interface EntryContext {
  stringOf(unit: Unit, value: FormValue): string;
  addressOf(unit: Unit, index: number): number;
  typeUnitEntry(signature: Uint8Array): EntryId | undefined;
}

export class Entry {
  /** First byte after the entry's own attributes: where its children or its next sibling start. */
  readonly next: number;
  private readonly values: FormValue[] = [];

  constructor(
    readonly unit: Unit,
    readonly offset: number,
    private readonly abbreviation: Abbreviation,
    cursor: Cursor,
    private readonly context: EntryContext,
  ) {
    const { forms, implicit } = abbreviation;
    for (let index = 0; index < forms.length; index++) {
      this.values.push(readForm(cursor, forms[index], unit, implicit[index]));
    }
    this.next = cursor.position;
  }

  get id(): EntryId {
    return this.unit.idBase + this.offset;
  }

  get tag(): number {
    return this.abbreviation.tag;
  }

  get hasChildren(): boolean {
    return this.abbreviation.hasChildren;
  }

  value(attribute: number): FormValue | undefined {
    const index = this.abbreviation.attributes.indexOf(attribute);
    return index < 0 ? undefined : this.values[index];
  }

  has(attribute: number): boolean {
    return this.abbreviation.attributes.includes(attribute);
  }

  flag(attribute: number): boolean {
    return (this.value(attribute)?.value ?? 0) !== 0;
  }

  /** A constant, unsigned unless its form is a signed one; undefined when the attribute is missing or of another class. */
  constant(attribute: number): number | undefined {
    const value = this.value(attribute);
    return value === undefined || isBlock(value.form) || isReference(value.form) || value.form === Form.string
      ? undefined
      : value.value;
  }

  string(attribute: number): string | undefined {
    const value = this.value(attribute);
    if (value === undefined) return undefined;
    if (value.form === Form.string) return stringAt(this.unit.bytes, value.value, value.end);
    return this.context.stringOf(this.unit, value);
  }

  get name(): string | undefined {
    return this.string(At.name);
  }

  address(attribute: number): number | undefined {
    const value = this.value(attribute);
    if (value === undefined) return undefined;
    return isAddressIndex(value.form) ? this.context.addressOf(this.unit, value.value) : value.value;
  }

  /** The id of the entry that a reference attribute names. */
  reference(attribute: number): EntryId | undefined {
    const value = this.value(attribute);
    switch (value?.form) {
      case Form.ref1:
      case Form.ref2:
      case Form.ref4:
      case Form.ref8:
      case Form.refUdata:
        return this.unit.idBase + this.unit.offset + value.value;
      case Form.refAddr:
        return value.value;
      case Form.refSig8:
        return this.context.typeUnitEntry(this.unit.bytes.subarray(value.value, value.end));
      default:
        return undefined;
    }
  }

  /** The bytes of a block or expression; undefined when the attribute is of another class. */
  block(attribute: number): Uint8Array | undefined {
    const value = this.value(attribute);
    return value !== undefined && isBlock(value.form) ? this.unit.bytes.subarray(value.value, value.end) : undefined;
  }
}

/** Decodes the entry at a section offset of its unit; undefined for the null entry that ends a list of siblings. */
export function readEntry(unit: Unit, offset: number, context: EntryContext): Entry | undefined {
  const cursor = new Cursor(unit.bytes, unit.section, offset, unit.end);
  const code = cursor.uleb();
  if (code === 0) return undefined;
  const abbreviation = unit.abbreviations.get(code);
  if (abbreviation === undefined) {
    throw new ImageError(
      `${unit.section}+${hex(offset)} uses abbreviation ${code}, which its table does not have: the file is damaged; build it again.`,
    );
  }
  return new Entry(unit, offset, abbreviation, cursor, context);
}

export function isBlock(form: number): boolean {
  return (
    form === Form.exprloc ||
    form === Form.block1 ||
    form === Form.block2 ||
    form === Form.block4 ||
    form === Form.block ||
    form === Form.data16
  );
}

export function isAddressIndex(form: number): boolean {
  return form === Form.addrx || (form >= Form.addrx1 && form <= Form.addrx4);
}

function isReference(form: number): boolean {
  return (form >= Form.refAddr && form <= Form.refUdata) || form === Form.refSig8;
}
