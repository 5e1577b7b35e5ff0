/**
 * Devices of the i.MX21 whose registers hold what is written and do nothing more: drivers find them and read back their settings.
 * Offsets are those of the MC9328MX21 reference manual; resets are given where they are known, others are 0.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { declareDevice, type DeviceTable, type RegisterDeclaration } from './registerTable';

interface KeptDevice {
  readonly table: DeviceTable;
  create(context: DeviceContext): Device;
}

const kept = (offset: number, doc: string, more: Partial<RegisterDeclaration> = {}): RegisterDeclaration => ({
  offset,
  access: 'rw',
  doc: `${doc}; kept.`,
  ...more,
});

function keptDevice(name: string, what: string, registers: Readonly<Record<string, RegisterDeclaration>>): KeptDevice {
  const doc = `${what} of the i.MX21: its registers hold what is written, and it does nothing.`;
  const table: DeviceTable = declareDevice({ name, doc, windowBytes: 0x1000, registers });
  const masks = Object.fromEntries(Object.keys(registers).map((register) => [register, 0xffff_ffff]));
  const resets = Object.fromEntries(Object.entries(registers).map(([register, { reset = 0 }]) => [register, reset]));
  return {
    table,
    create(context) {
      const state = { kept: {} as KeptValues };
      const { read, write } = keptRegisters(state, masks, resets);
      return createDevice(table, state, context, { read, write, afterRead: {} });
    },
  };
}

const perChannel = { count: 16, stride: 0x40 } as const;
const chipSelect = { count: 6, stride: 8 } as const;

export const imxDma = keptDevice('imx_dma', 'DMA controller', {
  DCR: kept(0x00, 'Control'),
  DISR: kept(0x04, 'Interrupt status'),
  DIMR: kept(0x08, 'Interrupt mask', { reset: 0xffff }),
  DBTOSR: kept(0x0c, 'Burst time-out status'),
  DRTOSR: kept(0x10, 'Request time-out status'),
  DSESR: kept(0x14, 'Transfer error status'),
  DBOSR: kept(0x18, 'Buffer overflow status'),
  DBTOCR: kept(0x1c, 'Burst time-out control'),
  SAR: kept(0x80, 'Source address', perChannel),
  DAR: kept(0x84, 'Destination address', perChannel),
  CNTR: kept(0x88, 'Count', perChannel),
  CCR: kept(0x8c, 'Channel control', perChannel),
  RSSR: kept(0x90, 'Request source', perChannel),
  BLR: kept(0x94, 'Burst length', perChannel),
  RTOR: kept(0x98, 'Request time-out', perChannel),
});

export const imxCspi = keptDevice('imx_cspi', 'Serial peripheral interface', {
  RXDATA: kept(0x00, 'Received data'),
  TXDATA: kept(0x04, 'Data to send'),
  CONTROL: kept(0x08, 'Control'),
  INT: kept(0x0c, 'Interrupt control and status'),
  TEST: kept(0x10, 'Test'),
  PERIOD: kept(0x14, 'Sample period'),
  DMA: kept(0x18, 'DMA control'),
  RESET: kept(0x1c, 'Soft reset'),
});

export const imxI2c = keptDevice('imx_i2c', 'I2C controller', {
  IADR: kept(0x00, 'Own address'),
  IFDR: kept(0x04, 'Frequency divider'),
  I2CR: kept(0x08, 'Control'),
  I2SR: kept(0x0c, 'Status', { reset: 0x81 }),
  I2DR: kept(0x10, 'Data'),
});

export const imxSdhc = keptDevice('imx_sdhc', 'SD host controller', {
  STR_STP_CLK: kept(0x00, 'Clock control'),
  STATUS: kept(0x04, 'Status'),
  CLK_RATE: kept(0x08, 'Clock rate'),
  CMD_DAT_CONT: kept(0x0c, 'Command and data control'),
  RES_TO: kept(0x10, 'Response time-out'),
  READ_TO: kept(0x14, 'Read time-out'),
  BLK_LEN: kept(0x18, 'Block length'),
  NOB: kept(0x1c, 'Number of blocks'),
  REV_NO: kept(0x20, 'Revision'),
  INT_MASK: kept(0x24, 'Interrupt mask'),
  CMD: kept(0x28, 'Command number'),
  ARG: kept(0x2c, 'Command argument'),
});

export const imxPwm = keptDevice('imx_pwm', 'Pulse-width modulator', {
  PWMC: kept(0x00, 'Control', { reset: 0x20 }),
  PWMS: kept(0x04, 'Sample'),
  PWMP: kept(0x08, 'Period', { reset: 0xfffe }),
  PWMCNT: kept(0x0c, 'Counter'),
});

export const imxKpp = keptDevice('imx_kpp', 'Keypad port', {
  KPCR: kept(0x00, 'Control'),
  KPSR: kept(0x02, 'Status'),
  KDDR: kept(0x04, 'Data direction'),
  KPDR: kept(0x06, 'Data'),
});

export const imxClocks = keptDevice('imx_clocks', 'Clock and system control', {
  CSCR: kept(0x00, 'Clock source control'),
  MPCTL0: kept(0x04, 'MCU PLL control 0'),
  MPCTL1: kept(0x08, 'MCU PLL control 1'),
  SPCTL0: kept(0x0c, 'Serial PLL control 0'),
  SPCTL1: kept(0x10, 'Serial PLL control 1'),
  OSC26MCTL: kept(0x14, 'Oscillator control'),
  PCDR0: kept(0x18, 'Peripheral clock divider 0'),
  PCDR1: kept(0x1c, 'Peripheral clock divider 1'),
  PCCR0: kept(0x20, 'Peripheral clock control 0'),
  PCCR1: kept(0x24, 'Peripheral clock control 1'),
  CCSR: kept(0x28, 'Clock control status'),
  FMCR: kept(0x814, 'Function multiplexing'),
  GPCR: kept(0x818, 'Global peripheral control'),
  WBCR: kept(0x81c, 'Well bias control'),
  DSCR: kept(0x820, 'Driving strength control', { count: 13 }),
});

export const imxSdramc = keptDevice('imx_sdramc', 'SDRAM controller', {
  SDCTL0: kept(0x00, 'Control of CSD0'),
  SDCTL1: kept(0x04, 'Control of CSD1'),
  MISC: kept(0x14, 'Miscellaneous'),
  SDRST: kept(0x18, 'Reset'),
});

export const imxEim = keptDevice('imx_eim', 'External interface module', {
  CSU: kept(0x00, 'Chip select control, upper word', chipSelect),
  CSL: kept(0x04, 'Chip select control, lower word', chipSelect),
  EIM: kept(0x30, 'Configuration'),
});
