/**
 * The general-purpose pins of the i.MX21 (MC9328MX21 reference manual, "General-purpose I/O"): six ports of 32 pins. A pin is an output
 * that the guest drives, or an input that the outside sets with {port, pin, level}; an input with nothing on it is pulled up.
 */

import type { DeviceInput } from '../types';
import { createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const PORTS = 6;
const ALL = 0xffff_ffff;
/** What a pin interrupts on: two bits for each pin. */
const RISING = 0;
const FALLING = 1;
const HIGH = 2;

const perPort = (offset: number, doc: string, { reset = 0 } = {}) =>
  ({ offset, access: 'rw', reset, doc: `${doc} One for each port A-F.`, count: PORTS, stride: 0x100 }) as const;

export const imxGpioTable = declareDevice({
  name: 'imx_gpio',
  doc: 'General-purpose pins of the i.MX21: ports A to F.',
  windowBytes: 0x1000,
  registers: {
    DDIR: perPort(0x00, 'Direction: 1 is an output.'),
    OCR1: perPort(0x04, 'What drives outputs 0-15, two bits each; 3 is DR. Kept.'),
    OCR2: perPort(0x08, 'What drives outputs 16-31. Kept.'),
    ICONFA1: perPort(0x0c, 'Where inputs lead. Kept.', { reset: ALL }),
    ICONFA2: perPort(0x10, 'Where inputs lead. Kept.', { reset: ALL }),
    ICONFB1: perPort(0x14, 'Where inputs lead. Kept.', { reset: ALL }),
    ICONFB2: perPort(0x18, 'Where inputs lead. Kept.', { reset: ALL }),
    DR: perPort(0x1c, 'Levels of the outputs.'),
    GIUS: perPort(0x20, 'Which pins are general-purpose. Kept.', { reset: ALL }),
    SSR: { offset: 0x24, access: 'r', count: PORTS, stride: 0x100, reset: ALL, doc: 'Levels of the pins, A-F.' },
    ICR1: perPort(0x28, 'Pins 0-15: 0 rising, 1 falling, 2 high, 3 low.'),
    ICR2: perPort(0x2c, 'The same for pins 16-31.'),
    IMR: perPort(0x30, 'Which pins interrupt.'),
    ISR: perPort(0x34, 'Which pins have done what they interrupt on; ones clear.'),
    GPR: perPort(0x38, 'Alternate function. Kept.'),
    SWR: { offset: 0x3c, access: 'w', count: PORTS, stride: 0x100, doc: '1 resets the port, A-F.' },
    PUEN: perPort(0x40, 'Pull-ups. Kept.', { reset: ALL }),
    PMASK: { offset: 0x600, access: 'rw', reset: 0x3f, doc: 'Which ports interrupt.' },
  },
});

interface Port {
  direction: number;
  data: number;
  /** Levels that the outside gives. */
  outside: number;
  conditions: number[];
  mask: number;
  status: number;
  kept: Record<string, number>;
}

const KEPT_RESETS = {
  OCR1: 0,
  OCR2: 0,
  ICONFA1: ALL,
  ICONFA2: ALL,
  ICONFB1: ALL,
  ICONFB2: ALL,
  GIUS: ALL,
  GPR: 0,
  PUEN: ALL,
} as const;
type Kept = keyof typeof KEPT_RESETS;

const newPort = (outside = ALL): Port => ({
  direction: 0,
  data: 0,
  outside,
  conditions: [0, 0],
  mask: 0,
  status: 0,
  kept: { ...KEPT_RESETS },
});

/** Output line 0: an enabled pin has done what it interrupts on. */
export function createImxGpio(context: DeviceContext): Device {
  const state = { ports: Array.from({ length: PORTS }, () => newPort()), enabledPorts: 0x3f };

  const levels = ({ direction, data, outside }: Port): number => ((data & direction) | (outside & ~direction)) >>> 0;
  const conditionOf = ({ conditions }: Port, pin: number): number => (conditions[pin >>> 4]! >>> ((pin & 15) * 2)) & 3;

  /** Notes edges between two sets of levels, and levels that hold. */
  function note(port: Port, before: number): void {
    const now = levels(port);
    for (let pin = 0; pin < 32; pin++) {
      const was = (before >>> pin) & 1;
      const is = (now >>> pin) & 1;
      const condition = conditionOf(port, pin);
      const edge = condition === RISING ? is > was : condition === FALLING ? is < was : false;
      const level = condition === HIGH ? is === 1 : condition > HIGH ? is === 0 : false;
      if (edge || level) port.status = (port.status | (1 << pin)) >>> 0;
    }
  }

  function updateLine(): void {
    const asserted = state.ports.some(
      ({ status, mask }, index) => ((state.enabledPorts >>> index) & 1) === 1 && (status & mask) !== 0,
    );
    context.setLine(0, asserted);
  }

  function change(index: number, apply: (port: Port) => void): void {
    const port = state.ports[index]!;
    const before = levels(port);
    apply(port);
    note(port, before);
    updateLine();
  }

  const kept = (name: Kept) => ({
    read: (index: number) => state.ports[index]!.kept[name]!,
    write: (value: number, index: number) => {
      state.ports[index]!.kept[name] = value;
    },
  });
  const names = Object.keys(KEPT_RESETS) as Kept[];
  const keptReads = Object.fromEntries(names.map((name) => [name, kept(name).read])) as Record<
    Kept,
    (index: number) => number
  >;
  const keptWrites = Object.fromEntries(names.map((name) => [name, kept(name).write])) as Record<
    Kept,
    (value: number, index: number) => void
  >;

  return createDevice(imxGpioTable, state, context, {
    read: {
      ...keptReads,
      DDIR: (index) => state.ports[index]!.direction,
      DR: (index) => state.ports[index]!.data,
      SSR: (index) => levels(state.ports[index]!),
      ICR1: (index) => state.ports[index]!.conditions[0]!,
      ICR2: (index) => state.ports[index]!.conditions[1]!,
      IMR: (index) => state.ports[index]!.mask,
      ISR: (index) => state.ports[index]!.status,
      PMASK: () => state.enabledPorts,
    },
    afterRead: {},
    write: {
      ...keptWrites,
      DDIR: (value, index) => change(index, (port) => (port.direction = value)),
      DR: (value, index) => change(index, (port) => (port.data = value)),
      ICR1: (value, index) => change(index, (port) => (port.conditions[0] = value)),
      ICR2: (value, index) => change(index, (port) => (port.conditions[1] = value)),
      IMR: (value, index) => change(index, (port) => (port.mask = value)),
      ISR: (value, index) => change(index, (port) => (port.status = (port.status & ~value) >>> 0)),
      SWR: (value, index) => {
        if ((value & 1) !== 0) state.ports[index] = newPort(state.ports[index]!.outside);
        updateLine();
      },
      PMASK: (value) => {
        state.enabledPorts = value & 0x3f;
        updateLine();
      },
    },
    input: {
      accepts: ({ port, pin, level, ...rest }: DeviceInput) =>
        Object.keys(rest).length === 0 && isBelow(port, PORTS) && isBelow(pin, 32) && isBelow(level, 2),
      accept: ({ port, pin, level }: DeviceInput) =>
        change(port as number, (changed) => {
          const bit = 1 << (pin as number);
          changed.outside = (level === 1 ? changed.outside | bit : changed.outside & ~bit) >>> 0;
        }),
    },
  });
}

const isBelow = (value: unknown, limit: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < limit;
