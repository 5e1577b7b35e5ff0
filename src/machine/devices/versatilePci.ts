/**
 * The PCI bridge of the Versatile PB (ARM DUI 0224, 4.9): its control registers, and the two windows through which configuration
 * space is read. Only the bridge itself, in slot 11, answers; every other slot reads all ones, as an empty one does.
 */

import type { AccessSize } from '../bus';
import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { declareDevice } from './registerTable';

export const versatilePciTable = declareDevice({
  name: 'versatile_pci',
  doc: 'Control registers of the PCI bridge (ARM DUI 0224).',
  windowBytes: 0x1000,
  registers: {
    IMAP: { offset: 0x00, access: 'rw', count: 3, doc: 'Where the windows of the board lead on the PCI bus; kept.' },
    SELFID: { offset: 0x0c, access: 'rw', doc: 'Slot the board is in (5 bits).' },
    FLAGS: { offset: 0x10, access: 'rw', doc: 'Flags; kept.' },
    SMAP: { offset: 0x14, access: 'rw', count: 3, doc: 'Where the bus finds the memory of the board; kept.' },
  },
});

export function createVersatilePci(context: DeviceContext): Device {
  const state = { kept: {} as KeptValues };
  const kept = keptRegisters(state, { IMAP: 0xf, SELFID: 0x1f, FLAGS: 0xff, SMAP: 0xffff_ffff });
  return createDevice(versatilePciTable, state, context, { ...kept, afterRead: {} });
}

/** Slot 11, in configuration cycles of type 0: device number in bits 15:11. */
const BRIDGE_OFFSET = 11 << 11;
const EMPTY = 0xffff_ffff;
const COMMAND_BITS = 0x0507;

export const versatilePciConfigTable = declareDevice({
  name: 'versatile_pci_config',
  doc: 'PCI configuration space (PCI Local Bus 3.0, chapter 6): the bridge in slot 11. Every other offset reads all ones.',
  windowBytes: 0x100_0000,
  registers: {
    DEVICE: { offset: BRIDGE_OFFSET, access: 'r', reset: 0x0300_10ee, doc: 'Vendor (low half) and device.' },
    COMMAND: { offset: BRIDGE_OFFSET + 4, access: 'rw', reset: 0x0220_0000, doc: 'Command (low half) and status.' },
    CLASS: {
      offset: BRIDGE_OFFSET + 8,
      access: 'r',
      reset: 0x0b40_0000,
      doc: 'Class 0x0B40, a co-processor; revision 0.',
    },
    HEADER: { offset: BRIDGE_OFFSET + 0xc, access: 'rw', reset: 0x1000, doc: 'Cache line, latency, header type.' },
    BAR: { offset: BRIDGE_OFFSET + 0x10, access: 'rw', count: 6, doc: 'Base addresses; none is implemented.' },
    CARDBUS: { offset: BRIDGE_OFFSET + 0x28, access: 'r', doc: 'None.' },
    SUBSYSTEM: {
      offset: BRIDGE_OFFSET + 0x2c,
      access: 'r',
      reset: 0x1100_1af4,
      doc: 'Vendor and device of the board.',
    },
    ROM: { offset: BRIDGE_OFFSET + 0x30, access: 'rw', doc: 'No ROM.' },
    CAPABILITIES: { offset: BRIDGE_OFFSET + 0x34, access: 'r', count: 2, doc: 'None.' },
    INTERRUPT: { offset: BRIDGE_OFFSET + 0x3c, access: 'rw', doc: 'Interrupt line, kept; no interrupt pin.' },
  },
});

/** Smaller accesses take or change the bytes they name of the word, as configuration cycles do. */
export function createVersatilePciConfig(context: DeviceContext): Device {
  const state = { command: 0, header: 0, interrupt: 0 };
  const words = createDevice(versatilePciConfigTable, state, context, {
    read: {
      DEVICE: () => 0x0300_10ee,
      COMMAND: () => 0x0220_0000 | state.command,
      CLASS: () => 0x0b40_0000,
      HEADER: () => 0x1000 | state.header,
      BAR: () => 0,
      CARDBUS: () => 0,
      SUBSYSTEM: () => 0x1100_1af4,
      ROM: () => 0,
      CAPABILITIES: () => 0,
      INTERRUPT: () => state.interrupt,
    },
    afterRead: {},
    write: {
      COMMAND: (value) => {
        state.command = value & COMMAND_BITS;
      },
      HEADER: (value) => {
        state.header = value & 0xff;
      },
      BAR: () => {},
      ROM: () => {},
      INTERRUPT: (value) => {
        state.interrupt = value & 0xff;
      },
    },
  });
  /** The rest of the bridge's 256 bytes reads 0; beyond there is nobody. */
  const word = (offset: number) =>
    words.peek(offset) ?? (offset >= BRIDGE_OFFSET && offset < BRIDGE_OFFSET + 0x100 ? 0 : EMPTY);
  const shift = (offset: number) => (offset & 3) * 8;

  return {
    ...words,
    nextEventTicks: Infinity,
    peek: (offset) => word(offset & ~3),
    read: (offset: number, size: AccessSize) => ((word(offset & ~3) >>> shift(offset)) & (2 ** (size * 8) - 1)) >>> 0,
    write(offset, size, value) {
      const aligned = offset & ~3;
      const old = words.peek(aligned);
      if (old === undefined) return;
      const bits = ((2 ** (size * 8) - 1) << shift(offset)) >>> 0;
      if (registerIsWritable(aligned))
        words.write(aligned, 4, ((old & ~bits) | ((value << shift(offset)) & bits)) >>> 0);
    },
  };
}

/** Writes to identification are dropped without a word: sizing a card writes everywhere. */
const WRITABLE = new Set(
  [0x4, 0xc, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x30, 0x3c].map((place) => BRIDGE_OFFSET + place),
);
const registerIsWritable = (offset: number) => WRITABLE.has(offset);
