/**
 * The goldfish MMC controller (goldfish.md A4) with one SD card in its slot. Commands complete at once; data is copied from or to
 * guest-physical memory. What the card answers is sdCard.ts.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { ImageStore, type StorageImage } from './imageStore';
import { declareDevice } from './registerTable';
import { type DataPhase, newSdCardState, SD_BLOCK_BYTES, SdCard } from './sdCard';

const END_OF_COMMAND = 1;
const END_OF_DATA = 2;
const COMMAND_TIMEOUT = 8;
const INSERTED = 1;
const READ_ONLY = 2;
const OPCODE_MASK = 0x3f;
/** More than any driver moves at once; a longer transfer is a bug or an attack, and is refused. */
const MAX_TRANSFER_BYTES = 4 << 20;

const statusFields = [
  { name: 'END_OF_CMD', high: 0, low: 0, doc: 'A command has been answered.' },
  { name: 'END_OF_DATA', high: 1, low: 1, doc: 'Its data have been moved.' },
  { name: 'STATE_CHANGE', high: 2, low: 2, doc: 'A card was put in or taken out.' },
  { name: 'CMD_TIMEOUT', high: 3, low: 3, doc: 'The card did not answer.' },
] as const;

export const goldfishMmcTable = declareDevice({
  name: 'goldfish_mmc',
  doc: 'Controller of an SD card slot.',
  windowBytes: 0x1000,
  registers: {
    INT_STATUS: { offset: 0x00, access: 'rw', doc: 'What has happened; 1 bits written clear.', fields: statusFields },
    INT_ENABLE: {
      offset: 0x04,
      access: 'w',
      doc: 'Which of that interrupts. Writing clears the status.',
      fields: statusFields,
    },
    BUFFER: { offset: 0x08, access: 'w', doc: 'Physical address of the data.' },
    COMMAND: {
      offset: 0x0c,
      access: 'w',
      doc: 'Sends a command to the card.',
      fields: [{ name: 'OPCODE', high: 5, low: 0, doc: 'Command of the SD specification' }],
    },
    ARGUMENT: { offset: 0x10, access: 'w', doc: 'Argument of the command.' },
    RESPONSE: { offset: 0x14, access: 'r', count: 4, doc: 'Answer of the card, the least significant word first.' },
    BLOCK_LENGTH: { offset: 0x24, access: 'w', doc: 'Bytes in a block, less 1.' },
    BLOCK_COUNT: { offset: 0x28, access: 'w', doc: 'Blocks of the transfer, less 1.' },
    STATE: {
      offset: 0x2c,
      access: 'r',
      doc: 'What is in the slot.',
      fields: [
        { name: 'INSERTED', high: 0, low: 0, doc: 'There is a card.' },
        { name: 'READ_ONLY', high: 1, low: 1, doc: 'It cannot be written.' },
      ],
    },
  },
});

/** Output line 0: an enabled condition of INT_STATUS holds. */
export function createGoldfishMmc(
  context: DeviceContext,
  { image, byteLength, readOnly = false }: StorageImage,
): Device {
  const { host } = context;
  const wanted = Math.max(byteLength ?? image.length, image.length);
  const store = new ImageStore(image, Math.ceil(wanted / SD_BLOCK_BYTES) * SD_BLOCK_BYTES, 0);
  const state = {
    status: 0,
    enable: 0,
    buffer: 0,
    argument: 0,
    response: [0, 0, 0, 0],
    blockLengthLess1: 0,
    blockCountLess1: 0,
    card: newSdCardState(),
  };
  const card = new SdCard(store, () => state.card);
  const update = () => context.setLine(0, (state.status & state.enable) !== 0);
  const refuse = (key: string, text: string) => context.diagnose(key, `${context.instance}: ${text}`);

  function move(data: DataPhase): void {
    const wantedBytes = (state.blockLengthLess1 + 1) * (state.blockCountLess1 + 1);
    if (wantedBytes > MAX_TRANSFER_BYTES) {
      refuse('length', `a transfer of ${wantedBytes} bytes was refused; at most ${MAX_TRANSFER_BYTES} at once.`);
      return;
    }
    const outside = () => refuse('memory', `the buffer at 0x${state.buffer.toString(16)} lies outside of RAM.`);
    if (data.kind === 'write') {
      const bytes = readOnly ? undefined : host.readPhysical(state.buffer, wantedBytes);
      if (bytes) store.write(data.offset, bytes);
      else if (readOnly) refuse('read-only', 'a write to a read-only card was refused.');
      else outside();
      return;
    }
    const bytes =
      data.kind === 'registers' ? data.bytes.subarray(0, wantedBytes) : store.read(data.offset, wantedBytes);
    if (!host.writePhysical(state.buffer, bytes)) outside();
  }

  function send(command: number): void {
    const answer = card.command(command & OPCODE_MASK, state.argument);
    state.response = [0, 1, 2, 3].map((index) => answer?.response[index] ?? 0);
    state.status |= answer ? END_OF_COMMAND : END_OF_COMMAND | COMMAND_TIMEOUT;
    if (answer?.data) {
      move(answer.data);
      state.status |= END_OF_DATA;
    }
    update();
  }

  return createDevice(goldfishMmcTable, state, context, {
    read: {
      INT_STATUS: () => state.status,
      RESPONSE: (index) => state.response[index],
      STATE: () => INSERTED | (readOnly ? READ_ONLY : 0),
    },
    afterRead: {},
    write: {
      INT_STATUS: (value) => {
        state.status &= ~value;
        update();
      },
      INT_ENABLE: (value) => {
        state.enable = value;
        state.status = 0;
        update();
      },
      BUFFER: (value) => {
        state.buffer = value;
      },
      COMMAND: send,
      ARGUMENT: (value) => {
        state.argument = value;
      },
      BLOCK_LENGTH: (value) => {
        state.blockLengthLess1 = value;
      },
      BLOCK_COUNT: (value) => {
        state.blockCountLess1 = value;
      },
    },
    contents: store,
  });
}
