/**
 * PL110, the PrimeCell colour LCD controller (ARM DDI 0161), as the Versatile boards wire it: the control register before the
 * interrupt mask, 16-bit pixels as 5:5:5 or 5:6:5 by SYS_CLCD. It shows the frame that lies in memory when somebody looks.
 */

import type { DisplayImage } from '../types';
import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { PRIMECELL_WINDOW_BYTES, primeCellIdReads, primeCellIdRegisters } from './primeCell';
import { declareDevice } from './registerTable';

const PERIPHERAL_ID = 0x0004_1110;
const PALETTE_WORDS = 128;
const CONTROL_ENABLE = 1 << 0;
const CONTROL_BGR = 1 << 8;
const CONTROL_BIG_ENDIAN_PIXELS = 1 << 10;
const CONTROL_POWER = 1 << 11;
/** Bits per pixel by the field LcdBpp; 32 is 8:8:8 in a word. */
const BITS_PER_PIXEL = [1, 2, 4, 8, 16, 32, 16, 16];
const SYS_CLCD_OFFSET = 0x50;

export const pl110Table = declareDevice({
  name: 'pl110',
  doc: 'PrimeCell colour LCD controller (ARM DDI 0161) as on the Versatile boards.',
  windowBytes: PRIMECELL_WINDOW_BYTES,
  registers: {
    TIMING0: {
      offset: 0x00,
      access: 'rw',
      doc: 'Horizontal timing.',
      fields: [
        { name: 'PPL', high: 7, low: 2, doc: 'Pixels per line: 16 * (PPL + 1)' },
        { name: 'HSW', high: 15, low: 8, doc: 'Synchronisation width - 1' },
        { name: 'HFP', high: 23, low: 16, doc: 'Front porch - 1' },
        { name: 'HBP', high: 31, low: 24, doc: 'Back porch - 1' },
      ],
    },
    TIMING1: {
      offset: 0x04,
      access: 'rw',
      doc: 'Vertical timing.',
      fields: [
        { name: 'LPP', high: 9, low: 0, doc: 'Lines - 1' },
        { name: 'VSW', high: 15, low: 10, doc: 'Synchronisation width - 1' },
        { name: 'VFP', high: 23, low: 16, doc: 'Front porch' },
        { name: 'VBP', high: 31, low: 24, doc: 'Back porch' },
      ],
    },
    TIMING2: { offset: 0x08, access: 'rw', doc: 'Clock and signal polarity; kept.' },
    TIMING3: { offset: 0x0c, access: 'rw', doc: 'Line end; kept.' },
    UPBASE: { offset: 0x10, access: 'rw', doc: 'Physical address of the frame (of its upper half, on a dual panel).' },
    LPBASE: { offset: 0x14, access: 'rw', doc: 'Physical address of the lower half.' },
    CONTROL: {
      offset: 0x18,
      access: 'rw',
      doc: 'Control. The manual has it at 0x1C; the Versatile boards exchange it with IMSC.',
      fields: [
        { name: 'LcdEn', high: 0, low: 0, doc: 'Enabled' },
        {
          name: 'LcdBpp',
          high: 3,
          low: 1,
          doc: 'Bits per pixel',
          values: { 0: '1', 1: '2', 2: '4', 3: '8', 4: '16', 5: '24' },
        },
        { name: 'LcdBW', high: 4, low: 4, doc: 'Monochrome' },
        { name: 'LcdTFT', high: 5, low: 5, doc: 'TFT panel' },
        { name: 'BGR', high: 8, low: 8, doc: 'Red and blue exchanged' },
        { name: 'BEBO', high: 9, low: 9, doc: 'Big-endian bytes' },
        { name: 'BEPO', high: 10, low: 10, doc: 'Big-endian pixels within a byte' },
        { name: 'LcdPwr', high: 11, low: 11, doc: 'Panel has power' },
      ],
    },
    IMSC: { offset: 0x1c, access: 'rw', doc: 'Interrupts that are let through; none is raised.' },
    RIS: { offset: 0x20, access: 'r', doc: 'Interrupts before the mask.' },
    MIS: { offset: 0x24, access: 'r', doc: 'Interrupts after the mask.' },
    UPCURR: { offset: 0x28, access: 'r', doc: 'Where the frame is read now.' },
    LPCURR: { offset: 0x2c, access: 'r', doc: 'Where the lower half is read now.' },
    PALETTE: { offset: 0x200, access: 'rw', count: PALETTE_WORDS, doc: '256 colours of 1:5:5:5, two in a word.' },
    ...primeCellIdRegisters,
  },
});

