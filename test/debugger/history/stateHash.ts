/** Everything that a machine's future depends on, as one text to compare. */
import { createHash } from 'node:crypto';
import { encodePlainData } from '../../../src/machine/plainData';
import type { MachineState } from '../../../src/machine/snapshot';
import type { MachineFace } from '../../../src/machine/types';

/** What the coherence check keeps of pages: those that memory equals are kept or not, by when snapshots were taken. */
interface Coherent {
  readonly newest?: readonly { readonly page: number; readonly bytes: Uint8Array }[];
}

export function stateHash(machine: MachineFace): string {
  const { pages: groups, ...rest } = machine.snapshot().state as MachineState;
  const pages = groups.flat();
  const caches = rest.caches as Coherent | undefined;
  const newest = caches?.newest?.filter(({ page, bytes }) =>
    Buffer.compare(bytes, pages[page] ?? new Uint8Array(4096)),
  );
  const hash = createHash('sha256').update(encodePlainData({ ...rest, caches: caches && { ...caches, newest } }));
  pages.forEach((page, index) => {
    if (page?.some((byte) => byte !== 0)) hash.update(`${index}`).update(page);
  });
  return hash.digest('hex');
}
