/** The console's commands about traces and profiles: on, off, what there is, and files of it. */
import { TRACE_FORMATS, PROFILE_FORMATS } from '../trace/face';
import { traceTable, type TraceKind } from '../trace/eventTable';
import { UserError, type DebugEngine } from '../types';
import { columns, plural } from './columns';
import type { ReplCommand, ReplContext, ReplResult } from './command';

const KINDS: readonly TraceKind[] = [...new Set<TraceKind>([...traceTable.map(({ kind }) => kind), 'dacr'])];
const SHOWN_EVENTS = 20;
const SHOWN_FUNCTIONS = 20;
const ACTIONS = ['on', 'off', 'show', 'save'] as const;

function kindsOf(text: string | undefined): ReadonlySet<TraceKind> {
  const words = (text ?? '').split(/[\s,]+/).filter((word) => word !== '');
  for (const word of words)
    if (!KINDS.some((kind) => kind === word)) throw new UserError(`"${word}" is no kind of event: ${KINDS.join(', ')}`);
  return new Set(words as TraceKind[]);
}

function traceShown({ tracing }: DebugEngine, count: number): string {
  const { events, dropped } = tracing;
  const rows = events.slice(-count).map(({ instruction, tick, kind, domainId, name, values }) => [
    instruction,
    tick,
    kind,
    domainId === undefined ? '' : `dom${domainId}`,
    name,
    Object.entries(values)
      .map(([key, value]) => `${key}=${typeof value === 'number' && value > 9 ? `0x${value.toString(16)}` : value}`)
      .join(' '),
  ]);
  const state = tracing.tracing ? 'on' : 'off';
  const lost = dropped > 0 ? `, ${dropped} before them given up` : '';
  const head = `The trace is ${state}: ${plural(events.length, 'event')}${lost}.`;
  return rows.length === 0 ? head : `${head}\n${columns(['instruction', 'tick', 'kind', 'domain', 'name', ''], rows)}`;
}

function profileShown({ tracing }: DebugEngine, count: number): string {
  const rows = tracing.profile();
  const all = rows.reduce((sum, { selfInstructions }) => sum + selfInstructions, 0);
  const state = `The profile is ${tracing.profiling ? 'on' : 'off'}`;
  if (all === 0) return `${state}: nothing was executed while it was on.`;
  const percent = (part: number) => `${((100 * part) / all).toFixed(1)} %`;
  const shown = rows
    .slice(0, count)
    .map(({ who, name, selfInstructions, totalInstructions }) => [
      percent(selfInstructions),
      percent(totalInstructions),
      selfInstructions,
      who,
      name,
    ]);
  const head = [`${state}: ${all} instructions.`, ...tracing.profileNotes].join(' ');
  return `${head}\n${columns(['self', 'total', 'instructions', 'of', 'function'], shown)}`;
}

/** Writes a file of one of some formats, which its name tells. */
function saved(
  { save }: ReplContext,
  file: string | undefined,
  formats: readonly string[],
  text: (format: string) => string,
): ReplResult {
  const format = formats.find((each) => file?.endsWith(`.${each}`));
  if (file === undefined || format === undefined)
    throw new UserError(`Name a file that ends in ${formats.map((each) => `.${each}`).join(' or ')}`);
  if (!save) throw new UserError('Files cannot be written from here');
  const content = text(format);
  return { later: () => save(file, content).then((path) => `${path} is written.`) };
}

const countOf = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new UserError(`"${text}" is no number of rows`);
};

const textOf = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

export const tracingCommands: readonly ReplCommand[] = [
  {
    name: 'trace',
    arguments: [
      { name: 'action', type: 'word', optional: true, choices: ACTIONS },
      { name: 'what', type: 'rest', optional: true },
    ],
    help: 'Notes hypercalls and results, upcalls, faults, domain switches, interrupts, events, DACR changes: all, or those named. Shows the last, saves all (.json for Perfetto, .csv).',
    example: 'trace on hypercall result',
    run(context, { action = 'show', what }) {
      const { engine } = context;
      if (action === 'save')
        return saved(context, textOf(what), TRACE_FORMATS, (format) =>
          engine.tracing.traceAs(format as 'json' | 'csv'),
        );
      if (action === 'on') engine.tracing.startTrace(kindsOf(textOf(what)));
      if (action === 'off') engine.tracing.stopTrace();
      return { text: traceShown(engine, action === 'show' ? countOf(textOf(what), SHOWN_EVENTS) : 0) };
    },
  },
  {
    name: 'profile',
    arguments: [
      { name: 'action', type: 'word', optional: true, choices: ACTIONS },
      { name: 'what', type: 'rest', optional: true },
    ],
    help: 'Where instructions go, by function and domain: looks at the stack every so many instructions (500000, or as named). Shows the first functions, saves all (.cpuprofile, .csv).',
    example: 'profile save boot.cpuprofile',
    run(context, { action = 'show', what }) {
      const { engine } = context;
      if (action === 'save')
        return saved(context, textOf(what), PROFILE_FORMATS, (format) =>
          engine.tracing.profileAs(format as 'cpuprofile' | 'csv'),
        );
      if (action === 'on') engine.tracing.startProfile(what === undefined ? undefined : countOf(textOf(what), 1));
      if (action === 'off') engine.tracing.stopProfile();
      return {
        text: profileShown(engine, action === 'show' ? countOf(textOf(what), SHOWN_FUNCTIONS) : SHOWN_FUNCTIONS),
      };
    },
  },
];
