/**
 * The LCD controller of the i.MX21 (MC9328MX21 reference manual, "Liquid crystal display controller"): it shows the frame that lies in
 * memory when somebody looks, with 16 bits for a pixel (5:6:5) or 4 or 8 through its palette of 4:4:4. Its timing is kept.
 */

import type { DisplayImage } from '../types';
import { createDevice, type Device, type DeviceContext } from './device';
import { type KeptValues, keptRegisters } from './keptRegisters';
import { declareDevice } from './registerTable';

const PALETTE_ENTRIES = 256;
/** Bits of a pixel by PCR.BPIX; others are not shown. */
const BITS_PER_PIXEL: Readonly<Record<number, number>> = { 2: 4, 3: 8, 5: 16 };

export const imxLcdcTable = declareDevice({
  name: 'imx_lcdc',
  doc: 'LCD controller of the i.MX21.',
  windowBytes: 0x1000,
  registers: {
    SSA: { offset: 0x00, access: 'rw', doc: 'Physical address of the frame.' },
    SIZE: {
      offset: 0x04,
      access: 'rw',
      doc: 'Size of the screen.',
      fields: [
        { name: 'YMAX', high: 9, low: 0, doc: 'Rows' },
        { name: 'XMAX', high: 25, low: 20, doc: 'Pixels in a row, in units of 16' },
      ],
    },
    VPW: {
      offset: 0x08,
      access: 'rw',
      doc: 'Words from one row of the frame to the next; 0 is the width of the screen.',
    },
    CPOS: { offset: 0x0c, access: 'rw', doc: 'Cursor position; kept.' },
    LCWHB: { offset: 0x10, access: 'rw', reset: 0x0101_007f, doc: 'Cursor size and blinking; kept.' },
    LCHCC: { offset: 0x14, access: 'rw', doc: 'Cursor colour; kept.' },
    PCR: {
      offset: 0x18,
      access: 'rw',
      doc: 'Panel configuration.',
      fields: [
        { name: 'PCD', high: 5, low: 0, doc: 'Pixel clock divider' },
        {
          name: 'BPIX',
          high: 27,
          low: 25,
          doc: 'Bits of a pixel',
          values: { 0: '1', 1: '2', 2: '4', 3: '8', 4: '12', 5: '16', 6: '18' },
        },
      ],
    },
    HCR: { offset: 0x1c, access: 'rw', reset: 0x0400_0000, doc: 'Horizontal timing; kept.' },
    VCR: { offset: 0x20, access: 'rw', reset: 0x0400_0000, doc: 'Vertical timing; kept.' },
    POS: { offset: 0x24, access: 'rw', doc: 'Panning; kept.' },
    LSCR1: { offset: 0x28, access: 'rw', reset: 0x4012_0300, doc: 'Sharp panel; kept.' },
    PWMR: { offset: 0x2c, access: 'rw', doc: 'Contrast; kept.' },
    DMACR: { offset: 0x30, access: 'rw', reset: 0x8004_0060, doc: 'DMA; kept.' },
    RMCR: { offset: 0x34, access: 'rw', doc: 'Refresh mode; kept.' },
    LICR: { offset: 0x38, access: 'rw', doc: 'Interrupt configuration; kept. No interrupt is raised.' },
    LIER: { offset: 0x3c, access: 'rw', doc: 'Interrupts that are enabled; kept.' },
    LISR: { offset: 0x40, access: 'r', doc: 'Interrupt status.' },
    PALETTE: { offset: 0x800, access: 'rw', count: PALETTE_ENTRIES, doc: 'Colours of 4:4:4.' },
  },
});

export function createImxLcdc(context: DeviceContext): Device {
  const state = { kept: {} as KeptValues };
  const kept = keptRegisters(
    state,
    {
      SSA: 0xffff_fffc,
      SIZE: 0x03f0_03ff,
      VPW: 0x3ff,
      CPOS: 0xffff_ffff,
      LCWHB: 0xffff_ffff,
      LCHCC: 0xffff_ffff,
      PCR: 0xffff_ffff,
      HCR: 0xffff_ffff,
      VCR: 0xffff_ffff,
      POS: 0x1f,
      LSCR1: 0xffff_ffff,
      PWMR: 0xffff_ffff,
      DMACR: 0xffff_ffff,
      RMCR: 0xff,
      LICR: 0x1f,
      LIER: 0xff,
      PALETTE: 0xfff,
    },
    { LCWHB: 0x0101_007f, HCR: 0x0400_0000, VCR: 0x0400_0000, LSCR1: 0x4012_0300, DMACR: 0x8004_0060 },
  );

  function display(): Omit<DisplayImage, 'instance'> | undefined {
    const size = kept.read.SIZE(0);
    const width = ((size >>> 20) & 0x3f) * 16;
    const height = size & 0x3ff;
    const bits = BITS_PER_PIXEL[(kept.read.PCR(0) >>> 25) & 7];
    if (kept.read.SSA(0) === 0 || width === 0 || height === 0 || bits === undefined) return undefined;
    const rowBytes = kept.read.VPW(0) * 4 || (width * bits) / 8;
    if (rowBytes < (width * bits) / 8) return undefined;
    const frame = context.host.readPhysical(kept.read.SSA(0), rowBytes * height);
    if (frame === undefined) return undefined;
    const rgb565 = new Uint8Array(width * height * 2);
    const out = new DataView(rgb565.buffer);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) out.setUint16((y * width + x) * 2, colourAt(frame, y * rowBytes, x, bits), true);
    }
    return { width, height, rgb565 };
  }

  function colourAt(frame: Uint8Array, row: number, x: number, bits: number): number {
    if (bits === 16) return frame[row + 2 * x]! | (frame[row + 2 * x + 1]! << 8);
    const index = bits === 8 ? frame[row + x]! : (frame[row + (x >>> 1)]! >>> ((x & 1) * 4)) & 0xf;
    const colour = kept.read.PALETTE(index);
    return ((colour & 0xf00) << 4) | ((colour & 0x0f0) << 3) | ((colour & 0x00f) << 1);
  }

  return createDevice(imxLcdcTable, state, context, {
    read: { ...kept.read, LISR: () => 0 },
    afterRead: {},
    write: kept.write,
    display,
  });
}
