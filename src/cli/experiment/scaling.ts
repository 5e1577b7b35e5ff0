/**
 * `armvisor experiment scaling`: the unit task with 1 to 16 domains under each scheduler: what it takes, how often the CPU goes
 * from one domain to another, and how evenly the domains are served.
 */
import { UserError } from '../../debugger/types';
import type { TaskCosts } from '../../debugger/measure/unitTasks';
import { chart, COLOURS, type Panel } from './chart';
import { describe, progressOn, writeFile } from './figure4';
import { measureCase, type Progress } from './measure';
import { readWorkload, SCHEDULERS, oneOf, type Workload, type WorkloadOptions } from './options';
import { fixed, table, whole } from './table';

export interface ScalingOptions extends WorkloadOptions {
  readonly domains?: string;
  readonly schedulers?: string;
  readonly json?: boolean;
  readonly svg?: string;
}

export interface ScalingResult {
  readonly scheduler: string;
  readonly domains: number;
  readonly instructionsPerTask: number;
  readonly ticksPerTask: number;
  readonly switchesPerTask: number;
  /** Jain's index of the shares when the first domain was done: 1 is even, 1/n is all for one. */
  readonly fairness: number;
  readonly tasks: number;
}

const MOST_DOMAINS = 16;
const ROUNDS = 2;

export async function scaling(options: ScalingOptions): Promise<void> {
  const workload = readWorkload(options, ROUNDS);
  const counts = readDomains(options.domains ?? '1..16');
  const schedulers = (options.schedulers ?? SCHEDULERS.join(','))
    .split(',')
    .map((name) => oneOf('--schedulers', name.trim(), SCHEDULERS));
  if (options.svg === '') throw new UserError('--svg is empty: give the name of a file to write.');
  const results = await measureScaling(counts, schedulers, workload, progressOn(process.stderr));
  process.stdout.write(`Unit task with more domains: ${describe(workload, schedulers.join(', '))}\n\n`);
  process.stdout.write(table(head, results.map(row)));
  if (options.svg !== undefined) writeFile(options.svg, figure(results, counts, schedulers, workload));
  if (options.json === true) process.stdout.write(`${JSON.stringify({ results })}\n`);
}

export async function measureScaling(
  counts: readonly number[],
  schedulers: readonly string[],
  workload: Workload,
  progress: Progress,
): Promise<readonly ScalingResult[]> {
  const results: ScalingResult[] = [];
  for (const scheduler of schedulers) {
    for (const domains of counts) {
      const name = `${domains} domains under ${scheduler}`;
      const costs = await measureCase(name, domains, { ...workload, scheduler }, progress);
      results.push(resultOf(scheduler, domains, costs));
    }
  }
  return results;
}

function resultOf(scheduler: string, domains: number, costs: TaskCosts): ScalingResult {
  const { total, tasks, switches, shares } = costs;
  const sum = shares.reduce((all, share) => all + share, 0);
  const squares = shares.reduce((all, share) => all + share * share, 0);
  return {
    scheduler,
    domains,
    instructionsPerTask: total.instructions / tasks,
    ticksPerTask: total.ticks / tasks,
    switchesPerTask: switches / tasks,
    fairness: (sum * sum) / (domains * squares),
    tasks,
  };
}

const head = ['scheduler', 'domains', 'instructions/task', 'ticks/task', 'switches/task', 'fairness'];

const row = (each: ScalingResult): string[] => [
  each.scheduler,
  String(each.domains),
  whole(each.instructionsPerTask),
  whole(each.ticksPerTask),
  fixed(each.switchesPerTask, 2),
  fixed(each.fairness, 4),
];

/** "1..16", "1,2,4", "3". */
function readDomains(text: string): readonly number[] {
  const range = /^(\d+)\.\.(\d+)$/.exec(text);
  const [from, to] = range ? [Number(range[1]), Number(range[2])] : [0, -1];
  const counts = range ? Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index) : numbers(text);
  if (counts.length === 0 || counts.some((count) => !Number.isInteger(count) || count < 1 || count > MOST_DOMAINS)) {
    throw new UserError(`--domains is "${text}": give numbers from 1 to ${MOST_DOMAINS}, like 1..16 or 1,2,4.`);
  }
  return counts;
}

const numbers = (text: string): number[] => text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));

function figure(
  results: readonly ScalingResult[],
  counts: readonly number[],
  schedulers: readonly string[],
  workload: Workload,
): string {
  const panel = (
    title: string,
    unit: string,
    format: (value: number) => string,
    pick: (result: ScalingResult) => number,
    from?: number,
  ): Panel => ({
    title,
    unit,
    categories: counts.map(String),
    kind: 'lines',
    format,
    from,
    series: schedulers.map((label, index) => ({
      label,
      colour: COLOURS[index]!,
      values: results.filter(({ scheduler }) => scheduler === label).map(pick),
    })),
  });
  const least = Math.min(...results.map(({ instructionsPerTask }) => instructionsPerTask));
  const base = Math.floor(least / 1000) * 1000;
  const panels = [
    panel('Instructions per unit task', 'by number of domains', whole, (each) => each.instructionsPerTask, base),
    panel(
      'Domain switches per unit task',
      'by number of domains',
      (value) => fixed(value, 1),
      (each) => each.switchesPerTask,
    ),
    panel(
      'Fairness',
      "Jain's index when the first domain was done; 1 is even",
      (value) => fixed(value, 2),
      (each) => each.fairness,
    ),
  ];
  return chart('The unit task with more domains', panels, describe(workload, schedulers.join(', ')));
}
