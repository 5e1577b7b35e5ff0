/**
 * A trace as text, one line for each instruction in fixed columns: index, start tick, pc, opcode, and T for Thumb. Written in
 * large pieces; nothing grows with the length of the trace.
 */
import type { InstructionListener } from './listener';

const PIECE_BYTES = 1 << 20;
const LINE_BYTES = 64;
const NUMBER_COLUMNS = 12;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

export class TextTrace implements InstructionListener {
  private readonly bytes = new Uint8Array(PIECE_BYTES);
  private at = 0;

  /** @param write gets pieces to write at once; they are used again */
  constructor(private readonly write: (bytes: Uint8Array) => void) {}

  instruction(index: number, ticks: number, pc: number, opcode: number, thumb: boolean): void {
    if (this.at + LINE_BYTES > PIECE_BYTES) this.flush();
    this.decimal(index);
    this.decimal(ticks);
    this.hexadecimal(pc, 8);
    if (thumb) {
      for (let column = 0; column < 4; column++) this.bytes[this.at++] = SPACE;
      this.hexadecimal(opcode, 4);
      this.bytes[this.at - 1] = SPACE;
      this.bytes[this.at++] = 0x54; // T
    } else {
      this.hexadecimal(opcode, 8);
      this.at--;
    }
    this.bytes[this.at++] = NEWLINE;
  }

  exception(): void {}

  flush(): void {
    if (this.at > 0) this.write(this.bytes.subarray(0, this.at));
    this.at = 0;
  }

  /** Right-aligned, and a space. A longer number takes the columns it needs. */
  private decimal(value: number): void {
    const { bytes } = this;
    let columns = NUMBER_COLUMNS;
    while (value >= 10 ** columns) columns++;
    let at = this.at + columns;
    this.at = at;
    bytes[this.at++] = SPACE;
    let left = value;
    do {
      const tenth = left < 0x7fffffff ? ((left | 0) / 10) | 0 : Math.floor(left / 10);
      bytes[--at] = 0x30 + (left - tenth * 10);
      left = tenth;
    } while (left > 0);
    for (const start = this.at - 1 - columns; at > start;) bytes[--at] = SPACE;
  }

  private hexadecimal(value: number, digits: number): void {
    for (let shift = digits * 4 - 4; shift >= 0; shift -= 4) this.bytes[this.at++] = DIGITS[(value >>> shift) & 15]!;
    this.bytes[this.at++] = SPACE;
  }
}
