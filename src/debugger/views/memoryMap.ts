/**
 * The model behind the memory map: the mappings of one address space, cut where their owner or their area of Figure 2
 * changes, each with what hypervisor, kernel and user may do there. Numbers only; requests/memoryMap.ts writes them for
 * the protocol.
 */
import type { DebugEngine } from '../types';
import { actorDacrs, dacrFor, table1Dacr, type Actor } from './dacr';
import { areaAt, nextAreaBorder } from './figure2';
import { MOST_RUNS, readMappings, type Mapping } from './mappings';
import { nextOwnerBorder, readOwners, type OwnerOf } from './owners';
import { chooseSpace, spaceChoices, tableBase, type SpaceChoice } from './spaces';

/** "rw", "r" or "-". */
export type Access = 'rw' | 'r' | '-';

export interface Region extends Mapping {
  readonly owner: string;
  readonly area: string;
  readonly access: Readonly<Record<Actor, Access>>;
}

export interface MemoryMap {
  readonly chosen: SpaceChoice;
  readonly choices: readonly SpaceChoice[];
  readonly tableBase: number;
  readonly regions: readonly Region[];
  /** Set when this is not all. */
  readonly notice?: string;
  readonly unavailable?: string;
}

const MMU_ENABLE = 1;

/** @param spaceId as in `spaceChoices`; undefined: the domain that runs */
export function readMemoryMap(engine: DebugEngine, spaceId?: string): MemoryMap {
  const choices = spaceChoices(engine);
  const chosen = chooseSpace(choices, spaceId);
  const base = tableBase(engine, chosen);
  const empty = { chosen, choices, tableBase: base, regions: [] };
  if (chosen.space.kind === 'xen' && (engine.machine.cpu.getCp15().control & MMU_ENABLE) === 0) {
    return { ...empty, unavailable: 'the MMU is still off, so virtual addresses are physical ones.' };
  }
  const { runs, stoppedAt } = readMappings(engine.machine, base);
  const ownerOf = readOwners(engine);
  const accessOf = accessReader(engine, chosen);
  const regions: Region[] = [];
  for (const run of runs) {
    for (const piece of cut(run, ownerOf)) {
      if (regions.length >= MOST_RUNS) return { ...empty, regions, notice: notAll(piece.start) };
      regions.push({ ...piece, access: accessOf(piece) });
    }
  }
  return { ...empty, regions, ...(stoppedAt !== undefined && { notice: notAll(stoppedAt) }) };
}

function notAll(from: number): string {
  const address = `0x${from.toString(16).toUpperCase().padStart(8, '0')}`;
  return `The page tables hold more than ${MOST_RUNS} regions: what they map from ${address} on is not shown.`;
}

/** Pieces of a mapping that have one owner and lie in one area. */
function* cut(run: Mapping, ownerOf: OwnerOf): Generator<Omit<Region, 'access'>> {
  let start = run.start;
  let owner = ownerOf(run.physical);
  let areaEnd = nextAreaBorder(start);
  const piece = (end: number) => ({
    ...run,
    start,
    end,
    physical: run.physical + (start - run.start),
    owner,
    area: areaAt(start)?.name ?? '',
  });
  for (let at = start; at < run.end;) {
    const physical = run.physical + (at - run.start);
    const next = Math.min(run.end, areaEnd, at + nextOwnerBorder(physical) - physical);
    const nextOwner = next < run.end ? ownerOf(run.physical + (next - run.start)) : owner;
    if (next === run.end || next === areaEnd || nextOwner !== owner) {
      yield piece(next);
      start = next;
      owner = nextOwner;
      areaEnd = nextAreaBorder(start);
    }
    at = next;
  }
}

/** Asks the machine's own rules, with the DACR of each actor of the space. */
function accessReader(engine: DebugEngine, { space }: SpaceChoice): (mapping: Mapping) => Region['access'] {
  const dacrs = actorDacrs(engine);
  const domainId = space.kind === 'domain' ? space.domainId : engine.currentVcpu()?.domainId;
  const dacrOf = (actor: Actor) => dacrFor(dacrs, actor, domainId)?.dacr ?? table1Dacr(actor);
  const actorDacr = { hypervisor: dacrOf('hypervisor'), kernel: dacrOf('kernel'), user: dacrOf('user') };
  const may = (address: number, kind: 'read' | 'write', actor: Actor) =>
    engine.walk(space, address, kind, actor === 'hypervisor', actorDacr[actor])?.fault === undefined;
  const accessFor = (address: number, actor: Actor): Access =>
    may(address, 'write', actor) ? 'rw' : may(address, 'read', actor) ? 'r' : '-';
  return ({ start }) => ({
    hypervisor: accessFor(start, 'hypervisor'),
    kernel: accessFor(start, 'kernel'),
    user: accessFor(start, 'user'),
  });
}
