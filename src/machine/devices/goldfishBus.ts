/**
 * The goldfish device bus ("pdev"): lets a kernel enumerate the board, one device after the other (goldfish.md A4).
 * It only describes the devices; their registers are reached at the bases it names.
 */

import { type BoardDevice, createDevice, type Device, type DeviceContext } from './device';
import { declareDevice } from './registerTable';

const OP_INIT = 0;
const OP_DONE = 0;
const OP_ADD_DEVICE = 8;

export const goldfishBusTable = declareDevice({
  name: 'goldfish_device_bus',
  doc: 'Enumerates the devices of the board.',
  windowBytes: 0x1000,
  registers: {
    OP: {
      offset: 0x00,
      access: 'r',
      doc: 'What to do next.',
      fields: [
        {
          name: 'OP',
          high: 31,
          low: 0,
          doc: 'Operation',
          values: { [OP_DONE]: 'DONE', [OP_ADD_DEVICE]: 'ADD_DEV' },
        },
      ],
      readEffect: 'ADD_DEV makes the next device the current one; DONE drops the interrupt.',
    },
    COMMAND: {
      offset: 0x00,
      access: 'w',
      doc: '0 (INIT) goes back to before the first device and raises the interrupt.',
    },
    GET_NAME: { offset: 0x04, access: 'w', doc: 'Virtual address to copy the current name to, without a final NUL.' },
    NAME_LENGTH: { offset: 0x08, access: 'r', doc: 'Bytes in the name of the current device.' },
    ID: { offset: 0x0c, access: 'r', doc: 'Instance number of the current device; -1 for the only one.' },
    IO_BASE: { offset: 0x10, access: 'r', doc: 'Physical base of its registers.' },
    IO_SIZE: { offset: 0x14, access: 'r', doc: 'Bytes of its register window.' },
    IRQ: { offset: 0x18, access: 'r', doc: 'Its first interrupt.' },
    IRQ_COUNT: { offset: 0x1c, access: 'r', doc: 'How many interrupts it has.' },
  },
});

/** Output line 0 is the bus's own interrupt. */
export function createGoldfishBus(context: DeviceContext): Device {
  /** -1 before the first device; the number of devices after the last. */
  const state = { current: -1 };
  const current = (): BoardDevice | undefined => context.board()[state.current];
  const hasNext = () => state.current + 1 < context.board().length;

  return createDevice(goldfishBusTable, state, context, {
    read: {
      OP: () => (hasNext() ? OP_ADD_DEVICE : OP_DONE),
      NAME_LENGTH: () => current()?.device.table.name.length ?? 0,
      ID: () => current()?.id ?? 0,
      IO_BASE: () => current()?.base ?? 0,
      IO_SIZE: () => current()?.device.table.windowBytes ?? 0,
      IRQ: () => current()?.irq ?? 0,
      IRQ_COUNT: () => current()?.irqCount ?? 0,
    },
    afterRead: {
      OP: () => {
        if (hasNext()) state.current++;
        else context.setLine(0, false);
      },
    },
    write: {
      COMMAND: (value) => {
        if (value !== OP_INIT) {
          context.diagnose('command', `${context.instance}: unknown command ${value}; only 0 (INIT) exists.`);
          return;
        }
        state.current = -1;
        context.setLine(0, true);
      },
      GET_NAME: (address) => {
        const device = current();
        if (device === undefined) {
          context.diagnose('name', `${context.instance}: a name was asked for while no device is current.`);
          return;
        }
        const name = new TextEncoder().encode(device.device.table.name);
        if (!context.host.writeVirtual(address, name)) {
          context.diagnose(
            'name address',
            `${context.instance}: cannot store a name at virtual address 0x${address.toString(16)}: not mapped as RAM.`,
          );
        }
      },
    },
  });
}
