/**
 * A goldfish serial port (goldfish.md A4): single characters, or whole buffers at guest-virtual addresses.
 * What it prints goes to `DeviceHost.consoleOutput` as one piece per command; what is typed arrives by `receive`.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const RX_FIFO_BYTES = 128;
/** No driver prints more at once; a larger length is a bug or an attack, and is refused. */
const MAX_COMMAND_BYTES = 1 << 20;
/** Smallest MMU page: a buffer is moved in pieces that cannot cross one, so that a fault costs only the rest. */
const TINY_PAGE_BYTES = 1024;
/** Input that waits for the FIFO; beyond it typed bytes are lost, as on a line without flow control. */
const MAX_WAITING_BYTES = 1 << 20;

export const goldfishTtyTable = declareDevice({
  name: 'goldfish_tty',
  doc: 'Serial port with a 128-byte receive FIFO.',
  windowBytes: 0x1000,
  registers: {
    PUT_CHAR: { offset: 0x00, access: 'w', doc: 'Sends the low byte.' },
    BYTES_READY: { offset: 0x04, access: 'r', doc: 'Bytes in the receive FIFO.' },
    COMMAND: {
      offset: 0x08,
      access: 'w',
      doc: 'Runs a command; the buffer commands use DATA_PTR and DATA_LEN.',
      fields: [
        {
          name: 'COMMAND',
          high: 31,
          low: 0,
          doc: 'Command',
          values: { 0: 'INT_DISABLE', 1: 'INT_ENABLE', 2: 'WRITE_BUFFER', 3: 'READ_BUFFER' },
        },
      ],
    },
    DATA_PTR: { offset: 0x10, access: 'w', doc: 'Guest-virtual address of the buffer.' },
    DATA_LEN: { offset: 0x14, access: 'w', doc: 'Bytes in the buffer.' },
  },
});

export interface GoldfishTtyState {
  pointer: number;
  length: number;
  interruptEnabled: boolean;
  /** Receive FIFO, oldest first; at most {@link RX_FIFO_BYTES}. */
  fifo: number[];
  /** Typed, and not yet in the FIFO because it was full. */
  waiting: number[];
}

/** `port` is the number by which the machine's console knows this port. Output line 0: FIFO not empty and enabled. */
export function createGoldfishTty(context: DeviceContext, port: number): Device {
  const state: GoldfishTtyState = { pointer: 0, length: 0, interruptEnabled: false, fifo: [], waiting: [] };
  const { host } = context;
  const update = () => context.setLine(0, state.interruptEnabled && state.fifo.length > 0);
  const refuse = (key: string, text: string) => context.diagnose(key, `${context.instance}: ${text}`);
  const refill = () => state.fifo.push(...state.waiting.splice(0, RX_FIFO_BYTES - state.fifo.length));

  /** Visits the command's buffer in pieces within one page each; `move` says false on a fault. */
  function forEachPiece(move: (address: number, offset: number, byteLength: number) => boolean): void {
    for (let offset = 0; offset < state.length;) {
      const address = (state.pointer + offset) >>> 0;
      const byteLength = Math.min(state.length - offset, TINY_PAGE_BYTES - (address % TINY_PAGE_BYTES));
      if (!move(address, offset, byteLength)) {
        refuse('fault', `the buffer at virtual address 0x${address.toString(16)} is not mapped as RAM; skipped.`);
        return;
      }
      offset += byteLength;
    }
  }

  function writeBuffer(): void {
    if (state.length > MAX_COMMAND_BYTES) {
      refuse('length', `a write of ${state.length} bytes was refused; at most ${MAX_COMMAND_BYTES} at once.`);
      return;
    }
    const bytes = new Uint8Array(state.length);
    let moved = 0;
    forEachPiece((address, offset, byteLength) => {
      const piece = host.readVirtual(address, byteLength);
      if (piece === undefined) return false;
      bytes.set(piece, offset);
      moved = offset + byteLength;
      return true;
    });
    if (moved > 0) host.consoleOutput(port, bytes.subarray(0, moved));
  }

  function readBuffer(): void {
    if (state.length > state.fifo.length) {
      refuse('underrun', `a read of ${state.length} bytes was refused; ${state.fifo.length} are ready.`);
      return;
    }
    const bytes = Uint8Array.from(state.fifo.splice(0, state.length));
    forEachPiece((address, offset, byteLength) =>
      host.writeVirtual(address, bytes.subarray(offset, offset + byteLength)),
    );
    refill();
    update();
  }

  const setInterruptEnabled = (enabled: boolean) => {
    state.interruptEnabled = enabled;
    update();
  };
  const commands = [() => setInterruptEnabled(false), () => setInterruptEnabled(true), writeBuffer, readBuffer];

  return createDevice(goldfishTtyTable, state, context, {
    read: { BYTES_READY: () => state.fifo.length },
    afterRead: {},
    write: {
      PUT_CHAR: (value) => host.consoleOutput(port, Uint8Array.of(value)),
      COMMAND: (value) => {
        const command = commands[value];
        if (command === undefined) refuse('command', `unknown command ${value}; commands are 0 to 3.`);
        else command();
      },
      DATA_PTR: (value) => {
        state.pointer = value;
      },
      DATA_LEN: (value) => {
        state.length = value;
      },
    },
    receive(bytes) {
      const room = MAX_WAITING_BYTES - state.waiting.length;
      if (bytes.length > room) refuse('overrun', `input was lost: the guest left ${MAX_WAITING_BYTES} bytes unread.`);
      for (const byte of bytes.subarray(0, room)) state.waiting.push(byte);
      refill();
      update();
    },
  });
}
