/**
 * PL011, the PrimeCell UART (ARM DDI 0183): two FIFOs of 16 characters with trigger levels, and maskable interrupts.
 * A character is sent in the moment it is written, so the transmit FIFO is always empty. Like QEMU's model, and unlike the chip,
 * it sends also before CR enables it: programs written under emulators rely on that.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0014_1011;
const FIFO_CHARACTERS = 16;
/** Typed ahead of a guest that does not read; more is lost. */
const MAX_WAITING_BYTES = 1 << 16;
const REFERENCE_CLOCK_HZ = 24_000_000;
/** Bit time while the divisor is zero, which the chip would not work with: 115200 baud. */
const DEFAULT_BIT_NS = 1e9 / 115_200;
/** The receive timeout comes after a silence of this many bits (DDI 0183 2.4.2). */
const TIMEOUT_BITS = 32;

const enum Int {
  RX = 1 << 4,
  TX = 1 << 5,
  RT = 1 << 6,
}
const INTERRUPT_BITS = 0x7ff;
const FLAG = { RXFE: 1 << 4, RXFF: 1 << 6, TXFE: 1 << 7 } as const;
const LCR_FEN = 1 << 4;
const CR_LBE = 1 << 7;
const CR_RXE = 1 << 9;
/** FIFO fill levels of IFLS, in characters of 16; the values above 4 are reserved. */
const TRIGGER_CHARACTERS = [2, 4, 8, 12, 14, 8, 8, 8];

const errorFields = [
  { name: 'FE', high: 0, low: 0, doc: 'Framing error' },
  { name: 'PE', high: 1, low: 1, doc: 'Parity error' },
  { name: 'BE', high: 2, low: 2, doc: 'Break error' },
  { name: 'OE', high: 3, low: 3, doc: 'Overrun error' },
] as const;
const interruptFields = [
  { name: 'RIM', high: 0, low: 0, doc: 'Modem: ring indicator' },
  { name: 'CTSM', high: 1, low: 1, doc: 'Modem: clear to send' },
  { name: 'DCDM', high: 2, low: 2, doc: 'Modem: data carrier detect' },
  { name: 'DSRM', high: 3, low: 3, doc: 'Modem: data set ready' },
  { name: 'RX', high: 4, low: 4, doc: 'Receive FIFO at its level' },
  { name: 'TX', high: 5, low: 5, doc: 'Transmit FIFO down to its level' },
  { name: 'RT', high: 6, low: 6, doc: 'Receive timeout' },
  { name: 'FE', high: 7, low: 7, doc: 'Framing error' },
  { name: 'PE', high: 8, low: 8, doc: 'Parity error' },
  { name: 'BE', high: 9, low: 9, doc: 'Break error' },
  { name: 'OE', high: 10, low: 10, doc: 'Overrun error' },
] as const;
const levels = { 0: '1/8', 1: '1/4', 2: '1/2', 3: '3/4', 4: '7/8' } as const;

