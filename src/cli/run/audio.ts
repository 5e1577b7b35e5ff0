/** `--audio FILE`: what the board's sound device plays, as a WAV file (RIFF, PCM: Multimedia Programming Interface 1.0, chapter 2). */
import { closeSync, openSync, writeSync } from 'node:fs';
import { UserError } from '../../debugger/types';
import type { DeviceInput } from '../../machine/types';

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;
/** RIFF counts its bytes in 32 bits; what is played beyond (six hours) is left out. */
const MOST_BYTES = 2 ** 32 - 1 - HEADER_BYTES;

export class WavSink {
  private readonly file: number;
  private bytes = 0;
  private format = { rate: 44100, channels: 2 };

  /** @throws UserError when the file cannot be written */
  constructor(readonly name: string) {
    try {
      this.file = openSync(name, 'w');
      writeSync(this.file, this.header());
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new UserError(`--audio: ${name} cannot be written (${code}): name a file in a folder that exists.`);
    }
  }

  /** Takes any device's output; only sound counts: {pcm, rate, channels}, signed 16 bits, little-endian. */
  take(output: DeviceInput): void {
    const { pcm, rate, channels } = output;
    if (!(pcm instanceof Uint8Array) || typeof rate !== 'number' || typeof channels !== 'number') return;
    if (this.bytes === 0) this.format = { rate, channels };
    const room = MOST_BYTES - this.bytes;
    const piece = pcm.subarray(0, room - (room % SAMPLE_BYTES));
    writeSync(this.file, piece);
    this.bytes += piece.length;
  }

  /** Completes the file; returns how long it plays. */
  close(): { readonly seconds: number } {
    writeSync(this.file, this.header(), 0, HEADER_BYTES, 0);
    closeSync(this.file);
    const { rate, channels } = this.format;
    return { seconds: this.bytes / (rate * channels * SAMPLE_BYTES) };
  }

  private header(): Uint8Array {
    const { rate, channels } = this.format;
    const header = Buffer.alloc(HEADER_BYTES);
    const frameBytes = channels * SAMPLE_BYTES;
    header.write('RIFF', 0, 'latin1');
    header.writeUInt32LE(HEADER_BYTES - 8 + this.bytes, 4);
    header.write('WAVEfmt ', 8, 'latin1');
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(1, 20); // PCM
    header.writeUInt16LE(channels, 22);
    header.writeUInt32LE(rate, 24);
    header.writeUInt32LE(rate * frameBytes, 28);
    header.writeUInt16LE(frameBytes, 32);
    header.writeUInt16LE(SAMPLE_BYTES * 8, 34);
    header.write('data', 36, 'latin1');
    header.writeUInt32LE(this.bytes, 40);
    return header;
  }
}
