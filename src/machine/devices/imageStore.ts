/**
 * What a storage device holds: an image that is never written, and the blocks that the guest has changed beside it. Snapshots
 * share blocks that have not changed since, so one of them costs as much as there are changed blocks, not as the image is large.
 */

import type { DeviceContents } from './device';

/** A power of two: small enough that a changed byte copies little, large enough that a full disk has few blocks. */
const BLOCK_BYTES = 16384;

/** An image given to a storage device. */
export interface StorageImage {
  /** What the device holds at the beginning; never written. */
  readonly image: Uint8Array;
  /** Size of the device; default: that of the image. What is beyond the image reads as erased. */
  readonly byteLength?: number;
  readonly readOnly?: boolean;
}

/** A changed block as a snapshot has it. */
interface ChangedBlock {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** What a snapshot has of a device: all that is not in the image, and by what to know the image again. */
export interface StoredContents {
  readonly byteLength: number;
  readonly fingerprint: number;
  readonly blocks: readonly ChangedBlock[];
}

/** So many places of an image go into its fingerprint, evenly spread: enough to tell images apart, few enough to cost nothing. */
const FINGERPRINT_SAMPLES = 65536;

/** FNV-1a over samples of the image and its length. */
function fingerprintOf(image: Uint8Array): number {
  const stride = Math.max(1, Math.floor(image.length / FINGERPRINT_SAMPLES));
  let hash = 0x811c9dc5 ^ image.length;
  for (let offset = 0; offset < image.length; offset += stride) hash = Math.imul(hash ^ image[offset], 0x01000193);
  return hash >>> 0;
}

export class ImageStore implements DeviceContents {
  /** Changed blocks by number. A block that a snapshot holds too is replaced, not written. */
  private blocks = new Map<number, Uint8Array>();
  /** Numbers of the blocks that nothing else holds, and that may be written in place. */
  private readonly own = new Set<number>();
  /** Never written. */
  private readonly erasedBlock: Uint8Array;
  private readonly fingerprint: number;

  /** `erased` is the byte that stands where nothing was written. */
  constructor(
    private readonly image: Uint8Array,
    readonly byteLength: number,
    private readonly erased: number,
  ) {
    this.fingerprint = fingerprintOf(image);
    this.erasedBlock = new Uint8Array(BLOCK_BYTES).fill(erased);
  }

  /** Bytes from `offset`, fewer at the end of the device. */
  read(offset: number, byteLength: number): Uint8Array {
    const length = Math.max(0, Math.min(byteLength, this.byteLength - offset));
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const { index, within, count } = this.piece(offset + done, length - done);
      const block = this.blocks.get(index);
      if (block) bytes.set(block.subarray(within, within + count), done);
      else this.copyImage(index * BLOCK_BYTES + within, bytes.subarray(done, done + count));
      done += count;
    }
    return bytes;
  }

  /** Writes what fits; returns how many bytes that were. */
  write(offset: number, bytes: Uint8Array): number {
    const length = Math.max(0, Math.min(bytes.length, this.byteLength - offset));
    for (let done = 0; done < length;) {
      const { index, within, count } = this.piece(offset + done, length - done);
      this.writable(index).set(bytes.subarray(done, done + count), within);
      done += count;
    }
    return length;
  }

  /** Fills a range with the erased byte; returns how many bytes that were. */
  erase(offset: number, byteLength: number): number {
    const length = Math.max(0, Math.min(byteLength, this.byteLength - offset));
    for (let done = 0; done < length;) {
      const { index, within, count } = this.piece(offset + done, length - done);
      if (count === BLOCK_BYTES) this.share(index, this.erasedBlock);
      else this.writable(index).fill(this.erased, within, within + count);
      done += count;
    }
    return length;
  }

  /** Makes a block one that others hold too, so that erasing a whole device at once costs no copying. */
  private share(index: number, bytes: Uint8Array): void {
    this.blocks.set(index, bytes);
    this.own.delete(index);
  }

  /** The part of a range that lies in its first block. */
  private piece(offset: number, length: number): { index: number; within: number; count: number } {
    const index = Math.floor(offset / BLOCK_BYTES);
    const within = offset - index * BLOCK_BYTES;
    return { index, within, count: Math.min(length, BLOCK_BYTES - within) };
  }

  private copyImage(offset: number, to: Uint8Array): void {
    const known = this.image.subarray(offset, offset + to.length);
    to.set(known);
    to.fill(this.erased, known.length);
  }

  private writable(index: number): Uint8Array {
    const present = this.blocks.get(index);
    if (present && this.own.has(index)) return present;
    const bytes = new Uint8Array(BLOCK_BYTES);
    if (present) bytes.set(present);
    else this.copyImage(index * BLOCK_BYTES, bytes);
    this.blocks.set(index, bytes);
    this.own.add(index);
    return bytes;
  }

  capture(): StoredContents {
    this.own.clear();
    const blocks = [...this.blocks].sort(([a], [b]) => a - b).map(([index, bytes]) => ({ index, bytes }));
    return { byteLength: this.byteLength, fingerprint: this.fingerprint, blocks };
  }

  restore(saved: unknown): void {
    this.own.clear();
    this.blocks = new Map((saved as StoredContents).blocks.map(({ index, bytes }) => [index, bytes]));
  }

  mismatch(saved: unknown): string | undefined {
    const { byteLength, fingerprint } = saved as StoredContents;
    if (byteLength !== this.byteLength) return `${byteLength} bytes of storage; here are ${this.byteLength}`;
    return fingerprint === this.fingerprint ? undefined : 'another image: give the file that it was made with';
  }
}
