/** The hypervisor's structures by their C types, for views and console commands that read more of it than domains and vCPUs. */
import { TypedMemory, type TypedPlace } from '../../hypervisor/typedMemory';
import { isMissing, type DomainView, type Missing, type OrMissing } from '../../hypervisor/types';
import type { DebugEngine } from '../types';
import { hypervisorImage } from './owners';

/** Missing on a machine without a hypervisor. */
export function hypervisorMemory(engine: DebugEngine): OrMissing<TypedMemory> {
  const image = hypervisorImage(engine);
  if (image === undefined) return { missing: 'there is no hypervisor on this machine' };
  return new TypedMemory(image, (address, byteLength) => engine.readMemory({ kind: 'xen' }, address, byteLength));
}

/** The `struct domain` of a domain. */
export function domainPlace(memory: TypedMemory, domain: DomainView): OrMissing<TypedPlace> {
  const type = memory.image.typeNamed('struct domain') ?? memory.image.typeNamed('domain');
  return type ? { address: domain.address, type } : { missing: `${memory.image.name} has no struct domain` };
}

/** Elements of what may be missing; none then. */
export const listed = <T>(all: OrMissing<readonly T[]>): readonly T[] => (isMissing(all) ? [] : all);

export const missingText = ({ missing }: Missing): string => `not known: ${missing}`;
