/**
 * The peripheral bus of a board made from a layout: creates the devices, routes accesses to them by address and their
 * output lines to interrupt controllers or the CPU, and knows the earliest tick at which one of them wants service.
 */

import type { AccessSize, DeviceHost, PeripheralBus } from '../bus';
import type { DeviceView, MemoryBank } from '../types';
import { type BoardDevice, deviceCatalogue } from '../devices';
import { CPU, type BoardLayout, placeDevices, type PlacedDevice } from './boardLayout';

const PAGE_SHIFT = 12;
/** A guest that walks through all of its address space gets no more sentences about empty pages than this. */
const MOST_TOLD = 1000;

/** A peripheral bus whose devices can be looked at. */
export interface DeviceBus extends PeripheralBus {
  /** The 32-bit register at `address` without any side effect; undefined when nothing readable is there. */
  peek(address: number): number | undefined;
}

/** All state of the bus and its devices; the order of `instances` and `devices` is that of registration. */
interface BusState {
  readonly instances: readonly string[];
  readonly cpuLines: readonly boolean[];
  readonly devices: readonly unknown[];
}

/** @param readOnlyBanks ROM, to which stores come as if it were a device: they are dropped, and told once for each bank */
export function createDeviceBus(
  layout: BoardLayout,
  host: DeviceHost,
  readOnlyBanks: readonly MemoryBank[] = [],
): DeviceBus {
  const devices: BoardDevice[] = [];
  const byPage = new Map<number, BoardDevice>();
  const byInstance = new Map<string, BoardDevice>();
  const listeners: (() => void)[] = [];
  /** Each misuse is told once, however often a hostile guest repeats it. Not part of the machine's state. */
  const told = new Set<string>();
  /** Levels of nIRQ and nFIQ. */
  let cpuLines = [false, false];
  let nextEventTicks = Infinity;
  let changed = false;

  function setLine(placed: PlacedDevice, index: number, level: boolean): void {
    if (placed.irq === undefined || index >= placed.irqCount) return;
    const input = placed.irq + index;
    if (placed.controller === CPU) {
      if (cpuLines[input] === level) return;
      cpuLines[input] = level;
      changed = true;
    } else {
      byInstance.get(placed.controller)?.device.setInput?.(input, level);
    }
  }

  function diagnose(placed: PlacedDevice, key: string, text: string): void {
    const identity = `${placed.instance} ${key}`;
    if (told.has(identity)) return;
    told.add(identity);
    host.diagnostic(text);
  }

  /** An access where there is no device; whether the board lets it pass. */
  function unassigned(address: number, what: string): boolean {
    if (layout.unassigned !== 'zero') return false;
    // By page: a guest that walks through an empty region is told of it once, not for each word.
    const page = `0x${(((address >>> PAGE_SHIFT) << PAGE_SHIFT) >>> 0).toString(16)}`;
    if (told.size < MOST_TOLD && !told.has(page)) {
      told.add(page);
      host.diagnostic(`No device stands at 0x${(address >>> 0).toString(16)}; ${what}.`);
    }
    return true;
  }

  /** Whether a store went to ROM, where it changes nothing. */
  function droppedByRom(address: number): boolean {
    const bank = readOnlyBanks.find(({ base, bytes }) => (address - base) >>> 0 < bytes);
    if (bank === undefined) return false;
    const key = `rom ${bank.base}`;
    if (!told.has(key)) {
      host.diagnostic(`A store to 0x${address.toString(16)} was dropped: the memory there is read-only.`);
    }
    told.add(key);
    return true;
  }

  /** After anything that may have changed lines or deadlines. */
  function settle(): void {
    let next = Infinity;
    for (const { device } of devices) next = Math.min(next, device.nextEventTicks);
    if (next !== nextEventTicks) {
      nextEventTicks = next;
      changed = true;
    }
    if (!changed) return;
    changed = false;
    for (const listener of listeners) listener();
  }

  const placedDevices = placeDevices(layout);
  for (const placed of placedDevices) {
    const kind = deviceCatalogue[placed.entry.device];
    const device = kind.create(
      {
        host,
        instance: placed.instance,
        setLine: (index, level) => setLine(placed, index, level),
        diagnose: (key, text) => diagnose(placed, key, text),
        peer: (instance) => byInstance.get(instance)?.device,
        board: () => devices,
      },
      placed.entry.parameters ?? {},
    );
    const onBoard: BoardDevice = {
      instance: placed.instance,
      id: placed.id,
      base: placed.base,
      irq: placed.controller === CPU ? undefined : placed.irq,
      irqCount: placed.controller === CPU ? 0 : placed.irqCount,
      device,
    };
    devices.push(onBoard);
    byInstance.set(placed.instance, onBoard);
    for (let offset = 0; offset < device.table.windowBytes; offset += 1 << PAGE_SHIFT) {
      byPage.set((placed.base + offset) >>> PAGE_SHIFT, onBoard);
    }
  }
  const ports = serialPorts(placedDevices, byInstance);

  const views = devices.map(({ instance, base, irq, irqCount, device }): DeviceView => {
    const { table } = device;
    const peek = (offset: number) => device.peek(offset);
    return { instance, base, irq, irqCount, table, peek, state: () => device.capture() };
  });

  return {
    devices: views,
    get irqAsserted() {
      return cpuLines[0];
    },
    get fiqAsserted() {
      return cpuLines[1];
    },
    get nextEventTicks() {
      return nextEventTicks;
    },
    service() {
      for (const { device } of devices) if (device.nextEventTicks <= host.ticks) device.service();
      settle();
    },
    read(address: number, size: AccessSize) {
      const target = byPage.get(address >>> PAGE_SHIFT);
      if (target === undefined) return unassigned(address, 'read as 0') ? 0 : undefined;
      const value = target.device.read(address - target.base, size);
      settle();
      return value;
    },
    write(address: number, size: AccessSize, value: number) {
      const target = byPage.get(address >>> PAGE_SHIFT);
      if (target === undefined) return droppedByRom(address) || unassigned(address, 'the write was dropped');
      target.device.write(address - target.base, size, value);
      settle();
      return true;
    },
    peek(address: number) {
      const target = byPage.get(address >>> PAGE_SHIFT);
      return target?.device.peek(address - target.base);
    },
    onChange(listener) {
      listeners.push(listener);
    },
    capture(): BusState {
      return {
        instances: devices.map(({ instance }) => instance),
        cpuLines: [...cpuLines],
        devices: devices.map(({ device }) => device.capture()),
      };
    },
    mismatch(state) {
      const saved = state as BusState;
      const own = devices.map(({ instance }) => instance);
      if (saved.instances.join() !== own.join()) {
        return `The snapshot has the devices ${saved.instances.join(', ')}; this machine has ${own.join(', ')}.`;
      }
      return devices.map(({ device }, index) => device.mismatch?.(saved.devices[index])).find(Boolean);
    },
    restore(state) {
      const saved = state as BusState;
      cpuLines = [...saved.cpuLines];
      devices.forEach(({ device }, index) => device.restore(saved.devices[index]));
      changed = true;
      settle();
    },
    receive(port, bytes) {
      ports.get(port)?.(bytes);
      settle();
    },
    accepts: (instance, input) => byInstance.get(instance)?.device.input?.accepts(input) ?? false,
    accept(instance, input) {
      byInstance.get(instance)?.device.input?.accept(input);
      settle();
    },
    displays: () =>
      devices.flatMap(({ instance, device }) => {
        const image = device.display?.();
        return image === undefined ? [] : [{ instance, ...image }];
      }),
  };
}

/** Where input for each serial port goes: by the number that the board gives the port, else by its place in the list. */
function serialPorts(
  placed: readonly PlacedDevice[],
  byInstance: ReadonlyMap<string, BoardDevice>,
): ReadonlyMap<number, (bytes: Uint8Array) => void> {
  const ports = new Map<number, (bytes: Uint8Array) => void>();
  for (const { instance, entry } of placed) {
    const { receive } = byInstance.get(instance)!.device;
    if (receive) ports.set(entry.parameters?.port ?? ports.size, receive);
  }
  return ports;
}
