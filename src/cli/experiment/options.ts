/** The options that the experiments share, read and checked. */
import { UserError } from '../../debugger/types';

export const TICK_MODELS = ['goldfish', 'goldfish-dcache', 'arm926ejs'] as const;
export const OPTIMISATIONS = ['O0', 'O2', 'O0-today'] as const;
export const SCHEDULERS = ['bvt', 'sedf', 'credit'] as const;

export type Optimisation = (typeof OPTIMISATIONS)[number];

/** As commander gives them. */
export interface WorkloadOptions {
  readonly tickModel?: string;
  readonly optimise?: string;
  readonly rounds?: string;
  readonly nsPerTick?: string;
  readonly scheduler?: string;
}

export interface Workload {
  readonly tickModel: string;
  readonly optimise: Optimisation;
  /** How often each thread runs its task. */
  readonly rounds: number;
  readonly nsPerTick: number;
  readonly scheduler: string;
}

/** @throws UserError that names the option, what is wrong and what can be given */
export function readWorkload(options: WorkloadOptions, rounds: number): Workload {
  return {
    tickModel: oneOf('--tick-model', options.tickModel ?? 'goldfish', TICK_MODELS),
    optimise: oneOf('--optimise', (options.optimise ?? 'O0').replace(/^-/, ''), OPTIMISATIONS),
    rounds: wholeNumber('--rounds', options.rounds, rounds, 1, 1000),
    nsPerTick: wholeNumber('--ns-per-tick', options.nsPerTick, 5, 1, 10_000),
    scheduler: oneOf('--scheduler', options.scheduler ?? 'bvt', SCHEDULERS),
  };
}

export function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new UserError(`${option} is "${value}": it must be ${choices.join(', ')}.`);
  return found;
}

export function wholeNumber(
  option: string,
  text: string | undefined,
  usual: number,
  least: number,
  most: number,
): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new UserError(`${option} is "${text}": it must be a whole number from ${least} to ${most}.`);
  }
  return value;
}
