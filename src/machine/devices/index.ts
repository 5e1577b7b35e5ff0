/** The catalogue of devices a board can be made of: by name, the register table and how to create one. */

import type { Device, DeviceContext } from './device';
import { createGoldfishAudio, goldfishAudioTable } from './goldfishAudio';
import { createGoldfishBattery, goldfishBatteryTable } from './goldfishBattery';
import { createGoldfishBus, goldfishBusTable } from './goldfishBus';
import { createGoldfishEvents, goldfishEventsTable } from './goldfishEvents';
import { createGoldfishFb, DEFAULT_SCREEN, goldfishFbTable, type ScreenSize } from './goldfishFb';
import { createGoldfishMemlog, goldfishMemlogTable } from './goldfishMemlog';
import { createGoldfishMmc, goldfishMmcTable } from './goldfishMmc';
import { createGoldfishNand, goldfishNandTable, type NandImage } from './goldfishNand';
import { createGoldfishPic, goldfishPicTable } from './goldfishPic';
import { createGoldfishRtc, goldfishRtcTable } from './goldfishRtc';
import { createGoldfishSwitch, goldfishSwitchTable, type SwitchParameters } from './goldfishSwitch';
import { createGoldfishTimer, goldfishTimerTable } from './goldfishTimer';
import { createGoldfishTrace, goldfishTraceTable } from './goldfishTrace';
import { createGoldfishTty, goldfishTtyTable } from './goldfishTty';
import { identificationOnly } from './identificationOnly';
import { createImxAitc, imxAitcTable } from './imxAitc';
import { createImxGpio, imxGpioTable } from './imxGpio';
import { createImxGpt, imxGptTable } from './imxGpt';
import { imxClocks, imxCspi, imxDma, imxEim, imxI2c, imxKpp, imxPwm, imxSdhc, imxSdramc } from './imxKept';
import { createImxLcdc, imxLcdcTable } from './imxLcdc';
import { createImxRtc, imxRtcTable } from './imxRtc';
import { createImxUart, imxUartTable } from './imxUart';
import { createImxWatchdog, imxWatchdogTable } from './imxWatchdog';
import { createPl050, pl050Table } from './pl050';
import { createPl061, pl061Table } from './pl061';
import { createPl080, pl080Table } from './pl080';
import { createPl110, pl110Table } from './pl110';
import { createPl181, pl181Table } from './pl181';
import { createSp805, sp805Table } from './sp805';
import { createSp810, sp810Table } from './sp810';
import { createVersatileI2c, versatileI2cTable } from './versatileI2c';
import {
  createVersatilePci,
  createVersatilePciConfig,
  versatilePciConfigTable,
  versatilePciTable,
} from './versatilePci';
import { createVersatileSysregs, versatileSysregsTable } from './versatileSysregs';
import { createPl011, pl011Table, type ReceiveInterrupt } from './pl011';
import { createPl031, pl031Table } from './pl031';
import { createPl190, pl190Table } from './pl190';
import type { StorageImage } from './imageStore';
import type { Ps2Kind } from './ps2';
import type { DeviceTable } from './registerTable';
import { createSmc91c111 } from './smc91c111';
import { smc91c111Table } from './smc91c111Registers';
import { createSp804, sp804Table } from './sp804';
import { createVersatileSic, versatileSicTable } from './versatileSic';

export type { BoardDevice, Device, DeviceContext } from './device';
export type { DeviceTable, RegisterDeclaration, RegisterField } from './registerTable';
export type { ScreenSize } from './goldfishFb';
export type { NandImage } from './goldfishNand';
export type { StorageImage } from './imageStore';
export { fieldValue, registersByOffset } from './registerTable';

/** What a board description sets on a device beside its place. */
export interface DeviceParameters {
  /** Serial ports: the console's number for the port. */
  readonly port?: number;
  /** PL011: when its receive interrupt comes; default 'level', as on the chip. */
  readonly receiveInterrupt?: ReceiveInterrupt;
  /** Clocks: calendar time at switch-on, in seconds since 1970. */
  readonly epochSeconds?: number;
  /** Flash controllers: their devices, in order. */
  readonly nand?: readonly NandImage[];
  /** Card slots: the card. */
  readonly sdCard?: StorageImage;
  /** Timers: the clock they count, in hertz. */
  readonly clockHz?: number;
  /** Ethernet controllers: their address, six bytes. */
  readonly mac?: readonly number[];
  /** Displays, and touch screens in front of them: pixels. */
  readonly screen?: ScreenSize;
  /** Switches: what they are. */
  readonly switch?: SwitchParameters;
  /** PS/2 interfaces: what is plugged in. */
  readonly ps2?: Ps2Kind;
}

interface DeviceKind {
  readonly table: DeviceTable;
  create(context: DeviceContext, parameters: DeviceParameters): Device;
}

/** 23 September 2008, the day Android 1.0 came out: a fixed date, so that a run never depends on when it is made. */
export const DEFAULT_EPOCH_SECONDS = 1_222_128_000;

/** TIMCLK of the Versatile boards. */
const DEFAULT_TIMER_CLOCK_HZ = 1_000_000;

/** PERCLK1 of the i.MX21 as boot loaders set it: 266 MHz / 20. */
const DEFAULT_PERCLK1_HZ = 13_300_000;

