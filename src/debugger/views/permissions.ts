/**
 * The model behind the domain permissions: the DACR of every actor field by field against Table 1, and the walk for one
 * address as one actor. requests/permissions.ts writes it for the protocol.
 */
import type { AddressSpace } from '../../hypervisor/types';
import type { AccessKind, Walk } from '../../machine/types';
import { UserError, type DebugEngine } from '../types';
import {
  actorDacrs,
  dacrFor,
  fieldValues,
  mmuDomainNames,
  table1,
  type Actor,
  type ActorDacr,
  type FieldValue,
} from './dacr';
import { hypervisorImage } from './owners';

export interface Field {
  readonly value: FieldValue;
  /** What Table 1 says; absent where it says nothing, or where the value was not observed but taken from it. */
  readonly expected?: FieldValue;
  readonly differs: boolean;
}
export interface Column extends ActorDacr {
  readonly title: string;
  readonly fields: readonly Field[];
}
export interface Permissions {
  readonly liveDacr: number;
  readonly mmuDomains: readonly { readonly number: number; readonly name: string }[];
  readonly columns: readonly Column[];
  /** Set when the matrix has no effect now, in a sentence. */
  readonly notice?: string;
}

const MMU_DOMAINS = 16;
const MMU_ENABLE = 1;

export function readPermissions(engine: DebugEngine): Permissions {
  const { dacr, control } = engine.machine.cpu.getCp15();
  const isParavirtual = hypervisorImage(engine) !== undefined;
  const mmuIsOn = (control & MMU_ENABLE) !== 0;
  const columns = actorDacrs(engine).map((entry): Column => {
    // Table 1 speaks of a hypervisor at work: not of a native kernel, and not of the time before the MMU is on.
    const expected = isParavirtual && mmuIsOn && entry.source !== 'assumed' ? table1[entry.actor] : [];
    return { ...entry, title: titleOf(entry, isParavirtual), fields: fieldsOf(entry.dacr, expected) };
  });
  const names = isParavirtual ? mmuDomainNames : [];
  return {
    liveDacr: dacr,
    mmuDomains: Array.from({ length: MMU_DOMAINS }, (_, number) => ({ number, name: names[number] ?? '' })),
    columns,
    ...(!mmuIsOn && { notice: 'The MMU is still off: the DACR has no effect yet.' }),
  };
}

function titleOf({ actor, domain }: ActorDacr, isParavirtual: boolean): string {
  if (domain !== undefined) return `${domain.name} ${actor}`;
  if (actor === 'hypervisor') return isParavirtual ? 'Hypervisor' : 'Privileged modes';
  return 'User mode';
}

function fieldsOf(dacr: number, expected: readonly FieldValue[]): readonly Field[] {
  return Array.from({ length: MMU_DOMAINS }, (_, mmuDomain) => {
    const value = fieldValues[(dacr >>> (2 * mmuDomain)) & 3]!;
    const wanted = expected[mmuDomain];
    return {
      value,
      ...(wanted !== undefined && { expected: wanted }),
      differs: wanted !== undefined && wanted !== value,
    };
  });
}

export interface ExplainedWalk {
  readonly walk: Walk;
  readonly actor: Actor;
  readonly sentences: readonly string[];
}

/**
 * Why an actor may, or may not, touch an address.
 * @throws UserError when the space cannot be walked
 */
export function explainAccess(
  engine: DebugEngine,
  space: AddressSpace,
  address: number,
  access: AccessKind,
  actor: Actor,
): ExplainedWalk {
  if (space.kind === 'pa') {
    throw new UserError(
      'A physical address is not translated: give a virtual one, such as 0xC0008000 or dom1:0xC0008000.',
    );
  }
  const domainId = space.kind === 'domain' ? space.domainId : engine.currentVcpu()?.domainId;
  const entry = dacrFor(actorDacrs(engine), actor, domainId);
  if (entry === undefined) {
    throw new UserError(
      domainId === undefined
        ? `No domain runs, so there is no guest ${actor}: write dom0: before the address.`
        : `There is no domain ${domainId} now.`,
    );
  }
  const walk = engine.walk(space, address, access, actor === 'hypervisor', entry.dacr);
  if (walk === undefined) throw new UserError('That address space has no page table that can be read now.');
  return { walk, actor, sentences: engine.explainWalk(walk, { access, as: actor }) };
}
