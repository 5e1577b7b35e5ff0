/**
 * Goldfish, the board of the first Android emulator (goldfish.md A1-A3): RAM at 0, devices from 0xFF000000,
 * enumerable through its device bus. The order of this list decides every base and interrupt that it leaves open.
 */

import type { BoardDescription } from '../bus';
import type { NandImage, ScreenSize, StorageImage } from '../devices';
import { type BoardLayout, CPU, type DeviceEntry } from './boardLayout';
import { type BoardSpecification, createBoard } from './specification';

export interface GoldfishOptions {
  /** At least 1. Each port beyond the first takes a dynamic base and interrupt, and so shifts those after it. */
  readonly serialPorts?: number;
  /** Calendar time at switch-on, in seconds since 1970. */
  readonly epochSeconds?: number;
  /** Pixels of the screen; default 320 × 480. */
  readonly screen?: ScreenSize;
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
  const { serialPorts = 2, epochSeconds, screen, nand = [], sdCard, traceDevice = false } = options;
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
      { device: 'smc91x', id: 0, irq: 'next' },
      { device: 'goldfish_fb', id: 0, irq: 'next', parameters: { screen } },
      { device: 'goldfish_audio', id: 0, base: 0xff00_4000, irq: 'next' },
      ...slot(sdCard),
      { device: 'goldfish_memlog', id: 0, base: 0xff00_6000 },
      { device: 'goldfish-battery', id: 0, irq: 'next' },
      { device: 'goldfish_events', id: 0, irq: 'next', parameters: { screen } },
      { device: 'goldfish_nand', parameters: { nand } },
      ...(traceDevice ? [{ device: 'qemu_trace' } as const] : []),
      { device: 'goldfish-switch', id: 0, irq: 'next', parameters: { switch: { name: 'test', output: false } } },
      {
        device: 'goldfish-switch',
        id: 1,
        irq: 'next',
        parameters: { switch: { name: 'test2', output: true, drives: 'goldfish-switch.0' } },
      },
    ],
  };
}

/** The whole board as data. */
export function goldfishSpecification(options: GoldfishOptions = {}): BoardSpecification {
  return {
    name: 'goldfish',
    ram: [{ base: 0, bytes: 96 << 20 }],
    boot: {
      protocol: 'goldfish',
      machineType: 1441,
      parameters: 0x100,
      // The hypervisor's modules are described by tags too; its page tables begin here.
      parametersEnd: 0xc000,
      kernel: 0x1_0000,
      initrd: 0x0080_0000,
    },
    ...goldfishLayout(options),
  };
}

/** A goldfish board with other than the usual number of serial ports, another date or with storage. */
export function createGoldfishBoard(options: GoldfishOptions = {}): BoardDescription {
  return createBoard(goldfishSpecification(options));
}

export const goldfish = createGoldfishBoard();
