/**
 * The address map that Secure Xen on ARM gives every domain: the paper's Figure 2, with the sizes that its text gives top
 * down (paper 3.2.2). Data only; names for what the page tables map.
 */

export interface NamedArea {
  readonly name: string;
  readonly start: number;
  /** First address after it; up to 2^32. */
  readonly end: number;
}

const MB = 1 << 20;
const area = (name: string, start: number, byteLength: number): NamedArea => ({ name, start, end: start + byteLength });

/** Lowest first, without overlaps. What lies between two areas has no name in the figure. */
export const figure2: readonly NamedArea[] = [
  area('Exception vectors', 0x00000000, 4096),
  area('NOR flash', 0x20000000, 32 * MB),
  area('User process', 0x40000000, 0xbf000000 - 0x40000000),
  area('XIP kernel modules', 0xbf000000, 16 * MB),
  area('Guest kernel', 0xc0000000, 0xfc000000 - 0xc0000000),
  area('RO_MPT', 0xfc000000, 4 * MB),
  area('Frame table', 0xfc400000, 24 * MB),
  area('RDWR_MPT', 0xfdc00000, 4 * MB),
  area('LINEAR_PT', 0xfe000000, 4 * MB),
  area('SH_LINEAR_PT', 0xfe400000, 4 * MB),
  area('PERDOMAIN', 0xfe800000, 4 * MB),
  area('MAPCACHE', 0xfec00000, 4 * MB),
  area('DIRECTMAP', 0xff000000, 12 * MB),
  area('IOREMAP', 0xffc00000, 4 * MB),
];

/** The area that holds an address; undefined where the figure names none. */
export function areaAt(address: number): NamedArea | undefined {
  return figure2.find(({ start, end }) => address >= start && address < end);
}

/** First address above `address` where another area (or a nameless stretch) begins. */
export function nextAreaBorder(address: number): number {
  const borders = figure2.flatMap(({ start, end }) => [start, end]).filter((border) => border > address);
  return Math.min(2 ** 32, ...borders);
}
