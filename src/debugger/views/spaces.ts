/** The address spaces that the views offer, by the names that people type: `xen`, `dom0`, `dom1` ... */
import { isMissing, type AddressSpace, type DomainView } from '../../hypervisor/types';
import { UserError, type DebugEngine } from '../types';
import { hypervisorImage } from './owners';

export interface SpaceChoice {
  readonly id: string;
  readonly name: string;
  readonly space: AddressSpace;
  /** The CPU works for it now. */
  readonly running: boolean;
}

/** Domains that can be listed; none while the hypervisor has built none, and on a machine without one. */
export function listedDomains(engine: DebugEngine): readonly DomainView[] {
  const domains = engine.domains();
  return isMissing(domains) ? [] : domains;
}

/** The hypervisor's own space first, then each domain's. */
export function spaceChoices(engine: DebugEngine): readonly SpaceChoice[] {
  const current = engine.currentVcpu();
  const domains = listedDomains(engine).map(({ id, name }) => ({
    id: `dom${id}`,
    name,
    space: { kind: 'domain', domainId: id } as const,
    running: current?.domainId === id,
  }));
  const own = hypervisorImage(engine) === undefined ? 'This machine' : 'Hypervisor';
  return [{ id: 'xen', name: own, space: { kind: 'xen' }, running: current === undefined }, ...domains];
}

/**
 * The space of this id; without one, that of the domain that runs.
 * @throws UserError naming the spaces there are
 */
export function chooseSpace(choices: readonly SpaceChoice[], id: string | undefined): SpaceChoice {
  const chosen = choices.find((choice) => (id === undefined ? choice.running : choice.id === id));
  if (chosen !== undefined) return chosen;
  const names = choices.map((choice) => choice.id).join(', ');
  throw new UserError(`There is no address space "${id ?? ''}" now: choose one of ${names}.`);
}

/**
 * Physical address of the first-level table that a space is walked with.
 * @throws UserError when the domain's cannot be read
 */
export function tableBase(engine: DebugEngine, { space, name }: SpaceChoice): number {
  const live = engine.machine.cpu.getCp15().ttbr;
  if (space.kind !== 'domain' || engine.currentVcpu()?.domainId === space.domainId) return (live & 0xffffc000) >>> 0;
  const ttbr = listedDomains(engine).find(({ id }) => id === space.domainId)?.vcpus[0]?.ttbr;
  if (ttbr === undefined || isMissing(ttbr)) {
    throw new UserError(`The page table of ${name} cannot be read: ${ttbr?.missing ?? 'it has no vCPU'}.`);
  }
  return (ttbr & 0xffffc000) >>> 0;
}
