/** A report of the coherence check in words: what was read, what should have been, who stored it how, and what to do. */
import type { CoherenceAccess, CoherenceKind, CoherenceReport } from '../../types';

const hex = (value: number): string => `0x${value.toString(16)}`;

const READERS: Readonly<Record<CoherenceAccess['by'], string>> = {
  load: 'The load',
  fetch: 'The fetch',
  walk: 'The table walk',
  device: 'The device that reads memory',
  store: 'The store',
  outside: 'The debugger',
  unknown: 'The read',
};

const REMEDIES: Readonly<Record<CoherenceKind, string>> = {
  alias:
    'It was stored through another virtual address: clean and invalidate that line of the data cache before the memory is used under this one.',
  homonym:
    'Another address space has other memory at this virtual address: clean and invalidate the caches when the address space changes.',
  'missing-clean': 'It is still in the data cache: clean the line (c7,c10,1) and drain the write buffer before.',
  'missing-invalidate': 'An old copy was in the cache: invalidate the line before.',
  'missing-drain': 'It is still in the write buffer: drain it (c7,c10,4) before.',
  'lost-store':
    'It has been dropped, by an invalidate without a clean or under an old line that was written back over it.',
};

function translation({ mmuDomain, ttbr, fcsePid }: CoherenceAccess): string {
  const parts = mmuDomain === undefined ? ['MMU off'] : [`MMU domain ${mmuDomain}`, `TTBR ${hex(ttbr)}`];
  if (fcsePid !== 0) parts.push(`FCSE PID ${hex(fcsePid)}`);
  return parts.join(', ');
}

function through(access: CoherenceAccess): string {
  return access.virtualAddress === undefined ? '' : ` through ${hex(access.virtualAddress)} (${translation(access)})`;
}

function madeBy(store: CoherenceAccess): string {
  if (store.by === 'unknown') return 'a store that is no longer known';
  const at = `instruction ${store.instructionCount}`;
  if (store.by === 'outside') return `the debugger or the boot loader at ${at}`;
  if (store.by === 'device') return `a device at ${at} (pc ${hex(store.pc)})${through(store)}`;
  return `the store at ${hex(store.pc)}, ${at},${through(store)}`;
}

/** Without the count, which grows. */
export function textOf(report: Omit<CoherenceReport, 'text'>): string {
  const { read, store, homonym, kind } = report;
  const at =
    read.by === 'device'
      ? `, instruction ${read.instructionCount},`
      : ` at ${hex(read.pc)}, instruction ${read.instructionCount},`;
  const other = homonym
    ? ` The line belongs to physical ${hex(homonym.physicalAddress)}, last written by ${madeBy(homonym.store)}.`
    : store.strayed === true
      ? ' That store went into a cached line of other memory.'
      : '';
  return (
    `${READERS[read.by]}${at}${through(read)} was given ${hex(report.value)} from the ${report.source}; ` +
    `physical ${hex(report.physicalAddress)} was last written by ${madeBy(store)}, which makes it ${hex(report.expected)}.` +
    `${other} ${REMEDIES[kind]}`
  );
}
