/**
 * The watchdog of the i.MX21 (MC9328MX21 reference manual, "Watchdog timer"): counts half seconds and resets the chip unless it is
 * served. A reset halts the machine, as software reset does.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { declareDevice } from './registerTable';

const NO_RESET = 1 << 4;
const ENABLE = 1 << 2;
const HALF_SECOND_NS = 500_000_000;
const SERVICE = [0x5555, 0xaaaa];

export const imxWatchdogTable = declareDevice({
  name: 'imx_wdog',
  doc: 'Watchdog of the i.MX21; its reset halts the machine.',
  windowBytes: 0x1000,
  registers: {
    WCR: {
      offset: 0x00,
      access: 'rw',
      reset: 0x30,
      doc: 'Control.',
      fields: [
        { name: 'WDE', high: 2, low: 2, doc: 'Enabled; cannot be cleared' },
        { name: 'SRS', high: 4, low: 4, doc: 'Writing 0 resets the chip' },
        { name: 'WDA', high: 5, low: 5, doc: 'Writing 0 asserts the watchdog output' },
        { name: 'WT', high: 15, low: 8, doc: 'Time-out in half seconds, less one' },
      ],
    },
    WSR: { offset: 0x02, access: 'rw', doc: 'Writing 0x5555 and then 0xAAAA serves the watchdog.' },
    WRSR: { offset: 0x04, access: 'r', reset: 0x10, doc: 'Cause of the last reset: power-on.' },
  },
});

/** Output line 0 is never raised: the interrupt before the reset is not modelled. */
export function createImxWatchdog(context: DeviceContext): Device {
  const { host } = context;
  const state = { control: 0x30, served: 0, deadlineTicks: Infinity };
  const restart = (): void => {
    const halfSeconds = ((state.control >>> 8) & 0xff) + 1;
    state.deadlineTicks = ticksAtNs(host, nowNs(host) + halfSeconds * HALF_SECOND_NS);
  };

  return createDevice(imxWatchdogTable, state, context, {
    read: { WCR: () => state.control, WSR: () => state.served, WRSR: () => 0x10 },
    afterRead: {},
    write: {
      WCR: (value) => {
        if ((value & NO_RESET) === 0) host.halt('The guest reset the board by the watchdog (WCR.SRS = 0).');
        const starting = (value & ~state.control & ENABLE) !== 0;
        state.control = (value & 0xffff) | (state.control & ENABLE) | NO_RESET;
        if (starting) restart();
      },
      WSR: (value) => {
        const serves = state.served === SERVICE[0] && (value & 0xffff) === SERVICE[1];
        state.served = value & 0xffff;
        if (serves && (state.control & ENABLE) !== 0) restart();
      },
    },
    nextEventTicks: ({ deadlineTicks }) => deadlineTicks,
    service() {
      if (host.ticks < state.deadlineTicks) return;
      state.deadlineTicks = Infinity;
      host.halt('The watchdog reset the board: the guest did not serve it in time.');
    },
  });
}
