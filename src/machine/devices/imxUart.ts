/**
 * The UART of the i.MX21 (MC9328MX21 reference manual, "Universal asynchronous receiver/transmitters"): a receive FIFO of 32
 * characters. A character is sent in the moment it is written, so the transmit FIFO is always empty.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { declareDevice } from './registerTable';

const FIFO_CHARACTERS = 32;
/** Typed ahead of a guest that does not read; more is lost. */
const MAX_WAITING_BYTES = 1 << 16;
const CHARACTER_READY = 1 << 15;
const UCR1 = { UARTEN: 1 << 0, TXMPTYEN: 1 << 6, RRDYEN: 1 << 9, TRDYEN: 1 << 13 } as const;
const UCR2 = { SRST: 1 << 0, RXEN: 1 << 1 } as const;
const UCR4 = { DREN: 1 << 0, TCEN: 1 << 3 } as const;
const USR1 = { RRDY: 1 << 9, TRDY: 1 << 13 } as const;
const USR2 = { RDR: 1 << 0, TXDC: 1 << 3, TXFE: 1 << 14 } as const;
const UTS = { RXFULL: 1 << 3, RXEMPTY: 1 << 5, TXEMPTY: 1 << 6, LOOP: 1 << 12 } as const;

export const imxUartTable = declareDevice({
  name: 'imx_uart',
  doc: 'UART of the i.MX21.',
  windowBytes: 0x1000,
  registers: {
    URXD: {
      offset: 0x00,
      access: 'r',
      doc: 'The oldest received character.',
      readEffect: 'Takes the character out of the receive FIFO.',
      fields: [
        { name: 'CHARRDY', high: 15, low: 15, doc: 'There is a character' },
        { name: 'ERR', high: 14, low: 14, doc: 'It came with an error' },
        { name: 'RX_DATA', high: 7, low: 0, doc: 'The character' },
      ],
    },
    UTXD: { offset: 0x40, access: 'w', doc: 'Sends a character.' },
    UCR1: {
      offset: 0x80,
      access: 'rw',
      doc: 'Control 1.',
      fields: [
        { name: 'UARTEN', high: 0, low: 0, doc: 'UART enabled' },
        { name: 'TXMPTYEN', high: 6, low: 6, doc: 'Interrupt while the transmit FIFO is empty' },
        { name: 'RRDYEN', high: 9, low: 9, doc: 'Interrupt on received characters' },
        { name: 'TRDYEN', high: 13, low: 13, doc: 'Interrupt while there is room to send' },
      ],
    },
    UCR2: {
      offset: 0x84,
      access: 'rw',
      reset: 1,
      doc: 'Control 2.',
      fields: [
        { name: 'SRST', high: 0, low: 0, doc: 'Writing 0 resets; reads as 1' },
        { name: 'RXEN', high: 1, low: 1, doc: 'Receiver enabled' },
        { name: 'TXEN', high: 2, low: 2, doc: 'Transmitter enabled' },
        { name: 'WS', high: 5, low: 5, doc: 'Eight bits' },
        { name: 'IRTS', high: 14, low: 14, doc: 'Ignore RTS' },
      ],
    },
    UCR3: { offset: 0x88, access: 'rw', reset: 0x700, doc: 'Control 3; kept.' },
    UCR4: {
      offset: 0x8c,
      access: 'rw',
      reset: 0x8000,
      doc: 'Control 4.',
      fields: [
        { name: 'DREN', high: 0, low: 0, doc: 'Interrupt on any received character' },
        { name: 'TCEN', high: 3, low: 3, doc: 'Interrupt when all is sent' },
      ],
    },
    UFCR: {
      offset: 0x90,
      access: 'rw',
      reset: 0x801,
      doc: 'FIFO control.',
      fields: [
        { name: 'RXTL', high: 5, low: 0, doc: 'Received characters that make RRDY' },
        { name: 'RFDIV', high: 9, low: 7, doc: 'Reference clock divisor' },
        { name: 'TXTL', high: 15, low: 10, doc: 'Characters to send below which TRDY is set' },
      ],
    },
    USR1: {
      offset: 0x94,
      access: 'rw',
      reset: 0x2040,
      doc: 'Status 1; ones clear what they can.',
      fields: [
        { name: 'RXDS', high: 6, low: 6, doc: 'Receiver idle' },
        { name: 'RRDY', high: 9, low: 9, doc: 'Receive FIFO at its level' },
        { name: 'TRDY', high: 13, low: 13, doc: 'Room to send' },
      ],
    },
    USR2: {
      offset: 0x98,
      access: 'rw',
      reset: 0x4008,
      doc: 'Status 2; ones clear what they can.',
      fields: [
        { name: 'RDR', high: 0, low: 0, doc: 'A character has come' },
        { name: 'ORE', high: 1, low: 1, doc: 'Overrun' },
        { name: 'TXDC', high: 3, low: 3, doc: 'All is sent' },
        { name: 'TXFE', high: 14, low: 14, doc: 'Transmit FIFO empty' },
      ],
    },
    UESC: { offset: 0x9c, access: 'rw', reset: 0x2b, doc: 'Escape character; kept.' },
    UTIM: { offset: 0xa0, access: 'rw', doc: 'Escape timer; kept.' },
    UBIR: { offset: 0xa4, access: 'rw', doc: 'Baud rate, numerator; kept.' },
    UBMR: { offset: 0xa8, access: 'rw', doc: 'Baud rate, denominator; kept.' },
    UBRC: { offset: 0xac, access: 'r', reset: 4, doc: 'Baud rate count; nothing is measured.' },
    ONEMS: { offset: 0xb0, access: 'rw', doc: 'One millisecond; kept.' },
    UTS: {
      offset: 0xb4,
      access: 'rw',
      reset: 0x60,
      doc: 'Test.',
      fields: [
        { name: 'RXFULL', high: 3, low: 3, doc: 'Receive FIFO full' },
        { name: 'TXFULL', high: 4, low: 4, doc: 'Transmit FIFO full' },
        { name: 'RXEMPTY', high: 5, low: 5, doc: 'Receive FIFO empty' },
        { name: 'TXEMPTY', high: 6, low: 6, doc: 'Transmit FIFO empty' },
        { name: 'LOOP', high: 12, low: 12, doc: 'What is sent is received' },
      ],
    },
  },
});

