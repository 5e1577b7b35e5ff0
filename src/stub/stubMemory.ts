/**
 * Physical memory behind a stub: read in blocks that are kept until the machine moves, since a stack or a page-table view asks for many
 * words that stand close together. A stub that cannot read physical addresses is asked for virtual ones, as its CPU sees them now.
 */
import { bytesOfHex, hexOf } from './packets';

export const BLOCK_BYTES = 1024;

/** Where RAM is; reading elsewhere could disturb a device. */
export interface StubRam {
  readonly base: number;
  readonly bytes: number;
}

export class StubMemory {
  /** By block number; null where the stub has refused. */
  private readonly blocks = new Map<number, Uint8Array | null>();

  constructor(
    private readonly ask: (packet: string) => string | undefined,
    /** Undefined: wherever the CPU itself could read, by its virtual addresses. */
    private readonly ram: StubRam | undefined,
  ) {}

  /** The machine has moved. */
  forget(): void {
    this.blocks.clear();
  }

  read(address: number, byteLength: number): Uint8Array | undefined {
    const end = address + byteLength;
    if (this.ram && (address < this.ram.base || end > this.ram.base + this.ram.bytes)) return undefined;
    const bytes = new Uint8Array(byteLength);
    for (let at = address; at < end;) {
      const number = Math.floor(at / BLOCK_BYTES);
      const block = this.block(number);
      if (!block) return undefined;
      const from = at - number * BLOCK_BYTES;
      const count = Math.min(BLOCK_BYTES - from, end - at);
      bytes.set(block.subarray(from, from + count), at - address);
      at += count;
    }
    return bytes;
  }

  write(address: number, bytes: Uint8Array): boolean {
    if (!this.read(address, bytes.length)) return false;
    this.forget();
    return this.ask(`M${address.toString(16)},${bytes.length.toString(16)}:${hexOf(bytes)}`) === 'OK';
  }

  private block(number: number): Uint8Array | undefined {
    const kept = this.blocks.get(number);
    if (kept !== undefined) return kept ?? undefined;
    const answer = this.ask(`m${(number * BLOCK_BYTES).toString(16)},${BLOCK_BYTES.toString(16)}`);
    const bytes = answer === undefined || answer.startsWith('E') ? undefined : bytesOfHex(answer);
    const whole = bytes?.length === BLOCK_BYTES ? bytes : undefined;
    this.blocks.set(number, whole ?? null);
    return whole;
  }
}
