/** The console's commands for going back in time. */
import { exceptionFilters } from '../exceptionFilters';
import { UserError, type DebugEngine, type PastEvent, type StopEvent } from '../types';
import { grouped } from './columns';
import type { ReplCommand, ReplContext } from './command';
import { targetOf } from './places';

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0);

/** Short words for what exception filters look for. */
const EVENT_WORDS: Readonly<Record<string, string>> = {
  call: 'hypercall',
  fault: 'guestFault',
  switch: 'domainSwitch',
  syscall: 'systemCall',
};

const checkpointNames = (engine: DebugEngine): readonly string[] => engine.past.checkpoints().map(({ name }) => name);

/** Several steps, until one of them ends otherwise. */
async function repeated(count: number, step: () => Promise<StopEvent>): Promise<StopEvent> {
  let stop = await step();
  for (let done = 1; done < count && stop.description === 'Step back'; done++) stop = await step();
  return stop;
}

function back({ engine, threadId }: ReplContext, count: number, unit: string) {
  const { instruction, start } = engine.past.status();
  if (unit === 'instructions' && count > 1)
    return { move: () => engine.past.goTo(Math.max(start, instruction - count)) };
  const kind = unit === 'calls' ? 'out' : unit === 'instructions' || unit === 'lines-in' ? 'in' : 'over';
  const granularity = unit === 'instructions' ? 'instruction' : 'line';
  return { move: () => repeated(count, () => engine.stepBack(threadId, kind, granularity)) };
}

const COUNT = { name: 'count', type: 'count', optional: true } as const;

/** gdb's names for single directions and units. */
const GDB_STEPS = [
  ['reverse-stepi', 'rsi', 'instructions', 'one instruction back'],
  ['reverse-step', 'rs', 'lines-in', 'to the beginning of the line that executed before, in whatever function'],
  ['reverse-next', 'rn', 'lines', 'to the beginning of the line before, over calls'],
  ['reverse-finish', 'rf', 'calls', 'to the call of this function'],
] as const;

/** `hypercall of dom2 if nr == 18`, `do_upcall`, `dom1:schedule` */
function eventOf(text: string): PastEvent {
  const [, words = '', condition] = /^(.*?)(?:\s+if\s+(.*))?$/s.exec(text.trim())!;
  const [, what = '', domain] = /^(\S+?)(?:\s+(?:(?:of|in|by)\s+)?(?:dom|domain\s*)(\d+))?$/.exec(words) ?? [];
  if (what === '')
    throw new UserError(`"${text}" is nothing to look for: for example hypercall of dom2, or do_upcall if $r0 == 1`);
  const known = exceptionFilters.map(({ id }) => id as string);
  const filter = known.find((id) => id === (EVENT_WORDS[what] ?? what));
  if (filter === undefined) {
    const place = domain === undefined ? what : `dom${domain}:${what}`;
    return { function: place, ...(condition === undefined ? {} : { condition }) };
  }
  const ofDomain = filter === 'domainSwitch' ? `to == ${domain}` : `dom == ${domain}`;
  const parts = [...(domain === undefined ? [] : [ofDomain]), ...(condition === undefined ? [] : [`(${condition})`])];
  return { filter, ...(parts.length === 0 ? {} : { condition: parts.join(' && ') }) };
}

