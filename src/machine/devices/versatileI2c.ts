/**
 * The two-wire serial bus of the Versatile PB (ARM DUI 0224, 4.7): software drives the lines through set and clear registers.
 * Nothing is on the bus, so the lines read as they are driven.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const lines = [
  { name: 'SCL', high: 0, low: 0, doc: 'Clock line' },
  { name: 'SDA', high: 1, low: 1, doc: 'Data line' },
] as const;

export const versatileI2cTable = declareDevice({
  name: 'versatile_i2c',
  doc: 'Two-wire serial bus driven by software (ARM DUI 0224).',
  windowBytes: 0x1000,
  registers: {
    CONTROL: {
      offset: 0x00,
      access: 'rw',
      reset: 3,
      doc: 'Lines as they are; ones written let lines rise.',
      fields: lines,
    },
    CONTROLC: { offset: 0x04, access: 'w', doc: 'Ones pull lines low.', fields: lines },
  },
});

export function createVersatileI2c(context: DeviceContext): Device {
  const state = { lines: 3 };
  return createDevice(versatileI2cTable, state, context, {
    read: { CONTROL: () => state.lines },
    afterRead: {},
    write: {
      CONTROL: (value) => {
        state.lines |= value & 3;
      },
      CONTROLC: (value) => {
        state.lines &= ~value;
      },
    },
  });
}
