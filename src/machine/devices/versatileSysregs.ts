/**
 * The system registers of the Versatile PB (ARM DUI 0224, 4.2): identification, switches and LEDs, clocks, a lock for those that
 * matter, reset, and two free-running counters.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { lowWord, nowNs } from './machineTime';
import { declareDevice } from './registerTable';

const BOARD_ID = 0x4100_7004;
/** ARM926EJ-S development chip, and the tile the board is for. */
const PROCESSOR_ID = 0x0200_0000;
const NO_TILE = 0xff00_0000;
/** CLCD ID 0x1F: no display board, a VGA monitor. */
const CLCD_VGA = 0x1f00;
const UNLOCK = 0xa05f;
const RESET_REQUEST = 1 << 8;
const NS_PER_10_MS = 10_000_000;
const REFERENCE_MHZ = 24;

export const versatileSysregsTable = declareDevice({
  name: 'versatile_sysregs',
  doc: 'System registers of the Versatile PB (ARM DUI 0224).',
  windowBytes: 0x1000,
  registers: {
    ID: { offset: 0x00, access: 'r', reset: BOARD_ID, doc: 'Board: manufacturer, type, revision, build.' },
    SW: { offset: 0x04, access: 'r', doc: 'Switches S6; all off.' },
    LED: { offset: 0x08, access: 'rw', doc: 'LEDs, a bit each (8 bits).' },
    OSC: {
      offset: 0x0c,
      access: 'rw',
      count: 5,
      doc: 'Dividers of the programmable oscillators 0 to 4, written when unlocked; kept.',
    },
    LOCK: {
      offset: 0x20,
      access: 'rw',
      doc: 'Writing 0xA05F unlocks OSC and RESETCTL; anything else locks them.',
      fields: [{ name: 'LOCKVAL', high: 15, low: 0, doc: 'What was written' }],
    },
    COUNT_100HZ: { offset: 0x24, access: 'r', doc: 'Hundredths of a second since switch-on.' },
    CFGDATA1: { offset: 0x28, access: 'rw', doc: 'Configuration that counts from the next reset; kept.' },
    CFGDATA2: { offset: 0x2c, access: 'rw', doc: 'Configuration that counts from the next reset; kept.' },
    FLAGS: { offset: 0x30, access: 'rw', doc: 'General flags; ones set, zeroes change nothing. Cleared by reset.' },
    FLAGSCLR: { offset: 0x34, access: 'w', doc: 'Ones clear general flags.' },
    NVFLAGS: { offset: 0x38, access: 'rw', doc: 'General flags that keep through a reset; ones set.' },
    NVFLAGSCLR: { offset: 0x3c, access: 'w', doc: 'Ones clear them.' },
    RESETCTL: {
      offset: 0x40,
      access: 'rw',
      doc: 'Reset of the board, when unlocked.',
      fields: [{ name: 'RESET', high: 8, low: 8, doc: 'A one written resets: here, the machine halts' }],
    },
    PCICTL: {
      offset: 0x44,
      access: 'rw',
      reset: 1,
      doc: 'PCI bus.',
      fields: [{ name: 'CLKINDET', high: 0, low: 0, doc: 'The bus has a clock: the board is in its backplane' }],
    },
    MCI: {
      offset: 0x48,
      access: 'r',
      doc: 'Memory cards.',
      fields: [
        { name: 'CARD0', high: 0, low: 0, doc: 'Card in slot 0' },
        { name: 'CARD1', high: 1, low: 1, doc: 'Card in slot 1' },
        { name: 'WP0', high: 2, low: 2, doc: 'Slot 0 is write-protected' },
        { name: 'WP1', high: 3, low: 3, doc: 'Slot 1 is write-protected' },
      ],
    },
    FLASH: {
      offset: 0x4c,
      access: 'rw',
      doc: 'Flash memory.',
      fields: [{ name: 'WRITE', high: 0, low: 0, doc: 'Writing is allowed' }],
    },
    CLCD: {
      offset: 0x50,
      access: 'rw',
      reset: CLCD_VGA,
      doc: 'Display.',
      fields: [
        {
          name: 'MODE',
          high: 1,
          low: 0,
          doc: 'Wiring of the colours',
          values: { 0: '8:8:8', 1: '5:5:5:1', 2: '5:6:5, red low', 3: '5:6:5, blue low' },
        },
        { name: 'ID', high: 12, low: 8, doc: 'Which display is fitted', values: { 0x1f: 'none: VGA' } },
      ],
    },
    CLCDSER: { offset: 0x54, access: 'rw', doc: 'Serial interface of a display; kept.' },
    BOOTCS: { offset: 0x58, access: 'r', doc: 'Boot switch settings; all off.' },
    COUNT_24MHZ: { offset: 0x5c, access: 'r', doc: 'Periods of the 24 MHz clock since switch-on.' },
    MISC: { offset: 0x60, access: 'r', doc: 'Miscellaneous inputs; all zero.' },
    DMAPSR: { offset: 0x64, access: 'rw', count: 3, doc: 'Which peripherals use DMA channels 0 to 2; kept.' },
    PROCID0: { offset: 0x84, access: 'r', reset: PROCESSOR_ID, doc: 'Processor: ARM926EJ-S.' },
    PROCID1: { offset: 0x88, access: 'r', reset: NO_TILE, doc: 'Core tile: none.' },
    OSCRESET: { offset: 0x8c, access: 'rw', count: 5, doc: 'Oscillator settings from the next reset; kept.' },
  },
});

