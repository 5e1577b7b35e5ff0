/** What a machine gives to its devices: time, memory, and ways to the outside. */
import type { Core } from './arm926/core';
import type { DeviceHost } from './bus';
import type { OutsideMemory } from './outsideMemory';
import type { ConsoleListener, DeviceOutputListener } from './types';

/** The listeners may come and go; `clock` is asked at each access. */
export function createDeviceHost(
  clock: { readonly ticks: number; readonly instructionCount: number },
  core: Core,
  outside: OutsideMemory,
  consoleListeners: ReadonlySet<ConsoleListener>,
  outputListeners: ReadonlySet<DeviceOutputListener>,
  nsPerTick: number,
  diagnostic: (text: string) => void = () => {},
): DeviceHost {
  return {
    get ticks() {
      return clock.ticks;
    },
    get instructionCount() {
      return clock.instructionCount;
    },
    nsPerTick,
    readVirtual: (address, byteLength) => outside.deviceReadsVirtual(address, byteLength),
    writeVirtual: (address, bytes) => outside.deviceWritesVirtual(address, bytes),
    readPhysical: (address, byteLength) => outside.deviceReads(address, byteLength),
    writePhysical: (address, bytes) => outside.deviceWrites(address, bytes),
    consoleOutput: (port, bytes) => {
      for (const listener of consoleListeners) listener(port, bytes);
    },
    deviceOutput: (instance, output) => {
      for (const listener of outputListeners) listener(instance, output);
    },
    halt: (reason) => {
      core.haltReason = reason;
      core.updateLimit();
    },
    diagnostic,
  };
}
