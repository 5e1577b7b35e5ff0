/**
 * PL061, the PrimeCell general-purpose input/output (ARM DDI 0190): eight lines whose data register is addressed through a mask,
 * and interrupts on edges or levels. Input lines are not connected and read 0.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0004_1061;

export const pl061Table = declareDevice({
  name: 'pl061',
  doc: 'PrimeCell GPIO (ARM DDI 0190). Bit n is line n.',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    DATA: { offset: 0x000, access: 'rw', count: 256, doc: 'The lines; address bits 9:2 say which of them are meant.' },
    DIR: { offset: 0x400, access: 'rw', doc: '1: output.' },
    IS: { offset: 0x404, access: 'rw', doc: '1: interrupts by level, 0: by edge.' },
    IBE: { offset: 0x408, access: 'rw', doc: '1: both edges.' },
    IEV: { offset: 0x40c, access: 'rw', doc: '1: rising edge or high level, 0: falling or low.' },
    IE: { offset: 0x410, access: 'rw', doc: 'Interrupts that are let through.' },
    RIS: { offset: 0x414, access: 'r', doc: 'Interrupts before the mask.' },
    MIS: { offset: 0x418, access: 'r', doc: 'Interrupts after the mask.' },
    IC: { offset: 0x41c, access: 'w', doc: 'Ones drop edge interrupts.' },
    AFSEL: { offset: 0x420, access: 'rw', doc: '1: the line is under hardware control.' },
    ...primeCellIdRegisters,
  },
});

/** Output line 0: the interrupt. */
export function createPl061(context: DeviceContext): Device {
  const state = { data: 0, direction: 0, level: 0, both: 0, event: 0, mask: 0, edges: 0, hardware: 0, lines: 0 };

  /** Takes the lines as the registers now make them: edges are noted, and the interrupt follows. */
  function update(): void {
    const lines = state.data & state.direction;
    const changed = lines ^ state.lines;
    const wanted = state.both | ~(lines ^ state.event);
    state.edges |= changed & wanted & ~state.level & 0xff;
    state.lines = lines;
    context.setLine(0, (raw() & state.mask) !== 0);
  }
  const raw = () => (state.edges | (state.level & ~(state.lines ^ state.event))) & 0xff;
  const set = (apply: (value: number) => void) => (value: number) => {
    apply(value & 0xff);
    update();
  };

  return createDevice(pl061Table, state, context, {
    read: {
      DATA: (mask) => state.lines & mask,
      DIR: () => state.direction,
      IS: () => state.level,
      IBE: () => state.both,
      IEV: () => state.event,
      IE: () => state.mask,
      RIS: raw,
      MIS: () => raw() & state.mask,
      AFSEL: () => state.hardware,
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {},
    write: {
      DATA: (value, mask) => {
        const outputs = mask & state.direction;
        state.data = (state.data & ~outputs) | (value & outputs);
        update();
      },
      DIR: set((value) => {
        state.direction = value;
      }),
      IS: set((value) => {
        state.level = value;
      }),
      IBE: set((value) => {
        state.both = value;
      }),
      IEV: set((value) => {
        state.event = value;
      }),
      IE: set((value) => {
        state.mask = value;
      }),
      IC: set((value) => {
        state.edges &= ~value;
      }),
      AFSEL: set((value) => {
        state.hardware = value;
      }),
    },
  });
}
