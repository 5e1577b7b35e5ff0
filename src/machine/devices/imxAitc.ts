/**
 * The interrupt controller of the i.MX21 (MC9328MX21 reference manual, "ARM926EJ-S interrupt controller"): 64 inputs, each normal
 * or fast, normal ones with a priority of 0 to 15. It keeps no memory of edges.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const INPUTS = 64;

export const imxAitcTable = declareDevice({
  name: 'imx_aitc',
  doc: 'Interrupt controller of the i.MX21: 64 inputs with priorities, normal or fast.',
  windowBytes: 0x1000,
  registers: {
    INTCNTL: { offset: 0x00, access: 'rw', doc: 'Control; kept. The bus arbiter it steers is not modelled.' },
    NIMASK: {
      offset: 0x04,
      access: 'rw',
      reset: 0x1f,
      doc: 'Normal interrupts of this priority and below are masked; 16 to 31 mask none.',
      fields: [{ name: 'NIMASK', high: 4, low: 0, doc: 'Highest priority that is masked' }],
    },
    INTENNUM: { offset: 0x08, access: 'w', doc: 'Enables the interrupt of this number.' },
    INTDISNUM: { offset: 0x0c, access: 'w', doc: 'Disables the interrupt of this number.' },
    INTENABLE: { offset: 0x10, access: 'rw', count: 2, doc: 'Enabled inputs, 63 to 32 and then 31 to 0.' },
    INTTYPE: { offset: 0x18, access: 'rw', count: 2, doc: 'Fast inputs, 63 to 32 and then 31 to 0.' },
    NIPRIORITY: {
      offset: 0x20,
      access: 'rw',
      count: 8,
      doc: 'Priorities of normal interrupts, four bits each; the first register has inputs 63 to 56, the last 7 to 0.',
    },
    NIVECSR: {
      offset: 0x40,
      access: 'r',
      reset: 0xffff_ffff,
      doc: 'The normal interrupt that is served next, all ones when there is none.',
      fields: [
        { name: 'NIVECTOR', high: 31, low: 16, doc: 'Its number' },
        { name: 'NIPRILVL', high: 15, low: 0, doc: 'Its priority' },
      ],
    },
    FIVECSR: { offset: 0x44, access: 'r', reset: 0xffff_ffff, doc: 'Number of the highest pending fast interrupt.' },
    INTSRC: { offset: 0x48, access: 'r', count: 2, doc: 'Levels of the inputs, 63 to 32 and then 31 to 0.' },
    INTFRC: { offset: 0x50, access: 'rw', count: 2, doc: 'Inputs that software asserts.' },
    NIPND: { offset: 0x58, access: 'r', count: 2, doc: 'Normal interrupts that are pending and enabled.' },
    FIPND: { offset: 0x60, access: 'r', count: 2, doc: 'Fast interrupts that are pending and enabled.' },
  },
});

/** Output line 0: nIRQ, line 1: nFIQ. Register arrays have the high word first, state the low one. */
export function createImxAitc(context: DeviceContext): Device {
  const state = {
    control: 0,
    mask: 0x1f,
    levels: [0, 0],
    forced: [0, 0],
    enabled: [0, 0],
    fast: [0, 0],
    priorities: new Array<number>(INPUTS / 8).fill(0),
  };
  const high = (index: number) => 1 - index;
  const pending = (word: number) => (state.levels[word]! | state.forced[word]!) & state.enabled[word]!;
  const normal = (word: number) => pending(word) & ~state.fast[word]!;
  const fast = (word: number) => pending(word) & state.fast[word]!;
  const priorityOf = (input: number) => (state.priorities[input >>> 3]! >>> ((input & 7) * 4)) & 15;
  const isSet = (input: number, of: (word: number) => number) => ((of(input >>> 5) >>> (input & 31)) & 1) !== 0;
  const unmasked = (input: number) => state.mask >= 16 || priorityOf(input) > state.mask;

  /** Of the highest priority, among equals the highest number; undefined when there is none. */
  function nextNormal(): number | undefined {
    let best: number | undefined;
    for (let input = 0; input < INPUTS; input++) {
      if (!isSet(input, normal) || !unmasked(input)) continue;
      if (best === undefined || priorityOf(input) >= priorityOf(best)) best = input;
    }
    return best;
  }

  function nextFast(): number | undefined {
    for (let input = INPUTS - 1; input >= 0; input--) if (isSet(input, fast)) return input;
    return undefined;
  }

  function update(): void {
    context.setLine(0, nextNormal() !== undefined);
    context.setLine(1, nextFast() !== undefined);
  }
  const storing = (words: number[]) => (value: number, index: number) => {
    words[high(index)] = value | 0;
    update();
  };
  const enable = (on: boolean) => (value: number) => {
    const bit = 1 << (value & 31);
    const word = (value >>> 5) & 1;
    state.enabled[word] = on ? state.enabled[word]! | bit : state.enabled[word]! & ~bit;
    update();
  };

  return createDevice(imxAitcTable, state, context, {
    read: {
      INTCNTL: () => state.control,
      NIMASK: () => state.mask,
      INTENABLE: (index) => state.enabled[high(index)]!,
      INTTYPE: (index) => state.fast[high(index)]!,
      NIPRIORITY: (index) => state.priorities[7 - index]!,
      NIVECSR: () => {
        const input = nextNormal();
        return input === undefined ? -1 : (input << 16) | priorityOf(input);
      },
      FIVECSR: () => nextFast() ?? -1,
      INTSRC: (index) => state.levels[high(index)]! | state.forced[high(index)]!,
      INTFRC: (index) => state.forced[high(index)]!,
      NIPND: (index) => normal(high(index)),
      FIPND: (index) => fast(high(index)),
    },
    afterRead: {},
    write: {
      INTCNTL: (value) => {
        state.control = value & 0x01ff_ffff;
      },
      NIMASK: (value) => {
        state.mask = value & 0x1f;
        update();
      },
      INTENNUM: enable(true),
      INTDISNUM: enable(false),
      INTENABLE: (value, index) => storing(state.enabled)(value, index),
      INTTYPE: (value, index) => storing(state.fast)(value, index),
      NIPRIORITY: (value, index) => {
        state.priorities[7 - index] = value;
        update();
      },
      INTFRC: (value, index) => storing(state.forced)(value, index),
    },
    setInput(line, level) {
      const word = line >>> 5;
      const bit = 1 << (line & 31);
      state.levels[word] = level ? state.levels[word]! | bit : state.levels[word]! & ~bit;
      update();
    },
  });
}
