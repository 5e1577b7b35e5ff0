/**
 * The seam between CPU and board: what the CPU core asks of the peripherals, and what devices may ask of the machine.
 * Types only. `machine.ts` joins the two; a board's `PeripheralBus` is built in `boards/`.
 */

import type { BootRequest, DeviceInput, DeviceView, DisplayImage, Loading, MemoryBank } from './types';

export type AccessSize = 1 | 2 | 4;

/** Everything on the board that is not RAM. Physical addresses, unsigned. */
export interface PeripheralBus {
  /** Level of the CPU's nIRQ and nFIQ inputs, after the interrupt controller. */
  readonly irqAsserted: boolean;
  readonly fiqAsserted: boolean;
  /** Absolute tick at which some device wants `service` next; Infinity when none does. The CPU loop compares against it. */
  readonly nextEventTicks: number;
  /** Called on the first instruction boundary at or after `nextEventTicks`. */
  service(): void;
  /** Undefined when nothing answers at this address: an external abort. */
  read(address: number, size: AccessSize): number | undefined;
  /** False when nothing answers. */
  write(address: number, size: AccessSize, value: number): boolean;
  /** Called whenever a device access or a service may have changed lines or the next event, so that the CPU loop re-reads them. */
  onChange(listener: () => void): void;
  /** Plain, structured-cloneable state of all devices, and back. */
  capture(): unknown;
  restore(state: unknown): void;
  /** One sentence about why a captured state is not one of these devices; undefined when it is. Changes nothing. */
  mismatch?(state: unknown): string | undefined;
  /** Bytes from outside for a serial port, at a known instruction boundary. */
  receive(port: number, bytes: Uint8Array): void;
  /** In registration order. */
  readonly devices: readonly DeviceView[];
  /** Whether a device of this name takes this input. Changes nothing. */
  accepts(instance: string, input: DeviceInput): boolean;
  /** Input from outside that was accepted, at a known instruction boundary. */
  accept(instance: string, input: DeviceInput): void;
  displays(): readonly DisplayImage[];
}

/** What devices get from the machine. Devices see no other clock than this one. */
export interface DeviceHost {
  readonly ticks: number;
  readonly nsPerTick: number;
  readonly instructionCount: number;
  /** Guest-virtual access with privileged rights, page by page, as goldfish's DMA-like commands do; undefined/false on a fault. */
  readVirtual(address: number, byteLength: number): Uint8Array | undefined;
  writeVirtual(address: number, bytes: Uint8Array): boolean;
  readPhysical(address: number, byteLength: number): Uint8Array | undefined;
  writePhysical(address: number, bytes: Uint8Array): boolean;
  consoleOutput(port: number, bytes: Uint8Array): void;
  /** What a device gives to the outside beside serial ports. */
  deviceOutput(instance: string, output: DeviceInput): void;
  /** The guest used a device in a way that the real board does not survive, or switched it off. */
  halt(reason: string): void;
  /** One sentence about a harmless misuse, for the user. */
  diagnostic(text: string): void;
}

/** Memory beside the main RAM. */
export interface FurtherBank extends MemoryBank {
  /** What it holds at the beginning, from its first byte; zeros after it. */
  readonly contents?: Uint8Array;
}

/** A board: memory, devices and boot protocol as one readable description (design, `boards/`). */
export interface BoardDescription {
  readonly name: string;
  readonly ramBase: number;
  readonly defaultRamBytes: number;
  /** ROM, and RAM beside the main one. Default: none. */
  readonly furtherBanks?: readonly FurtherBank[];
  /** Default: a raw kernel goes 64 KB into the RAM, above a boot area that begins with the RAM and ends at 48 KB. */
  readonly loading?: Loading;
  /** CP15 identification of its CPU. */
  readonly midr: number;
  readonly cacheType: number;
  readonly resetControl: number;
  createBus(host: DeviceHost): PeripheralBus;
  /** Boot parameters as memory contents plus the pc to start at; the machine writes them. */
  bootImage(
    request: BootRequest,
    ramBytes: number,
  ): {
    readonly writes: readonly { readonly address: number; readonly bytes: Uint8Array }[];
    readonly pc: number;
    readonly registers: readonly number[];
  };
}
