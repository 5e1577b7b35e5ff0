/** Everything that a machine's future depends on, as one text to compare. */
import { createHash } from 'node:crypto';
import { encodePlainData } from '../../../src/machine/plainData';
import type { MachineState } from '../../../src/machine/snapshot';
import type { MachineFace } from '../../../src/machine/types';

export function stateHash(machine: MachineFace): string {
  const { pages, ...rest } = machine.snapshot().state as MachineState;
  const hash = createHash('sha256').update(encodePlainData(rest));
  pages.flat().forEach((page, index) => {
    if (page?.some((byte) => byte !== 0)) hash.update(`${index}`).update(page);
  });
  return hash.digest('hex');
}
