/**
 * The exception filters as one table: what a client is offered, where each is found by symbols, what it sees there, and the words its
 * conditions know. `breakpoints/filterSetter.ts` sets them; nothing else speaks of single filters.
 */
import { CONTEXTS } from '../hypervisor/contexts';
import { ERROR_NUMBERS } from '../hypervisor/errorNumbers';
import { HYPERCALLS } from '../hypervisor/hypercalls';
import { coherenceKinds, touchedBy, type FilterScene } from './breakpoints/filterScene';
import type { ExceptionFilter, FaultingAccess } from './types';

/** What a filter saw: values for its conditions, and words for people. Undefined: not what it looks for. */
export interface FilterSighting {
  readonly variables: Readonly<Record<string, number>>;
  readonly description: string;
  readonly text?: string;
  readonly fault?: FaultingAccess;
}

/** Where a filter is asked. */
export type FilterPlaces =
  /** Each list names one place; the first symbol of it that the hypervisor has is used. */
  | { readonly symbols: readonly (readonly string[])[] }
  /** At every such instruction of the hypervisor, or of a native kernel. */
  | { readonly instruction: { readonly mask: number; readonly value: number } }
  /** When the machine reports something. */
  | 'reports'
  /** When a page of memory is accessed that has not been since the filter was set. */
  | 'firstTouches';

export interface FilterRow extends ExceptionFilter {
  readonly where: FilterPlaces;
  /**
   * The filter in whose place this one is asked when a condition there names what only this one knows. Clients show filters above all
   * breakpoints, in a view of nine rows: more than a few would hide what a person sets.
   */
  readonly within?: ExceptionFilter['id'];
  /** What a bare word of a condition is compared with: `console_io` means `nr == console_io`. */
  readonly subject: string;
  readonly words: ReadonlyMap<string, number>;
  /** The words that are values of the subject, when not all of them are. */
  readonly subjects?: readonly string[];
  /** Names that conditions may use, beside words and r0-r15. */
  readonly variables: readonly string[];
  readonly sight: (scene: FilterScene) => FilterSighting | undefined;
}

const IDLE_DOMAIN = 0x7fff;
/** MCR p15, 0, Rd, c3, c0, 0 (ARM DDI 0198D 2.3.4). */
export const DACR_WRITE = { mask: 0x0fff0fff, value: 0x0e030f10 };
const causeWords = new Map(CONTEXTS.map(({ word, code }) => [word, code]));
const faultWords = new Map(
  CONTEXTS.filter(({ word }) => /abort|undefined/.test(word)).map(({ word, code }) => [word, code]),
);

const hypercallNames = HYPERCALLS.map(({ name }) => name);
const hypercallWords = new Map<string, number>(HYPERCALLS.map((call) => [call.name, call.number]));
/** Words for the variable `op`; a call's own name wins over an operation's. */
for (const { subOperations } of HYPERCALLS)
  for (const [word, value] of Object.entries(subOperations?.values ?? {}))
    if (!hypercallWords.has(word)) hypercallWords.set(word, value);

