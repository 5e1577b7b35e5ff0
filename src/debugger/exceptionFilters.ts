/**
 * The exception filters as one table: what a client is offered, where each is found by symbols, what it sees there, and the words its
 * conditions know. `breakpoints/filterSetter.ts` sets them; nothing else speaks of single filters.
 */
import { CONTEXTS } from '../hypervisor/contexts';
import { HYPERCALLS } from '../hypervisor/hypercalls';
import { coherenceKinds, type FilterScene } from './breakpoints/filterScene';
import type { ExceptionFilter } from './types';

/** What a filter saw: values for its conditions, and words for people. Undefined: not what it looks for. */
export interface FilterSighting {
  readonly variables: Readonly<Record<string, number>>;
  readonly description: string;
  readonly text?: string;
}

export interface FilterRow extends ExceptionFilter {
  /** Each list names one place; the first symbol of it that the hypervisor has is used. Empty: asked when the machine reports. */
  readonly symbols: readonly (readonly string[])[];
  /** What a bare word of a condition is compared with: `console_io` means `nr == console_io`. */
  readonly subject: string;
  readonly words: ReadonlyMap<string, number>;
  /** Names that conditions may use, beside words and r0-r15. */
  readonly variables: readonly string[];
  readonly sight: (scene: FilterScene) => FilterSighting | undefined;
}

const IDLE_DOMAIN = 0x7fff;
const causeWords = new Map(CONTEXTS.map(({ word, code }) => [word, code]));
const faultWords = new Map(
  CONTEXTS.filter(({ word }) => /abort|undefined/.test(word)).map(({ word, code }) => [word, code]),
);

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
    symbols: [['process_hypercalls', 'vector_swi']],
    subject: 'nr',
    words: hypercallWords,
    variables: ['nr', 'op', 'dom'],
    sight: (scene) => scene.hypercall(),
  },
  {
    id: 'systemCall',
    label: 'System call',
    description: 'Stops when a guest process calls its own kernel, on the way through the hypervisor.',
    conditionHelp: 'nr == 4 · dom == 1 · r7 == 3',
    symbols: [['vector_swi']],
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
    symbols: [['do_upcall']],
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
    symbols: [['__dabt_usr'], ['__pabt_usr'], ['__und_usr']],
    subject: 'cause',
    words: faultWords,
    variables: ['cause', 'far', 'fsr', 'dom'],
    sight: (scene) => scene.guestFault(),
  },
  {
    id: 'domainSwitch',
    label: 'Domain switch',
    description: 'Stops when the hypervisor takes the CPU from one domain and gives it to another.',
    conditionHelp: 'to == 1 · from == 0 && to == 1 · from == idle',
    symbols: [['context_switch', '__switch_to']],
    subject: 'to',
    words: new Map([['idle', IDLE_DOMAIN]]),
    variables: ['from', 'to', 'dom'],
    sight: (scene) => scene.domainSwitch(),
  },
  {
    id: 'coherence',
    label: 'Coherence: stale data read',
    description:
      'Stops after an instruction that has read something else than memory should hold (with "cache": "coherence").',
    conditionHelp: 'alias · missing_clean && dom == 1 · kind != lost_store && va >= 0xC0000000 · pa == 0x01230000',
    symbols: [],
    subject: 'kind',
    words: new Map(Object.entries(coherenceKinds).map(([kind, code]) => [kind.replaceAll('-', '_'), code])),
    variables: ['kind', 'pa', 'va', 'dom'],
    sight: (scene) => scene.coherence(),
  },
];

/** What a client is offered. */
export const exceptionFilters: readonly ExceptionFilter[] = filterTable.map(
  ({ id, label, description, conditionHelp }) => ({ id, label, description, conditionHelp }),
);
