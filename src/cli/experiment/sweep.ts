/** `armvisor experiment sweep`: how the experiment's results depend on the timer's frequency, the optimisation and the tick model. */
import { CASES } from './cases';
import { measureFigure4, progressOn } from './figure4';
import { readWorkload, type WorkloadOptions } from './options';
import { fixed, markdownTable, orDash, table, whole } from './table';

export interface SweepOptions {
  readonly rounds?: string;
  readonly markdown?: boolean;
}

/** A slower CPU has more timer interrupts in each task: a tick of 500 ns is what 100 times the timer's frequency is at 5 ns. */
const ROWS: readonly WorkloadOptions[] = [
  {},
  { optimise: 'O0-today' },
  { optimise: 'O2' },
  { tickModel: 'goldfish-dcache' },
  { tickModel: 'arm926ejs' },
  { scheduler: 'sedf' },
  { scheduler: 'credit' },
  { nsPerTick: '50' },
  { nsPerTick: '500' },
  { nsPerTick: '2000' },
];

const HEAD = ['workload', 'tick model', 'scheduler', 'ns/tick', 'interrupts/task'];

export async function sweep(options: SweepOptions): Promise<void> {
  const progress = progressOn(process.stderr);
  const rows: string[][] = [];
  for (const each of ROWS) {
    const workload = readWorkload({ ...each, rounds: options.rounds }, 1);
    const label = [workload.optimise, workload.tickModel, workload.scheduler, String(workload.nsPerTick)];
    const { measured } = await measureFigure4(CASES, workload, (text) => progress(`${label.join(' ')} ${text}`));
    const dom0 = measured[1]!.costs;
    const interrupts = (dom0.causes.get('interrupt')?.visits ?? 0) / dom0.tasks;
    rows.push([
      ...label,
      fixed(interrupts, 1),
      ...measured.map(({ result }) => fixed(result.cpi, 3)),
      whole(measured[0]!.result.instructionsPerTask),
      ...measured.slice(1).map(({ result }) => orDash(result.overheadPercent, (value) => `${fixed(value, 2)} %`)),
    ]);
  }
  const names = CASES.map(({ name }) => name);
  const head = [
    ...HEAD,
    ...names.map((name) => `CPI ${name}`),
    'native instructions',
    ...names.slice(1).map((name) => `more, ${name}`),
  ];
  process.stdout.write(options.markdown === true ? markdownTable(head, rows) : table(head, rows));
}
