/**
 * The goldfish interrupt controller: 32 level-triggered inputs with one enable bit each (goldfish.md A4).
 * It keeps no memory of edges: a device holds its line until it is served.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const lineNumber = { name: 'NUMBER', high: 4, low: 0, doc: 'Interrupt number.' } as const;

export const goldfishPicTable = declareDevice({
  name: 'goldfish_interrupt_controller',
  doc: 'Interrupt controller with 32 level-triggered inputs.',
  windowBytes: 0x1000,
  registers: {
    STATUS: { offset: 0x00, access: 'r', doc: 'How many enabled interrupts are pending.' },
    NUMBER: {
      offset: 0x04,
      access: 'r',
      doc: 'The lowest-numbered enabled interrupt that is pending; 0 when there is none.',
      fields: [lineNumber],
    },
    DISABLE_ALL: { offset: 0x08, access: 'w', doc: 'Disables every interrupt and forgets the levels of all inputs.' },
    DISABLE: { offset: 0x0c, access: 'w', doc: 'Disables the interrupt of this number.', fields: [lineNumber] },
    ENABLE: { offset: 0x10, access: 'w', doc: 'Enables the interrupt of this number.', fields: [lineNumber] },
  },
});

/** What the debugger may show beside the registers; the guest cannot read these. */
export interface GoldfishPicState {
  /** Levels of the inputs, bit n is interrupt n. */
  levels: number;
  enabled: number;
}

/** The board's devices hold their lines; `setInput` tells the controller, output line 0 is the CPU's nIRQ. */
export function createGoldfishPic(context: DeviceContext): Device {
  const state: GoldfishPicState = { levels: 0, enabled: 0 };
  const pending = () => state.levels & state.enabled;
  const update = () => context.setLine(0, pending() !== 0);
  const mask = (value: number, what: string): number => {
    if (value < 32) return 1 << value;
    context.diagnose('number', `${context.instance}: there is no interrupt ${value} to ${what}; numbers are 0 to 31.`);
    return 0;
  };

  return createDevice(goldfishPicTable, state, context, {
    read: {
      STATUS: () => countBits(pending()),
      NUMBER: () => (pending() === 0 ? 0 : 31 - Math.clz32(pending() & -pending())),
    },
    afterRead: {},
    write: {
      DISABLE_ALL: () => {
        state.levels = 0;
        state.enabled = 0;
        update();
      },
      DISABLE: (value) => {
        state.enabled &= ~mask(value, 'disable');
        update();
      },
      ENABLE: (value) => {
        state.enabled |= mask(value, 'enable');
        update();
      },
    },
    setInput(line, level) {
      state.levels = level ? state.levels | (1 << line) : state.levels & ~(1 << line);
      update();
    },
  });
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
