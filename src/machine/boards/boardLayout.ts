/**
 * The devices of a board as data, and the allocation of bases and interrupts that such a list leaves open.
 * `deviceBus.ts` turns the result into running devices.
 */

import type { DeviceName, DeviceParameters } from '../devices';
import { deviceCatalogue } from '../devices';

/** Where a device's output lines lead when they go straight to the CPU: line 0 is nIRQ, line 1 is nFIQ. */
export const CPU = 'cpu';

/** One device of a board. Left-out numbers are allocated in list order. */
export interface DeviceEntry {
  readonly device: DeviceName;
  /** Tells instances of one device apart, as the kernel sees it; default -1, the only one. */
  readonly id?: number;
  /** Physical base; left out, the next free page from `BoardLayout.firstDynamicBase`. */
  readonly base?: number;
  /** Input of the interrupt controller that output line 0 leads to; 'next' allocates; left out: no interrupt. */
  readonly irq?: number | 'next';
  /** How many output lines are wired, to consecutive inputs. Default 1 when there is an `irq`. */
  readonly irqCount?: number;
  /** Instance name of the controller, or {@link CPU}; default is the layout's. */
  readonly controller?: string;
  readonly parameters?: DeviceParameters;
}

export interface BoardLayout {
  readonly devices: readonly DeviceEntry[];
  /** Instance name of the interrupt controller that `irq` numbers mean. */
  readonly interruptController: string;
  /**
   * What an access does where there is neither RAM nor a device: an external abort (the default), or reads 0 and drops writes
   * with a diagnostic, as QEMU does on boards whose programs rely on it.
   */
  readonly unassigned?: 'abort' | 'zero';
  readonly firstDynamicBase?: number;
  readonly firstDynamicIrq?: number;
}

/** A device entry with everything decided. */
export interface PlacedDevice {
  readonly entry: DeviceEntry;
  /** "goldfish_tty.0", or the bare device name when `id` is -1. */
  readonly instance: string;
  readonly id: number;
  readonly base: number;
  readonly irq: number | undefined;
  readonly irqCount: number;
  readonly controller: string;
}

/**
 * Decides bases and interrupts in list order: a dynamic base takes the next free window, a dynamic interrupt the next
 * free number (goldfish.md A1).
 */
export function placeDevices(layout: BoardLayout): readonly PlacedDevice[] {
  let nextBase = layout.firstDynamicBase;
  let nextIrq = layout.firstDynamicIrq;
  const allocateBase = (entry: DeviceEntry): number => {
    if (nextBase === undefined) throw new Error(`${entry.device}: give a base; this board allocates none.`);
    const base = nextBase;
    nextBase += deviceCatalogue[entry.device].table.windowBytes;
    return base;
  };
  const allocateIrq = (entry: DeviceEntry, count: number): number => {
    if (nextIrq === undefined) throw new Error(`${entry.device}: give an irq; this board allocates none.`);
    const irq = nextIrq;
    nextIrq += count;
    return irq;
  };

  return layout.devices.map((entry) => {
    const id = entry.id ?? -1;
    const irqCount = entry.irq === undefined ? 0 : (entry.irqCount ?? 1);
    return {
      entry,
      instance: id < 0 ? entry.device : `${entry.device}.${id}`,
      id,
      base: entry.base ?? allocateBase(entry),
      irq: entry.irq === 'next' ? allocateIrq(entry, irqCount) : entry.irq,
      irqCount,
      controller: entry.controller ?? layout.interruptController,
    };
  });
}
