/** The console's command about the caches: counts, and what they hold. */
import type { CacheLine, CachesView } from '../../machine/types';
import { UserError } from '../types';
import { columns, grouped, hex } from './columns';
import type { ReplCommand, ReplContext } from './command';
import { addressOf } from './places';

const CACHES = ['instruction', 'data'] as const;
const percent = (part: number, all: number): string => (all === 0 ? '-' : `${((100 * part) / all).toFixed(1)} %`);

function summary(caches: CachesView): string {
  const rows = CACHES.map((name) => {
    const { bytes, ways, lineBytes, hits, misses, lockedWays } = caches[name];
    const lines = caches[name].lines();
    const dirty = lines.filter((line) => line.dirty.includes(true)).length;
    const geometry = `${bytes >> 10} KB, ${ways} ways of ${lineBytes}-byte lines`;
    const locked = Array.from({ length: ways }, (_, way) => way).filter((way) => (lockedWays >>> way) & 1);
    return [
      name,
      geometry,
      lines.length,
      dirty,
      grouped(hits),
      grouped(misses),
      percent(misses, hits + misses),
      locked.length === 0 ? '-' : locked.join(', '),
    ];
  });
  return columns(['cache', 'geometry', 'valid', 'dirty', 'hits', 'misses', 'missed', 'locked ways'], rows);
}

function lineText(name: string, { set, way, modifiedVirtualAddress, physicalAddress, dirty }: CacheLine): string {
  const state =
    dirty[0] || dirty[1]
      ? `dirty (${dirty[0] ? 'lower' : ''}${dirty[0] && dirty[1] ? ' and ' : ''}${dirty[1] ? 'upper' : ''} half)`
      : 'clean';
  const physical = physicalAddress === undefined ? '' : `, physical ${hex(physicalAddress)}`;
  return `${name} cache: set ${set}, way ${way}, line of ${hex(modifiedVirtualAddress)}${physical}, ${state}`;
}

function about(caches: CachesView, address: number): string {
  const found = CACHES.flatMap((name) => {
    const { lineBytes } = caches[name];
    const start = (address - (address % lineBytes)) >>> 0;
    const lines = caches[name].lines().filter((line) => line.modifiedVirtualAddress === start);
    return lines.map((line) => lineText(name, line));
  });
  return found.length === 0 ? `${hex(address)} is in no cache.` : found.join('\n');
}

export const cacheCommands: readonly ReplCommand[] = [
  {
    name: 'cache',
    arguments: [{ name: 'address', type: 'rest', optional: true }],
    help: 'Hits, misses and lines of the two caches; or where an address is cached, and whether it is dirty.',
    example: 'cache 0xC0008000',
    run(context: ReplContext, { address }) {
      const { caches } = context.engine.machine;
      if (caches === undefined)
        throw new UserError(
          'No caches are modelled: set "cache" to "timing" or "coherence" in the launch configuration',
        );
      return {
        text: address === undefined ? summary(caches) : about(caches, addressOf(context, String(address)).address),
      };
    },
  },
];
