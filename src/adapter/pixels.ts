/** Pixels of a display (RGB565) as pictures want them: 8 bits for each colour. Pure; the page and the terminal both use it. */

/**
 * Red, green, blue for each pixel, and with `alpha` a fourth byte of 255. The highest bits of a colour fill its lowest, so that
 * the darkest stays 0 and the brightest becomes 255.
 * @param rgb565 two bytes a pixel, little-endian; an odd byte at the end is left out
 */
export function expandRgb565(rgb565: Uint8Array, alpha: boolean): Uint8ClampedArray<ArrayBuffer> {
  const step = alpha ? 4 : 3;
  const count = rgb565.length >> 1;
  const pixels = new Uint8ClampedArray(count * step);
  for (let index = 0, at = 0; index < count; index++, at += step) {
    const pixel = rgb565[index * 2]! | (rgb565[index * 2 + 1]! << 8);
    const red = pixel >> 11;
    const green = (pixel >> 5) & 63;
    const blue = pixel & 31;
    pixels[at] = (red << 3) | (red >> 2);
    pixels[at + 1] = (green << 2) | (green >> 4);
    pixels[at + 2] = (blue << 3) | (blue >> 2);
    if (alpha) pixels[at + 3] = 255;
  }
  return pixels;
}
