/**
 * The goldfish sound device (goldfish.md A4): two output buffers that are played one after the other at 44100 Hz stereo, and one
 * input buffer at 8000 Hz mono; all samples signed 16 bits, in guest-physical memory. Time is the machine's. What was played
 * goes to `DeviceHost.deviceOutput` as {pcm, rate, channels}; what is recorded comes in as {pcm}, else it is silence.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { declareDevice } from './registerTable';

const OUTPUT = { rate: 44100, channels: 2 } as const;
const INPUT = { rate: 8000, channels: 1 } as const;
const SAMPLE_BYTES = 2;
const NS_PER_SECOND = 1e9;
/** Drivers use 16 KB; a longer buffer (6 s) is a bug or an attack, and is cut. */
const MAX_BUFFER_BYTES = 1 << 20;
/** Recorded sound that waits to be read; beyond it the newest is lost. */
const MAX_WAITING_BYTES = 1 << 20;

const WRITE_EMPTY = [1, 2] as const;
const READ_FULL = 4;

const statusFields = [
  { name: 'WRITE_BUFFER_1_EMPTY', high: 0, low: 0, doc: 'The first output buffer has been played.' },
  { name: 'WRITE_BUFFER_2_EMPTY', high: 1, low: 1, doc: 'The second output buffer has been played.' },
  { name: 'READ_BUFFER_FULL', high: 2, low: 2, doc: 'The input buffer has been filled.' },
] as const;

export const goldfishAudioTable = declareDevice({
  name: 'goldfish_audio',
  doc: 'Sound output (44100 Hz, stereo) and input (8000 Hz, mono), signed 16 bits.',
  windowBytes: 0x1000,
  registers: {
    INT_STATUS: {
      offset: 0x00,
      access: 'r',
      doc: 'Which of the enabled conditions hold.',
      fields: statusFields,
      readEffect: 'Drops the interrupt; the conditions stay.',
    },
    INT_ENABLE: {
      offset: 0x04,
      access: 'w',
      doc: 'Which conditions interrupt. Writing says that both output buffers are empty.',
      fields: statusFields,
    },
    WRITE_BUFFER: { offset: 0x08, access: 'w', count: 2, doc: 'Physical address of an output buffer.' },
    WRITE_BUFFER_BYTES: {
      offset: 0x10,
      access: 'w',
      count: 2,
      doc: 'Bytes to play from an output buffer; starts it, after the other one when that is playing.',
    },
    READ_SUPPORTED: { offset: 0x18, access: 'r', reset: 1, doc: '1: there is sound input.' },
    READ_BUFFER: { offset: 0x1c, access: 'w', doc: 'Physical address of the input buffer.' },
    START_READ: { offset: 0x20, access: 'w', doc: 'Bytes to record into the input buffer; starts it.' },
    READ_BYTES: { offset: 0x24, access: 'r', doc: 'Bytes that the last recording has brought.' },
  },
});

type Format = typeof OUTPUT | typeof INPUT;

/** How long this many bytes sound, in ns. */
const durationNs = (byteLength: number, { rate, channels }: Format): number =>
  Math.ceil((byteLength * NS_PER_SECOND) / (rate * channels * SAMPLE_BYTES));

interface Playing {
  readonly buffer: number;
  readonly byteLength: number;
  /** Tick at which its last sample has been played. */
  readonly endTicks: number;
  readonly endNs: number;
}

/** Output line 0: an enabled condition came up and the status has not been read since. */
export function createGoldfishAudio(context: DeviceContext): Device {
  const { host } = context;
  const state = {
    status: 0,
    enable: 0,
    writeBuffers: [0, 0],
    readBuffer: 0,
    readBytes: 0,
    /** In the order in which they are played. At most one for each output buffer. */
    playing: [] as Playing[],
    recordingBytes: 0,
    recordingEndTicks: Infinity,
    /** Recorded sound that has not been asked for. */
    waiting: new Uint8Array(0),
  };

  const condition = (bit: number): void => {
    state.status |= bit;
    if ((state.status & state.enable) !== 0) context.setLine(0, true);
  };

  function limited(byteLength: number): number {
    if (byteLength <= MAX_BUFFER_BYTES) return byteLength;
    context.diagnose('length', `${context.instance}: a buffer of ${byteLength} bytes was cut to ${MAX_BUFFER_BYTES}.`);
    return MAX_BUFFER_BYTES;
  }

  const unmapped = () => context.diagnose('memory', `${context.instance}: a buffer lies outside of RAM.`);

  function play(buffer: number, byteLength: number): void {
    if (state.playing.some((one) => one.buffer === buffer)) {
      context.diagnose('busy', `${context.instance}: a buffer was started again while it was playing; ignored.`);
      return;
    }
    const startNs = state.playing.at(-1)?.endNs ?? nowNs(host);
    const endNs = startNs + durationNs(byteLength, OUTPUT);
    state.status &= ~WRITE_EMPTY[buffer];
    state.playing.push({ buffer, byteLength, endNs, endTicks: ticksAtNs(host, endNs) });
  }

  function record(byteLength: number): void {
    state.status &= ~READ_FULL;
    state.recordingBytes = byteLength;
    state.recordingEndTicks = ticksAtNs(host, nowNs(host) + durationNs(byteLength, INPUT));
  }

  function endPlaying({ buffer, byteLength }: Playing): void {
    const pcm = host.readPhysical(state.writeBuffers[buffer], byteLength);
    if (pcm === undefined) unmapped();
    else if (byteLength > 0) host.deviceOutput(context.instance, { pcm, ...OUTPUT });
    condition(WRITE_EMPTY[buffer]);
  }

  function endRecording(): void {
    const bytes = new Uint8Array(state.recordingBytes);
    bytes.set(state.waiting.subarray(0, bytes.length));
    state.waiting = state.waiting.slice(bytes.length);
    state.recordingEndTicks = Infinity;
    state.readBytes = host.writePhysical(state.readBuffer, bytes) ? bytes.length : 0;
    if (state.readBytes < bytes.length) unmapped();
    condition(READ_FULL);
  }

  return createDevice(goldfishAudioTable, state, context, {
    read: {
      INT_STATUS: () => state.status & state.enable,
      READ_SUPPORTED: () => 1,
      READ_BYTES: () => state.readBytes,
    },
    afterRead: { INT_STATUS: () => context.setLine(0, false) },
    write: {
      INT_ENABLE: (value) => {
        state.enable = value;
        condition(WRITE_EMPTY[0] | WRITE_EMPTY[1]);
      },
      WRITE_BUFFER: (value, index) => {
        state.writeBuffers[index] = value;
      },
      WRITE_BUFFER_BYTES: (value, index) => play(index, limited(value)),
      READ_BUFFER: (value) => {
        state.readBuffer = value;
      },
      START_READ: (value) => record(limited(value)),
    },
    nextEventTicks: ({ playing, recordingEndTicks }) => Math.min(playing[0]?.endTicks ?? Infinity, recordingEndTicks),
    service() {
      while (state.playing.length > 0 && state.playing[0].endTicks <= host.ticks) endPlaying(state.playing.shift()!);
      if (state.recordingEndTicks <= host.ticks) endRecording();
    },
    input: {
      accepts: ({ pcm }) => pcm instanceof Uint8Array,
      accept({ pcm }) {
        const bytes = pcm as Uint8Array;
        const joined = new Uint8Array(Math.min(MAX_WAITING_BYTES, state.waiting.length + bytes.length));
        joined.set(state.waiting);
        joined.set(bytes.subarray(0, joined.length - state.waiting.length), state.waiting.length);
        state.waiting = joined;
      },
    },
  });
}
