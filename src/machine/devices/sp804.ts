/**
 * SP804, the dual timer (ARM DDI 0271): two down counters of 32 or 16 bits that run freely, periodically or once.
 * Nothing counts: a counter is the value it had at a known time, and is worked out when somebody looks.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0014_1804;
const TIMERS = 2;
const STRIDE = 0x20;
const enum Control {
  ONE_SHOT = 1 << 0,
  SIZE_32 = 1 << 1,
  INTERRUPT = 1 << 5,
  PERIODIC = 1 << 6,
  ENABLE = 1 << 7,
}
/** Values of the field PRE; the last is undefined. */
const PRESCALE = [1, 16, 256, 256];

const perTimer = { count: TIMERS, stride: STRIDE } as const;

export const sp804Table = declareDevice({
  name: 'sp804',
  doc: 'Dual timer (ARM DDI 0271): two down counters.',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    LOAD: { offset: 0x00, access: 'rw', ...perTimer, doc: 'Where the counter starts; a write restarts it from there.' },
    VALUE: { offset: 0x04, access: 'r', reset: 0xffff_ffff, ...perTimer, doc: 'The counter.' },
    CONTROL: {
      offset: 0x08,
      access: 'rw',
      reset: Control.INTERRUPT,
      ...perTimer,
      doc: 'Mode of the counter.',
      fields: [
        { name: 'ONESHOT', high: 0, low: 0, doc: 'Stops at 0 until LOAD is written' },
        { name: 'SIZE', high: 1, low: 1, doc: 'Width', values: { 0: '16 bits', 1: '32 bits' } },
        { name: 'PRE', high: 3, low: 2, doc: 'Clock divisor', values: { 0: '1', 1: '16', 2: '256' } },
        { name: 'IE', high: 5, low: 5, doc: 'Interrupt enable' },
        { name: 'MODE', high: 6, low: 6, doc: 'At 0', values: { 0: 'free-running', 1: 'periodic' } },
        { name: 'EN', high: 7, low: 7, doc: 'Counts' },
      ],
    },
    INTCLR: { offset: 0x0c, access: 'w', ...perTimer, doc: 'A write of anything drops the interrupt.' },
    RIS: { offset: 0x10, access: 'r', ...perTimer, doc: 'Interrupt before its enable.' },
    MIS: { offset: 0x14, access: 'r', ...perTimer, doc: 'Interrupt after its enable.' },
    BGLOAD: {
      offset: 0x18,
      access: 'rw',
      ...perTimer,
      doc: 'As LOAD, but counting goes on: it counts from the next reload.',
    },
    ITCR: { offset: 0xf00, access: 'rw', doc: 'Integration test control; kept, test mode is not modelled.' },
    ...primeCellIdRegisters,
  },
});

interface TimerState {
  load: number;
  control: number;
  raw: boolean;
  /** The counter at `sinceNs`; the running value follows from the time that has passed. */
  value: number;
  sinceNs: number;
  /** A one-shot counter that has come to 0. */
  halted: boolean;
}

/** Output line 0: either timer's interrupt. `clockHz` is the clock before the divisor. */
export function createSp804(context: DeviceContext, clockHz: number): Device {
  const { host } = context;
  const timer = (): TimerState => ({
    load: 0,
    control: Control.INTERRUPT,
    raw: false,
    value: 0xffff_ffff,
    sinceNs: 0,
    halted: false,
  });
  const state = { timers: [timer(), timer()], test: 0 };
  const stepNs = (t: TimerState) => (1e9 / clockHz) * PRESCALE[(t.control >>> 2) & 3]!;
  const counting = (t: TimerState) => (t.control & Control.ENABLE) !== 0 && !t.halted;
  const modulus = (t: TimerState) => ((t.control & Control.SIZE_32) !== 0 ? 2 ** 32 : 2 ** 16);
  const within = (t: TimerState, value: number) => value % modulus(t);
  /** Steps from one reload to the next. A periodic load of 0 interrupts at every step. */
  const period = (t: TimerState) =>
    (t.control & Control.PERIODIC) !== 0 ? Math.max(1, within(t, t.load)) : modulus(t);

  /** The timer as it is now; changes nothing. */
  function present(t: TimerState): TimerState {
    if (!counting(t)) return t;
    const steps = Math.floor((nowNs(host) - t.sinceNs) / stepNs(t));
    const sinceNs = t.sinceNs + steps * stepNs(t);
    const toZero = stepsToZero(t);
    if (steps === 0) return { ...t, value: within(t, t.value) };
    if (steps < toZero) return { ...t, value: toZero - steps, sinceNs };
    if ((t.control & Control.ONE_SHOT) !== 0) return { ...t, raw: true, halted: true, value: 0, sinceNs };
    const beyond = (steps - toZero) % period(t);
    const periodic = (t.control & Control.PERIODIC) !== 0;
    const value = periodic ? within(t, t.load) - beyond : beyond === 0 ? 0 : modulus(t) - beyond;
    return { ...t, raw: true, value, sinceNs };
  }

  /** A counter that stands at 0 and is not a fresh reload has its whole period before it. */
  function stepsToZero(t: TimerState): number {
    const value = within(t, t.value);
    return value === 0 ? period(t) : value;
  }

  function settle(): void {
    for (const t of state.timers) Object.assign(t, present(t));
    context.setLine(
      0,
      state.timers.some((t) => t.raw && (t.control & Control.INTERRUPT) !== 0),
    );
  }

  /** Brings the counters up to now, applies a change to one of them, and says what it means for the interrupt. */
  function change(index: number, apply: (t: TimerState) => void): void {
    settle();
    apply(state.timers[index]!);
    settle();
  }

  const now = (index: number) => present(state.timers[index]!);
  return createDevice(sp804Table, state, context, {
    read: {
      LOAD: (index) => state.timers[index]!.load,
      VALUE: (index) => now(index).value,
      CONTROL: (index) => state.timers[index]!.control,
      RIS: (index) => Number(now(index).raw),
      MIS: (index) => Number(now(index).raw && (state.timers[index]!.control & Control.INTERRUPT) !== 0),
      BGLOAD: (index) => state.timers[index]!.load,
      ITCR: () => state.test,
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {},
    write: {
      LOAD: (value, index) =>
        change(index, (t) => {
          Object.assign(t, { load: value, value, sinceNs: nowNs(host), halted: false });
        }),
      CONTROL: (value, index) =>
        change(index, (t) => {
          t.control = value & 0xff;
          t.sinceNs = nowNs(host);
          if ((t.control & Control.ONE_SHOT) === 0) t.halted = false;
        }),
      INTCLR: (_, index) =>
        change(index, (t) => {
          t.raw = false;
        }),
      BGLOAD: (value, index) =>
        change(index, (t) => {
          t.load = value;
        }),
      ITCR: (value) => {
        state.test = value & 1;
      },
    },
    nextEventTicks: ({ timers }) =>
      // An interrupt that is already up needs no event: its counter is worked out when somebody looks.
      Math.min(
        ...timers.map((t) =>
          counting(t) && !t.raw ? ticksAtNs(host, t.sinceNs + stepsToZero(t) * stepNs(t)) : Infinity,
        ),
      ),
    service: settle,
  });
}
