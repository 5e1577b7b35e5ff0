/**
 * The goldfish frame buffer (goldfish.md A4): RGB565 pixels in guest-physical memory, shown as they lie there when somebody looks. The
 * panel refreshes 60 times in a second of machine time; at a refresh a new base takes effect and vsync comes. Refreshes that
 * nobody waits for are not made.
 */

import { createDevice, type Device, type DeviceContext } from './device';
import { nowNs, ticksAtNs } from './machineTime';
import { declareDevice } from './registerTable';

const REFRESH_NS = 1e9 / 60;
const BYTES_PER_PIXEL = 2;
const VSYNC = 1;
const BASE_UPDATE_DONE = 2;
/** The panels of its time have about 160 dots per inch. */
const MILLIMETRES_PER_PIXEL = 25.4 / 160;

const interruptFields = [
  { name: 'VSYNC', high: 0, low: 0, doc: 'A refresh has begun.' },
  { name: 'BASE_UPDATE_DONE', high: 1, low: 1, doc: 'The frame at the new base is shown.' },
] as const;

export const goldfishFbTable = declareDevice({
  name: 'goldfish_fb',
  doc: 'Frame buffer: RGB565, one row after the other without gaps.',
  windowBytes: 0x1000,
  registers: {
    WIDTH: { offset: 0x00, access: 'r', reset: 320, doc: 'Pixels in a row.' },
    HEIGHT: { offset: 0x04, access: 'r', reset: 480, doc: 'Rows.' },
    INT_STATUS: {
      offset: 0x08,
      access: 'r',
      doc: 'Which of the enabled conditions have come up.',
      fields: interruptFields,
      readEffect: 'Clears the conditions that it shows and drops the interrupt.',
    },
    INT_ENABLE: { offset: 0x0c, access: 'w', doc: 'Which conditions interrupt.', fields: interruptFields },
    SET_BASE: {
      offset: 0x10,
      access: 'w',
      doc: 'Physical address of the frame; it is shown from the next refresh on.',
    },
    SET_ROTATION: {
      offset: 0x14,
      access: 'w',
      doc: 'How the panel is held.',
      fields: [
        {
          name: 'ROTATION',
          high: 1,
          low: 0,
          doc: 'Quarter turns',
          values: { 0: '0°', 1: '90°', 2: '180°', 3: '270°' },
        },
      ],
    },
    SET_BLANK: { offset: 0x18, access: 'w', doc: '1: the panel is dark.' },
    PHYS_WIDTH: { offset: 0x1c, access: 'r', reset: 51, doc: 'Width of the panel in millimetres.' },
    PHYS_HEIGHT: { offset: 0x20, access: 'r', reset: 76, doc: 'Height of the panel in millimetres.' },
  },
});

export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

export const DEFAULT_SCREEN: ScreenSize = { width: 320, height: 480 };

/** Output line 0: an enabled condition has come up. */
export function createGoldfishFb(context: DeviceContext, { width, height }: ScreenSize): Device {
  const { host } = context;
  const state = {
    status: 0,
    enable: 0,
    /** What is shown; undefined until the guest has set a base. */
    base: undefined as number | undefined,
    nextBase: undefined as number | undefined,
    rotation: 0,
    blank: false,
    /** Infinity while nobody waits for a refresh. */
    refreshTicks: Infinity,
  };

  const updateLine = (): void => context.setLine(0, (state.status & state.enable) !== 0);

  /** Whether anything would be different after the next refresh. */
  const awaited = (): boolean => state.nextBase !== undefined || (!state.blank && (state.enable & VSYNC) !== 0);

  /** The next whole number of refreshes since switch-on, if it is awaited. */
  function schedule(): void {
    if (!awaited()) state.refreshTicks = Infinity;
    else if (state.refreshTicks === Infinity) {
      const refresh = Math.floor(nowNs(host) / REFRESH_NS) + 1;
      state.refreshTicks = ticksAtNs(host, Math.ceil(refresh * REFRESH_NS));
    }
  }

  return createDevice(goldfishFbTable, state, context, {
    read: {
      WIDTH: () => width,
      HEIGHT: () => height,
      INT_STATUS: () => state.status & state.enable,
      PHYS_WIDTH: () => Math.round(width * MILLIMETRES_PER_PIXEL),
      PHYS_HEIGHT: () => Math.round(height * MILLIMETRES_PER_PIXEL),
    },
    afterRead: {
      INT_STATUS: () => {
        state.status &= ~state.enable;
        updateLine();
      },
    },
    write: {
      INT_ENABLE: (value) => {
        state.enable = value & (VSYNC | BASE_UPDATE_DONE);
        updateLine();
        schedule();
      },
      SET_BASE: (value) => {
        state.nextBase = value;
        schedule();
      },
      SET_ROTATION: (value) => {
        state.rotation = value & 3;
      },
      SET_BLANK: (value) => {
        state.blank = value !== 0;
        schedule();
      },
    },
    nextEventTicks: ({ refreshTicks }) => refreshTicks,
    service() {
      if (host.ticks < state.refreshTicks) return;
      state.refreshTicks = Infinity;
      if (state.nextBase !== undefined) {
        state.base = state.nextBase;
        state.nextBase = undefined;
        state.status |= BASE_UPDATE_DONE;
      }
      if (!state.blank) state.status |= VSYNC;
      updateLine();
      schedule();
    },
    display() {
      if (state.base === undefined || state.blank) return undefined;
      const rgb565 = host.readPhysical(state.base, width * height * BYTES_PER_PIXEL);
      return rgb565 && { width, height, rgb565 };
    },
  });
}
