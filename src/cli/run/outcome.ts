/** How a headless run ended: for people a sentence, for programs the JSON object of docs/command-line.md, and an exit code. */
import { hex } from '../../adapter/memoryReferences';
import { exitCodes } from '../exitCodes';

export type StopReason =
  'console' | 'pc' | 'max-instructions' | 'waiting' | 'halted' | 'crashed' | 'interrupted' | 'left';

export interface DomainConsole {
  readonly id: number;
  readonly name: string;
  readonly console: string;
}

export interface Outcome {
  readonly stopReason: StopReason;
  readonly exitCode: number;
  readonly sentence: string;
  readonly instructions: number;
  readonly ticks: number;
  /** Which ticks these are, and how long each is on the machine. */
  readonly tickModel: string;
  readonly nsPerTick: number;
  readonly pc: number;
  readonly domains: readonly DomainConsole[];
  /** What the hypervisor printed itself; absent for a native run. */
  readonly hypervisorConsole?: string;
  /** The console of a native run. */
  readonly console?: string;
}

/**
 * The exit code of a stop. A crash is 3 whatever was asked for. With a goal (a text, an address), only reaching it is 0; without
 * one, a run that came to its end (the given number of instructions, a machine at rest) is 0 too.
 */
export function exitCodeOf(reason: StopReason, hasGoal: boolean): number {
  if (reason === 'crashed') return exitCodes.crashed;
  if (reason === 'console' || reason === 'pc') return exitCodes.reached;
  if (reason === 'interrupted' || hasGoal) return exitCodes.notReached;
  return exitCodes.reached;
}

/** The JSON object, keys in the documented order. */
export function report(outcome: Outcome): object {
  const { stopReason, instructions, ticks, tickModel, nsPerTick, pc, domains, hypervisorConsole, console, sentence } =
    outcome;
  return {
    stopReason,
    instructions,
    ticks,
    pc: hex(pc),
    domains,
    ...(hypervisorConsole !== undefined && { hypervisorConsole }),
    ...(console !== undefined && { console }),
    tickModel,
    nsPerTick,
    description: sentence,
  };
}
