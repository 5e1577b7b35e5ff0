/**
 * Goldfish, the board of the first Android emulator (goldfish.md A1-A3): RAM at 0, devices from 0xFF000000,
 * enumerable through its device bus. The order of this list decides every base and interrupt that it leaves open.
 */

import type { BoardDescription } from '../bus';
import type { NandImage, StorageImage } from '../devices';
import type { BootRequest } from '../types';
import { atagList, wordsToBytes } from './atags';
import { type BoardLayout, CPU, type DeviceEntry } from './boardLayout';
import { createDeviceBus } from './deviceBus';

const MACHINE_TYPE_LOW = 0xa1;
const BOOT_PARAMETERS = 0x100;
/** The kernel's page tables begin beyond; a list that is longer would be overwritten by the kernel it is for. */
const BOOT_PARAMETERS_END = 0xc000;
const INITRD_ADDRESS = 0x0080_0000;

export interface GoldfishOptions {
  /** At least 1. Each port beyond the first takes a dynamic base and interrupt, and so shifts those after it. */
  readonly serialPorts?: number;
  /** Calendar time at switch-on, in seconds since 1970. */
  readonly epochSeconds?: number;
  /** Flash devices, in the order in which the kernel numbers them. Default: none. */
  readonly nand?: readonly NandImage[];
  /** The card in the SD slot; left out, the board has no slot. */
  readonly sdCard?: Uint8Array | StorageImage;
  /** Whether there is a trace device, for kernels that were built to talk to one. Default: no. It shifts the devices after it. */
  readonly traceDevice?: boolean;
}

/** The SD slot, which the board has only with a card. */
function slot(sdCard: Uint8Array | StorageImage | undefined): readonly DeviceEntry[] {
  if (sdCard === undefined) return [];
  const card = sdCard instanceof Uint8Array ? { image: sdCard } : sdCard;
  return [{ device: 'goldfish_mmc', id: 0, base: 0xff00_5000, irq: 'next', parameters: { sdCard: card } }];
}

/** The devices of a goldfish board, in registration order. */
export function goldfishLayout(options: GoldfishOptions = {}): BoardLayout {
  const { serialPorts = 2, epochSeconds, nand = [], sdCard, traceDevice = false } = options;
  const furtherPorts = Array.from({ length: serialPorts - 1 }, (_, index): DeviceEntry => {
    const port = index + 1;
    return { device: 'goldfish_tty', id: port, irq: 'next', parameters: { port } };
  });
  return {
    interruptController: 'goldfish_interrupt_controller',
    firstDynamicBase: 0xff01_0000,
    firstDynamicIrq: 10,
    devices: [
      { device: 'goldfish_interrupt_controller', base: 0xff00_0000, controller: CPU, irq: 0 },
      { device: 'goldfish_device_bus', base: 0xff00_1000, irq: 1 },
      { device: 'goldfish_timer', base: 0xff00_3000, irq: 3 },
      { device: 'goldfish_rtc', irq: 'next', parameters: { epochSeconds } },
      { device: 'goldfish_tty', id: 0, base: 0xff00_2000, irq: 4, parameters: { port: 0 } },
      ...furtherPorts,
      { device: 'goldfish_audio', id: 0, base: 0xff00_4000, irq: 'next' },
      ...slot(sdCard),
      { device: 'goldfish_nand', parameters: { nand } },
      ...(traceDevice ? [{ device: 'qemu_trace' } as const] : []),
    ],
  };
}

/**
 * The seven words that the emulator puts at 0: they load r0-r2 as the kernel expects them and jump to the entry.
 */
function bootCode(entry: number): Uint8Array {
  return wordsToBytes([
    0xe3a00000, // mov r0, #0
    0xe3a01000 | MACHINE_TYPE_LOW, // mov r1, #0xa1
    0xe3811c05, // orr r1, r1, #0x500: machine type 1441, GOLDFISH
    0xe59f2000, // ldr r2, [pc]: the sixth word
    0xe59ff000, // ldr pc, [pc]: the seventh
    BOOT_PARAMETERS,
    entry,
  ]);
}

function bootImage(request: BootRequest, ramBytes: number): ReturnType<BoardDescription['bootImage']> {
  const { entry, initrd, commandLine, extraTags } = request;
  const tags = atagList({
    ramBase: 0,
    ramBytes,
    initrd: initrd && { address: INITRD_ADDRESS, byteLength: initrd.length },
    commandLine,
    extraTags,
  });
  if (BOOT_PARAMETERS + tags.length > BOOT_PARAMETERS_END) {
    throw new Error(
      `The boot parameters take ${tags.length} bytes; the board has room for ` +
        `${BOOT_PARAMETERS_END - BOOT_PARAMETERS}. Shorten the command line or pass fewer modules.`,
    );
  }
  if (initrd && INITRD_ADDRESS + initrd.length > ramBytes) {
    throw new Error(
      `The initrd (${initrd.length} bytes at 0x${INITRD_ADDRESS.toString(16)}) does not fit into ` +
        `${ramBytes} bytes of memory. Give the machine more memory.`,
    );
  }
  return {
    writes: [
      { address: 0, bytes: bootCode(entry) },
      { address: BOOT_PARAMETERS, bytes: tags },
      ...(initrd ? [{ address: INITRD_ADDRESS, bytes: initrd }] : []),
    ],
    pc: 0,
    registers: [],
  };
}

/** A goldfish board with other than the usual number of serial ports or another date. */
export function createGoldfishBoard(options: GoldfishOptions = {}): BoardDescription {
  const layout = goldfishLayout(options);
  return {
    name: 'goldfish',
    ramBase: 0,
    defaultRamBytes: 96 << 20,
    midr: 0x4106_9265,
    cacheType: 0x01dd_20d2,
    resetControl: 0x0009_0078,
    createBus: (host) => createDeviceBus(layout, host),
    bootImage,
  };
}

export const goldfish = createGoldfishBoard();
