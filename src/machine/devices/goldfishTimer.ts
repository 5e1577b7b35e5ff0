/**
 * The goldfish timer (goldfish.md A4): a 64-bit nanosecond counter since switch-on and a one-shot alarm.
 * Its clock is the machine's ticks, nothing else.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { highWord, lowWord, nowNs, ticksAtNs } from './machineTime';
import { declareDevice } from './registerTable';

export const goldfishTimerTable = declareDevice({
  name: 'goldfish_timer',
  doc: 'Nanoseconds since switch-on, with a one-shot alarm.',
  windowBytes: 0x1000,
  registers: {
    TIME_LOW: {
      offset: 0x00,
      access: 'r',
      doc: 'Low word of the present time.',
      readEffect: 'Latches the 64-bit time for TIME_HIGH.',
    },
    TIME_HIGH: { offset: 0x04, access: 'r', doc: 'High word of the time that TIME_LOW latched.' },
    ALARM_LOW: {
      offset: 0x08,
      access: 'w',
      doc: 'Low word of the alarm; arms it. A time that has passed interrupts at once. Write ALARM_HIGH first.',
    },
    ALARM_HIGH: { offset: 0x0c, access: 'w', doc: 'High word of the next alarm; as a whole a signed 64-bit number.' },
    CLEAR_INTERRUPT: { offset: 0x10, access: 'w', doc: 'Drops the interrupt.' },
    CLEAR_ALARM: { offset: 0x14, access: 'w', doc: 'Disarms the alarm and drops the interrupt.' },
  },
});

/** Output line 0: the alarm has gone off. */
export function createGoldfishTimer(context: DeviceContext): Device {
  const { host } = context;
  /** `alarmTicks` is Infinity while no alarm is armed. */
  const state = { latchedHigh: 0, alarmHigh: 0, alarmTicks: Infinity };
  const service = () => {
    if (host.ticks < state.alarmTicks) return;
    state.alarmTicks = Infinity;
    context.setLine(0, true);
  };

  return createDevice(goldfishTimerTable, state, context, {
    read: { TIME_LOW: () => lowWord(nowNs(host)), TIME_HIGH: () => state.latchedHigh },
    afterRead: {
      TIME_LOW: () => {
        state.latchedHigh = highWord(nowNs(host));
      },
    },
    write: {
      ALARM_LOW: (value) => {
        // Beyond 2^53 ns (104 days) the sum loses its last bits; no tick counter comes that far.
        state.alarmTicks = ticksAtNs(host, (state.alarmHigh | 0) * 2 ** 32 + value);
        service();
      },
      ALARM_HIGH: (value) => {
        state.alarmHigh = value;
      },
      CLEAR_INTERRUPT: () => context.setLine(0, false),
      CLEAR_ALARM: () => {
        state.alarmTicks = Infinity;
        context.setLine(0, false);
      },
    },
    nextEventTicks: ({ alarmTicks }) => alarmTicks,
    service,
  });
}
