/**
 * Runs an engine to a goal: a text on a console, an address, a number of instructions. Without a person at the console the same run
 * always stops at the same instruction: the goals are looked at after fixed numbers of instructions, never by the clock.
 */
import type { ConsoleOutput, DebugEngine, LaunchSettings, StopEvent } from '../../debugger/types';
import { hex } from '../../adapter/memoryReferences';
import { consolesOf, ConsoleTexts } from './consoleTexts';
import type { ConsoleUser } from './consoleUser';
import { crashOf } from './crash';
import { exitCodeOf, type Outcome, type StopReason } from './outcome';
import { Watch } from './watch';

export interface Goals {
  readonly untilConsole?: string;
  readonly untilPc?: string;
  readonly maxInstructions?: number;
}

/** How often consoles are searched and crashes looked for; small enough that a run stops soon after its text. */
const legInstructions = 100_000;

interface Ending {
  readonly reason: StopReason;
  readonly sentence: string;
}

/** Runs to the first goal that is met. The engine stands at its first instruction when this is called. */
export async function run(
  engine: DebugEngine,
  settings: LaunchSettings,
  goals: Goals,
  user?: ConsoleUser,
): Promise<Outcome> {
  const texts = new ConsoleTexts();
  const unsubscribe = engine.onConsole((output: ConsoleOutput) => texts.add(output));
  try {
    const watch = new Watch(engine, settings, goals.untilPc);
    const ending = await runLegs(engine, goals, texts, watch, user);
    const { instructionCount, ticks, cpu } = engine.machine;
    const hasGoal = goals.untilConsole !== undefined || goals.untilPc !== undefined;
    return {
      stopReason: ending.reason,
      exitCode: exitCodeOf(ending.reason, hasGoal),
      sentence: ending.sentence,
      instructions: instructionCount,
      ticks,
      tickModel: settings.tickModel,
      nsPerTick: settings.nsPerTick,
      pc: cpu.getRegister(15),
      ...consolesOf(texts, settings),
    };
  } finally {
    unsubscribe();
  }
}

async function runLegs(
  engine: DebugEngine,
  goals: Goals,
  texts: ConsoleTexts,
  watch: Watch,
  user: ConsoleUser | undefined,
): Promise<Ending> {
  const { machine } = engine;
  const most = goals.maxInstructions ?? Infinity;
  for (let first = true; ; first = false) {
    const untilInstruction = Math.min(machine.instructionCount + (user?.legInstructions ?? legInstructions), most);
    const stop = first ? await engine.start({ untilInstruction }) : await engine.resume({ untilInstruction });
    const after = `after ${machine.instructionCount} instructions (pc ${hex(machine.cpu.getRegister(15))})`;
    if (goals.untilConsole !== undefined && texts.has(goals.untilConsole)) {
      return { reason: 'console', sentence: `"${goals.untilConsole}" was printed ${after}.` };
    }
    if (watch.reached(stop)) return { reason: 'pc', sentence: `${goals.untilPc} was reached ${after}.` };
    const crash = crashOf(stop, texts);
    if (crash !== undefined) return { reason: 'crashed', sentence: `${crash} It stopped ${after}.` };
    const did = await user?.between(stop);
    if (did === 'leave') return { reason: 'left', sentence: `Left ${after}.` };
    if (did === 'typed' && stop.reason === 'waiting') continue;
    const ending = endOf(stop, after, machine.instructionCount >= most);
    if (ending) return ending;
  }
}

/** Whether a stop is the end of the run. Breakpoints that are no goal, and the ends of legs, are not. */
function endOf(stop: StopEvent, after: string, used: boolean): Ending | undefined {
  if (stop.reason === 'halted')
    return { reason: 'halted', sentence: `The machine halted ${after}: ${stop.description}.` };
  if (stop.reason === 'waiting') {
    // The engine says so when no domain is left that could go on.
    const ended = /^All domains have stopped \(.*\)/.exec(stop.description)?.[0];
    if (ended) return { reason: 'waiting', sentence: `${ended}, ${after}.` };
    return { reason: 'waiting', sentence: `Everything waits for an interrupt that never comes, ${after}.` };
  }
  if (stop.reason === 'pause') return { reason: 'interrupted', sentence: `Interrupted ${after}.` };
  return used ? { reason: 'max-instructions', sentence: `Stopped as asked ${after}.` } : undefined;
}