const kinds = {
  goldfish_interrupt_controller: { table: goldfishPicTable, create: createGoldfishPic },
  goldfish_device_bus: { table: goldfishBusTable, create: createGoldfishBus },
  goldfish_timer: { table: goldfishTimerTable, create: createGoldfishTimer },
  goldfish_rtc: {
    table: goldfishRtcTable,
    create: (context, { epochSeconds }) => createGoldfishRtc(context, epochSeconds ?? DEFAULT_EPOCH_SECONDS),
  },
  goldfish_tty: {
    table: goldfishTtyTable,
    create: (context, { port }) => createGoldfishTty(context, port ?? 0),
  },
  pl011: {
    table: pl011Table,
    create: (context, { port, receiveInterrupt }) => createPl011(context, port ?? 0, receiveInterrupt ?? 'level'),
  },
  pl031: {
    table: pl031Table,
    create: (context, { epochSeconds }) => createPl031(context, epochSeconds ?? DEFAULT_EPOCH_SECONDS),
  },
  pl190: { table: pl190Table, create: createPl190 },
  sp804: {
    table: sp804Table,
    create: (context, { clockHz }) => createSp804(context, clockHz ?? DEFAULT_TIMER_CLOCK_HZ),
  },
  pl022: identificationOnly('pl022', 'PrimeCell synchronous serial port (ARM DDI 0194).', 0x0004_1022),
  pl041: identificationOnly('pl041', 'PrimeCell advanced audio codec interface (ARM DDI 0173).', 0x2904_1041),
  pl050: { table: pl050Table, create: (context, { ps2 }) => createPl050(context, ps2 ?? 'keyboard') },
  pl061: { table: pl061Table, create: createPl061 },
  pl080: { table: pl080Table, create: createPl080 },
  pl093: identificationOnly('pl093', 'PrimeCell synchronous static memory controller (ARM DDI 0236).', 0x0004_1093),
  pl110: { table: pl110Table, create: (context) => createPl110(context, 'versatile_sysregs') },
  pl131: identificationOnly('pl131', 'PrimeCell smart card interface (ARM DDI 0228).', 0x0004_1131),
  pl172: identificationOnly('pl172', 'PrimeCell multiport memory controller (ARM DDI 0215).', 0x0004_1172),
  pl181: { table: pl181Table, create: createPl181 },
  sp805: {
    table: sp805Table,
    create: (context, { clockHz }) => createSp805(context, clockHz ?? DEFAULT_TIMER_CLOCK_HZ),
  },
  sp810: { table: sp810Table, create: createSp810 },
  versatile_i2c: { table: versatileI2cTable, create: createVersatileI2c },
  versatile_pci: { table: versatilePciTable, create: createVersatilePci },
  versatile_pci_config: { table: versatilePciConfigTable, create: createVersatilePciConfig },
  versatile_sic: { table: versatileSicTable, create: createVersatileSic },
  goldfish_nand: {
    table: goldfishNandTable,
    create: (context, { nand }) => createGoldfishNand(context, nand ?? []),
  },
  goldfish_mmc: {
    table: goldfishMmcTable,
    create: (context, { sdCard }) => createGoldfishMmc(context, sdCard ?? { image: new Uint8Array(0) }),
  },
  smc91x: { table: smc91c111Table, create: (context, { mac }) => createSmc91c111(context, mac) },
  goldfish_fb: {
    table: goldfishFbTable,
    create: (context, { screen }) => createGoldfishFb(context, screen ?? DEFAULT_SCREEN),
  },
  goldfish_memlog: { table: goldfishMemlogTable, create: createGoldfishMemlog },
  'goldfish-battery': { table: goldfishBatteryTable, create: createGoldfishBattery },
  goldfish_events: {
    table: goldfishEventsTable,
    create: (context, { screen }) => createGoldfishEvents(context, screen ?? DEFAULT_SCREEN),
  },
  'goldfish-switch': {
    table: goldfishSwitchTable,
    create: (context, parameters) =>
      createGoldfishSwitch(context, parameters.switch ?? { name: 'switch', output: false }),
  },
  goldfish_audio: { table: goldfishAudioTable, create: createGoldfishAudio },
  qemu_trace: { table: goldfishTraceTable, create: createGoldfishTrace },
  versatile_sysregs: { table: versatileSysregsTable, create: createVersatileSysregs },
  imx_aitc: { table: imxAitcTable, create: createImxAitc },
  imx_clocks: imxClocks,
  imx_cspi: imxCspi,
  imx_dma: imxDma,
  imx_eim: imxEim,
  imx_gpio: { table: imxGpioTable, create: createImxGpio },
  imx_gpt: {
    table: imxGptTable,
    create: (context, { clockHz }) => createImxGpt(context, clockHz ?? DEFAULT_PERCLK1_HZ),
  },
  imx_i2c: imxI2c,
  imx_kpp: imxKpp,
  imx_lcdc: { table: imxLcdcTable, create: createImxLcdc },
  imx_pwm: imxPwm,
  imx_rtc: {
    table: imxRtcTable,
    create: (context, { epochSeconds }) => createImxRtc(context, epochSeconds ?? DEFAULT_EPOCH_SECONDS),
  },
  imx_sdhc: imxSdhc,
  imx_sdramc: imxSdramc,
  imx_uart: { table: imxUartTable, create: (context, { port }) => createImxUart(context, port ?? 0) },
  imx_wdog: { table: imxWatchdogTable, create: createImxWatchdog },
} satisfies Record<string, DeviceKind>;

export type DeviceName = keyof typeof kinds;
export const deviceCatalogue: Readonly<Record<DeviceName, DeviceKind>> = kinds;
