/**
 * A board as plain data: memory, devices, interrupt wiring and boot protocol in one object. The boards that come with the
 * machine are such objects, and a board file in JSON has the same form (`boardFile.ts`). This file turns one into the
 * description that the machine runs.
 */

import type { BoardDescription } from '../bus';
import type { BoardLayout } from './boardLayout';
import { bootAreaOf, bootImageOf, rawKernelAddressOf, type BootSpecification } from './bootProtocol';
import { createDeviceBus } from './deviceBus';

/** RAM at a physical address. Base and size are multiples of 4 KB. */
export interface RamSpecification {
  readonly base: number;
  readonly bytes: number;
}

/** ROM or flash: the guest's stores change nothing. */
export interface RomSpecification extends RamSpecification {
  /** From its first byte; zeros after it. */
  readonly contents?: Uint8Array;
}

/** CP15 identification and the control register after reset; default: the ARM926EJ-S r0p5 with 16 KB caches. */
export interface CpuSpecification {
  readonly midr?: number;
  readonly cacheType?: number;
  readonly resetControl?: number;
}

export interface BoardSpecification extends BoardLayout {
  readonly name: string;
  readonly cpu?: CpuSpecification;
  /** The first is the main RAM: a launch may choose its size, and boot parameters go there. */
  readonly ram: readonly RamSpecification[];
  readonly rom?: readonly RomSpecification[];
  readonly boot: BootSpecification;
}

export const ARM926_DEFAULTS = { midr: 0x4106_9265, cacheType: 0x01dd_20d2, resetControl: 0x0009_0078 } as const;

/** The board that a specification describes. The specification is taken as right: `checkBoard` finds mistakes. */
export function createBoard(specification: BoardSpecification): BoardDescription {
  const { name, cpu, ram, rom = [], boot } = specification;
  const [main, ...furtherRam] = ram;
  const { base: ramBase, bytes: defaultRamBytes } = main!;
  const readOnlyBanks = rom.map((bank) => ({ ...bank, readOnly: true }));
  return {
    name,
    ramBase,
    defaultRamBytes,
    furtherBanks: [...furtherRam, ...readOnlyBanks],
    ...ARM926_DEFAULTS,
    ...cpu,
    createBus: (host) => createDeviceBus(specification, host, readOnlyBanks),
    bootImage: (request, ramBytes) => bootImageOf(boot, request, { base: ramBase, bytes: ramBytes }),
    loading: { rawKernelAddress: rawKernelAddressOf(boot, ramBase), bootArea: bootAreaOf(boot, ramBase) },
  };
}
