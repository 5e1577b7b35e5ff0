/**
 * Whether a board as data can be built: nothing over anything else in the address space, each interrupt to one input of a controller
 * that is there, each device called otherwise. The machine takes specifications as right, so those from outside pass here.
 */

import { deviceCatalogue } from '../devices';
import { interruptInputs } from '../devices/parameters';
import { CPU, placeDevices, type PlacedDevice } from './boardLayout';
import type { BoardSpecification } from './specification';

const PAGE_BYTES = 0x1000;
/** Interrupt inputs of the CPU itself: nIRQ and nFIQ. */
const CPU_INPUTS = 2;
/** Memory banks together; what the machine can address with offsets that stay positive in 32 bits. */
const MOST_MEMORY_BYTES = 0x7000_0000;

interface Window {
  /** The place in the file. */
  readonly path: string;
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

const hex = (value: number): string => `0x${value.toString(16)}`;

/** @throws Error one sentence about the first mistake: the place in the file, what is wrong and the remedy */
export function checkBoard(board: BoardSpecification): void {
  const placed = placeDevices(board);
  checkNames(placed);
  const memory = [
    ...board.ram.map((bank, index) => ({ ...bank, path: `ram[${index}]`, what: 'RAM' })),
    ...(board.rom ?? []).map((bank, index) => ({ ...bank, path: `rom[${index}]`, what: 'ROM' })),
  ];
  for (const { path, base, bytes } of memory) {
    checkPage(`${path}.base`, base);
    checkPage(`${path}.bytes`, bytes);
  }
  const all = memory.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all > MOST_MEMORY_BYTES)
    throw new Error(`"ram" and "rom" have ${all} bytes together: at most 1792 MB are possible.`);
  placed.forEach(({ base }, index) => checkPage(`devices[${index}].base`, base));
  checkOverlaps([
    ...memory.map(({ path, what, base, bytes }) => ({ path, what, start: base, end: base + bytes })),
    ...placed.map((device, index) => windowOf(device, index)),
  ]);
  placed.forEach((device, index) => checkInterrupt(device, index, placed));
  checkSharedInputs(placed);
  checkPorts(placed);
}

function windowOf({ entry, instance, base }: PlacedDevice, index: number): Window {
  const bytes = Math.ceil(deviceCatalogue[entry.device].table.windowBytes / PAGE_BYTES) * PAGE_BYTES;
  return { path: `devices[${index}]`, what: instance, start: base, end: base + bytes };
}

function checkPage(path: string, value: number): void {
  if (value % PAGE_BYTES === 0) return;
  throw new Error(
    `"${path}" is ${hex(value)}: it must be a multiple of 4 KB, like ${hex(value - (value % PAGE_BYTES))}.`,
  );
}

function checkNames(placed: readonly PlacedDevice[]): void {
  placed.forEach(({ instance }, index) => {
    const first = placed.findIndex((other) => other.instance === instance);
    if (first === index) return;
    throw new Error(
      `"devices[${index}]" is ${instance}, as is devices[${first}]: give each an "id" of its own, like "id": ${index}.`,
    );
  });
}

function checkOverlaps(windows: readonly Window[]): void {
  const sorted = [...windows].sort((left, right) => left.start - right.start);
  sorted.forEach(({ path, what, start, end }, index) => {
    if (end > 2 ** 32) {
      throw new Error(`"${path}" (${what}) ends beyond the 32-bit address space: put it lower than ${hex(start)}.`);
    }
    const next = sorted[index + 1];
    if (next === undefined || next.start >= end) return;
    throw new Error(
      `"${path}" (${what}, ${hex(start)}-${hex(end - 1)}) and "${next.path}" (${next.what}, from ${hex(next.start)}) overlap: ` +
        'move one of them.',
    );
  });
}

function checkInterrupt(device: PlacedDevice, index: number, placed: readonly PlacedDevice[]): void {
  const { entry, instance, irq, irqCount, controller } = device;
  const path = `devices[${index}]`;
  const isController = interruptInputs[entry.device] !== undefined;
  if (irq === undefined) {
    if (isController) {
      throw new Error(
        `"${path}" (${instance}) leads nowhere: add "controller": "cpu", "irq": 0, where the CPU's nIRQ is.`,
      );
    }
    return;
  }
  const inputs = controller === CPU ? CPU_INPUTS : inputsOf(controller, placed);
  if (inputs === undefined || controller === instance) {
    const able = placed
      .filter((other) => interruptInputs[other.entry.device] !== undefined)
      .map((each) => each.instance);
    const names = ['cpu', ...able.filter((name) => name !== instance)].map((name) => `"${name}"`).join(', ');
    throw new Error(
      controller === ''
        ? `"${path}.irq" is ${irq}, and the board has no interrupt controller: add one (${controllerNames()}), or remove the irq.`
        : `"${path}" (${instance}) leads to the interrupt controller "${controller}", which it cannot: use "controller" with one of ${names}.`,
    );
  }
  if (irq + irqCount > inputs) {
    throw new Error(
      `"${path}.irq" is ${irq}${irqCount > 1 ? ` with ${irqCount} lines` : ''}, and ${controller} has the inputs 0 to ${inputs - 1}: use one of them.`,
    );
  }
}

const controllerNames = (): string => Object.keys(interruptInputs).join(', ');

function inputsOf(controller: string, placed: readonly PlacedDevice[]): number | undefined {
  const found = placed.find(({ instance }) => instance === controller);
  return found && interruptInputs[found.entry.device];
}

/** A line that two devices drive would have the level of the one that changed last. */
function checkSharedInputs(placed: readonly PlacedDevice[]): void {
  const taken = new Map<string, string>();
  placed.forEach(({ instance, irq, irqCount, controller }, index) => {
    for (let line = 0; irq !== undefined && line < irqCount; line++) {
      const input = `${irq + line} of ${controller}`;
      const other = taken.get(input);
      if (other !== undefined) {
        throw new Error(
          `"devices[${index}].irq" (${instance}) is input ${input}, which ${other} has: give it another.`,
        );
      }
      taken.set(input, instance);
    }
  });
}

function checkPorts(placed: readonly PlacedDevice[]): void {
  const taken = new Map<number, string>();
  placed.forEach(({ entry, instance }, index) => {
    const port = entry.parameters?.port;
    if (port === undefined) return;
    const other = taken.get(port);
    if (other !== undefined) {
      throw new Error(
        `"devices[${index}].parameters.port" (${instance}) is ${port}, which ${other} has: give it another.`,
      );
    }
    taken.set(port, instance);
  });
}
