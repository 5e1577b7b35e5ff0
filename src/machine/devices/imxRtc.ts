/**
 * The real-time clock of the i.MX21 (MC9328MX21 reference manual, "Real-time clock"): days, hours, minutes and seconds in machine time,
 * with an alarm and interrupts at each second, minute, hour and day. Its stopwatch and sampling timer only keep their settings.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { declareDevice } from './registerTable';

const NS_PER_SECOND = 1e9;
const SECONDS_PER_DAY = 86_400;
const Event = { MINUTE: 1 << 1, ALARM: 1 << 2, DAY: 1 << 3, SECOND: 1 << 4, HOUR: 1 << 5 } as const;
const ALL_EVENTS = Object.values(Event).reduce((all, bit) => all | bit, 0);
const SOFTWARE_RESET = 1;
/** How far a read looks back for events that nobody was waiting for: beyond a day all of them have happened. */
const MOST_SECONDS = SECONDS_PER_DAY + 1;

const timeFields = [
  { name: 'MINUTES', high: 5, low: 0, doc: 'Minute' },
  { name: 'HOURS', high: 12, low: 8, doc: 'Hour' },
] as const;
const eventFields = [
  { name: 'MIN', high: 1, low: 1, doc: 'A minute has begun' },
  { name: 'ALM', high: 2, low: 2, doc: 'The time of the alarm has come' },
  { name: 'DAY', high: 3, low: 3, doc: 'A day has begun' },
  { name: '1HZ', high: 4, low: 4, doc: 'A second has begun' },
  { name: 'HR', high: 5, low: 5, doc: 'An hour has begun' },
] as const;

export const imxRtcTable = declareDevice({
  name: 'imx_rtc',
  doc: 'Real-time clock of the i.MX21.',
  windowBytes: 0x1000,
  registers: {
    HOURMIN: { offset: 0x00, access: 'rw', doc: 'Hour and minute.', fields: timeFields },
    SECONDS: { offset: 0x04, access: 'rw', doc: 'Second.' },
    ALRM_HM: { offset: 0x08, access: 'rw', doc: 'Hour and minute of the alarm.', fields: timeFields },
    ALRM_SEC: { offset: 0x0c, access: 'rw', doc: 'Second of the alarm.' },
    RCCTL: {
      offset: 0x10,
      access: 'rw',
      reset: 0x80,
      doc: 'Control.',
      fields: [
        { name: 'SWR', high: 0, low: 0, doc: 'Software reset; reads as 0' },
        { name: 'XTL', high: 6, low: 5, doc: 'Crystal' },
        { name: 'EN', high: 7, low: 7, doc: 'Runs' },
      ],
    },
    RTCISR: { offset: 0x14, access: 'rw', doc: 'What has happened; ones clear.', fields: eventFields },
    RTCIENR: { offset: 0x18, access: 'rw', doc: 'Which of it interrupts.', fields: eventFields },
    STPWCH: { offset: 0x1c, access: 'rw', reset: 0x3f, doc: 'Stopwatch minutes; kept.' },
    DAYR: { offset: 0x20, access: 'rw', doc: 'Day.' },
    DAYALARM: { offset: 0x24, access: 'rw', doc: 'Day of the alarm.' },
  },
});

