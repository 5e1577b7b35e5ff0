/** A unit of .debug_info or .debug_types: its header (DWARF 7.5.1) and what its entries need for being understood. */
import { Cursor } from '../cursor';
import { hex, ImageError } from '../errors';
import type { AbbreviationTable } from './abbreviations';
import { UnitType } from './constants';
import type { FormContext } from './forms';

export interface UnitHeader extends FormContext {
  /** .debug_info or .debug_types */
  readonly section: '.debug_info' | '.debug_types';
  readonly bytes: Uint8Array;
  /** Where the header starts in the section. */
  readonly offset: number;
  /** First byte after the unit. */
  readonly end: number;
  /** Where the unit's first entry starts. */
  readonly firstEntry: number;
  readonly type: number;
  readonly abbreviationOffset: number;
  /** Added to section offsets to number entries of both sections in one range: see `EntryId`. */
  readonly idBase: number;
  /** Of a type unit: its 8-byte signature in hex, and the id of the type it is about. */
  readonly signature?: string;
  readonly typeEntry?: number;
}

/**
 * Identifies an entry (DIE) in the image: its offset in .debug_info, or, for .debug_types, the length of .debug_info plus its
 * offset there.
 */
export type EntryId = number;

/** A unit ready for reading entries: the header plus the bases that its unit entry gives. */
export interface Unit extends UnitHeader {
  readonly abbreviations: AbbreviationTable;
  readonly strOffsetsBase: number;
  readonly addrBase: number;
  readonly rnglistsBase: number;
  readonly loclistsBase: number;
  /** The base address of range and location lists. */
  readonly lowPc: number;
}

/** Walks the unit headers of a section, without looking at entries. A damaged header ends the walk: what follows has no start. */
export function readUnitHeaders(
  bytes: Uint8Array,
  section: UnitHeader['section'],
  idBase: number,
  damaged: (error: unknown) => void,
): UnitHeader[] {
  const headers: UnitHeader[] = [];
  const cursor = new Cursor(bytes, section);
  try {
    while (!cursor.atEnd) {
      const header = readHeader(cursor, bytes, section, idBase);
      headers.push(header);
      cursor.position = header.end;
    }
  } catch (error) {
    damaged(error);
  }
  return headers;
}

function readHeader(cursor: Cursor, bytes: Uint8Array, section: UnitHeader['section'], idBase: number): UnitHeader {
  const offset = cursor.position;
  const { byteLength, offsetBytes } = cursor.initialLength();
  const contents = cursor.take(byteLength);
  const version = contents.u16();
  if (version < 2 || version > 5) {
    throw new ImageError(
      `the unit at ${section}+${hex(offset)} is DWARF ${version}, which is not supported; compile with -gdwarf-4.`,
    );
  }
  let type: number = section === '.debug_types' ? UnitType.type : UnitType.compile;
  let addressBytes: number;
  let abbreviationOffset: number;
  if (version >= 5) {
    type = contents.u8();
    addressBytes = contents.u8();
    abbreviationOffset = contents.unsigned(offsetBytes);
  } else {
    abbreviationOffset = contents.unsigned(offsetBytes);
    addressBytes = contents.u8();
  }
  if (addressBytes !== 4 && addressBytes !== 8) {
    throw new ImageError(
      `the unit at ${section}+${hex(offset)} has ${addressBytes}-byte addresses: the file is damaged; build it again.`,
    );
  }
  let signature: string | undefined;
  let typeEntry: number | undefined;
  if (type === UnitType.type || type === UnitType.splitType) {
    signature = signatureAt(bytes, contents.position);
    contents.skip(8);
    typeEntry = idBase + offset + contents.unsigned(offsetBytes);
  } else if (type === UnitType.skeleton || type === UnitType.splitCompile) {
    contents.skip(8);
  }
  return {
    section,
    bytes,
    offset,
    end: contents.end,
    firstEntry: contents.position,
    version,
    type,
    addressBytes,
    offsetBytes,
    abbreviationOffset,
    idBase,
    signature,
    typeEntry,
  };
}

/** The 8 bytes of a type signature as a key. */
export function signatureAt(bytes: Uint8Array, offset: number): string {
  return Array.from(bytes.subarray(offset, offset + 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