/** `port` is the number by which the machine's console knows this UART. Output line 0: any enabled condition. */
export function createImxUart(context: DeviceContext, port: number): Device {
  const state = {
    control1: 0,
    control2: UCR2.SRST as number,
    control4: 0x8000,
    fifoControl: 0x801,
    test: 0,
    kept: {} as KeptValues,
    fifo: [] as number[],
    waiting: [] as number[],
  };
  const kept = keptRegisters(
    state,
    { UCR3: 0xffff, UESC: 0xff, UTIM: 0xfff, UBIR: 0xffff, UBMR: 0xffff, ONEMS: 0xffff },
    { UCR3: 0x700, UESC: 0x2b },
  );
  const level = () => Math.max(1, state.fifoControl & 0x3f);
  const receiveReady = () => state.fifo.length >= level();
  const update = (): void => {
    const { control1, control4, fifo } = state;
    const raised =
      (control1 & (UCR1.TXMPTYEN | UCR1.TRDYEN)) !== 0 ||
      ((control1 & UCR1.RRDYEN) !== 0 && receiveReady()) ||
      ((control4 & UCR4.DREN) !== 0 && fifo.length > 0) ||
      (control4 & UCR4.TCEN) !== 0;
    context.setLine(0, raised && (control1 & UCR1.UARTEN) !== 0);
  };
  const refill = (): void => {
    if ((state.control2 & UCR2.RXEN) === 0 && (state.test & UTS.LOOP) === 0) return;
    state.fifo.push(...state.waiting.splice(0, FIFO_CHARACTERS - state.fifo.length));
  };
  function receive(bytes: Uint8Array): void {
    const room = MAX_WAITING_BYTES - state.waiting.length;
    if (bytes.length > room) {
      const what = `input was lost: the guest left ${MAX_WAITING_BYTES} bytes unread.`;
      context.diagnose('overrun', `${context.instance}: ${what}`);
    }
    for (const byte of bytes.subarray(0, room)) state.waiting.push(byte);
    refill();
    update();
  }
  const set = (apply: (value: number) => void) => (value: number) => {
    apply(value);
    refill();
    update();
  };

  return createDevice(imxUartTable, state, context, {
    read: {
      ...kept.read,
      URXD: () => (state.fifo.length === 0 ? 0 : CHARACTER_READY | state.fifo[0]!),
      UCR1: () => state.control1,
      UCR2: () => state.control2 | UCR2.SRST,
      UCR4: () => state.control4,
      UFCR: () => state.fifoControl,
      USR1: () => 0x40 | USR1.TRDY | (receiveReady() ? USR1.RRDY : 0),
      USR2: () => USR2.TXFE | USR2.TXDC | (state.fifo.length > 0 ? USR2.RDR : 0),
      UBRC: () => 4,
      UTS: () =>
        (state.test & ~0x78) |
        UTS.TXEMPTY |
        (state.fifo.length === 0 ? UTS.RXEMPTY : 0) |
        (state.fifo.length === FIFO_CHARACTERS ? UTS.RXFULL : 0),
    },
    afterRead: {
      URXD: () => {
        state.fifo.shift();
        refill();
        update();
      },
    },
    write: {
      ...kept.write,
      UTXD: (value) => {
        const byte = Uint8Array.of(value & 0xff);
        if ((state.test & UTS.LOOP) !== 0) receive(byte);
        else context.host.consoleOutput(port, byte);
      },
      UCR1: set((value) => {
        state.control1 = value & 0xffff;
      }),
      UCR2: set((value) => {
        state.control2 = value & 0xffff;
        // A reset by SRST = 0 empties the FIFOs; it is over at once.
        if ((value & UCR2.SRST) === 0) state.fifo = [];
      }),
      UCR4: set((value) => {
        state.control4 = value & 0xffff;
      }),
      UFCR: set((value) => {
        state.fifoControl = value & 0xffff;
      }),
      USR1: () => {},
      USR2: () => {},
      UTS: set((value) => {
        state.test = value & 0x307f;
      }),
    },
    receive,
  });
}
