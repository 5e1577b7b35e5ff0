/**
 * PL181, the PrimeCell multimedia card interface (ARM DDI 0205), with an empty slot: each command that expects an answer
 * times out, as a driver that looks for cards expects.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0004_1181;
const COMMAND_RESPONSE = 1 << 6;
const COMMAND_PENDING = 1 << 9;
const COMMAND_ENABLE = 1 << 10;
const STATUS_COMMAND_TIMEOUT = 1 << 2;
const STATUS_COMMAND_SENT = 1 << 7;
/** Status bits that CLEAR can clear. */
const STATIC_FLAGS = 0x7ff;

const statusFields = [
  { name: 'CmdCrcFail', high: 0, low: 0, doc: 'Answer with a wrong checksum' },
  { name: 'DataCrcFail', high: 1, low: 1, doc: 'Data with a wrong checksum' },
  { name: 'CmdTimeOut', high: 2, low: 2, doc: 'No answer' },
  { name: 'DataTimeOut', high: 3, low: 3, doc: 'No data' },
  { name: 'TxUnderrun', high: 4, low: 4, doc: 'Transmit FIFO ran empty' },
  { name: 'RxOverrun', high: 5, low: 5, doc: 'Receive FIFO ran over' },
  { name: 'CmdRespEnd', high: 6, low: 6, doc: 'Answer received' },
  { name: 'CmdSent', high: 7, low: 7, doc: 'Command sent, no answer asked for' },
  { name: 'DataEnd', high: 8, low: 8, doc: 'Data ended' },
  { name: 'DataBlockEnd', high: 10, low: 10, doc: 'Block ended' },
] as const;

export const pl181Table = declareDevice({
  name: 'pl181',
  doc: 'PrimeCell multimedia card interface (ARM DDI 0205), without a card.',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    POWER: { offset: 0x00, access: 'rw', doc: 'Power and voltage of the slot.' },
    CLOCK: { offset: 0x04, access: 'rw', doc: 'Clock of the card.' },
    ARGUMENT: { offset: 0x08, access: 'rw', doc: 'Argument of the next command.' },
    COMMAND: {
      offset: 0x0c,
      access: 'rw',
      doc: 'Command; sent when enabled.',
      fields: [
        { name: 'CmdIndex', high: 5, low: 0, doc: 'Number of the command' },
        { name: 'Response', high: 6, low: 6, doc: 'An answer is expected' },
        { name: 'LongRsp', high: 7, low: 7, doc: 'of 136 bits' },
        { name: 'Interrupt', high: 8, low: 8, doc: 'Without a timeout' },
        { name: 'Pending', high: 9, low: 9, doc: 'After the data' },
        { name: 'Enable', high: 10, low: 10, doc: 'Send it' },
      ],
    },
    RESPCMD: { offset: 0x10, access: 'r', doc: 'Command that the last answer was for.' },
    RESPONSE: { offset: 0x14, access: 'r', count: 4, doc: 'The last answer.' },
    DATATIMER: { offset: 0x24, access: 'rw', doc: 'Data timeout in card clocks.' },
    DATALENGTH: { offset: 0x28, access: 'rw', doc: 'Bytes to transfer.' },
    DATACTRL: { offset: 0x2c, access: 'rw', doc: 'Data transfer; without a card nothing moves.' },
    DATACNT: { offset: 0x30, access: 'r', doc: 'Bytes left.' },
    STATUS: { offset: 0x34, access: 'r', doc: 'Status.', fields: statusFields },
    CLEAR: { offset: 0x38, access: 'w', doc: 'Ones clear status bits.', fields: statusFields },
    MASK0: { offset: 0x3c, access: 'rw', doc: 'Status bits that raise interrupt 0.', fields: statusFields },
    MASK1: { offset: 0x40, access: 'rw', doc: 'Status bits that raise interrupt 1.', fields: statusFields },
    SELECT: { offset: 0x44, access: 'rw', doc: 'Secure digital card selected; kept.' },
    FIFOCNT: { offset: 0x48, access: 'r', doc: 'Words left to move through the FIFO.' },
    FIFO: { offset: 0x80, access: 'rw', count: 16, doc: 'Data; reads 0.' },
    ...primeCellIdRegisters,
  },
});

/** Output line 0: interrupt 0. Interrupt 1, which drivers use for data only, is not wired. */
export function createPl181(context: DeviceContext): Device {
  const state = { command: 0, status: 0, kept: {} as KeptValues };
  const kept = keptRegisters(state, {
    POWER: 0xff,
    CLOCK: 0xfff,
    ARGUMENT: 0xffff_ffff,
    DATATIMER: 0xffff_ffff,
    DATALENGTH: 0xffff,
    DATACTRL: 0xff,
    MASK0: 0x3f_ffff,
    MASK1: 0x3f_ffff,
    SELECT: 1,
  });
  const update = () => context.setLine(0, (state.status & kept.read.MASK0(0)) !== 0);
  const none = () => 0;

  return createDevice(pl181Table, state, context, {
    read: {
      ...kept.read,
      COMMAND: () => state.command,
      RESPCMD: none,
      RESPONSE: none,
      DATACNT: none,
      STATUS: () => state.status,
      FIFOCNT: none,
      FIFO: none,
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {},
    write: {
      ...kept.write,
      COMMAND: (value) => {
        state.command = value & 0x7ff & ~COMMAND_ENABLE;
        // One that waits for the end of the data waits for ever.
        if ((value & COMMAND_ENABLE) !== 0 && (value & COMMAND_PENDING) === 0) {
          state.status |= (value & COMMAND_RESPONSE) !== 0 ? STATUS_COMMAND_TIMEOUT : STATUS_COMMAND_SENT;
        }
        update();
      },
      CLEAR: (value) => {
        state.status &= ~(value & STATIC_FLAGS);
        update();
      },
      MASK0: (value) => {
        kept.write.MASK0(value, 0);
        update();
      },
      FIFO: () => {},
    },
  });
}
