/** The catalogue of devices a board can be made of: by name, the register table and how to create one. */

import type { Device, DeviceContext } from './device';
import { createGoldfishBus, goldfishBusTable } from './goldfishBus';
import { createGoldfishPic, goldfishPicTable } from './goldfishPic';
import { createGoldfishRtc, goldfishRtcTable } from './goldfishRtc';
import { createGoldfishTimer, goldfishTimerTable } from './goldfishTimer';
import { createGoldfishTty, goldfishTtyTable } from './goldfishTty';
import type { DeviceTable } from './registerTable';

export type { BoardDevice, Device, DeviceContext } from './device';
export type { DeviceTable, RegisterDeclaration, RegisterField } from './registerTable';
export { fieldValue, registersByOffset } from './registerTable';

/** What a board description sets on a device beside its place. */
export interface DeviceParameters {
  /** Serial ports: the console's number for the port. */
  readonly port?: number;
  /** Clocks: calendar time at switch-on, in seconds since 1970. */
  readonly epochSeconds?: number;
}

interface DeviceKind {
  readonly table: DeviceTable;
  create(context: DeviceContext, parameters: DeviceParameters): Device;
}

/** 23 September 2008, the day Android 1.0 came out: a fixed date, so that a run never depends on when it is made. */
export const DEFAULT_EPOCH_SECONDS = 1_222_128_000;

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
} satisfies Record<string, DeviceKind>;

export type DeviceName = keyof typeof kinds;
export const deviceCatalogue: Readonly<Record<DeviceName, DeviceKind>> = kinds;