/** `systemRegisters` is the instance whose SYS_CLCD says how 16-bit colours are wired. */
export function createPl110(context: DeviceContext, systemRegisters: string): Device {
  const { host } = context;
  const state = { kept: {} as KeptValues };
  const kept = keptRegisters(state, {
    TIMING0: 0xffff_fffc,
    TIMING1: 0xffff_ffff,
    TIMING2: 0xffff_ffff,
    TIMING3: 0x1_ffff,
    UPBASE: 0xffff_fffc,
    LPBASE: 0xffff_fffc,
    CONTROL: 0x1_ffff,
    IMSC: 0x1e,
    PALETTE: 0xffff_ffff,
  });
  const none = () => 0;

  function display(): Omit<DisplayImage, 'instance'> | undefined {
    const control = kept.read.CONTROL(0);
    if ((control & CONTROL_ENABLE) === 0 || (control & CONTROL_POWER) === 0) return undefined;
    const width = (((kept.read.TIMING0(0) >>> 2) & 0x3f) + 1) * 16;
    const height = (kept.read.TIMING1(0) & 0x3ff) + 1;
    const bits = BITS_PER_PIXEL[(control >>> 1) & 7]!;
    const frame = host.readPhysical(kept.read.UPBASE(0), (width * height * bits) / 8);
    const rgb565 = new Uint8Array(width * height * 2);
    if (frame !== undefined) convert(frame, bits, new DataView(rgb565.buffer));
    return { width, height, rgb565 };
  }

  /** Each pixel of the frame as RGB565. */
  function convert(frame: Uint8Array, bits: number, out: DataView): void {
    const source = new DataView(frame.buffer, frame.byteOffset, frame.length);
    const control = kept.read.CONTROL(0);
    const wiring = (context.peer(systemRegisters)?.peek(SYS_CLCD_OFFSET) ?? 1) & 3;
    const swap = (control & CONTROL_BGR) !== 0;
    const bigPixels = (control & CONTROL_BIG_ENDIAN_PIXELS) !== 0;
    for (let pixel = 0; pixel * 2 < out.byteLength; pixel++) {
      let colour: number;
      if (bits === 32) colour = from888(source.getUint32(pixel * 4, true));
      else if (bits === 16)
        colour =
          wiring >= 2
            ? from565(source.getUint16(pixel * 2, true), wiring === 3)
            : from1555(source.getUint16(pixel * 2, true));
      else {
        const perByte = 8 / bits;
        const place = bigPixels ? perByte - 1 - (pixel % perByte) : pixel % perByte;
        const index = (frame[Math.floor(pixel / perByte)]! >>> (place * bits)) & (2 ** bits - 1);
        colour = from1555((kept.read.PALETTE(index >>> 1) >>> ((index & 1) * 16)) & 0xffff);
      }
      out.setUint16(pixel * 2, swap ? exchange(colour) : colour, true);
    }
  }

  return createDevice(pl110Table, state, context, {
    read: {
      ...kept.read,
      RIS: none,
      MIS: none,
      UPCURR: () => kept.read.UPBASE(0),
      LPCURR: () => kept.read.LPBASE(0),
      ...primeCellIdReads(PERIPHERAL_ID),
    },
    afterRead: {},
    write: kept.write,
    display,
  });
}

/** Red in the low bits, as the controller reads memory without BGR. */
const from1555 = (value: number) => ((value & 0x1f) << 11) | ((value & 0x3e0) << 1) | ((value >>> 10) & 0x1f);
const from888 = (value: number) => ((value & 0xf8) << 8) | ((value & 0xfc00) >>> 5) | ((value & 0xf80000) >>> 19);
/** `blueLow`: the board's multiplexer has exchanged red and blue. */
const from565 = (value: number, blueLow: boolean) => (blueLow ? value : exchange(value));
const exchange = (colour: number) => ((colour & 0x1f) << 11) | (colour & 0x7e0) | (colour >>> 11);
