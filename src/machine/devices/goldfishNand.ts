/**
 * The goldfish NAND controller (goldfish.md A4): several flash devices behind one set of registers, each an image of pages with
 * their spare bytes. Commands complete at once and copy from or to guest-virtual memory.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { ImageStore, type StorageImage } from './imageStore';
import { declareDevice } from './registerTable';

const VERSION = 1;
export const NAND_PAGE_BYTES = 2048;
export const NAND_SPARE_BYTES = 64;
const PAGES_PER_ERASE_BLOCK = 64;
/** Of data and spare bytes together: the unit of sizes and addresses. */
export const NAND_ERASE_BYTES = PAGES_PER_ERASE_BLOCK * (NAND_PAGE_BYTES + NAND_SPARE_BYTES);
const ERASED = 0xff;
const READ_ONLY = 1;
/** Most bytes of one read or write; drivers move pages. The rest of a longer command is not done, as its result says. */
const MAX_COMMAND_BYTES = 1 << 20;

/** A flash device: pages of 2048 bytes, each followed by its 64 spare bytes. */
export interface NandImage extends StorageImage {
  /** By which the kernel knows it, such as "system". */
  readonly name: string;
}

export const goldfishNandTable = declareDevice({
  name: 'goldfish_nand',
  doc: 'NAND flash devices, read and written by commands.',
  windowBytes: 0x1000,
  registers: {
    VERSION: { offset: 0x00, access: 'r', reset: VERSION, doc: 'Version of this interface.' },
    DEVICE_COUNT: { offset: 0x04, access: 'r', doc: 'How many flash devices there are.' },
    DEVICE: { offset: 0x08, access: 'w', doc: 'Selects the device that the other registers and the commands mean.' },
    FLAGS: {
      offset: 0x10,
      access: 'r',
      doc: 'What the device is like.',
      fields: [{ name: 'RO', high: 0, low: 0, doc: 'Cannot be written', values: { 0: 'writable', 1: 'read-only' } }],
    },
    NAME_LENGTH: { offset: 0x14, access: 'r', doc: 'Bytes in the name of the device.' },
    PAGE_SIZE: { offset: 0x18, access: 'r', doc: 'Data bytes in a page.' },
    EXTRA_SIZE: { offset: 0x1c, access: 'r', doc: 'Spare bytes after each page.' },
    ERASE_SIZE: { offset: 0x20, access: 'r', doc: 'Bytes that are erased together, spare bytes included.' },
    SIZE_LOW: { offset: 0x28, access: 'r', doc: 'Low word of the size of the device, spare bytes included.' },
    SIZE_HIGH: { offset: 0x2c, access: 'r', doc: 'High word of the size.' },
    RESULT: { offset: 0x40, access: 'r', doc: 'How many bytes the last command did.' },
    COMMAND: {
      offset: 0x44,
      access: 'w',
      doc: 'Runs a command on the selected device.',
      fields: [
        {
          name: 'COMMAND',
          high: 31,
          low: 0,
          doc: 'Command',
          values: {
            0: 'GET_NAME',
            1: 'READ',
            2: 'WRITE',
            3: 'ERASE',
            4: 'BLOCK_BAD_GET',
            5: 'BLOCK_BAD_SET',
          },
        },
      ],
    },
    DATA_PTR: { offset: 0x48, access: 'w', doc: 'Guest-virtual address of the buffer.' },
    TRANSFER_SIZE: { offset: 0x4c, access: 'w', doc: 'Bytes to move or to erase.' },
    ADDRESS_LOW: { offset: 0x50, access: 'w', doc: 'Low word of the address in the device, spare bytes included.' },
    ADDRESS_HIGH: { offset: 0x54, access: 'w', doc: 'High word of the address.' },
  },
});

interface NandDevice {
  readonly name: Uint8Array;
  readonly readOnly: boolean;
  readonly store: ImageStore;
}

