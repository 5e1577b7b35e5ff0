/**
 * What a board may set on each device beside its place, and how a board file in JSON writes it: the one table that the reader of
 * board files, the JSON schema and the documentation share. What a parameter means in code is `DeviceParameters`.
 */

import type { DeviceName, DeviceParameters } from './index';

export type ParameterName = keyof DeviceParameters;

/** Which parameters each device takes; devices that are not listed take none. */
export const parametersOfDevice: Readonly<Partial<Record<DeviceName, readonly ParameterName[]>>> = {
  goldfish_rtc: ['epochSeconds'],
  goldfish_tty: ['port'],
  goldfish_nand: ['nand'],
  goldfish_mmc: ['sdCard'],
  goldfish_fb: ['screen'],
  goldfish_events: ['screen'],
  'goldfish-switch': ['switch'],
  smc91x: ['mac'],
  imx_gpt: ['clockHz'],
  imx_rtc: ['epochSeconds'],
  imx_uart: ['port'],
  pl011: ['port', 'receiveInterrupt'],
  pl031: ['epochSeconds'],
  pl050: ['ps2'],
  sp804: ['clockHz'],
  sp805: ['clockHz'],
};

/** How many inputs each interrupt controller has. */
export const interruptInputs: Readonly<Partial<Record<DeviceName, number>>> = {
  goldfish_interrupt_controller: 32,
  imx_aitc: 64,
  pl190: 32,
  versatile_sic: 32,
};
