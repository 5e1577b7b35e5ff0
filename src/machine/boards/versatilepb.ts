/**
 * Versatile Platform Baseboard for the ARM926EJ-S, Versatile PB (ARM DUI 0224): RAM at 0, system registers and the devices of the
 * baseboard from 0x10000000, those of the development chip from 0x10100000. UARTs 0-3 are serial ports 0-3.
 */

import type { BoardDescription } from '../bus';
import type { DeviceParameters } from '../devices';
import { type BoardLayout, CPU } from './boardLayout';
import { type BoardSpecification, createBoard } from './specification';

const VIC = 'pl190';
const SIC = 'versatile_sic';
/** The SIC's outputs 0-9 lead to VIC inputs 21-30, output 10 to 31. */
const SIC_OUTPUTS = { irq: 21, irqCount: 11 } as const;

/** Programs written under QEMU wait for the receive interrupt at the first character, with the FIFO on or off. */
const uart = (port: number): DeviceParameters => ({ port, receiveInterrupt: 'character' });

export interface VersatilePbOptions {
  /** Calendar time at switch-on, in seconds since 1970. */
  readonly epochSeconds?: number;
}

/** The devices of the board, interrupt controllers first (a device's line must find its controller). */
export function versatilePbLayout({ epochSeconds }: VersatilePbOptions = {}): BoardLayout {
  return {
    interruptController: VIC,
    unassigned: 'zero',
    devices: [
      { device: 'pl190', base: 0x1014_0000, controller: CPU, irq: 0, irqCount: 2 },
      { device: 'versatile_sic', base: 0x1000_3000, ...SIC_OUTPUTS },

      // The development chip.
      { device: 'pl093', base: 0x1010_0000 },
      { device: 'pl172', base: 0x1011_0000 },
      { device: 'pl110', base: 0x1012_0000, irq: 16 },
      { device: 'pl080', base: 0x1013_0000, irq: 17 },
      { device: 'sp810', base: 0x101e_0000 },
      { device: 'sp805', base: 0x101e_1000, irq: 0 },
      { device: 'sp804', id: 0, base: 0x101e_2000, irq: 4 },
      { device: 'sp804', id: 1, base: 0x101e_3000, irq: 5 },
      { device: 'pl061', id: 0, base: 0x101e_4000, irq: 6 },
      { device: 'pl061', id: 1, base: 0x101e_5000, irq: 7 },
      { device: 'pl061', id: 2, base: 0x101e_6000, irq: 8 },
      { device: 'pl061', id: 3, base: 0x101e_7000, irq: 9 },
      { device: 'pl031', base: 0x101e_8000, irq: 10, parameters: { epochSeconds } },
      { device: 'pl131', id: 0, base: 0x101f_0000, irq: 15 },
      { device: 'pl011', id: 0, base: 0x101f_1000, irq: 12, parameters: uart(0) },
      { device: 'pl011', id: 1, base: 0x101f_2000, irq: 13, parameters: uart(1) },
      { device: 'pl011', id: 2, base: 0x101f_3000, irq: 14, parameters: uart(2) },
      { device: 'pl022', base: 0x101f_4000, irq: 11 },

      // The baseboard; its interrupts come through the SIC.
      { device: 'versatile_sysregs', base: 0x1000_0000 },
      { device: 'versatile_pci', base: 0x1000_1000 },
      { device: 'versatile_i2c', base: 0x1000_2000 },
      { device: 'pl041', base: 0x1000_4000, controller: SIC, irq: 24 },
      { device: 'pl181', id: 0, base: 0x1000_5000, controller: SIC, irq: 22 },
      { device: 'pl050', id: 0, base: 0x1000_6000, controller: SIC, irq: 3, parameters: { ps2: 'keyboard' } },
      { device: 'pl050', id: 1, base: 0x1000_7000, controller: SIC, irq: 4, parameters: { ps2: 'mouse' } },
      { device: 'pl011', id: 3, base: 0x1000_9000, controller: SIC, irq: 6, parameters: uart(3) },
      { device: 'pl131', id: 1, base: 0x1000_a000, controller: SIC, irq: 5 },
      { device: 'pl181', id: 1, base: 0x1000_b000, controller: SIC, irq: 23 },
      { device: 'smc91x', base: 0x1001_0000, controller: SIC, irq: 25 },
      { device: 'versatile_pci_config', id: 0, base: 0x4100_0000 },
      { device: 'versatile_pci_config', id: 1, base: 0x4200_0000 },
    ],
  };
}

/** The whole board as data. */
export function versatilePbSpecification(options: VersatilePbOptions = {}): BoardSpecification {
  return {
    name: 'versatilepb',
    ram: [{ base: 0, bytes: 128 << 20 }],
    // The kernel's page tables begin at 0x4000.
    boot: { protocol: 'atags', machineType: 387, parameters: 0x100, parametersEnd: 0x4000, initrd: 'halfway' },
    ...versatilePbLayout(options),
  };
}

/** A Versatile PB with another date. */
export function createVersatilePbBoard(options: VersatilePbOptions = {}): BoardDescription {
  return createBoard(versatilePbSpecification(options));
}

export const versatilepb = createVersatilePbBoard();
