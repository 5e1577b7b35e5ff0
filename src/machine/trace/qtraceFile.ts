/** One file of a trace while it grows: numbers are put into a buffer that is handed on in large pieces. */
import { putSigned, putUnsigned } from './varint';

const PIECE_BYTES = 1 << 18;
/** More than any number takes. */
const MOST_NUMBER_BYTES = 16;

export class QtraceFile {
  private readonly bytes = new Uint8Array(PIECE_BYTES);
  private at = 0;

  constructor(private readonly write: (bytes: Uint8Array) => void) {}

  unsigned(value: number): void {
    this.reserve();
    this.at = putUnsigned(this.bytes, this.at, value);
  }

  signed(value: number): void {
    this.reserve();
    this.at = putSigned(this.bytes, this.at, value);
  }

  /** Its length in bytes, then the text in Latin-1. */
  text(value: string): void {
    this.unsigned(value.length);
    for (const character of value) {
      this.reserve();
      this.bytes[this.at++] = character.charCodeAt(0) & 0xff;
    }
  }

  /** Plain 32-bit words, little-endian. */
  word(value: number): void {
    this.reserve();
    for (let shift = 0; shift < 32; shift += 8) this.bytes[this.at++] = value >>> shift;
  }

  raw(bytes: Uint8Array): void {
    this.flush();
    this.write(bytes);
  }

  private reserve(): void {
    if (this.at + MOST_NUMBER_BYTES > PIECE_BYTES) this.flush();
  }

  flush(): void {
    if (this.at > 0) this.write(this.bytes.subarray(0, this.at));
    this.at = 0;
  }
}