function nandDevice({ name, image, byteLength, readOnly }: NandImage): NandDevice {
  const wanted = Math.max(byteLength ?? image.length, image.length);
  const size = Math.ceil(wanted / NAND_ERASE_BYTES) * NAND_ERASE_BYTES;
  return {
    name: new TextEncoder().encode(name),
    readOnly: readOnly ?? false,
    store: new ImageStore(image, size, ERASED),
  };
}

/** The devices in the order in which they are numbered. It has no output line. */
export function createGoldfishNand(context: DeviceContext, images: readonly NandImage[]): Device {
  const { host } = context;
  const devices = images.map(nandDevice);
  const state = { selected: 0, result: 0, pointer: 0, length: 0, addressLow: 0, addressHigh: 0 };
  const selected = (): NandDevice | undefined => devices[state.selected];
  const size = (): number => selected()?.store.byteLength ?? 0;
  const address = (): number => state.addressHigh * 2 ** 32 + state.addressLow;
  const transferBytes = (): number => Math.min(state.length, MAX_COMMAND_BYTES);
  const unmapped = () =>
    context.diagnose('fault', `${context.instance}: a buffer at 0x${state.pointer.toString(16)} is not mapped as RAM.`);

  function give(bytes: Uint8Array): number {
    if (host.writeVirtual(state.pointer, bytes)) return bytes.length;
    unmapped();
    return 0;
  }

  function write({ readOnly, store }: NandDevice): number {
    if (readOnly) {
      context.diagnose('read-only', `${context.instance}: a write to a read-only device was refused.`);
      return 0;
    }
    const room = Math.max(0, Math.min(transferBytes(), store.byteLength - address()));
    const bytes = host.readVirtual(state.pointer, room);
    if (bytes) return store.write(address(), bytes);
    unmapped();
    return 0;
  }

  /** By number; each gives its result. No block is bad, and none becomes so. */
  const commands: readonly ((device: NandDevice) => number)[] = [
    ({ name }) => give(name.subarray(0, state.length)),
    ({ store }) => give(store.read(address(), transferBytes())),
    write,
    ({ readOnly, store }) => (readOnly ? 0 : store.erase(address(), state.length)),
    () => 0,
    () => 0,
  ];

  return createDevice(goldfishNandTable, state, context, {
    read: {
      VERSION: () => VERSION,
      DEVICE_COUNT: () => devices.length,
      FLAGS: () => (selected()?.readOnly ? READ_ONLY : 0),
      NAME_LENGTH: () => selected()?.name.length ?? 0,
      PAGE_SIZE: () => (selected() ? NAND_PAGE_BYTES : 0),
      EXTRA_SIZE: () => (selected() ? NAND_SPARE_BYTES : 0),
      ERASE_SIZE: () => (selected() ? NAND_ERASE_BYTES : 0),
      SIZE_LOW: () => size() >>> 0,
      SIZE_HIGH: () => Math.floor(size() / 2 ** 32),
      RESULT: () => state.result,
    },
    afterRead: {},
    write: {
      DEVICE: (value) => {
        state.selected = value;
      },
      COMMAND: (value) => {
        const device = selected();
        const command = commands[value];
        if (command === undefined || device === undefined) {
          const what = command === undefined ? `unknown command ${value}` : `a command to device ${state.selected}`;
          context.diagnose('command', `${context.instance}: ${what}; there are ${devices.length} devices.`);
          state.result = 0;
        } else {
          state.result = command(device);
        }
      },
      DATA_PTR: (value) => {
        state.pointer = value;
      },
      TRANSFER_SIZE: (value) => {
        state.length = value;
      },
      ADDRESS_LOW: (value) => {
        state.addressLow = value;
      },
      ADDRESS_HIGH: (value) => {
        state.addressHigh = value;
      },
    },
    contents: {
      capture: () => devices.map(({ store }) => store.capture()),
      restore: (saved) => devices.forEach(({ store }, index) => store.restore((saved as unknown[])[index])),
      mismatch(saved) {
        const parts = saved as unknown[];
        if (parts.length !== devices.length) return `${parts.length} flash devices; here are ${devices.length}`;
        return devices.map(({ store }, index) => store.mismatch(parts[index])).find(Boolean);
      },
    },
  });
}