export function createVersatileSysregs(context: DeviceContext): Device {
  const { host } = context;
  const state = { lock: 0, flags: 0, nvFlags: 0, display: 0, kept: {} as KeptValues };
  const kept = keptRegisters(state, {
    LED: 0xff,
    OSC: 0x7_ffff,
    CFGDATA1: 0xffff_ffff,
    CFGDATA2: 0xffff_ffff,
    FLASH: 1,
    CLCDSER: 0xff,
    DMAPSR: 0xff,
    OSCRESET: 0x7_ffff,
  });
  const unlocked = () => state.lock === UNLOCK;

  return createDevice(versatileSysregsTable, state, context, {
    read: {
      ...kept.read,
      ID: () => BOARD_ID,
      SW: () => 0,
      LOCK: () => state.lock,
      COUNT_100HZ: () => lowWord(Math.floor(nowNs(host) / NS_PER_10_MS)),
      FLAGS: () => state.flags,
      NVFLAGS: () => state.nvFlags,
      RESETCTL: () => 0,
      PCICTL: () => 1,
      MCI: () => 0,
      CLCD: () => CLCD_VGA | state.display,
      BOOTCS: () => 0,
      COUNT_24MHZ: () => lowWord(Math.floor((nowNs(host) * REFERENCE_MHZ) / 1000)),
      MISC: () => 0,
      PROCID0: () => PROCESSOR_ID,
      PROCID1: () => NO_TILE,
    },
    afterRead: {},
    write: {
      ...kept.write,
      OSC: (value, index) => {
        if (unlocked()) kept.write.OSC(value, index);
      },
      LOCK: (value) => {
        state.lock = value === UNLOCK ? value : value & 0x7fff;
      },
      FLAGS: (value) => {
        state.flags |= value;
      },
      FLAGSCLR: (value) => {
        state.flags &= ~value;
      },
      NVFLAGS: (value) => {
        state.nvFlags |= value;
      },
      NVFLAGSCLR: (value) => {
        state.nvFlags &= ~value;
      },
      RESETCTL: (value) => {
        if (unlocked() && (value & RESET_REQUEST) !== 0) host.halt('The guest has reset the board (SYS_RESETCTL).');
      },
      PCICTL: () => {},
      CLCD: (value) => {
        state.display = value & 0x3f;
      },
    },
  });
}
