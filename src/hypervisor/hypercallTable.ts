/** The hypervisor's table of hypercall handlers, as it stands in its memory. What the hypercalls mean is hypercalls.ts. */
import type { CType } from '../image/types';
import type { TypedMemory } from './typedMemory';
import { isMissing } from './types';

const POINTER_BYTES = 4;
const POINTER: CType = { kind: 'pointer', byteSize: POINTER_BYTES, target: { kind: 'function' } };

/** Address of the function that serves a number; undefined where there is none, or the table cannot be read. */
export function handlerOf(memory: TypedMemory, number: number): number | undefined {
  const table = memory.image.symbol('hypercall_table');
  const offset = number * POINTER_BYTES;
  if (!table || offset >= (table.byteSize || Infinity)) return undefined;
  const address = memory.number({ address: table.address + offset, type: POINTER });
  return isMissing(address) || address === 0 ? undefined : address >>> 0;
}
