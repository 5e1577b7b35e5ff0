/**
 * The board's devices as operands of expressions: `$goldfish_timer.TIME_LOW`, `$goldfish_tty.0.state`. Names, fields and words come from
 * the device's register table. Looking has no side effect (`peek`); writing a register is the guest's store.
 */
import { fieldValue, type RegisterDeclaration, type RegisterField } from '../../machine/devices/registerTable';
import type { DeviceView, MachineFace } from '../../machine/types';
import type { NamedPart, Operand, Part } from '../expressions/operand';
import { UserError } from '../types';

/** A device may keep megabytes; a person looks at the beginning. */
const MOST_ELEMENTS = 4096;
const PHYSICAL = { kind: 'pa' } as const;
const hex = (value: number, digits = 8): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** All devices in the order of registration. */
export function deviceParts(machine: MachineFace): readonly NamedPart[] {
  return machine.devices.map((device) => ({ name: device.instance, operand: deviceOperand(machine, device) }));
}

/** A device's name as expressions write it: `goldfish_battery` for goldfish-battery, as a hyphen is a minus there. */
export const deviceWord = (instance: string): string => instance.toLowerCase().replaceAll('-', '_');

/** The device of that name; undefined when the board has none. */
export function deviceNamed(machine: MachineFace, name: string): Operand | undefined {
  const device = machine.devices.find(({ instance }) => deviceWord(instance) === name.toLowerCase());
  return device && deviceOperand(machine, device);
}

const group = (part: Omit<Part, 'kind'> & { readonly kind?: Part['kind'] }): Operand => ({
  unsigned: true,
  space: PHYSICAL,
  part: { kind: 'members', ...part },
});

function deviceOperand(machine: MachineFace, device: DeviceView): Operand {
  const { base, irq, irqCount, table } = device;
  const line = irq === undefined ? '' : irqCount > 1 ? `, irq ${irq}-${irq + irqCount - 1}` : `, irq ${irq}`;
  return group({
    text: hex(base) + line,
    doc: table.doc,
    address: base,
    parts: () => [...registerParts(machine, device), { name: 'state', operand: stateOperand(device) }],
  });
}

function registerParts(machine: MachineFace, device: DeviceView): readonly NamedPart[] {
  return Object.entries(device.table.registers).map(([name, declaration]) => {
    const { offset, doc, count, stride = 4 } = declaration;
    if (count === undefined) return { name, operand: registerOperand(machine, device, name, declaration, offset) };
    const elements = (): readonly NamedPart[] =>
      Array.from({ length: count }, (_, index) => ({
        name: `[${index}]`,
        operand: registerOperand(machine, device, `${name}[${index}]`, declaration, offset + index * stride),
      }));
    const address = device.base + offset;
    return {
      name,
      operand: group({ text: `${count} registers`, doc, address, kind: 'elements', parts: elements }),
    };
  });
}

function registerOperand(
  machine: MachineFace,
  device: DeviceView,
  name: string,
  declaration: RegisterDeclaration,
  offset: number,
): Operand {
  const { access, doc, readEffect, fields } = declaration;
  const value = access === 'w' ? undefined : device.peek(offset);
  const text = value !== undefined ? hex(value) : access === 'w' ? 'write-only' : 'not readable now';
  const write = (wanted: number): void => {
    if (!machine.pokeDevice(device.instance, offset, wanted))
      throw new UserError(`${device.instance} does not answer at ${hex(device.base + offset)}`);
  };
  return {
    ...group({
      text,
      doc: readEffect === undefined ? doc : `${doc} When the guest reads it: ${readEffect}`,
      address: device.base + offset,
      ...(fields &&
        value !== undefined && { parts: () => fields.map((field) => fieldPart(field, value, access, write)) }),
    }),
    ...(value !== undefined && { value }),
    ...(access === 'r' ? { readOnlyReason: `${device.instance}.${name} is a read-only register` } : { assign: write }),
    ...(fields?.length === 1 && fields[0]!.high - fields[0]!.low === 31 && { names: valueNames(fields[0]!) }),
  };
}

function fieldPart(
  field: RegisterField,
  register: number,
  access: RegisterDeclaration['access'],
  write: (value: number) => void,
): NamedPart {
  const { name, high, low, doc, values } = field;
  const value = fieldValue(field, register);
  const mask = (2 ** (high - low + 1) - 1) * 2 ** low;
  const word = values?.[value];
  const assign = (wanted: number): void => write(((register & ~mask) | ((wanted * 2 ** low) & mask)) >>> 0);
  return {
    name,
    title: `${name} [${high === low ? high : `${high}:${low}`}]`,
    operand: {
      ...group({ text: `${value < 10 ? value : `${value} (${hex(value, 1)})`}${word ? ` ${word}` : ''}`, doc }),
      value,
      names: valueNames(field),
      ...(access === 'rw' ? { assign } : { readOnlyReason: 'its register is read-only' }),
    },
  };
}

const valueNames =
  ({ values = {} }: RegisterField) =>
  (word: string): number | undefined => {
    const found = Object.entries(values).find(([, name]) => name.toLowerCase() === word.toLowerCase());
    return found && Number(found[0]);
  };

/** What the device keeps between accesses: the answer to what a write-only register was given. Read when it is opened. */
function stateOperand(device: DeviceView): Operand {
  const parts = (): readonly NamedPart[] => dataOperand(device.state()).part?.parts?.() ?? [];
  return group({ text: 'what the device keeps', doc: 'Not visible to the guest as such.', parts });
}

function dataOperand(data: unknown): Operand {
  if (typeof data === 'number' && Number.isSafeInteger(data)) {
    const sign = data < 0 ? '-' : '';
    const text = data < 10 && data >= 0 ? `${data}` : `${data} (${sign}${hex(Math.abs(data), 1)})`;
    return { ...group({ text }), value: data };
  }
  const list = listOf(data);
  if (list) {
    const parts = () => list.slice(0, MOST_ELEMENTS).map(named((index) => `[${index}]`));
    return group(list.length === 0 ? { text: 'empty' } : { text: `${list.length} elements`, kind: 'elements', parts });
  }
  if (typeof data !== 'object' || data === null) return group({ text: String(data) });
  const entries = data instanceof Map ? [...(data as Map<unknown, unknown>)] : Object.entries(data);
  const parts = () => entries.map(([key, each]) => ({ name: String(key), operand: dataOperand(each) }));
  return group(entries.length === 0 ? { text: 'nothing' } : { text: '{…}', parts });
}

const named =
  (nameOf: (index: number) => string) =>
  (data: unknown, index: number): NamedPart => ({ name: nameOf(index), operand: dataOperand(data) });

function listOf(data: unknown): readonly unknown[] | undefined {
  if (Array.isArray(data)) return data;
  if (data instanceof Set) return [...(data as Set<unknown>)];
  const isNumbers = ArrayBuffer.isView(data) && !(data instanceof DataView);
  return isNumbers ? Array.from(data as unknown as ArrayLike<number>) : undefined;
}