export const filterTable: readonly FilterRow[] = [
  {
    id: 'hypercall',
    label: 'Hypercall entry',
    description: 'Stops when a guest has entered the hypervisor by a hypercall, before it is served.',
    conditionHelp: 'console_io · nr == 18 && dom == 1 · sched_op && op == block · r0 == 4',
    prefix: 'hypercall',
    where: { symbols: [['process_hypercalls', 'vector_swi']] },
    subject: 'nr',
    words: hypercallWords,
    subjects: hypercallNames,
    variables: ['nr', 'op', 'dom'],
    sight: (scene) => scene.hypercall(),
  },
  {
    id: 'hypercallResult',
    label: 'Hypercall result',
    description: 'Stops when a hypercall has been served and its result is about to go back to the guest.',
    conditionHelp: 'result < 0 · memory_op && result == -ENOMEM · dom == 1 && result != 0',
    prefix: 'result',
    within: 'hypercall',
    where: { symbols: [['ret_from_hypercall']] },
    subject: 'nr',
    words: new Map([...hypercallWords, ...Object.entries(ERROR_NUMBERS)]),
    subjects: hypercallNames,
    variables: ['nr', 'op', 'result', 'dom'],
    sight: (scene) => scene.hypercallResult(),
  },
  {
    id: 'systemCall',
    label: 'System call',
    description: 'Stops when a guest process calls its own kernel, on the way through the hypervisor.',
    conditionHelp: 'nr == 4 · dom == 1 · r7 == 3',
    prefix: 'systemcall',
    where: { symbols: [['vector_swi']] },
    subject: 'nr',
    words: new Map(),
    variables: ['nr', 'dom'],
    sight: (scene) => scene.systemCall(),
  },
  {
    id: 'upcall',
    label: 'Upcall',
    description: "Stops when the hypervisor is about to enter a guest kernel's callback.",
    conditionHelp: 'event · system_call && dom == 1 · cause == data_abort',
    prefix: 'upcall',
    where: { symbols: [['do_upcall']] },
    subject: 'cause',
    words: causeWords,
    variables: ['cause', 'dom'],
    sight: (scene) => scene.upcall(),
  },
  {
    id: 'guestFault',
    label: 'Guest fault',
    description: 'Stops when a guest has caused a data abort, a prefetch abort or an undefined instruction.',
    conditionHelp: 'data_abort · dom == 1 && far < 0x1000 · cause == undefined_instruction',
    prefix: 'fault',
    where: { symbols: [['__dabt_usr'], ['__pabt_usr'], ['__und_usr']] },
    subject: 'cause',
    words: faultWords,
    variables: ['cause', 'far', 'fsr', 'dom'],
    sight: (scene) => scene.guestFault(),
  },
  {
    id: 'event',
    label: 'Event channel',
    description: 'Stops when an event becomes pending at a port of a domain, whoever has sent it.',
    conditionHelp: 'port == 3 && dom == 1 · from == 0 · dom == 1 && port != 1',
    prefix: 'event',
    within: 'upcall',
    where: { symbols: [['evtchn_set_pending']] },
    subject: 'port',
    words: new Map([['idle', IDLE_DOMAIN]]),
    variables: ['port', 'from', 'dom'],
    sight: (scene) => scene.event(),
  },
  {
    id: 'domainSwitch',
    label: 'Domain switch',
    description: 'Stops when the hypervisor takes the CPU from one domain and gives it to another.',
    conditionHelp: 'to == 1 · from == 0 && to == 1 · from == idle',
    prefix: 'switch',
    where: { symbols: [['context_switch', '__switch_to']] },
    subject: 'to',
    words: new Map([['idle', IDLE_DOMAIN]]),
    variables: ['from', 'to', 'dom'],
    sight: (scene) => scene.domainSwitch(),
  },
  {
    id: 'permissionChange',
    label: 'DACR change',
    description:
      'Stops before an instruction that writes another value to the DACR: what an MMU domain may do changes.',
    conditionHelp: 'changed & (1 << 1) · dom == 1 · new == 0x55555555 · (old & 0xC) != (new & 0xC)',
    prefix: 'dacr',
    within: 'domainSwitch',
    where: { instruction: DACR_WRITE },
    subject: 'new',
    words: new Map(),
    variables: ['old', 'new', 'changed', 'dom'],
    sight: (scene) => scene.permissionChange(),
  },
  {
    id: 'firstTouch',
    label: 'First touch of a page',
    description:
      'Stops after the first access of a guest to a page of memory since the filter was set; with a condition that names `by`, of the hypervisor too.',
    conditionHelp: 'dom == 1 && by == user · va >= 0x40000000 · (pa >> 12) == 0x684 · write == 1',
    prefix: 'touch',
    within: 'guestFault',
    where: 'firstTouches',
    subject: 'by',
    words: new Map(Object.entries(touchedBy)),
    variables: ['pa', 'va', 'write', 'by', 'dom'],
    sight: (scene) => scene.firstTouch(),
  },
  {
    id: 'coherence',
    label: 'Coherence: stale data read',
    description:
      'Stops after an instruction that has read something else than memory should hold (with "cache": "coherence").',
    conditionHelp: 'alias · missing_clean && dom == 1 · kind != lost_store && va >= 0xC0000000 · pa == 0x01230000',
    prefix: 'coherence',
    where: 'reports',
    subject: 'kind',
    words: new Map(Object.entries(coherenceKinds).map(([kind, code]) => [kind.replaceAll('-', '_'), code])),
    variables: ['kind', 'pa', 'va', 'dom'],
    sight: (scene) => scene.coherence(),
  },
];

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** What a client is offered. */
export const exceptionFilters: readonly ExceptionFilter[] = filterTable
  .filter(({ within }) => within === undefined)
  .map(({ id, label, description, conditionHelp, prefix }) => {
    const inner = filterTable.filter(({ within }) => within === id);
    const more = inner.map((row) => ` With a condition on ${onlyOf(row).join(', ')}: ${lowerFirst(row.description)}`);
    const help = [conditionHelp, ...inner.map((row) => row.conditionHelp.split(' · ')[0]!)].join(' · ');
    return { id, label, description: description + more.join(''), conditionHelp: help, prefix };
  });

/** The names that a filter knows and the one that it is within does not. */
export function onlyOf(row: FilterRow): readonly string[] {
  const host = filterTable.find(({ id }) => id === row.within);
  return row.variables.filter((name) => !host?.variables.includes(name));
}
