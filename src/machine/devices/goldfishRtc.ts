/**
 * The goldfish real-time clock (goldfish.md A4): whole seconds of calendar time, as nanoseconds since 1970.
 * Calendar time is a configured epoch plus machine time, so that a run does not depend on the day it is made.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs } from './machineTime';
import { declareDevice } from './registerTable';

const NS_PER_SECOND = 1_000_000_000;

export const goldfishRtcTable = declareDevice({
  name: 'goldfish_rtc',
  doc: 'Calendar time in nanoseconds since 1970, in steps of a second.',
  windowBytes: 0x1000,
  registers: {
    TIME_LOW: {
      offset: 0x00,
      access: 'r',
      doc: 'Low word of the present time.',
      readEffect: 'Latches the 64-bit time for TIME_HIGH.',
    },
    TIME_HIGH: { offset: 0x04, access: 'r', doc: 'High word of the time that TIME_LOW latched.' },
    ALARM_LOW: { offset: 0x08, access: 'w', doc: 'Low word of an alarm; kept, but it never goes off.' },
    ALARM_HIGH: { offset: 0x0c, access: 'w', doc: 'High word of an alarm; kept, but it never goes off.' },
    CLEAR_INTERRUPT: { offset: 0x10, access: 'w', doc: 'Drops the interrupt.' },
  },
});

/** `epochSeconds` is the calendar time at switch-on, in seconds since 1970. Output line 0 is never raised. */
export function createGoldfishRtc(context: DeviceContext, epochSeconds: number): Device {
  const state = { latchedHigh: 0, alarmLow: 0, alarmHigh: 0 };
  // Nanoseconds since 1970 need 61 bits, more than a number holds exactly.
  const calendarNs = () =>
    BigInt(epochSeconds + Math.floor(nowNs(context.host) / NS_PER_SECOND)) * BigInt(NS_PER_SECOND);

  return createDevice(goldfishRtcTable, state, context, {
    read: { TIME_LOW: () => Number(calendarNs() & 0xffff_ffffn), TIME_HIGH: () => state.latchedHigh },
    afterRead: {
      TIME_LOW: () => {
        state.latchedHigh = Number(calendarNs() >> 32n);
      },
    },
    write: {
      ALARM_LOW: (value) => {
        state.alarmLow = value;
      },
      ALARM_HIGH: (value) => {
        state.alarmHigh = value;
      },
      CLEAR_INTERRUPT: () => context.setLine(0, false),
    },
  });
}
