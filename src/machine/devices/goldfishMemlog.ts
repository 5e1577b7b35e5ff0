/**
 * The goldfish memory log (goldfish.md A4): a board of words that the guest fills, and one line to the outside for each write to the
 * first of them.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const WORDS = 1024;

export const goldfishMemlogTable = declareDevice({
  name: 'goldfish_memlog',
  doc: 'Words noted by the guest. Reading gives 0.',
  windowBytes: 0x1000,
  registers: {
    INFO: {
      offset: 0x00,
      access: 'w',
      count: WORDS,
      doc: 'Notes a word. A write to the first one logs the first two.',
    },
  },
});

const hex = (value: number): string => value.toString(16).padStart(8, '0');

export function createGoldfishMemlog(context: DeviceContext): Device {
  const state = { info: new Uint32Array(WORDS) };
  return createDevice(goldfishMemlogTable, state, context, {
    read: {},
    afterRead: {},
    write: {
      INFO: (value, index) => {
        state.info[index] = value;
        if (index > 0) return;
        context.host.deviceOutput(context.instance, {
          line: `${context.instance}: ${hex(state.info[0]!)} ${hex(state.info[1]!)}`,
        });
      },
    },
  });
}
