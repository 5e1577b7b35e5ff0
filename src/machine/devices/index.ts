/** The catalogue of devices a board can be made of: by name, the register table and how to create one. */

import type { Device, DeviceContext } from './device';
import { createGoldfishAudio, goldfishAudioTable } from './goldfishAudio';
import { createGoldfishBus, goldfishBusTable } from './goldfishBus';
import { createGoldfishMmc, goldfishMmcTable } from './goldfishMmc';
import { createGoldfishNand, goldfishNandTable, type NandImage } from './goldfishNand';
import { createGoldfishPic, goldfishPicTable } from './goldfishPic';
import { createGoldfishRtc, goldfishRtcTable } from './goldfishRtc';
import { createGoldfishTimer, goldfishTimerTable } from './goldfishTimer';
import { createGoldfishTrace, goldfishTraceTable } from './goldfishTrace';
import { createGoldfishTty, goldfishTtyTable } from './goldfishTty';
import { createPl011, pl011Table } from './pl011';
import { createPl031, pl031Table } from './pl031';
import { createPl190, pl190Table } from './pl190';
import type { StorageImage } from './imageStore';
import type { DeviceTable } from './registerTable';
import { createSp804, sp804Table } from './sp804';
import { createVersatileSic, versatileSicTable } from './versatileSic';

export type { BoardDevice, Device, DeviceContext } from './device';
export type { DeviceTable, RegisterDeclaration, RegisterField } from './registerTable';
export type { NandImage } from './goldfishNand';
export type { StorageImage } from './imageStore';
export { fieldValue, registersByOffset } from './registerTable';

/** What a board description sets on a device beside its place. */
export interface DeviceParameters {
  /** Serial ports: the console's number for the port. */
  readonly port?: number;
  /** Clocks: calendar time at switch-on, in seconds since 1970. */
  readonly epochSeconds?: number;
  /** Flash controllers: their devices, in order. */
  readonly nand?: readonly NandImage[];
  /** Card slots: the card. */
  readonly sdCard?: StorageImage;
  /** Timers: the clock they count, in hertz. */
  readonly clockHz?: number;
}

interface DeviceKind {
  readonly table: DeviceTable;
  create(context: DeviceContext, parameters: DeviceParameters): Device;
}

/** 23 September 2008, the day Android 1.0 came out: a fixed date, so that a run never depends on when it is made. */
export const DEFAULT_EPOCH_SECONDS = 1_222_128_000;

/** TIMCLK of the Versatile boards. */
const DEFAULT_TIMER_CLOCK_HZ = 1_000_000;

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
  pl011: { table: pl011Table, create: (context, { port }) => createPl011(context, port ?? 0) },
  pl031: {
    table: pl031Table,
    create: (context, { epochSeconds }) => createPl031(context, epochSeconds ?? DEFAULT_EPOCH_SECONDS),
  },
  pl190: { table: pl190Table, create: createPl190 },
  sp804: {
    table: sp804Table,
    create: (context, { clockHz }) => createSp804(context, clockHz ?? DEFAULT_TIMER_CLOCK_HZ),
  },
  versatile_sic: { table: versatileSicTable, create: createVersatileSic },
  goldfish_nand: {
    table: goldfishNandTable,
    create: (context, { nand }) => createGoldfishNand(context, nand ?? []),
  },
  goldfish_mmc: {
    table: goldfishMmcTable,
    create: (context, { sdCard }) => createGoldfishMmc(context, sdCard ?? { image: new Uint8Array(0) }),
  },
  goldfish_audio: { table: goldfishAudioTable, create: createGoldfishAudio },
  qemu_trace: { table: goldfishTraceTable, create: createGoldfishTrace },
} satisfies Record<string, DeviceKind>;

export type DeviceName = keyof typeof kinds;
export const deviceCatalogue: Readonly<Record<DeviceName, DeviceKind>> = kinds;
