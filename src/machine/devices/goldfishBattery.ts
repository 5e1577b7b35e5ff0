/**
 * The goldfish battery and its charger (goldfish.md A4), as the guest sees them. What they say comes from outside: {acOnline, status,
 * health, present, capacity}; each change may interrupt.
 */

import type { DeviceInput } from '../types';
import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const BATTERY_CHANGED = 1;
const AC_CHANGED = 2;

const interruptFields = [
  { name: 'BATTERY_CHANGED', high: 0, low: 0, doc: 'Status, health, presence or capacity has changed.' },
  { name: 'AC_CHANGED', high: 1, low: 1, doc: 'The charger was plugged in or out.' },
] as const;

export const goldfishBatteryTable = declareDevice({
  name: 'goldfish-battery',
  doc: 'Battery and charger.',
  windowBytes: 0x1000,
  registers: {
    INT_STATUS: {
      offset: 0x00,
      access: 'r',
      doc: 'Which of the enabled conditions have come up.',
      fields: interruptFields,
      readEffect: 'Clears the conditions that it shows and drops the interrupt.',
    },
    INT_ENABLE: { offset: 0x04, access: 'rw', doc: 'Which conditions interrupt.', fields: interruptFields },
    AC_ONLINE: { offset: 0x08, access: 'r', reset: 1, doc: '1: the charger is plugged in.' },
    STATUS: {
      offset: 0x0c,
      access: 'r',
      reset: 1,
      doc: 'What the battery does.',
      fields: [
        {
          name: 'STATUS',
          high: 2,
          low: 0,
          doc: 'As Linux counts',
          values: { 0: 'unknown', 1: 'charging', 2: 'discharging', 3: 'not charging', 4: 'full' },
        },
      ],
    },
    HEALTH: {
      offset: 0x10,
      access: 'r',
      reset: 1,
      doc: 'How the battery is.',
      fields: [
        {
          name: 'HEALTH',
          high: 2,
          low: 0,
          doc: 'As Linux counts',
          values: { 0: 'unknown', 1: 'good', 2: 'overheat', 3: 'dead', 4: 'overvoltage', 5: 'failure' },
        },
      ],
    },
    PRESENT: { offset: 0x14, access: 'r', reset: 1, doc: '1: there is a battery.' },
    CAPACITY: { offset: 0x18, access: 'r', reset: 50, doc: 'Charge in percent.' },
  },
});

/** The largest value that each member of an input may have. */
const LIMITS = { acOnline: 1, status: 4, health: 5, present: 1, capacity: 100 } as const;
type Reading = keyof typeof LIMITS;

const isReading = (name: string): name is Reading => name in LIMITS;

function accepts(input: DeviceInput): boolean {
  const members = Object.entries(input);
  return (
    members.length > 0 &&
    members.every(
      ([name, value]) =>
        isReading(name) && typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LIMITS[name],
    )
  );
}

/** Output line 0: an enabled condition has come up. */
export function createGoldfishBattery(context: DeviceContext): Device {
  const state = {
    interruptStatus: 0,
    interruptEnable: 0,
    readings: { acOnline: 1, status: 1, health: 1, present: 1, capacity: 50 } as Record<Reading, number>,
  };
  const updateLine = (): void => context.setLine(0, (state.interruptStatus & state.interruptEnable) !== 0);

  return createDevice(goldfishBatteryTable, state, context, {
    read: {
      INT_STATUS: () => state.interruptStatus & state.interruptEnable,
      INT_ENABLE: () => state.interruptEnable,
      AC_ONLINE: () => state.readings.acOnline,
      STATUS: () => state.readings.status,
      HEALTH: () => state.readings.health,
      PRESENT: () => state.readings.present,
      CAPACITY: () => state.readings.capacity,
    },
    afterRead: {
      INT_STATUS: () => {
        state.interruptStatus &= ~state.interruptEnable;
        updateLine();
      },
    },
    write: {
      INT_ENABLE: (value) => {
        state.interruptEnable = value & (BATTERY_CHANGED | AC_CHANGED);
        updateLine();
      },
    },
    input: {
      accepts,
      accept(input) {
        for (const [name, value] of Object.entries(input)) {
          if (!isReading(name) || state.readings[name] === value) continue;
          state.readings[name] = value as number;
          state.interruptStatus |= name === 'acOnline' ? AC_CHANGED : BATTERY_CHANGED;
        }
        updateLine();
      },
    },
  });
}
