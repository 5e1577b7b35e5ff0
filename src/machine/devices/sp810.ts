/**
 * SP810, the PrimeXsys system controller (ARM DDI 0254): clock modes and the enables of the timers. Its settings are kept;
 * the timers of the board always count TIMCLK (1 MHz), as they do under QEMU, which has no such device at all.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0004_1810;
const RESET_CONTROL = 0x9;

export const sp810Table = declareDevice({
  name: 'sp810',
  doc: 'PrimeXsys system controller (ARM DDI 0254).',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    CTRL: {
      offset: 0x00,
      access: 'rw',
      reset: RESET_CONTROL,
      doc: 'System control.',
      fields: [
        {
          name: 'ModeCtrl',
          high: 2,
          low: 0,
          doc: 'Mode asked for',
          values: { 0: 'SLEEP', 1: 'DOZE', 2: 'SLOW', 4: 'NORMAL' },
        },
        {
          name: 'ModeStatus',
          high: 6,
          low: 3,
          doc: 'Present mode',
          values: { 0: 'SLEEP', 1: 'DOZE', 2: 'SLOW', 4: 'NORMAL' },
        },
        { name: 'RemapClear', high: 8, low: 8, doc: 'Ends the boot remapping of the memory' },
        { name: 'TimerEn0Sel', high: 15, low: 15, doc: 'Timer 0 counts', values: { 0: 'REFCLK', 1: 'TIMCLK' } },
        { name: 'TimerEn1Sel', high: 17, low: 17, doc: 'Timer 1 counts', values: { 0: 'REFCLK', 1: 'TIMCLK' } },
        { name: 'TimerEn2Sel', high: 19, low: 19, doc: 'Timer 2 counts', values: { 0: 'REFCLK', 1: 'TIMCLK' } },
        { name: 'TimerEn3Sel', high: 21, low: 21, doc: 'Timer 3 counts', values: { 0: 'REFCLK', 1: 'TIMCLK' } },
        { name: 'WDogEnSel', high: 23, low: 23, doc: 'The watchdog counts', values: { 0: 'REFCLK', 1: 'TIMCLK' } },
      ],
    },
    SYSSTAT: { offset: 0x04, access: 'w', doc: 'A write of anything requests a reset; ignored.' },
    IMCTRL: { offset: 0x08, access: 'rw', doc: 'Interrupt mode control; kept.' },
    IMSTAT: { offset: 0x0c, access: 'rw', doc: 'Interrupt mode status; kept.' },
    XTALCTRL: { offset: 0x10, access: 'rw', doc: 'Crystal control; kept.' },
    PLLCTRL: { offset: 0x14, access: 'rw', doc: 'PLL control; kept.' },
    PLLFCTRL: { offset: 0x18, access: 'rw', doc: 'PLL frequency; kept.' },
    PERCTRL0: { offset: 0x1c, access: 'rw', doc: 'Peripheral control 0; kept.' },
    PERCTRL1: { offset: 0x20, access: 'rw', doc: 'Peripheral control 1; kept.' },
    PEREN: { offset: 0x24, access: 'w', doc: 'Ones enable peripheral clocks.' },
    PERDIS: { offset: 0x28, access: 'w', doc: 'Ones disable peripheral clocks.' },
    PERCLKEN: { offset: 0x2c, access: 'r', reset: 0xffff_ffff, doc: 'Enabled peripheral clocks.' },
    PERSTAT: { offset: 0x30, access: 'r', reset: 0xffff_ffff, doc: 'Running peripheral clocks.' },
    ...primeCellIdRegisters,
  },
});

export function createSp810(context: DeviceContext): Device {
  const state = { mode: 1, control: 0, clocks: 0xffff_ffff, kept: {} as KeptValues };
  const kept = keptRegisters(state, {
    IMCTRL: 0xff,
    IMSTAT: 1,
    XTALCTRL: 0x7ffff,
    PLLCTRL: 0xfffffff,
    PLLFCTRL: 0xffff_ffff,
    PERCTRL0: 0xffff_ffff,
    PERCTRL1: 0xffff_ffff,
  });
  /** Bits that are neither the mode asked for nor the present one. */
  const OTHER_BITS = 0x00ff_ff80;

  return createDevice(sp810Table, state, context, {
    read: {
      ...kept.read,
      CTRL: () => state.control | state.mode | (state.mode << 3),
      PERCLKEN: () => state.clocks,
      PERSTAT: () => state.clocks,
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {},
    write: {
      ...kept.write,
      CTRL: (value) => {
        state.mode = value & 7;
        state.control = value & OTHER_BITS;
      },
      SYSSTAT: () => {},
      PEREN: (value) => {
        state.clocks |= value;
      },
      PERDIS: (value) => {
        state.clocks &= ~value;
      },
    },
  });
}
