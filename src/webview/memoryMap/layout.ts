/**
 * Turns a memory map into what is drawn: the areas of Figure 2 from the top of the 4 GB downwards, each with its regions
 * and the holes between them. Pure; the drawing is `mapView.ts`.
 */
import type { MemoryArea, MemoryMapBody, MemoryRegion } from '../../adapter/viewProtocol';

/** A stretch of addresses, [start, end); end may be 2^32. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

export type Item =
  | ({ readonly kind: 'region'; readonly region: MemoryRegion } & Extent)
  /** Nothing is mapped here. */
  | ({ readonly kind: 'hole' } & Extent);

/** A named area, or addresses that Figure 2 gives no name. */
export interface Section extends Extent {
  readonly name: string | undefined;
  /** Highest address first, as Figure 2 draws them. */
  readonly items: readonly Item[];
  readonly mappedBytes: number;
}

const addressSpaceEnd = 2 ** 32;

/** All of the 4 GB, highest first, without gaps: every address lies in exactly one item of one section. */
export function layOut(body: Pick<MemoryMapBody, 'areas' | 'regions'>): readonly Section[] {
  const regions = body.regions
    .map((region) => ({ kind: 'region' as const, region, ...extentOf(region) }))
    .sort((a, b) => a.start - b.start);
  return coverWithAreas(body.areas)
    .map((area): Section => {
      const inside = regions.filter(({ start }) => start >= area.start && start < area.end);
      const mappedBytes = inside.reduce((sum, { start, end }) => sum + end - start, 0);
      return { ...area, items: withHoles(area, inside).reverse(), mappedBytes };
    })
    .reverse();
}

export function extentOf(range: { readonly start: string; readonly byteLength: number }): Extent {
  const start = Number(range.start);
  return { start, end: start + range.byteLength };
}

function coverWithAreas(areas: readonly MemoryArea[]): (Extent & { readonly name: string | undefined })[] {
  const sorted = areas.map((area) => ({ name: area.name, ...extentOf(area) })).sort((a, b) => a.start - b.start);
  const cover: (Extent & { readonly name: string | undefined })[] = [];
  let next = 0;
  for (const area of sorted) {
    if (area.start > next) cover.push({ name: undefined, start: next, end: area.start });
    cover.push(area);
    next = area.end;
  }
  if (next < addressSpaceEnd) cover.push({ name: undefined, start: next, end: addressSpaceEnd });
  return cover;
}

function withHoles(area: Extent, regions: readonly Item[]): Item[] {
  const items: Item[] = [];
  let next = area.start;
  for (const region of regions) {
    if (region.start > next) items.push({ kind: 'hole', start: next, end: region.start });
    items.push(region);
    next = region.end;
  }
  if (next < area.end) items.push({ kind: 'hole', start: next, end: area.end });
  return items;
}

/**
 * Height of a region in pixels. Logarithmic: 1 KB and 1 GB must both be visible and readable, and twice the size is
 * the same step everywhere.
 */
export function heightOf({ start, end }: Extent): number {
  const doublings = Math.log2((end - start) / 1024);
  return Math.round(22 + 2 * Math.max(0, doublings));
}

/** What tells whether a region is still the same one after a refresh: everything but its owner's name. */
export function regionKey(region: MemoryRegion): string {
  const { start, byteLength, physical, mmuDomain, ap, cacheable, bufferable } = region;
  return [start, byteLength, physical, mmuDomain, ap, cacheable, bufferable].join(' ');
}
