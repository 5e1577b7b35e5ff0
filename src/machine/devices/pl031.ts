/**
 * PL031, the PrimeCell real-time clock (ARM DDI 0224): a counter of seconds and an alarm. Calendar time at switch-on is
 * a parameter, so that a run does not depend on the day it is made.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0014_1031;
const NS_PER_SECOND = 1_000_000_000;

export const pl031Table = declareDevice({
  name: 'pl031',
  doc: 'PrimeCell real-time clock (ARM DDI 0224).',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    DR: { offset: 0x00, access: 'r', doc: 'Seconds since 1970.' },
    MR: { offset: 0x04, access: 'rw', doc: 'Alarm: interrupts when DR comes to it.' },
    LR: { offset: 0x08, access: 'rw', doc: 'Sets the clock to this number of seconds.' },
    CR: {
      offset: 0x0c,
      access: 'rw',
      reset: 1,
      doc: 'Control.',
      fields: [{ name: 'START', high: 0, low: 0, doc: 'Runs; cannot be switched off' }],
    },
    IMSC: { offset: 0x10, access: 'rw', doc: 'The interrupt is let through.' },
    RIS: { offset: 0x14, access: 'r', doc: 'The interrupt before the mask.' },
    MIS: { offset: 0x18, access: 'r', doc: 'The interrupt after the mask.' },
    ICR: { offset: 0x1c, access: 'w', doc: 'A one drops the interrupt.' },
    ...primeCellIdRegisters,
  },
});

/** `epochSeconds` is the calendar time at switch-on, in seconds since 1970. Output line 0: the alarm. */
export function createPl031(context: DeviceContext, epochSeconds: number): Device {
  const { host } = context;
  /** DR is `offset` plus the seconds since switch-on. */
  const state = { offset: epochSeconds, match: 0, load: 0, mask: 0, raw: 0, alarmTicks: Infinity };
  const elapsed = () => Math.floor(nowNs(host) / NS_PER_SECOND);
  const seconds = () => (state.offset + elapsed()) >>> 0;
  const update = () => context.setLine(0, (state.raw & state.mask) !== 0);

  /** The alarm comes when the clock reaches MR, at once if it stands there, and then again after 2^32 seconds. */
  function arm(): void {
    const wait = (state.match - seconds()) >>> 0;
    if (wait === 0) {
      state.raw = 1;
      state.alarmTicks = Infinity;
    } else {
      state.alarmTicks = ticksAtNs(host, (elapsed() + wait) * NS_PER_SECOND);
    }
    update();
  }

  return createDevice(pl031Table, state, context, {
    read: {
      DR: seconds,
      MR: () => state.match,
      LR: () => state.load,
      CR: () => 1,
      IMSC: () => state.mask,
      RIS: () => state.raw,
      MIS: () => state.raw & state.mask,
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {},
    write: {
      MR: (value) => {
        state.match = value;
        arm();
      },
      LR: (value) => {
        state.load = value;
        state.offset = value - elapsed();
        arm();
      },
      CR: () => {},
      IMSC: (value) => {
        state.mask = value & 1;
        update();
      },
      ICR: (value) => {
        state.raw &= ~value;
        update();
      },
    },
    nextEventTicks: ({ alarmTicks }) => alarmTicks,
    service() {
      if (host.ticks < state.alarmTicks) return;
      state.alarmTicks = Infinity;
      state.raw = 1;
      update();
    },
  });
}
