/**
 * PL080, the PrimeCell DMA controller (ARM DDI 0196), as far as a driver looks at it before it transfers anything:
 * identification and registers that keep their settings. No transfer is done; a channel that is enabled says so once.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0a04_1080;
const perChannel = { count: 8, stride: 0x20 } as const;
const CHANNEL_ENABLE = 1;

export const pl080Table = declareDevice({
  name: 'pl080',
  doc: 'PrimeCell DMA controller (ARM DDI 0196). Transfers are not modelled.',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    INTSTATUS: { offset: 0x00, access: 'r', doc: 'Channels whose interrupt is up.' },
    INTTCSTATUS: { offset: 0x04, access: 'r', doc: 'Of these, because a transfer has ended.' },
    INTTCCLEAR: { offset: 0x08, access: 'w', doc: 'Ones drop them.' },
    INTERRORSTATUS: { offset: 0x0c, access: 'r', doc: 'Of these, because of an error.' },
    INTERRCLR: { offset: 0x10, access: 'w', doc: 'Ones drop them.' },
    RAWINTTCSTATUS: { offset: 0x14, access: 'r', doc: 'Ended transfers before the mask.' },
    RAWINTERRORSTATUS: { offset: 0x18, access: 'r', doc: 'Errors before the mask.' },
    ENBLDCHNS: { offset: 0x1c, access: 'r', doc: 'Enabled channels.' },
    SOFTREQ: {
      offset: 0x20,
      access: 'rw',
      count: 4,
      doc: 'Software requests: burst, single, last burst, last single; dropped.',
    },
    CONFIG: {
      offset: 0x30,
      access: 'rw',
      doc: 'Configuration.',
      fields: [
        { name: 'E', high: 0, low: 0, doc: 'Enabled' },
        { name: 'M1', high: 1, low: 1, doc: 'Master 1 is big-endian' },
        { name: 'M2', high: 2, low: 2, doc: 'Master 2 is big-endian' },
      ],
    },
    SYNC: { offset: 0x34, access: 'rw', doc: 'Requests that are synchronised; kept.' },
    SRCADDR: { offset: 0x100, access: 'rw', ...perChannel, doc: 'Source address of a channel.' },
    DESTADDR: { offset: 0x104, access: 'rw', ...perChannel, doc: 'Destination address of a channel.' },
    LLI: { offset: 0x108, access: 'rw', ...perChannel, doc: 'Next item of its list.' },
    CONTROL: { offset: 0x10c, access: 'rw', ...perChannel, doc: 'Sizes and increments of a channel.' },
    CONFIGURATION: {
      offset: 0x110,
      access: 'rw',
      ...perChannel,
      doc: 'Configuration of a channel.',
      fields: [{ name: 'E', high: 0, low: 0, doc: 'Enabled: stays 0, transfers are not modelled' }],
    },
    ...primeCellIdRegisters,
  },
});

export function createPl080(context: DeviceContext): Device {
  const state = { kept: {} as KeptValues };
  const kept = keptRegisters(state, {
    CONFIG: 7,
    SYNC: 0xffff,
    SRCADDR: 0xffff_ffff,
    DESTADDR: 0xffff_ffff,
    LLI: 0xffff_ffff,
    CONTROL: 0xffff_ffff,
    CONFIGURATION: 0x7ffff & ~CHANNEL_ENABLE,
  });
  const none = () => 0;

  return createDevice(pl080Table, state, context, {
    read: {
      ...kept.read,
      INTSTATUS: none,
      INTTCSTATUS: none,
      INTERRORSTATUS: none,
      RAWINTTCSTATUS: none,
      RAWINTERRORSTATUS: none,
      ENBLDCHNS: none,
      SOFTREQ: none,
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {},
    write: {
      ...kept.write,
      CONFIGURATION: (value, channel) => {
        kept.write.CONFIGURATION(value, channel);
        if ((value & CHANNEL_ENABLE) !== 0) {
          context.diagnose('enable', `${context.instance}: DMA channel ${channel} was started; DMA is not modelled.`);
        }
      },
      INTTCCLEAR: () => {},
      INTERRCLR: () => {},
      SOFTREQ: () => {},
    },
  });
}
