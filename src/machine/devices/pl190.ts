/**
 * PL190, the PrimeCell vectored interrupt controller (ARM DDI 0181): 32 inputs, each IRQ or FIQ, software interrupts, and sixteen
 * vector slots whose order is the priority. Reading VECTADDR begins the service of an interrupt, writing it ends it.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0004_1190;
const SLOTS = 16;
/** The priority of interrupts that no slot names, which come by the default vector; smaller is more urgent. */
const DEFAULT_PRIORITY = SLOTS;
/** The priority of the program while nothing is served. */
const IDLE = SLOTS + 1;
const SLOT_ENABLE = 1 << 5;

export const pl190Table = declareDevice({
  name: 'pl190',
  doc: 'PrimeCell vectored interrupt controller (ARM DDI 0181). Bit n of most registers is input n.',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    IRQSTATUS: { offset: 0x00, access: 'r', doc: 'Enabled inputs that are active and go to IRQ.' },
    FIQSTATUS: { offset: 0x04, access: 'r', doc: 'Enabled inputs that are active and go to FIQ.' },
    RAWINTR: { offset: 0x08, access: 'r', doc: 'Active inputs and software interrupts, before the enables.' },
    INTSELECT: { offset: 0x0c, access: 'rw', doc: '1: the input goes to FIQ; 0: to IRQ.' },
    INTENABLE: { offset: 0x10, access: 'rw', doc: 'Enabled inputs; ones enable, zeroes change nothing.' },
    INTENCLEAR: { offset: 0x14, access: 'w', doc: 'Ones disable inputs.' },
    SOFTINT: { offset: 0x18, access: 'rw', doc: 'Software interrupts; ones raise, zeroes change nothing.' },
    SOFTINTCLEAR: { offset: 0x1c, access: 'w', doc: 'Ones drop software interrupts.' },
    PROTECTION: {
      offset: 0x20,
      access: 'rw',
      doc: 'Access by privileged modes only; kept.',
      fields: [{ name: 'PROTECTION', high: 0, low: 0, doc: 'Only privileged modes may use the registers' }],
    },
    VECTADDR: {
      offset: 0x30,
      access: 'rw',
      doc: 'Address of the handler of the most urgent interrupt. Writing anything says that its service has ended.',
      readEffect: 'Begins the service: until the write, only more urgent interrupts reach the CPU.',
    },
    DEFVECTADDR: { offset: 0x34, access: 'rw', doc: 'Handler of interrupts that no slot names.' },
    SLOTADDR: {
      offset: 0x100,
      access: 'rw',
      count: SLOTS,
      doc: 'VICVECTADDRn: handler of slot n; slot 0 is the most urgent.',
    },
    SLOTCNTL: {
      offset: 0x200,
      access: 'rw',
      count: SLOTS,
      doc: 'VICVECTCNTLn: which input slot n is for.',
      fields: [
        { name: 'SOURCE', high: 4, low: 0, doc: 'Input' },
        { name: 'E', high: 5, low: 5, doc: 'Slot enabled' },
      ],
    },
    ITCR: { offset: 0x300, access: 'rw', doc: 'Integration test control; kept, test mode is not modelled.' },
    ...primeCellIdRegisters,
  },
});

export interface Pl190State {
  /** Levels of the inputs. */
  levels: number;
  soft: number;
  enabled: number;
  fiqSelect: number;
  protection: number;
  defaultVector: number;
  slotVectors: number[];
  slotControls: number[];
  test: number;
  /** Priorities of the interrupts in service, the most urgent last. Strictly falling, so at most 17 long. */
  inService: number[];
}

/** Output line 0 is nIRQ, line 1 nFIQ. */
export function createPl190(context: DeviceContext): Device {
  const state: Pl190State = {
    levels: 0,
    soft: 0,
    enabled: 0,
    fiqSelect: 0,
    protection: 0,
    defaultVector: 0,
    slotVectors: new Array<number>(SLOTS).fill(0),
    slotControls: new Array<number>(SLOTS).fill(0),
    test: 0,
    inService: [],
  };
  const raw = () => state.levels | state.soft;
  const irqs = () => raw() & state.enabled & ~state.fiqSelect;
  const fiqs = () => raw() & state.enabled & state.fiqSelect;
  const current = () => state.inService.at(-1) ?? IDLE;

  /** Priority of the most urgent IRQ. */
  function pending(): number {
    const active = irqs();
    if (active === 0) return IDLE;
    const slot = state.slotControls.findIndex(
      (control) => (control & SLOT_ENABLE) !== 0 && ((active >>> (control & 31)) & 1) !== 0,
    );
    return slot < 0 ? DEFAULT_PRIORITY : slot;
  }

  function update(): void {
    context.setLine(0, pending() < current());
    context.setLine(1, fiqs() !== 0);
  }

  /** Of the interrupt that a read begins to serve, else of the one in service. */
  function vector(): number {
    return state.slotVectors[Math.min(pending(), current())] ?? state.defaultVector;
  }

  return createDevice(pl190Table, state, context, {
    read: {
      IRQSTATUS: irqs,
      FIQSTATUS: fiqs,
      RAWINTR: raw,
      INTSELECT: () => state.fiqSelect,
      INTENABLE: () => state.enabled,
      SOFTINT: () => state.soft,
      PROTECTION: () => state.protection,
      VECTADDR: vector,
      DEFVECTADDR: () => state.defaultVector,
      SLOTADDR: (slot) => state.slotVectors[slot]!,
      SLOTCNTL: (slot) => state.slotControls[slot]!,
      ITCR: () => state.test,
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {
      VECTADDR: () => {
        const next = pending();
        if (next < current()) state.inService.push(next);
        update();
      },
    },
    write: {
      INTSELECT: (value) => {
        state.fiqSelect = value;
        update();
      },
      INTENABLE: (value) => {
        state.enabled |= value;
        update();
      },
      INTENCLEAR: (value) => {
        state.enabled &= ~value;
        update();
      },
      SOFTINT: (value) => {
        state.soft |= value;
        update();
      },
      SOFTINTCLEAR: (value) => {
        state.soft &= ~value;
        update();
      },
      PROTECTION: (value) => {
        state.protection = value & 1;
      },
      VECTADDR: () => {
        state.inService.pop();
        update();
      },
      DEFVECTADDR: (value) => {
        state.defaultVector = value;
      },
      SLOTADDR: (value, slot) => {
        state.slotVectors[slot] = value;
      },
      SLOTCNTL: (value, slot) => {
        state.slotControls[slot] = value & 0x3f;
        update();
      },
      ITCR: (value) => {
        state.test = value & 1;
      },
    },
    setInput(line, level) {
      state.levels = level ? state.levels | (1 << line) : state.levels & ~(1 << line);
      update();
    },
  });
}
