/** The console's commands about translation and permissions: page-table walks in words, whole mappings, DACR, TLB. */
import type { TlbEntry } from '../../machine/types';
import { actorDacrs, fieldValues, mmuDomainNames, type Actor } from '../views/dacr';
import { readMemoryMap } from '../views/memoryMap';
import { explainAccess } from '../views/permissions';
import { spaceChoices } from '../views/spaces';
import { UserError, type DebugEngine } from '../types';
import { columns, hex, plural } from './columns';
import type { ReplCommand, ReplContext, ReplValues } from './command';
import { ACCESSES, ACTORS, actorOf, addressOf } from './places';

const MMU_DOMAINS = 16;

function walk(context: ReplContext, { address: text, access = 'read', actor }: ReplValues): string {
  const { space, address } = addressOf(context, String(text));
  const who = (actor as Actor | undefined) ?? actorOf(context, space);
  return explainAccess(context.engine, space, address, access as (typeof ACCESSES)[number], who).sentences.join('\n');
}

function mappings(engine: DebugEngine, space: string | undefined): string {
  const { chosen, regions, tableBase, notice, unavailable } = readMemoryMap(engine, space);
  if (unavailable !== undefined) return `${chosen.name}: ${unavailable}`;
  const rows = regions.map(({ start, end, physical, mmuDomain, cacheable, bufferable, access, owner, area }) => [
    `${hex(start)}-${hex(end - 1)}`,
    hex(physical),
    `D${mmuDomain}`,
    `${access.hypervisor}/${access.kernel}/${access.user}`,
    `${cacheable ? 'C' : '-'}${bufferable ? 'B' : '-'}`,
    owner,
    area,
  ]);
  const head = `${chosen.name}, table at ${hex(tableBase)}; access of hypervisor/kernel/user`;
  const table = columns(['virtual', 'physical', 'MMU', 'access', 'cache', 'owner', 'area'], rows);
  return [head, table, ...(notice === undefined ? [] : [notice])].join('\n');
}

/** A DACR field by field, those without access left out. */
function dacrWords(dacr: number): string {
  const fields = Array.from({ length: MMU_DOMAINS }, (_, mmuDomain) => (dacr >>> (2 * mmuDomain)) & 3);
  const named = fields.flatMap((value, mmuDomain) =>
    value === 0 ? [] : [`D${mmuDomain}${nameOf(mmuDomain)} ${fieldValues[value]}`],
  );
  return named.length === 0 ? 'no access to any MMU domain' : named.join(', ');
}
const nameOf = (mmuDomain: number): string => {
  const name = mmuDomainNames[mmuDomain];
  return name === undefined ? '' : ` (${name})`;
};

function dacrs(context: ReplContext, given: string | undefined): string {
  const { engine } = context;
  if (given !== undefined) {
    const { address: value } = addressOf(context, given);
    return `${hex(value)}: ${dacrWords(value)}`;
  }
  const rows = actorDacrs(engine).map(({ actor, domain, dacr, source }) => [
    domain === undefined ? actor : `${domain.name} ${actor}`,
    hex(dacr),
    source === 'assumed' ? 'by Table 1' : source,
    dacrWords(dacr),
  ]);
  return columns(['as', 'DACR', 'known', 'meaning'], rows);
}

const AP_WORDS = ['S and R decide', 'privileged', 'user may read', 'all'];

function tlbRow({ virtualAddress, byteLength, physicalAddress, mmuDomain, ...entry }: TlbEntry): string[] {
  const { ap, verdict, cacheable, bufferable, locked } = entry;
  const rights =
    verdict === undefined
      ? `AP ${ap!.toString(2).padStart(2, '0')} (${AP_WORDS[ap!]})`
      : `${verdict.writable ? 'rw' : 'r'} ${verdict.privileged ? 'privileged' : 'user'}, DACR ${hex(verdict.dacr)}`;
  return [
    `${hex(virtualAddress)}-${hex(virtualAddress + byteLength - 1)}`,
    hex(physicalAddress),
    mmuDomain === undefined ? '' : `D${mmuDomain}`,
    `${cacheable ? 'C' : '-'}${bufferable ? 'B' : '-'}`,
    `${rights}${locked ? ', locked down' : ''}`,
  ];
}

function tlb(context: ReplContext, near: string | undefined): string {
  const view = context.engine.machine.tlb;
  if (view === undefined) throw new UserError('This machine does not show its TLB');
  const about = near === undefined ? undefined : addressOf(context, near).address;
  const entries = view
    .entries()
    .filter(
      ({ virtualAddress, byteLength }) =>
        about === undefined || (about >= virtualAddress && about < virtualAddress + byteLength),
    );
  const kind =
    view.mode === 'arm926'
      ? "the chip's own TLB"
      : 'the TLB made for speed, which is larger than the chip\'s ("tlb": "arm926" models that)';
  if (entries.length === 0)
    return about === undefined ? `Nothing is in ${kind}.` : `${hex(about)} is not in ${kind}: the next access walks.`;
  const rows = [...entries].sort((left, right) => left.virtualAddress - right.virtualAddress).map(tlbRow);
  const heads = ['virtual', 'physical', 'MMU', 'cache', 'rights'];
  return `${plural(entries.length, 'entry').replace('entrys', 'entries')} of ${kind}\n${columns(heads, rows)}`;
}

const textOf = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

export const translationCommands: readonly ReplCommand[] = [
  {
    name: 'walk',
    arguments: [
      { name: 'address', type: 'word' },
      { name: 'access', type: 'word', optional: true, choices: ACCESSES },
      { name: 'actor', type: 'word', optional: true, choices: ACTORS },
    ],
    help: 'Walks the page tables for an address, in words: each entry, MMU domain, DACR field, AP, and the verdict.',
    example: 'walk dom1:0xC0008000 write user',
    run: (context, values) => ({ text: walk(context, values) }),
  },
  {
    name: 'mappings',
    arguments: [
      {
        name: 'space',
        type: 'word',
        optional: true,
        suggestions: (engine) => spaceChoices(engine).map(({ id }) => id),
      },
    ],
    help: 'All that the page tables of a domain or of the hypervisor map, with who may access it and whose it is.',
    example: 'mappings dom1',
    run: ({ engine }, { space }) => ({ text: mappings(engine, textOf(space)) }),
  },
  {
    name: 'dacr',
    arguments: [{ name: 'value', type: 'rest', optional: true }],
    help: 'The domain access control register of hypervisor, kernels and users in words; or what a value means.',
    example: 'dacr 0x55',
    run: (context, { value }) => ({ text: dacrs(context, textOf(value)) }),
  },
  {
    name: 'tlb',
    arguments: [{ name: 'address', type: 'rest', optional: true }],
    help: 'What the TLB holds, or what it holds for an address.',
    example: 'tlb 0xC0008000',
    run: (context, { address }) => ({ text: tlb(context, textOf(address)) }),
  },
];
