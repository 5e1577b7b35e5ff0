/**
 * SP805, the watchdog (ARM DDI 0270): counts down, interrupts at 0, and resets the board when it comes to 0 again unserved.
 * It does nothing until software enables it. A reset of the board halts the machine.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0014_1805;
const UNLOCK = 0x1acc_e551;
const INTERRUPT_ENABLE = 1;
const RESET_ENABLE = 2;

export const sp805Table = declareDevice({
  name: 'sp805',
  doc: 'Watchdog (ARM DDI 0270).',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    LOAD: { offset: 0x00, access: 'rw', reset: 0xffff_ffff, doc: 'Where the counter starts; a write restarts it.' },
    VALUE: { offset: 0x04, access: 'r', reset: 0xffff_ffff, doc: 'The counter.' },
    CONTROL: {
      offset: 0x08,
      access: 'rw',
      doc: 'Control.',
      fields: [
        { name: 'INTEN', high: 0, low: 0, doc: 'Counts, and interrupts at 0' },
        { name: 'RESEN', high: 1, low: 1, doc: 'Resets the board at the second 0' },
      ],
    },
    INTCLR: { offset: 0x0c, access: 'w', doc: 'A write of anything drops the interrupt and restarts the counter.' },
    RIS: { offset: 0x10, access: 'r', doc: 'Interrupt before its enable.' },
    MIS: { offset: 0x14, access: 'r', doc: 'Interrupt after its enable.' },
    LOCK: {
      offset: 0xc00,
      access: 'rw',
      doc: 'Writing 0x1ACCE551 unlocks the registers, anything else locks them; reads 1 while locked.',
    },
    ...primeCellIdRegisters,
  },
});

/** Output line 0: the interrupt. `clockHz` is what it counts. */
export function createSp805(context: DeviceContext, clockHz: number): Device {
  const { host } = context;
  const state = { load: 0xffff_ffff, control: 0, raw: 0, locked: false, startNs: 0 };
  const stepNs = 1e9 / clockHz;
  const counting = () => (state.control & INTERRUPT_ENABLE) !== 0;
  const period = () => Math.max(1, state.load);
  const endNs = () => state.startNs + period() * stepNs;
  const update = () => context.setLine(0, (state.raw & state.control & INTERRUPT_ENABLE) !== 0);
  const restart = () => {
    state.startNs = nowNs(host);
  };
  const unlocked = (write: (value: number) => void) => (value: number) => {
    if (state.locked) return;
    write(value);
    update();
  };

  return createDevice(sp805Table, state, context, {
    read: {
      LOAD: () => state.load,
      VALUE: () =>
        counting() ? Math.max(0, state.load - Math.floor((nowNs(host) - state.startNs) / stepNs)) : state.load,
      CONTROL: () => state.control,
      RIS: () => state.raw,
      MIS: () => state.raw & state.control & INTERRUPT_ENABLE,
      LOCK: () => Number(state.locked),
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {},
    write: {
      LOAD: unlocked((value) => {
        state.load = value;
        restart();
      }),
      CONTROL: unlocked((value) => {
        if (!counting()) restart();
        state.control = value & 3;
      }),
      INTCLR: unlocked(() => {
        state.raw = 0;
        restart();
      }),
      LOCK: (value) => {
        state.locked = value !== UNLOCK;
      },
    },
    // Without the reset enabled, a second 0 changes nothing.
    nextEventTicks: () =>
      counting() && (state.raw === 0 || (state.control & RESET_ENABLE) !== 0) ? ticksAtNs(host, endNs()) : Infinity,
    service() {
      if (!counting() || nowNs(host) < endNs()) return;
      if (state.raw !== 0 && (state.control & RESET_ENABLE) !== 0) {
        state.control = 0;
        host.halt('The watchdog has reset the board.');
      }
      state.raw = 1;
      restart();
      update();
    },
  });
}