export const pl011Table = declareDevice({
  name: 'pl011',
  doc: 'PrimeCell UART (ARM DDI 0183).',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    DR: {
      offset: 0x00,
      access: 'rw',
      doc: 'Writing sends a character; reading takes the oldest received one.',
      fields: [{ name: 'DATA', high: 7, low: 0, doc: 'The character' }],
      readEffect: 'Takes the character out of the receive FIFO; drops RX and RT when the FIFO falls below its level.',
    },
    RSR: {
      offset: 0x04,
      access: 'rw',
      doc: 'Errors of the last character read; a write of anything clears them (ECR).',
      fields: errorFields,
    },
    FR: {
      offset: 0x18,
      access: 'r',
      reset: 0x90,
      doc: 'Flags.',
      fields: [
        { name: 'CTS', high: 0, low: 0, doc: 'Clear to send' },
        { name: 'DSR', high: 1, low: 1, doc: 'Data set ready' },
        { name: 'DCD', high: 2, low: 2, doc: 'Data carrier detect' },
        { name: 'BUSY', high: 3, low: 3, doc: 'Sending' },
        { name: 'RXFE', high: 4, low: 4, doc: 'Receive FIFO empty' },
        { name: 'TXFF', high: 5, low: 5, doc: 'Transmit FIFO full' },
        { name: 'RXFF', high: 6, low: 6, doc: 'Receive FIFO full' },
        { name: 'TXFE', high: 7, low: 7, doc: 'Transmit FIFO empty' },
        { name: 'RI', high: 8, low: 8, doc: 'Ring indicator' },
      ],
    },
    ILPR: { offset: 0x20, access: 'rw', doc: 'IrDA low-power counter; kept.' },
    IBRD: { offset: 0x24, access: 'rw', doc: 'Baud rate divisor, whole part (16 bits).' },
    FBRD: { offset: 0x28, access: 'rw', doc: 'Baud rate divisor, in 64ths (6 bits).' },
    LCR_H: {
      offset: 0x2c,
      access: 'rw',
      doc: 'Line control.',
      fields: [
        { name: 'BRK', high: 0, low: 0, doc: 'Send break' },
        { name: 'PEN', high: 1, low: 1, doc: 'Parity enable' },
        { name: 'EPS', high: 2, low: 2, doc: 'Even parity' },
        { name: 'STP2', high: 3, low: 3, doc: 'Two stop bits' },
        { name: 'FEN', high: 4, low: 4, doc: 'FIFOs enabled; else they hold one character' },
        { name: 'WLEN', high: 6, low: 5, doc: 'Word length', values: { 0: '5', 1: '6', 2: '7', 3: '8' } },
        { name: 'SPS', high: 7, low: 7, doc: 'Stick parity' },
      ],
    },
    CR: {
      offset: 0x30,
      access: 'rw',
      reset: 0x300,
      doc: 'Control.',
      fields: [
        { name: 'UARTEN', high: 0, low: 0, doc: 'UART enabled' },
        { name: 'SIREN', high: 1, low: 1, doc: 'IrDA enabled' },
        { name: 'SIRLP', high: 2, low: 2, doc: 'IrDA low power' },
        { name: 'LBE', high: 7, low: 7, doc: 'Loopback: what is sent is received' },
        { name: 'TXE', high: 8, low: 8, doc: 'Transmit enabled' },
        { name: 'RXE', high: 9, low: 9, doc: 'Receive enabled' },
        { name: 'DTR', high: 10, low: 10, doc: 'Data terminal ready' },
        { name: 'RTS', high: 11, low: 11, doc: 'Request to send' },
        { name: 'RTSEn', high: 14, low: 14, doc: 'Hardware flow control by RTS' },
        { name: 'CTSEn', high: 15, low: 15, doc: 'Hardware flow control by CTS' },
      ],
    },
    IFLS: {
      offset: 0x34,
      access: 'rw',
      reset: 0x12,
      doc: 'FIFO levels that interrupt.',
      fields: [
        { name: 'TXIFLSEL', high: 2, low: 0, doc: 'Transmit: at or below', values: levels },
        { name: 'RXIFLSEL', high: 5, low: 3, doc: 'Receive: at or above', values: levels },
      ],
    },
    IMSC: { offset: 0x38, access: 'rw', doc: 'Interrupts that are let through.', fields: interruptFields },
    RIS: { offset: 0x3c, access: 'r', doc: 'Interrupts before the mask.', fields: interruptFields },
    MIS: { offset: 0x40, access: 'r', doc: 'Interrupts after the mask.', fields: interruptFields },
    ICR: { offset: 0x44, access: 'w', doc: 'Ones clear interrupts.', fields: interruptFields },
    DMACR: {
      offset: 0x48,
      access: 'rw',
      doc: 'DMA control; kept, no DMA is done.',
      fields: [
        { name: 'RXDMAE', high: 0, low: 0, doc: 'Receive by DMA' },
        { name: 'TXDMAE', high: 1, low: 1, doc: 'Transmit by DMA' },
        { name: 'DMAONERR', high: 2, low: 2, doc: 'Stop receive requests on errors' },
      ],
    },
    ...primeCellIdRegisters,
  },
});

export interface Pl011State {
  lineControl: number;
  control: number;
  levels: number;
  mask: number;
  raw: number;
  integerDivisor: number;
  fractionalDivisor: number;
  irda: number;
  dma: number;
  /** What a read of the empty FIFO gives: the character read last. */
  last: number;
  /** Receive FIFO, oldest first. */
  fifo: number[];
  /** Typed, and not yet in the FIFO because it was full. */
  waiting: number[];
  /** When the receive timeout comes, while characters lie in the FIFO; Infinity otherwise. */
  timeoutTicks: number;
}

/** When RX comes: at the level that IFLS names (with RT after a silence), as on the chip, or at every character, as under QEMU. */
export type ReceiveInterrupt = 'level' | 'character';

