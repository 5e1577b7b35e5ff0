/**
 * `armvisor experiment figure4`: the paper's experiment (its section 4), measured again, beside what it published.
 * docs/experiment.md says what is counted, and why the numbers are what they are.
 */
import { writeFileSync } from 'node:fs';
import type { TaskCosts } from '../../debugger/measure/unitTasks';
import { UserError } from '../../debugger/types';
import { chooseCases, PAPER, paperCpi, paperOverhead, type ExperimentCase } from './cases';
import { chart, COLOURS, type Panel } from './chart';
import { countings, explanation } from './explain';
import { measureCase, type Progress } from './measure';
import { readWorkload, type Workload, type WorkloadOptions } from './options';
import { fixed, orDash, table, whole } from './table';

export interface Figure4Options extends WorkloadOptions {
  readonly json?: boolean;
  readonly svg?: string;
  readonly cases?: string;
  readonly explain?: boolean;
}

/** One case in the form that --json prints. */
export interface CaseResult {
  readonly name: string;
  readonly instructionsPerTask: number;
  readonly ticksPerTask: number;
  readonly cpi: number;
  readonly overheadPercent: number;
  readonly tasks: number;
}

export interface Measured {
  readonly result: CaseResult;
  readonly costs: TaskCosts;
}

const ROUNDS = 4;

/** Measures these cases; native is measured in any case, for the overhead is against it. */
export async function measureFigure4(
  cases: readonly ExperimentCase[],
  workload: Workload,
  progress: Progress,
): Promise<{ readonly native: TaskCosts; readonly measured: readonly Measured[] }> {
  const native = await measureCase('native', 0, workload, progress);
  const measured: Measured[] = [];
  for (const { name, domains } of cases) {
    const costs = domains === 0 ? native : await measureCase(name, domains, workload, progress);
    measured.push({ result: resultOf(name, costs, native), costs });
  }
  return { native, measured };
}

function resultOf(name: string, { total, tasks }: TaskCosts, native: TaskCosts): CaseResult {
  const instructionsPerTask = total.instructions / tasks;
  const overhead = instructionsPerTask / (native.total.instructions / native.tasks) - 1;
  return {
    name,
    instructionsPerTask,
    ticksPerTask: total.ticks / tasks,
    cpi: total.ticks / total.instructions,
    overheadPercent: 100 * overhead,
    tasks,
  };
}

/** Returns nothing; everything is printed. Throws UserError for bad input. */
export async function figure4(options: Figure4Options): Promise<void> {
  const workload = readWorkload(options, ROUNDS);
  const cases = chooseCases(options.cases);
  if (options.svg === '') throw new UserError('--svg is empty: give the name of a file to write.');
  const { native, measured } = await measureFigure4(cases, workload, progressOn(process.stderr));
  const out = (text: string): void => void process.stdout.write(text);
  out(`${heading(workload)}\n\n${resultTable(measured)}\n`);
  out(`Three ways to count the instructions of a unit task (docs/experiment.md)\n\n`);
  out(`${countings(measured.map(({ result, costs }) => ({ name: result.name, costs })))}\n`);
  if (options.explain === true) {
    for (const { result, costs } of measured) out(`${explanation(result.name, costs, native)}\n`);
  }
  if (options.svg !== undefined) {
    writeFile(options.svg, figure(measured, native, workload));
    process.stderr.write(`armvisor: the chart is in ${options.svg}.\n`);
  }
  if (options.json === true) {
    out(`${JSON.stringify({ cases: measured.map(({ result }) => result), paper: PAPER })}\n`);
  }
}

export const describe = (
  { optimise, tickModel, rounds, nsPerTick, scheduler }: Workload,
  schedulers: string = scheduler,
): string =>
  `workload ${optimise}, tick model ${tickModel}, ${rounds} rounds of 4 threads, ${nsPerTick} ns a tick, scheduler ${schedulers}`;

const heading = (workload: Workload): string => `Figure 4: ${describe(workload)}`;

export function resultTable(measured: readonly Measured[]): string {
  const rows = measured.map(({ result }) => [
    result.name,
    whole(result.instructionsPerTask),
    whole(result.ticksPerTask),
    fixed(result.cpi, 4),
    orDash(paperCpi(result.name), (value) => fixed(value, 2)),
    `${fixed(result.overheadPercent, 3)} %`,
    orDash(paperOverhead(result.name), (value) => `${value} %`),
    String(result.tasks),
  ]);
  return table(['case', 'instructions/task', 'ticks/task', 'CPI', 'paper', 'overhead', 'paper', 'tasks'], rows);
}

/** The chart: what the paper's Figure 4 shows, and CPI beside the paper's. */
export function figure(measured: readonly Measured[], native: TaskCosts, workload: Workload): string {
  const nativePerTask = native.total.instructions / native.tasks;
  const results = measured.map(({ result }) => result);
  const categories = results.map(({ name }) => name);
  const panels: Panel[] = [
    {
      title: 'Per unit task',
      unit: 'executed, in thousands',
      categories,
      kind: 'bars',
      format: whole,
      series: [
        { label: 'instructions', colour: COLOURS[0], values: results.map((each) => each.instructionsPerTask / 1000) },
        { label: 'ticks', colour: COLOURS[1], values: results.map((each) => each.ticksPerTask / 1000) },
      ],
    },
    {
      title: 'More than native',
      unit: 'instructions per unit task',
      categories,
      kind: 'bars',
      format: whole,
      series: [
        {
          label: 'measured',
          colour: COLOURS[0],
          values: results.map((each) => each.instructionsPerTask - nativePerTask),
        },
      ],
    },
    {
      title: 'Ticks per instruction (CPI)',
      unit: 'measured, and as the paper states it',
      categories,
      kind: 'bars',
      format: (value) => fixed(value, 2),
      series: [
        { label: 'measured', colour: COLOURS[0], values: results.map(({ cpi }) => cpi) },
        { label: 'paper', colour: COLOURS[3], values: categories.map(paperCpi) },
      ],
    },
  ];
  return chart('The experiment of the paper, measured again', panels, describe(workload));
}

/** What a long run tells meanwhile: over and over on one line of a terminal, at most once for each text elsewhere. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  let last = '';
  return (text) => {
    const shown = stream.isTTY ? `\r${text}   ` : text.split(':')[0]!;
    if (shown === last) return;
    last = shown;
    stream.write(stream.isTTY ? shown : `armvisor: measuring ${shown}\n`);
  };
}

export function writeFile(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { code = 'an unknown error' } = error as NodeJS.ErrnoException;
    throw new UserError(`${file} cannot be written (${code}): name a file in a folder that exists and may be written.`);
  }
}
