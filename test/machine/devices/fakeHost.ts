/** A machine seen from a device: RAM, a clock set by hand and a record of what the device did. Not a test. */

import type { DeviceHost } from '../../../src/machine/bus';
import type { DeviceInput } from '../../../src/machine/types';

export interface FakeHost extends DeviceHost {
  ticks: number;
  readonly ram: Uint8Array;
  /** Virtual addresses from here on fault. */
  readonly mappedEnd: number;
  readonly console: { port: number; text: string }[];
  readonly outputs: { instance: string; output: DeviceInput }[];
  readonly diagnostics: string[];
  readonly halts: string[];
}

/** Virtual and physical addresses are the same, from 0 to `ramBytes`. */
export function createFakeHost({ ramBytes = 0x10000, nsPerTick = 5 } = {}): FakeHost {
  const ram = new Uint8Array(ramBytes);
  const inRam = (address: number, byteLength: number) => address + byteLength <= ramBytes;
  const read = (address: number, byteLength: number) =>
    inRam(address, byteLength) ? ram.slice(address, address + byteLength) : undefined;
  const write = (address: number, bytes: Uint8Array) => {
    if (!inRam(address, bytes.length)) return false;
    ram.set(bytes, address);
    return true;
  };
  const host: FakeHost = {
    ticks: 0,
    nsPerTick,
    instructionCount: 0,
    ram,
    mappedEnd: ramBytes,
    console: [],
    outputs: [],
    diagnostics: [],
    halts: [],
    readVirtual: read,
    writeVirtual: write,
    readPhysical: read,
    writePhysical: write,
    consoleOutput: (port, bytes) => host.console.push({ port, text: new TextDecoder('latin1').decode(bytes) }),
    deviceOutput: (instance, output) => host.outputs.push({ instance, output }),
    halt: (reason) => host.halts.push(reason),
    diagnostic: (text) => host.diagnostics.push(text),
  };
  return host;
}

export const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
