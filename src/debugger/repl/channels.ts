/** The console's commands about what domains share: event channels, grants, physical interrupts. */
import { readEventChannels } from '../../hypervisor/eventChannels';
import { readGrantMappings, readGrants, type Grant } from '../../hypervisor/grantTables';
import type { TypedMemory, TypedPlace } from '../../hypervisor/typedMemory';
import { isMissing, type DomainView, type OrMissing } from '../../hypervisor/types';
import { UserError, type DebugEngine } from '../types';
import { domainPlace, hypervisorMemory, missingText } from '../views/hypervisorMemory';
import { columns, hex } from './columns';
import type { ReplArgument, ReplCommand } from './command';
import { domainsOf, domainWords } from './places';

const DOMAIN: ReplArgument = { name: 'domain', type: 'word', optional: true, suggestions: domainWords };
/** Grants to a domain that has been destroyed name this one. */
const NOBODY = 0x7fff;

/** One piece of text for each chosen domain. */
function forEachDomain(
  engine: DebugEngine,
  word: string | number | undefined,
  write: (memory: TypedMemory, place: TypedPlace, domain: DomainView) => string,
): { readonly text: string } {
  const memory = hypervisorMemory(engine);
  if (isMissing(memory)) throw new UserError(`Nothing to show: ${memory.missing}`);
  const texts = domainsOf(engine, word).map((domain) => {
    const place = domainPlace(memory, domain);
    return isMissing(place) ? missingText(place) : write(memory, place, domain);
  });
  return { text: texts.length === 0 ? 'There are no domains now.' : texts.join('\n') };
}

function block<T>(
  title: string,
  all: OrMissing<readonly T[]>,
  none: string,
  write: (all: readonly T[]) => string,
): string {
  if (isMissing(all)) return `${title}: ${missingText(all)}`;
  return all.length === 0 ? `${title}: ${none}` : `${title}\n${write(all)}`;
}

const yes = (value: boolean): string => (value ? 'yes' : '-');
const domainName = (id: number): string => (id === NOBODY ? 'nobody' : `dom${id}`);

function eventsOf(memory: TypedMemory, place: TypedPlace, { id, name }: DomainView): string {
  const title = `dom${id} (${name})`;
  return block(title, readEventChannels(memory, place), 'no event channels', (channels) =>
    columns(
      ['port', 'state', 'bound to', 'pending', 'masked'],
      channels.map(({ port, state, boundTo, pending, masked }) => [port, state, boundTo, yes(pending), yes(masked)]),
    ),
  );
}

/** References that follow one another with frames that do, and are alike in all else, as one row. */
function runs(grants: readonly Grant[]): readonly (readonly [Grant, Grant])[] {
  const found: [Grant, Grant][] = [];
  for (const grant of grants) {
    const last = found.at(-1)?.[1];
    const alike = last && last.to === grant.to && last.flags === grant.flags && last.maps === grant.maps;
    if (alike && grant.ref === last.ref + 1 && grant.frame === last.frame + 1) found.at(-1)![1] = grant;
    else found.push([grant, grant]);
  }
  return found;
}

const span = (first: string, last: string): string => (first === last ? first : `${first}-${last}`);

function grantsOf(engine: DebugEngine, memory: TypedMemory, place: TypedPlace, { id, name }: DomainView): string {
  const grants = block(
    `dom${id} (${name}) grants`,
    readGrants(engine.machine, memory, place),
    'nothing to anybody',
    (all) =>
      columns(
        ['ref', 'to', 'frame', 'mapped', 'flags'],
        runs(all).map(([first, last]) => [
          span(String(first.ref), String(last.ref)),
          domainName(first.to),
          span(hex(first.frame, 5), hex(last.frame, 5)),
          first.maps ?? '?',
          first.flags,
        ]),
      ),
  );
  const mappings = block(
    `dom${id} (${name}) has mapped`,
    readGrantMappings(memory, place),
    'nothing of others',
    (all) =>
      columns(
        ['handle', 'of', 'ref', 'frame', 'at', 'access'],
        all.map(({ handle, granter, ref, frame, address, readOnly }) => [
          handle,
          domainName(granter),
          ref,
          hex(frame, 5),
          address === 0 ? '-' : hex(address),
          readOnly ? 'read' : 'read and write',
        ]),
      ),
  );
  return `${grants}\n${mappings}`;
}

/** Who has bound each physical interrupt, and which of the controller's inputs are of devices. */
function interruptLines(engine: DebugEngine): string {
  const bound = new Map<number, string[]>();
  const memory = hypervisorMemory(engine);
  if (!isMissing(memory)) {
    for (const domain of domainsOf(engine, undefined)) {
      const place = domainPlace(memory, domain);
      const channels = isMissing(place) ? place : readEventChannels(memory, place);
      if (isMissing(channels)) continue;
      for (const { port, boundTo } of channels) {
        const irq = /^interrupt (\d+)$/.exec(boundTo)?.[1];
        if (irq !== undefined)
          bound.set(Number(irq), [...(bound.get(Number(irq)) ?? []), `dom${domain.id} port ${port}`]);
      }
    }
  }
  const rows = engine.machine.devices.flatMap(({ instance, irq, irqCount }) =>
    irq === undefined
      ? []
      : Array.from({ length: irqCount }, (_, index) => [
          irq + index,
          instance,
          (bound.get(irq + index) ?? [isMissing(memory) ? '' : 'hypervisor, or nobody']).join(', '),
        ]),
  );
  return columns(
    ['interrupt', 'device', 'bound by'],
    rows.sort((left, right) => Number(left[0]) - Number(right[0])),
  );
}

export const channelCommands: readonly ReplCommand[] = [
  {
    name: 'events',
    arguments: [DOMAIN],
    help: 'Event channels of a domain, or of all: state, other end, pending and masked.',
    example: 'events dom1',
    debugKey: 'e',
    run: ({ engine }, { domain }) => forEachDomain(engine, domain, eventsOf),
  },
  {
    name: 'grants',
    arguments: [DOMAIN],
    help: 'What a domain grants to others and has mapped of theirs.',
    example: 'grants dom1',
    debugKey: 'g',
    run: ({ engine }, { domain }) =>
      forEachDomain(engine, domain, (memory, place, view) => grantsOf(engine, memory, place, view)),
  },
  {
    name: 'interrupts',
    arguments: [],
    help: 'The inputs of the interrupt controller, their devices, and the domains that have bound them.',
    example: 'interrupts',
    debugKey: 'i',
    run: ({ engine }) => ({ text: interruptLines(engine) }),
  },
];
