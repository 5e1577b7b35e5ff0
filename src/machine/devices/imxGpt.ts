/**
 * The general-purpose timer of the i.MX21 (MC9328MX21 reference manual, "General-purpose timers"): a 32-bit up counter behind a
 * prescaler, with a compare register. Nothing counts: the counter is worked out from the time when somebody looks.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { declareDevice } from './registerTable';

const enum Control {
  ENABLE = 1 << 0,
  COMPARE_INTERRUPT = 1 << 4,
  FREE_RUN = 1 << 8,
  COUNTER_CLEAR = 1 << 10,
  SOFTWARE_RESET = 1 << 15,
}
const SOURCE_SHIFT = 1;
const SOURCE_32_KHZ = 4;
const SLOW_HZ = 32_768;
const COMPARED = 1;
const MODULUS = 2 ** 32;

export const imxGptTable = declareDevice({
  name: 'imx_gpt',
  doc: 'General-purpose timer of the i.MX21: an up counter with compare.',
  windowBytes: 0x1000,
  registers: {
    TCTL: {
      offset: 0x00,
      access: 'rw',
      doc: 'Control.',
      fields: [
        { name: 'TEN', high: 0, low: 0, doc: 'Counts' },
        {
          name: 'CLKSOURCE',
          high: 3,
          low: 1,
          doc: 'Clock; those above 3 are the 32 kHz clock',
          values: { 0: 'stopped', 1: 'PERCLK1', 2: 'PERCLK1/4', 3: 'TIN', 4: '32 kHz' },
        },
        { name: 'COMPEN', high: 4, low: 4, doc: 'Interrupt on compare' },
        { name: 'CAPEN', high: 5, low: 5, doc: 'Interrupt on capture; none happens' },
        { name: 'CAP', high: 7, low: 6, doc: 'Capture edge' },
        { name: 'FRR', high: 8, low: 8, doc: 'Free run: goes on after compare instead of restarting' },
        { name: 'OM', high: 9, low: 9, doc: 'Output mode' },
        { name: 'CC', high: 10, low: 10, doc: 'Disabling clears the counter' },
        { name: 'SWR', high: 15, low: 15, doc: 'Software reset; reads as 0' },
      ],
    },
    TPRER: { offset: 0x04, access: 'rw', doc: 'The clock is divided by this and one (11 bits).' },
    TCMP: { offset: 0x08, access: 'rw', reset: 0xffff_ffff, doc: 'Compare value.' },
    TCR: { offset: 0x0c, access: 'r', doc: 'Captured value; nothing captures.' },
    TCN: { offset: 0x10, access: 'r', doc: 'The counter.' },
    TSTAT: {
      offset: 0x14,
      access: 'rw',
      doc: 'Status; ones clear.',
      fields: [
        { name: 'COMP', high: 0, low: 0, doc: 'Compare has happened' },
        { name: 'CAPT', high: 1, low: 1, doc: 'Capture has happened' },
      ],
    },
  },
});

/** Output line 0: compare. `clockHz` is PERCLK1. */
export function createImxGpt(context: DeviceContext, clockHz: number): Device {
  const { host } = context;
  const fresh = () => ({ control: 0, prescaler: 0, compare: 0xffff_ffff, status: 0, value: 0, sinceNs: 0 });
  const state = fresh();
  type State = typeof state;

  function hertz({ control }: State): number {
    const source = (control >>> SOURCE_SHIFT) & 7;
    if (source >= SOURCE_32_KHZ) return SLOW_HZ;
    return [0, clockHz, clockHz / 4, 0][source]!;
  }
  const counting = (t: State) => (t.control & Control.ENABLE) !== 0 && hertz(t) > 0;
  const stepNs = (t: State) => (1e9 / hertz(t)) * (t.prescaler + 1);
  /** Steps until the counter equals the compare value again: at least one, as it leaves the value where it stands. */
  function stepsToCompare({ control, compare, value }: State): number {
    if (value < compare) return compare - value;
    const restarts = value === compare && (control & Control.FREE_RUN) === 0;
    return restarts ? compare + 1 : compare - value + MODULUS;
  }

  /** The timer as it is now; changes nothing. */
  function present(t: State): State {
    if (!counting(t)) return t;
    const steps = Math.floor((nowNs(host) - t.sinceNs) / stepNs(t));
    const sinceNs = t.sinceNs + steps * stepNs(t);
    const toCompare = stepsToCompare(t);
    const status = steps >= toCompare ? t.status | COMPARED : t.status;
    const free = (t.control & Control.FREE_RUN) !== 0;
    if (free) return { ...t, value: (t.value + steps) % MODULUS, status, sinceNs };
    // In restart mode 0 follows compare, and compare comes again after as many steps and one.
    if (steps >= toCompare) return { ...t, value: restarted(t, steps - toCompare), status, sinceNs };
    const value = t.value === t.compare && steps > 0 ? steps - 1 : t.value + steps;
    return { ...t, value: value % MODULUS, status, sinceNs };
  }

  function restarted({ compare }: State, beyond: number): number {
    const within = beyond % (compare + 1);
    return within === 0 ? compare : within - 1;
  }

  function settle(): void {
    Object.assign(state, present(state));
    context.setLine(0, (state.status & COMPARED) !== 0 && (state.control & Control.COMPARE_INTERRUPT) !== 0);
  }
  const change = (apply: () => void): void => {
    settle();
    apply();
    settle();
  };

  return createDevice(imxGptTable, state, context, {
    read: {
      TCTL: () => state.control,
      TPRER: () => state.prescaler,
      TCMP: () => state.compare,
      TCR: () => 0,
      TCN: () => present(state).value,
      TSTAT: () => present(state).status,
    },
    afterRead: {},
    write: {
      TCTL: (value) =>
        change(() => {
          if ((value & Control.SOFTWARE_RESET) !== 0) {
            Object.assign(state, fresh());
            return;
          }
          const enabling = (value & ~state.control & Control.ENABLE) !== 0;
          const disabling = (state.control & ~value & Control.ENABLE) !== 0;
          state.control = value & 0x7ff;
          if (enabling || (disabling && (value & Control.COUNTER_CLEAR) !== 0)) state.value = 0;
          state.sinceNs = nowNs(host);
        }),
      TPRER: (value) =>
        change(() => {
          state.prescaler = value & 0x7ff;
          state.sinceNs = nowNs(host);
        }),
      // In restart mode a new compare value restarts the counter.
      TCMP: (value) =>
        change(() => {
          state.compare = value;
          if ((state.control & Control.FREE_RUN) === 0) state.value = 0;
        }),
      TSTAT: (value) =>
        change(() => {
          state.status &= ~value;
        }),
    },
    // A compare that is already noted needs no event: the counter is worked out when somebody looks.
    nextEventTicks: (t) =>
      counting(t) && (t.status & COMPARED) === 0
        ? ticksAtNs(host, t.sinceNs + stepsToCompare(t) * stepNs(t))
        : Infinity,
    service: settle,
  });
}