/** Output line 0: an enabled event has happened. `epochSeconds`: calendar time at switch-on; its days are counted from 1970. */
export function createImxRtc(context: DeviceContext, epochSeconds: number): Device {
  const { host } = context;
  const state = {
    /** The clock's seconds, and when they began. */
    seconds: epochSeconds,
    sinceNs: 0,
    alarm: { seconds: 0, hourMinute: 0, day: 0 },
    control: 0x80,
    status: 0,
    enable: 0,
    stopwatch: 0x3f,
  };
  type State = typeof state;
  const runs = ({ control }: State): boolean => (control & 0x80) !== 0;

  const alarmSeconds = ({ alarm }: State): number =>
    alarm.day * SECONDS_PER_DAY + (alarm.hourMinute >>> 8) * 3600 + (alarm.hourMinute & 0x3f) * 60 + alarm.seconds;

  /** What happens when a second begins. */
  function eventsAt(seconds: number, alarm: number): number {
    return (
      Event.SECOND |
      (seconds % 60 === 0 ? Event.MINUTE : 0) |
      (seconds % 3600 === 0 ? Event.HOUR : 0) |
      (seconds % SECONDS_PER_DAY === 0 ? Event.DAY : 0) |
      (seconds === alarm ? Event.ALARM : 0)
    );
  }

  /** The clock as it is now; changes nothing. */
  function present(clock: State): State {
    if (!runs(clock)) return clock;
    const passed = Math.floor((nowNs(host) - clock.sinceNs) / NS_PER_SECOND);
    if (passed <= 0) return clock;
    const seconds = clock.seconds + passed;
    const alarm = alarmSeconds(clock);
    let { status } = clock;
    for (let second = Math.max(clock.seconds + 1, seconds - MOST_SECONDS); second <= seconds; second++) {
      status |= eventsAt(second, alarm);
      if (status === ALL_EVENTS) break;
    }
    if (alarm > clock.seconds && alarm <= seconds) status |= Event.ALARM;
    return { ...clock, seconds, status, sinceNs: clock.sinceNs + passed * NS_PER_SECOND };
  }

  function settle(): void {
    Object.assign(state, present(state));
    context.setLine(0, (state.status & state.enable) !== 0);
  }
  const change = (apply: () => void): void => {
    settle();
    apply();
    settle();
  };
  const secondOfDay = (): number => present(state).seconds % SECONDS_PER_DAY;
  const day = (): number => Math.floor(present(state).seconds / SECONDS_PER_DAY);
  const set = (seconds: number): void => {
    state.seconds = seconds;
    state.sinceNs = nowNs(host);
  };

  return createDevice(imxRtcTable, state, context, {
    read: {
      HOURMIN: () => (Math.floor(secondOfDay() / 3600) << 8) | (Math.floor(secondOfDay() / 60) % 60),
      SECONDS: () => secondOfDay() % 60,
      ALRM_HM: () => state.alarm.hourMinute,
      ALRM_SEC: () => state.alarm.seconds,
      RCCTL: () => state.control,
      RTCISR: () => present(state).status,
      RTCIENR: () => state.enable,
      STPWCH: () => state.stopwatch,
      DAYR: () => day() & 0xffff,
      DAYALARM: () => state.alarm.day,
    },
    afterRead: {},
    write: {
      HOURMIN: (value) =>
        change(() =>
          set(
            day() * SECONDS_PER_DAY +
              (((value >>> 8) & 0x1f) % 24) * 3600 +
              ((value & 0x3f) % 60) * 60 +
              (state.seconds % 60),
          ),
        ),
      SECONDS: (value) => change(() => set(state.seconds - (state.seconds % 60) + ((value & 0x3f) % 60))),
      ALRM_HM: (value) =>
        change(() => {
          state.alarm.hourMinute = value & 0x1f3f;
        }),
      ALRM_SEC: (value) =>
        change(() => {
          state.alarm.seconds = value & 0x3f;
        }),
      RCCTL: (value) =>
        change(() => {
          if ((value & SOFTWARE_RESET) !== 0) Object.assign(state, { control: 0x80, status: 0, enable: 0 });
          else state.control = value & 0xe0;
          state.sinceNs = nowNs(host);
        }),
      RTCISR: (value) =>
        change(() => {
          state.status &= ~value;
        }),
      RTCIENR: (value) =>
        change(() => {
          state.enable = value & ALL_EVENTS;
        }),
      STPWCH: (value) => {
        state.stopwatch = value & 0x3f;
      },
      DAYR: (value) => change(() => set((value & 0xffff) * SECONDS_PER_DAY + (state.seconds % SECONDS_PER_DAY))),
      DAYALARM: (value) =>
        change(() => {
          state.alarm.day = value & 0xffff;
        }),
    },
    // Only who waits for an event makes the clock strike.
    nextEventTicks: (clock) =>
      runs(clock) && (clock.enable & ~clock.status) !== 0 ? ticksAtNs(host, clock.sinceNs + NS_PER_SECOND) : Infinity,
    service: settle,
  });
}
