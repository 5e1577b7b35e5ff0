/**
 * Which DACR the hypervisor, and kernel and user of each domain, run with: the CPU's own where it is in force, the saved one
 * of a domain that waits, and for the rest what Table 1 of the paper prescribes, said to be that.
 */
import { isMissing, type DomainView, type VcpuView, type VirtualMode } from '../../hypervisor/types';
import type { DebugEngine } from '../types';
import { hypervisorImage } from './owners';
import { listedDomains } from './spaces';

export type Actor = 'hypervisor' | VirtualMode;

/** What a DACR field says of an MMU domain (ARM DDI 0198D table 3-10), by its two bits. */
export const fieldValues = ['no access', 'client', 'reserved', 'manager'] as const;
export type FieldValue = (typeof fieldValues)[number];

/** The paper's Table 1: D0-D3 as the hypervisor, a kernel and a user process see them. */
export const table1: Readonly<Record<Actor, readonly FieldValue[]>> = {
  hypervisor: ['client', 'client', 'client', 'client'],
  kernel: ['client', 'manager', 'manager', 'manager'],
  user: ['client', 'client', 'client', 'client'],
};

export const mmuDomainNames: readonly string[] = ['VMM', 'guest kernel', 'I/O', 'user'];

/** Table 1 as a register: 0x55, 0xFD, 0x55. */
export function table1Dacr(actor: Actor): number {
  return table1[actor].reduce((dacr, value, mmuDomain) => dacr | (fieldValues.indexOf(value) << (2 * mmuDomain)), 0);
}

/** The DACR of one actor, and how it is known. */
export interface ActorDacr {
  readonly actor: Actor;
  readonly domain?: DomainView;
  readonly dacr: number;
  readonly source: 'live' | 'saved' | 'assumed';
  readonly origin: string;
}

const USER_MODE = 0x10;

/** One entry for the hypervisor, and two for each domain, in this order. Without a hypervisor: privileged and user code. */
export function actorDacrs(engine: DebugEngine): readonly ActorDacr[] {
  const { cpu } = engine.machine;
  const live = cpu.getCp15().dacr;
  const inUserMode = (cpu.getCpsr() & 0x1f) === USER_MODE;
  if (hypervisorImage(engine) === undefined) {
    const origin = 'the DACR of the CPU: there is no hypervisor that would change it.';
    return (['hypervisor', 'user'] as const).map((actor) => ({ actor, dacr: live, source: 'live', origin }));
  }
  const current = engine.currentVcpu();
  const own: ActorDacr = inUserMode
    ? assumed('hypervisor', 'a guest runs; the hypervisor would keep the DACR of whom it interrupts')
    : {
        actor: 'hypervisor',
        dacr: live,
        source: 'live',
        origin:
          'the DACR of the CPU now. A hypervisor that keeps the DACR of whom it interrupted has the guest’s value here.',
      };
  const ofDomains = listedDomains(engine).flatMap((domain) =>
    (['kernel', 'user'] as const).map((mode) =>
      ofGuest(domain, mode, inUserMode && current?.domainId === domain.id ? live : undefined),
    ),
  );
  return [own, ...ofDomains];
}

function ofGuest(domain: DomainView, mode: VirtualMode, live: number | undefined): ActorDacr {
  const vcpu = domain.vcpus[0];
  if (vcpu?.virtualMode !== mode) return assumed(mode, otherModeReason(domain, vcpu), domain);
  if (live !== undefined)
    return { actor: mode, domain, dacr: live, source: 'live', origin: 'the DACR of the CPU now.' };
  // The vCPU that the hypervisor works for has its value in the CPU; what is saved is from its last turn.
  if (vcpu.running) return assumed(mode, 'the hypervisor runs on its behalf and sets its DACR on the way back', domain);
  const { vdacr } = vcpu.virtualRegisters;
  if (isMissing(vdacr)) return assumed(mode, vdacr.missing, domain);
  const origin = `saved in vdacr of vCPU ${vcpu.vcpuId}: the CPU gets it when this domain is switched in.`;
  return { actor: mode, domain, dacr: vdacr, source: 'saved', origin };
}

function otherModeReason({ name }: DomainView, vcpu: VcpuView | undefined): string {
  if (vcpu === undefined) return `${name} has no vCPU`;
  if (isMissing(vcpu.virtualMode)) return vcpu.virtualMode.missing;
  return `${name} is in virtual ${vcpu.virtualMode} mode`;
}

function assumed(actor: Actor, reason: string, domain?: DomainView): ActorDacr {
  const origin = `not in force (${reason}); shown is what Table 1 prescribes.`;
  return { actor, domain, dacr: table1Dacr(actor), source: 'assumed', origin };
}

/** The entry for an actor in a space: the domain's own for its kernel and user, the only one on a machine without domains. */
export function dacrFor(
  entries: readonly ActorDacr[],
  actor: Actor,
  domainId: number | undefined,
): ActorDacr | undefined {
  return entries.find(
    (entry) =>
      entry.actor === actor && (actor === 'hypervisor' || entry.domain === undefined || entry.domain.id === domainId),
  );
}
