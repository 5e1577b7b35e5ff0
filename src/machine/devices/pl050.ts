/**
 * PL050, the PrimeCell PS/2 keyboard and mouse interface (ARM DDI 0143), with a keyboard or a mouse that answers commands at once.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { ps2Answer, ps2Defaults, type Ps2Kind } from './ps2';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0004_1050;
/** Answers a guest has not read; more than it can use is dropped. */
const MAX_WAITING = 16;
const CONTROL_TX_INTERRUPT = 1 << 3;
const CONTROL_RX_INTERRUPT = 1 << 4;
const STATUS = { TXEMPTY: 1 << 6, RXFULL: 1 << 4, RXPARITY: 1 << 2 } as const;

export const pl050Table = declareDevice({
  name: 'pl050',
  doc: 'PrimeCell keyboard and mouse interface (ARM DDI 0143).',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    CR: {
      offset: 0x00,
      access: 'rw',
      doc: 'Control.',
      fields: [
        { name: 'FKMIC', high: 0, low: 0, doc: 'Holds the clock line low' },
        { name: 'FKMID', high: 1, low: 1, doc: 'Holds the data line low' },
        { name: 'KMIEn', high: 2, low: 2, doc: 'Enabled' },
        { name: 'KMITXINTREn', high: 3, low: 3, doc: 'Interrupt when a byte has been sent' },
        { name: 'KMIRXINTREn', high: 4, low: 4, doc: 'Interrupt when a byte has come' },
        { name: 'KMIType', high: 5, low: 5, doc: 'No line control bit' },
      ],
    },
    STAT: {
      offset: 0x04,
      access: 'r',
      reset: STATUS.TXEMPTY,
      doc: 'Status.',
      fields: [
        { name: 'KMID', high: 0, low: 0, doc: 'Data line' },
        { name: 'KMIC', high: 1, low: 1, doc: 'Clock line' },
        { name: 'RXPARITY', high: 2, low: 2, doc: 'Parity of the last byte' },
        { name: 'RXBUSY', high: 3, low: 3, doc: 'Receiving' },
        { name: 'RXFULL', high: 4, low: 4, doc: 'A byte can be read' },
        { name: 'TXBUSY', high: 5, low: 5, doc: 'Sending' },
        { name: 'TXEMPTY', high: 6, low: 6, doc: 'A byte can be written' },
      ],
    },
    DATA: {
      offset: 0x08,
      access: 'rw',
      doc: 'A byte to or from the keyboard or mouse.',
      readEffect: 'Takes the byte; the next one that waits takes its place.',
    },
    CLKDIV: { offset: 0x0c, access: 'rw', doc: 'Clock divisor (4 bits); kept.' },
    IR: {
      offset: 0x10,
      access: 'r',
      reset: 2,
      doc: 'Interrupts.',
      fields: [
        { name: 'RXINTR', high: 0, low: 0, doc: 'A byte has come' },
        { name: 'TXINTR', high: 1, low: 1, doc: 'A byte can be written' },
      ],
    },
    ...primeCellIdRegisters,
  },
});

/** Output line 0: either interrupt. */
export function createPl050(context: DeviceContext, kind: Ps2Kind): Device {
  /** `waiting`: bytes from the keyboard or mouse, oldest first. */
  const state = { control: 0, divisor: 0, last: 0, settings: ps2Defaults(), waiting: [] as number[] };
  const update = () =>
    context.setLine(
      0,
      (state.control & CONTROL_TX_INTERRUPT) !== 0 ||
        ((state.control & CONTROL_RX_INTERRUPT) !== 0 && state.waiting.length > 0),
    );

  return createDevice(pl050Table, state, context, {
    read: {
      CR: () => state.control,
      STAT: () =>
        STATUS.TXEMPTY | (state.waiting.length > 0 ? STATUS.RXFULL : 0) | (oddParity(state.last) ? STATUS.RXPARITY : 0),
      DATA: () => state.waiting[0] ?? state.last,
      CLKDIV: () => state.divisor,
      IR: () => (state.waiting.length > 0 ? 3 : 2),
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {
      DATA: () => {
        state.last = state.waiting.shift() ?? state.last;
        update();
      },
    },
    write: {
      CR: (value) => {
        state.control = value & 0x3f;
        update();
      },
      DATA: (value) => {
        const answer = ps2Answer(kind, value & 0xff, state.settings);
        state.waiting.push(...answer.slice(0, MAX_WAITING - state.waiting.length));
        update();
      },
      CLKDIV: (value) => {
        state.divisor = value & 0xf;
      },
    },
  });
}

/** The parity bit makes the number of ones odd; a byte nobody has sent has none. */
function oddParity(byte: number): boolean {
  let ones = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) ones++;
  return byte !== 0 && ones % 2 === 0;
}
