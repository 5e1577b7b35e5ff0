/**
 * Call frame information (.debug_frame, DWARF 6.4; .eh_frame, Linux Standard Base): finds the description that covers an
 * address. It does not run it; `cfaProgram.ts` does.
 */
import { Cursor } from '../cursor';
import { hex, ImageError } from '../errors';
import type { Interval } from '../intervals';
import { IntervalIndex } from '../intervals';

/** A Common Information Entry. */
export interface CommonInformation {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnColumn: number;
  /** Augmentation 'S': the frame of something interrupted, not of something called. */
  readonly isSignalFrame: boolean;
  readonly addressBytes: number;
  readonly offsetBytes: 4 | 8;
  readonly instructions: Uint8Array;
  readonly hasAugmentationData: boolean;
  /** How .eh_frame writes addresses (DW_EH_PE). */
  readonly pointerEncoding: number;
}

/** A Frame Description Entry: the rules of one function. */
export interface FrameDescription extends Interval {
  readonly common: CommonInformation;
  readonly instructions: Uint8Array;
}

export interface FrameSection {
  readonly name: '.debug_frame' | '.eh_frame';
  readonly bytes: Uint8Array;
  /** Where the section is loaded, which .eh_frame's pointers are relative to. */
  readonly address: number;
}

const ENCODING_ABSOLUTE = 0x00;
const ENCODING_PC_RELATIVE = 0x10;

/** @param damaged told once for each section whose rest could not be read */
export function readFrames(
  sections: readonly FrameSection[],
  isCode: (low: number, high: number) => boolean,
  damaged: (error: unknown) => void,
): IntervalIndex<FrameDescription> {
  const found: FrameDescription[] = [];
  for (const section of sections) {
    try {
      for (const frame of framesOf(section)) if (isCode(frame.low, frame.high)) found.push(frame);
    } catch (error) {
      damaged(error);
    }
  }
  return new IntervalIndex(found);
}

function* framesOf(section: FrameSection): Generator<FrameDescription> {
  const isEh = section.name === '.eh_frame';
  const commons = new Map<number, CommonInformation | undefined>();
  const commonAt = (offset: number) => {
    if (!commons.has(offset)) commons.set(offset, readCommon(section, offset, isEh));
    return commons.get(offset);
  };
  const cursor = new Cursor(section.bytes, section.name);
  while (!cursor.atEnd) {
    const { byteLength, offsetBytes } = cursor.initialLength();
    if (byteLength === 0) {
      // .eh_frame ends with an empty entry; crt files may leave one in the middle.
      continue;
    }
    const entry = cursor.take(byteLength);
    cursor.position = entry.end;
    const pointerAt = entry.position;
    const pointer = entry.unsigned(offsetBytes);
    if (isEh ? pointer === 0 : pointer === (offsetBytes === 4 ? 0xffffffff : 2 ** 64)) continue;
    const common = commonAt(isEh ? pointerAt - pointer : pointer);
    if (common === undefined) continue;
    const low = readPointer(entry, section, common.pointerEncoding, common.addressBytes, true);
    const byteSize = readPointer(entry, section, common.pointerEncoding, common.addressBytes, false);
    if (common.hasAugmentationData) entry.skip(entry.uleb());
    yield { low, high: low + byteSize, common, instructions: entry.bytes.subarray(entry.position, entry.end) };
  }
}

/** undefined for a CIE of a version or augmentation that is not known, whose frames cannot be read. */
function readCommon(section: FrameSection, offset: number, isEh: boolean): CommonInformation | undefined {
  const cursor = new Cursor(section.bytes, section.name, offset);
  const { byteLength, offsetBytes } = cursor.initialLength();
  const entry = cursor.take(byteLength);
  entry.skip(offsetBytes);
  const version = entry.u8();
  if (version < 1 || version > 4 || version === 2) return undefined;
  const augmentation = entry.string();
  if (augmentation !== '' && !augmentation.startsWith('z') && augmentation !== 'S') return undefined;
  let addressBytes = 4;
  if (version >= 4) {
    addressBytes = entry.u8();
    entry.skip(1);
  }
  const codeAlignment = entry.uleb();
  const dataAlignment = entry.sleb();
  const returnColumn = version === 1 ? entry.u8() : entry.uleb();
  let pointerEncoding = ENCODING_ABSOLUTE;
  const hasAugmentationData = augmentation.startsWith('z');
  if (hasAugmentationData) {
    const data = entry.take(entry.uleb());
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') pointerEncoding = data.u8();
      else if (letter === 'L') data.skip(1);
      else if (letter === 'P') readPointer(data, section, data.u8(), addressBytes, true);
      else if (letter !== 'S' && letter !== 'B') break;
    }
    entry.position = Math.max(entry.position, data.end);
  }
  return {
    codeAlignment,
    dataAlignment,
    returnColumn,
    isSignalFrame: augmentation.includes('S'),
    addressBytes,
    offsetBytes,
    instructions: entry.bytes.subarray(entry.position, entry.end),
    hasAugmentationData,
    pointerEncoding: isEh ? pointerEncoding : ENCODING_ABSOLUTE,
  };
}

/** A pointer in one of .eh_frame's encodings; `relative` is false for the length of a range, which has the format only. */
function readPointer(
  cursor: Cursor,
  section: FrameSection,
  encoding: number,
  addressBytes: number,
  relative: boolean,
): number {
  const from = section.address + cursor.position;
  const value = readEncoded(cursor, encoding & 0x0f, addressBytes);
  const isRelative = relative && (encoding & 0x70) === ENCODING_PC_RELATIVE;
  return (isRelative ? from + value : value) >>> 0;
}

function readEncoded(cursor: Cursor, format: number, addressBytes: number): number {
  switch (format) {
    case 0x00:
      return cursor.unsigned(addressBytes);
    case 0x01:
      return cursor.uleb();
    case 0x02:
      return cursor.u16();
    case 0x03:
    case 0x0b:
      return cursor.u32();
    case 0x09:
      return cursor.sleb();
    case 0x0a:
      return (cursor.u16() << 16) >> 16;
    default:
      throw new ImageError(
        `${cursor.where}+${hex(cursor.position)} has a pointer of the unknown encoding ${hex(format)}: call stacks may be short; compile with -g.`,
      );
  }
}
