/** Where basic blocks begin and end while instructions execute one after the other (goldfish.md B2). Derived data, not state. */
import { decodeArm, type Decoded } from '../decodeArm';
import { decodeThumb } from '../decodeThumb';

/** Whether an instruction ends a block is remembered by the instruction; direct-mapped. */
const REMEMBERED = 1 << 12;

export class BlockEnds {
  private readonly decoded: Decoded = { name: '', form: 0, word: 0, extra: 0, ends: false };
  private readonly known = new Int32Array(REMEMBERED * 2);
  private readonly ends = new Uint8Array(REMEMBERED * 2);

  /** Whether a block ends after this instruction. */
  after(op: number, thumb: boolean): boolean {
    const slot = ((op ^ (op >>> 12) ^ (op >>> 20)) & (REMEMBERED - 1)) | (thumb ? REMEMBERED : 0);
    if (this.known[slot] !== op || this.ends[slot] === 0) {
      if (thumb) decodeThumb(op, this.decoded);
      else decodeArm(op, this.decoded);
      this.known[slot] = op;
      this.ends[slot] = this.decoded.ends ? 2 : 1;
    }
    return this.ends[slot] === 2;
  }
}
