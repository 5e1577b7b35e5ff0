/**
 * A bounded reader of little-endian data: ELF structures and the encodings of DWARF 7.6 (LEB128). Running off the end is an
 * ImageError that names the section and the offset; it knows nothing of what the bytes mean.
 */
import { hex, ImageError } from './errors';

const utf8 = new TextDecoder();

/** The NUL-terminated string at `start`; one that lacks its NUL ends at `end`. */
export function stringAt(bytes: Uint8Array, start: number, end = bytes.length): string {
  let stop = start;
  let ascii = true;
  while (stop < end && bytes[stop] !== 0) {
    if (bytes[stop] >= 0x80) ascii = false;
    stop++;
  }
  // Names are short ASCII nearly always; a TextDecoder call costs about ten times as much for them.
  if (ascii && stop - start < 256) return String.fromCharCode(...bytes.subarray(start, stop));
  return utf8.decode(bytes.subarray(start, stop));
}

export class Cursor {
  /**
   * @param where the section's name, for messages
   * @param position first byte to read, an offset into `bytes`
   * @param end first byte not to read
   */
  constructor(
    readonly bytes: Uint8Array,
    readonly where: string,
    public position = 0,
    readonly end: number = bytes.length,
  ) {
    if (position < 0 || position > end || end > bytes.length) this.fail(position);
  }

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** A reader of the next `byteLength` bytes, over which this one steps. */
  take(byteLength: number): Cursor {
    const start = this.advance(byteLength);
    return new Cursor(this.bytes, this.where, start, start + byteLength);
  }

  skip(byteLength: number): void {
    this.advance(byteLength);
  }

  u8(): number {
    return this.bytes[this.advance(1)];
  }

  s8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    const at = this.advance(2);
    return this.bytes[at] | (this.bytes[at + 1] << 8);
  }

  u24(): number {
    const at = this.advance(3);
    return this.bytes[at] | (this.bytes[at + 1] << 8) | (this.bytes[at + 2] << 16);
  }

  u32(): number {
    const at = this.advance(4);
    const { bytes } = this;
    return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  }

  /** Exact up to 2^53; on a 32-bit target larger values are constants of `long long` only. */
  u64(): number {
    const low = this.u32();
    return low + this.u32() * 0x1_0000_0000;
  }

  unsigned(byteLength: number): number {
    switch (byteLength) {
      case 1:
        return this.u8();
      case 2:
        return this.u16();
      case 3:
        return this.u24();
      case 4:
        return this.u32();
      case 8:
        return this.u64();
      default:
        throw new ImageError(
          `${this.where}+${hex(this.position)} holds a ${byteLength}-byte number, which is not supported.`,
        );
    }
  }

  uleb(): number {
    let byte = this.u8();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  sleb(): number {
    let value = 0;
    let scale = 1;
    let byte: number;
    do {
      byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return byte & 0x40 ? value - scale : value;
  }

  string(): string {
    const start = this.position;
    const text = stringAt(this.bytes, start, this.end);
    let stop = start;
    while (stop < this.end && this.bytes[stop] !== 0) stop++;
    this.position = Math.min(stop + 1, this.end);
    return text;
  }

  /** The "initial length" of DWARF 7.4: what follows is this many bytes long; 64-bit DWARF is told by an escape. */
  initialLength(): { readonly byteLength: number; readonly offsetBytes: 4 | 8 } {
    const length = this.u32();
    if (length === 0xffffffff) return { byteLength: this.u64(), offsetBytes: 8 };
    return { byteLength: length, offsetBytes: 4 };
  }

  private advance(byteLength: number): number {
    const at = this.position;
    const next = at + byteLength;
    if (!(byteLength >= 0 && next <= this.end)) this.fail(at);
    this.position = next;
    return at;
  }

  private fail(at: number): never {
    throw new ImageError(
      `${this.where} ends in the middle of an entry at offset ${hex(at)}: the file is damaged; build or copy it again.`,
    );
  }
}
