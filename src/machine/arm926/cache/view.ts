/** The caches as a debugger looks at them (CachesView in types.ts); nothing here changes anything. */
import type { CacheLine, CacheView } from '../../types';
import type { CacheTags } from './cacheTags';
import { LINE_BYTES, WAYS } from './geometry';

/** What a cache with data can say of a line beside its tag. */
export type LineContents = (place: number) => Pick<CacheLine, 'physicalAddress' | 'data'>;

export function viewOf(tags: CacheTags, locked: () => number, contents: LineContents = () => ({})): CacheView {
  return {
    bytes: tags.places * LINE_BYTES,
    ways: WAYS,
    sets: tags.sets,
    lineBytes: LINE_BYTES,
    get lockedWays() {
      return locked();
    },
    get hits() {
      return tags.hits;
    },
    get misses() {
      return tags.misses;
    },
    lines: () => {
      const lines: CacheLine[] = [];
      for (let place = 0; place < tags.places; place++) {
        if (!tags.isValid(place)) continue;
        const dirty = tags.dirtyHalves(place);
        lines.push({
          set: Math.floor(place / WAYS),
          way: place % WAYS,
          modifiedVirtualAddress: tags.addressOf(place),
          dirty: [(dirty & 1) !== 0, (dirty & 2) !== 0],
          ...contents(place),
        });
      }
      return lines;
    },
  };
}