export const backInTime: readonly ReplCommand[] = [
  {
    name: 'back',
    arguments: [COUNT, { name: 'unit', type: 'word', optional: true, choices: ['instructions', 'lines', 'calls'] }],
    help: 'Goes back by instructions (of the machine), by lines of this frame, or to the calls of functions.',
    example: 'back 100',
    run: (context, { count, unit }) => back(context, Number(count ?? 1), String(unit ?? 'instructions')),
  },
  ...GDB_STEPS.map(([name, alias, unit, what]): ReplCommand => ({
    name,
    aliases: [alias],
    arguments: [COUNT],
    help: `As in gdb: ${what}.`,
    example: name,
    run: (context, { count }) => back(context, Number(count ?? 1), unit),
  })),
  {
    name: 'reverse-continue',
    aliases: ['rc'],
    arguments: [],
    help: 'Goes back to the last stop that the breakpoints would have made.',
    example: 'reverse-continue',
    run: ({ engine }) => ({ move: () => engine.reverse() }),
  },
  {
    name: 'last-write',
    arguments: [{ name: 'place', type: 'rest' }],
    help: 'Goes back to the instruction that wrote a variable, an address, a register, or (pte ADDRESS) a page-table entry of an address last.',
    example: 'last-write dom1:tick_count',
    run(context, { place }) {
      const { engine } = context;
      const text = String(place);
      const entry = /^pte\s+(.+)$/.exec(text)?.[1];
      const target = targetOf(context, entry ?? text);
      if (entry === undefined) return { move: engine.past.lastWrite(target, text) };
      if (target.kind === 'register') throw new UserError(`${entry} is a register: no page table translates it`);
      return { move: engine.past.lastPageTableWrite(target.space, target.address) };
    },
  },
  {
    name: 'previous',
    aliases: ['prev'],
    arguments: [
      {
        name: 'event',
        type: 'rest',
        suggestions: () => [...exceptionFilters.map(({ id }) => id), ...Object.keys(EVENT_WORDS)],
      },
    ],
    help: 'Goes back to the last hypercall, upcall, fault, switch, syscall or call of a function; "of dom2" and "if CONDITION" say which.',
    example: 'previous hypercall of dom2',
    run: ({ engine }, { event }) => ({ move: engine.past.previous(eventOf(String(event))) }),
  },
  {
    name: 'seek',
    arguments: [{ name: 'instruction', type: 'instruction' }],
    help: 'Goes to an instruction count of the history, there or back.',
    example: 'seek 12_345_678',
    run: ({ engine }, { instruction }) => ({ move: () => engine.past.goTo(Number(instruction)) }),
  },
  {
    name: 'history',
    arguments: [],
    help: 'Where in time the machine stands, and how far the history reaches.',
    example: 'history',
    run({ engine }) {
      const { instruction, start, latest, moments, bytes, mostBytes } = engine.past.status();
      const behind = latest === instruction ? 'the latest' : `${grouped(latest - instruction)} before the latest`;
      return {
        text: `Instruction ${grouped(instruction)}, ${behind}. The history reaches from ${grouped(start)} to ${grouped(latest)}: ${moments} states in ${megabytes(bytes)} of ${megabytes(mostBytes)} MB.`,
      };
    },
  },
  {
    name: 'checkpoint',
    arguments: [{ name: 'name', type: 'newCheckpoint' }],
    help: 'Names this point of time.',
    example: 'checkpoint before-crash',
    run({ engine }, { name }) {
      engine.past.setCheckpoint(String(name));
      return { text: `Checkpoint ${name} is set.` };
    },
  },
  {
    name: 'checkpoints',
    arguments: [],
    help: 'Lists the checkpoints.',
    example: 'checkpoints',
    run({ engine }) {
      const all = engine.past.checkpoints();
      if (all.length === 0) return { text: 'There are no checkpoints: set one by "checkpoint NAME".' };
      const lines = all.map(({ name, instruction, inHistory }) => {
        const note = inHistory ? '' : ' (of a time that was given up)';
        return `${name}  instruction ${grouped(instruction)}${note}`;
      });
      return { text: lines.join('\n') };
    },
  },
  {
    name: 'goto-checkpoint',
    arguments: [{ name: 'checkpoint', type: 'checkpoint', suggestions: checkpointNames }],
    help: 'Goes to a checkpoint, there or back.',
    example: 'goto-checkpoint before-crash',
    run: ({ engine }, { checkpoint }) => ({ move: engine.past.goToCheckpoint(String(checkpoint)) }),
  },
  {
    name: 'delete-checkpoint',
    arguments: [{ name: 'checkpoint', type: 'checkpoint', suggestions: checkpointNames }],
    help: 'Forgets a checkpoint.',
    example: 'delete-checkpoint before-crash',
    run({ engine }, { checkpoint }) {
      engine.past.removeCheckpoint(String(checkpoint));
      return { text: `Checkpoint ${checkpoint} is forgotten.` };
    },
  },
];