/** `port` is the number by which the machine's console knows this UART. Output line 0: the combined interrupt. */
export function createPl011(context: DeviceContext, port: number, receiveInterrupt: ReceiveInterrupt): Device {
  const { host } = context;
  const state: Pl011State = {
    lineControl: 0,
    control: 0x300,
    levels: 0x12,
    mask: 0,
    raw: 0,
    integerDivisor: 0,
    fractionalDivisor: 0,
    irda: 0,
    dma: 0,
    last: 0,
    fifo: [],
    waiting: [],
    timeoutTicks: Infinity,
  };
  const update = () => context.setLine(0, (state.raw & state.mask) !== 0);
  const capacity = () => ((state.lineControl & LCR_FEN) !== 0 ? FIFO_CHARACTERS : 1);
  const byLevel = () => receiveInterrupt === 'level' && (state.lineControl & LCR_FEN) !== 0;
  const receiveLevel = () => (byLevel() ? TRIGGER_CHARACTERS[(state.levels >>> 3) & 7]! : 1);

  /** From now, 32 bit times; a divisor of zero counts as 115200 baud. */
  function startTimeout(): void {
    const divisor = state.integerDivisor + state.fractionalDivisor / 64;
    const bitNs = divisor === 0 ? DEFAULT_BIT_NS : (16 * divisor * 1e9) / REFERENCE_CLOCK_HZ;
    const waits = byLevel() && state.fifo.length > 0;
    state.timeoutTicks = waits ? ticksAtNs(host, nowNs(host) + TIMEOUT_BITS * bitNs) : Infinity;
  }

  /** Moves what was typed into the FIFO as far as it has room, and raises RX when it reaches its level. */
  function refill(): void {
    const moved = state.waiting.splice(0, Math.max(0, capacity() - state.fifo.length));
    if (moved.length === 0) return;
    state.fifo.push(...moved);
    if (state.fifo.length >= receiveLevel()) state.raw |= Int.RX;
    startTimeout();
  }

  function receive(bytes: Uint8Array): void {
    const room = MAX_WAITING_BYTES - state.waiting.length;
    if (bytes.length > room) {
      context.diagnose(
        'overrun',
        `${context.instance}: input was lost: the guest left ${MAX_WAITING_BYTES} bytes unread.`,
      );
    }
    for (const byte of bytes.subarray(0, room)) state.waiting.push(byte);
    refill();
    update();
  }

  function flags(): number {
    const { length } = state.fifo;
    return FLAG.TXFE | (length === 0 ? FLAG.RXFE : 0) | (length >= capacity() ? FLAG.RXFF : 0);
  }

  return createDevice(pl011Table, state, context, {
    read: {
      DR: () => state.fifo[0] ?? state.last,
      RSR: () => 0,
      FR: flags,
      ILPR: () => state.irda,
      IBRD: () => state.integerDivisor,
      FBRD: () => state.fractionalDivisor,
      LCR_H: () => state.lineControl,
      CR: () => state.control,
      IFLS: () => state.levels,
      IMSC: () => state.mask,
      RIS: () => state.raw,
      MIS: () => state.raw & state.mask,
      DMACR: () => state.dma,
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {
      DR: () => {
        state.last = state.fifo.shift() ?? state.last;
        if (state.fifo.length < receiveLevel()) state.raw &= ~Int.RX;
        if (state.fifo.length === 0) state.raw &= ~Int.RT;
        startTimeout();
        refill();
        update();
      },
    },
    write: {
      DR: (value) => {
        const byte = Uint8Array.of(value & 0xff);
        // Drivers provoke a first interrupt by a character in loopback with the receiver off.
        if ((state.control & CR_LBE) === 0) host.consoleOutput(port, byte);
        else if ((state.control & CR_RXE) !== 0) receive(byte);
        state.raw |= Int.TX;
        update();
      },
      RSR: () => {},
      ILPR: (value) => {
        state.irda = value & 0xff;
      },
      IBRD: (value) => {
        state.integerDivisor = value & 0xffff;
      },
      FBRD: (value) => {
        state.fractionalDivisor = value & 0x3f;
      },
      LCR_H: (value) => {
        // Switching the FIFOs on or off empties them.
        if (((state.lineControl ^ value) & LCR_FEN) !== 0) {
          state.fifo = [];
          state.raw &= ~(Int.RX | Int.RT);
          state.timeoutTicks = Infinity;
        }
        state.lineControl = value & 0xff;
        refill();
        update();
      },
      CR: (value) => {
        state.control = value & 0xff87;
      },
      IFLS: (value) => {
        state.levels = value & 0x3f;
        if (state.fifo.length >= receiveLevel()) state.raw |= Int.RX;
        update();
      },
      IMSC: (value) => {
        state.mask = value & INTERRUPT_BITS;
        update();
      },
      ICR: (value) => {
        state.raw &= ~value;
        update();
      },
      DMACR: (value) => {
        state.dma = value & 7;
      },
    },
    nextEventTicks: ({ timeoutTicks }) => timeoutTicks,
    service() {
      if (host.ticks < state.timeoutTicks) return;
      state.timeoutTicks = Infinity;
      state.raw |= Int.RT;
      update();
    },
    receive,
  });
}
