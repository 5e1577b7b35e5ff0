/** Attribute values by their form (DWARF 7.5.6): reading one, and stepping over many quickly. */
import type { Cursor } from '../cursor';
import { hex, ImageError } from '../errors';
import { Form } from './constants';

/** What the size of some forms depends on. */
export interface FormContext {
  readonly version: number;
  readonly addressBytes: number;
  readonly offsetBytes: 4 | 8;
}

/** A value as it stands in the file; strings, references and lists are resolved by those who know the unit. */
export interface FormValue {
  /** The actual form, never DW_FORM_indirect. */
  readonly form: number;
  /** The number; for blocks and inline strings the offset of the first byte in the section. */
  readonly value: number;
  /** First byte after a block; unused otherwise. */
  readonly end: number;
}

const VARIABLE = -1;

/** Bytes that each form takes in a unit, indexed by form; -1 when it must be read to be known. */
export function fixedFormBytes(context: FormContext): Int8Array {
  const sizes = new Int8Array(0x2d).fill(VARIABLE);
  const set = (bytes: number, ...forms: number[]) => forms.forEach((form) => (sizes[form] = bytes));
  set(0, Form.flagPresent, Form.implicitConst);
  set(1, Form.data1, Form.flag, Form.ref1, Form.strx1, Form.addrx1);
  set(2, Form.data2, Form.ref2, Form.strx2, Form.addrx2);
  set(3, Form.strx3, Form.addrx3);
  set(4, Form.data4, Form.ref4, Form.refSup4, Form.strx4, Form.addrx4);
  set(8, Form.data8, Form.ref8, Form.refSig8, Form.refSup8);
  set(16, Form.data16);
  set(context.offsetBytes, Form.strp, Form.secOffset, Form.lineStrp, Form.strpSup);
  set(context.addressBytes, Form.addr);
  // DWARF 2 gave DW_FORM_ref_addr the size of an address, later versions that of an offset.
  set(context.version <= 2 ? context.addressBytes : context.offsetBytes, Form.refAddr);
  return sizes;
}

/** Reads the value at the cursor. `implicit` is the abbreviation's own constant. */
export function readForm(cursor: Cursor, form: number, context: FormContext, implicit: number): FormValue {
  const start = cursor.position;
  switch (form) {
    case Form.block1:
      return block(cursor, form, cursor.u8());
    case Form.block2:
      return block(cursor, form, cursor.u16());
    case Form.block4:
      return block(cursor, form, cursor.u32());
    case Form.block:
    case Form.exprloc:
      return block(cursor, form, cursor.uleb());
    case Form.data16:
      return block(cursor, form, 16);
    case Form.string: {
      const end = endOfString(cursor);
      return { form, value: start, end };
    }
    case Form.flagPresent:
      return { form, value: 1, end: 0 };
    case Form.implicitConst:
      return { form, value: implicit, end: 0 };
    case Form.sdata:
      return { form, value: cursor.sleb(), end: 0 };
    case Form.udata:
    case Form.refUdata:
    case Form.strx:
    case Form.addrx:
    case Form.loclistx:
    case Form.rnglistx:
      return { form, value: cursor.uleb(), end: 0 };
    case Form.gnuRefAlt:
    case Form.gnuStrpAlt:
      return { form, value: cursor.unsigned(context.offsetBytes), end: 0 };
    case Form.refSig8: {
      // Kept as the place of its 8 bytes: a signature does not fit in a number.
      cursor.skip(8);
      return { form, value: start, end: start + 8 };
    }
    case Form.indirect: {
      const actual = cursor.uleb();
      if (actual === Form.indirect) throw unknownForm(cursor, actual);
      return readForm(cursor, actual, context, actual === Form.implicitConst ? cursor.sleb() : 0);
    }
    default: {
      const byteLength = byteLengthOf(form, context);
      if (byteLength === undefined) throw unknownForm(cursor, form);
      return { form, value: cursor.unsigned(byteLength), end: 0 };
    }
  }
}

/** Steps over a value of a form whose size is not fixed. */
export function skipVariableForm(cursor: Cursor, form: number, context: FormContext): void {
  readForm(cursor, form, context, 0);
}

function byteLengthOf(form: number, context: FormContext): number | undefined {
  if (form === Form.addr) return context.addressBytes;
  const bytes = fixedSizesOf(context)[form];
  return bytes === undefined || bytes === VARIABLE ? undefined : bytes;
}

const sizesByContext = new Map<number, Int8Array>();

/** `fixedFormBytes`, remembered: there are very few distinct contexts. */
export function fixedSizesOf(context: FormContext): Int8Array {
  const key = (context.version <= 2 ? 1 : 0) | (context.offsetBytes === 8 ? 2 : 0) | (context.addressBytes << 2);
  let sizes = sizesByContext.get(key);
  if (sizes === undefined) sizesByContext.set(key, (sizes = fixedFormBytes(context)));
  return sizes;
}

function block(cursor: Cursor, form: number, byteLength: number): FormValue {
  const value = cursor.position;
  cursor.skip(byteLength);
  return { form, value, end: cursor.position };
}

function endOfString(cursor: Cursor): number {
  const { bytes, end } = cursor;
  let at = cursor.position;
  while (at < end && bytes[at] !== 0) at++;
  cursor.position = Math.min(at + 1, end);
  return at;
}

function unknownForm(cursor: Cursor, form: number): ImageError {
  return new ImageError(
    `${cursor.where}+${hex(cursor.position)} uses the unknown form ${hex(form)}: debug information newer than DWARF 5 or damaged; compile with -gdwarf-4.`,
  );
}
