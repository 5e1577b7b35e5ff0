/**
 * The goldfish input device (goldfish.md A4): keys, trackball and touch as Linux input events, from a queue that the outside fills with
 * {type, code, value} or {text} to be typed. What it can send it tells in pages of bits.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { EV, EVENT_NAME, eventBits, keysOf, pointerRange, typedText } from './inputEvents';
import type { ScreenSize } from './goldfishFb';
import { declareDevice } from './registerTable';

const QUEUE_WORDS = 1024;
const WORDS_PER_EVENT = 3;
const PAGE_NAME = 0x0_0000;
const PAGE_BITS = 0x1_0000;
const PAGE_ABSOLUTE = 0x2_0000 | EV.ABS;
const DATA_BYTES = 0xff8;
/** As much text as the queue can hold with shift keys: {text} beyond it is refused as a whole. */
const TEXT_LIMIT = 64;

export const goldfishEventsTable = declareDevice({
  name: 'goldfish_events',
  doc: 'Keyboard, trackball and touch screen: Linux input events.',
  windowBytes: 0x1000,
  registers: {
    READ: {
      offset: 0x00,
      access: 'r',
      doc: 'Next word of the events: type, code and value in turn; 0 when there is none.',
      readEffect: 'Takes the word from the queue; the interrupt drops with the last one.',
    },
    SET_PAGE: {
      offset: 0x00,
      access: 'w',
      doc: 'What LEN and DATA show: 0 the name, 0x10000 + type the codes of that type (type 0: the types), 0x20003 the axes.',
    },
    LEN: { offset: 0x04, access: 'r', doc: 'Bytes of the page.' },
    DATA: {
      offset: 0x08,
      access: 'r',
      count: DATA_BYTES,
      stride: 1,
      doc: 'Byte of the page; on page 0x20003 the 32-bit number that begins there: minimum, maximum, fuzz, flat of each axis.',
    },
  },
});

/** Output line 0: the queue is not empty. */
export function createGoldfishEvents(context: DeviceContext, screen: ScreenSize): Device {
  const state = { page: 0, queue: [] as number[] };
  const absolute = pointerRange(screen);

  function pageBytes(): Uint8Array {
    if (state.page === PAGE_NAME) return new TextEncoder().encode(EVENT_NAME);
    if (state.page === PAGE_ABSOLUTE) return new Uint8Array(absolute.buffer);
    return eventBits(state.page - PAGE_BITS) ?? new Uint8Array(0);
  }

  function data(index: number): number {
    const page = pageBytes();
    if (state.page !== PAGE_ABSOLUTE) return page[index] ?? 0;
    return index + 4 <= page.length ? new DataView(page.buffer).getInt32(index, true) : 0;
  }

  function queue(words: readonly number[]): void {
    if (state.queue.length + words.length > QUEUE_WORDS) {
      context.diagnose('full', `${context.instance}: the guest takes no events; those that did not fit were dropped.`);
      return;
    }
    state.queue.push(...words);
    context.setLine(0, true);
  }

  return createDevice(goldfishEventsTable, state, context, {
    read: { READ: () => state.queue[0] ?? 0, LEN: () => pageBytes().length, DATA: (index) => data(index) },
    afterRead: {
      READ: () => {
        state.queue.shift();
        context.setLine(0, state.queue.length > 0);
      },
    },
    write: {
      SET_PAGE: (value) => {
        state.page = value;
      },
    },
    input: {
      accepts({ type, code, value, text, ...rest }) {
        if (Object.keys(rest).length > 0) return false;
        if (text !== undefined)
          return typeof text === 'string' && text.length <= TEXT_LIMIT && keysOf(text) !== undefined;
        return [type, code, value].every((word) => typeof word === 'number' && Number.isInteger(word));
      },
      accept({ type, code, value, text }) {
        const words = typeof text === 'string' ? typedText(text) : [type as number, code as number, value as number];
        for (let i = 0; i < words.length; i += WORDS_PER_EVENT) queue(words.slice(i, i + WORDS_PER_EVENT));
      },
    },
  });
}
