/**
 * A board with the i.MX21 (MC9328MX21), the target of "Secure Xen on ARM" (goldfish.md C): 64 MB of SDRAM at 0xC0000000, peripherals
 * behind the AIPI from 0x10000000. UARTs 1-4 are serial ports 0-3.
 */

import type { BoardDescription } from '../bus';
import { type BoardLayout, CPU } from './boardLayout';
import { type BoardSpecification, createBoard } from './specification';

const AITC = 'imx_aitc';

/** The devices of the chip, the interrupt controller first. */
export const imx21Layout: BoardLayout = {
  interruptController: AITC,
  devices: [
    { device: 'imx_aitc', base: 0x1004_0000, controller: CPU, irq: 0, irqCount: 2 },
    { device: 'imx_dma', base: 0x1000_1000 },
    { device: 'imx_wdog', base: 0x1000_2000, irq: 27 },
    { device: 'imx_gpt', id: 1, base: 0x1000_3000, irq: 26 },
    { device: 'imx_gpt', id: 2, base: 0x1000_4000, irq: 25 },
    { device: 'imx_gpt', id: 3, base: 0x1000_5000, irq: 24 },
    { device: 'imx_pwm', base: 0x1000_6000 },
    { device: 'imx_rtc', base: 0x1000_7000, irq: 22 },
    { device: 'imx_kpp', base: 0x1000_8000, irq: 21 },
    { device: 'imx_uart', id: 1, base: 0x1000_a000, irq: 20, parameters: { port: 0 } },
    { device: 'imx_uart', id: 2, base: 0x1000_b000, irq: 19, parameters: { port: 1 } },
    { device: 'imx_uart', id: 3, base: 0x1000_c000, irq: 18, parameters: { port: 2 } },
    { device: 'imx_uart', id: 4, base: 0x1000_d000, irq: 17, parameters: { port: 3 } },
    { device: 'imx_cspi', id: 1, base: 0x1000_e000 },
    { device: 'imx_cspi', id: 2, base: 0x1000_f000 },
    { device: 'imx_i2c', base: 0x1001_2000 },
    { device: 'imx_sdhc', id: 1, base: 0x1001_3000 },
    { device: 'imx_sdhc', id: 2, base: 0x1001_4000 },
    { device: 'imx_gpio', base: 0x1001_5000, irq: 8 },
    { device: 'imx_lcdc', base: 0x1002_1000 },
    { device: 'imx_clocks', base: 0x1002_7000 },
    { device: 'imx_sdramc', base: 0xdf00_0000 },
    { device: 'imx_eim', base: 0xdf00_1000 },
  ],
};

/** The whole board as data. */
export const imx21Specification: BoardSpecification = {
  name: 'imx21',
  ram: [
    { base: 0xc000_0000, bytes: 64 << 20 },
    // The internal RAM has 6 KB from 0xFFFFE800; banks are whole pages.
    { base: 0xffff_e000, bytes: 8 << 10 },
  ],
  rom: [{ base: 0xc800_0000, bytes: 32 << 20 }],
  boot: {
    protocol: 'atags',
    machineType: 305,
    parameters: 0xc000_0100,
    parametersEnd: 0xc000_4000,
    kernel: 0xc000_8000,
  },
  ...imx21Layout,
};

export const imx21: BoardDescription = createBoard(imx21Specification);
