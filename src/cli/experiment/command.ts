/** `armvisor experiment`: its commands and their options. What each does stands in its own file. */
import { Command } from 'commander';
import { scaling, type ScalingOptions } from './scaling';
import { costs, type CostsOptions } from './costs';
import { sweep, type SweepOptions } from './sweep';
import { figure4, type Figure4Options } from './figure4';

function withWorkload(command: Command, { schedulers = false } = {}): Command {
  command
    .option('--tick-model <name>', 'goldfish, goldfish-dcache or arm926ejs', 'goldfish')
    .option('--optimise <name>', 'how the workload is compiled: O0 (as in 2008), O2, or O0-today', 'O0')
    .option('--rounds <count>', 'how often each thread runs its task')
    .option('--ns-per-tick <count>', 'how long a tick takes for the timers (5: 200 MHz)');
  return schedulers ? command : command.option('--scheduler <name>', 'of the hypervisor: bvt, sedf or credit', 'bvt');
}

const help = '\nDocumentation: docs/experiment.md';

export function experimentCommand(): Command {
  const experiment = new Command('experiment').description(
    'measure what the hypervisor costs: the experiment of the paper, and more',
  );
  withWorkload(experiment.command('figure4'))
    .description('the experiment of the paper: native, and one to three domains, beside what it published')
    .option('--cases <names>', 'only these of native, dom0, dom0+1, dom0+1+2, separated by commas')
    .option('--explain', 'say what the instructions were, by cause and by part of the hypervisor')
    .option('--svg <file>', 'write the chart')
    .option('--json', 'print one JSON object as the last line of the output')
    .addHelpText('after', help)
    .action(async (options: Figure4Options) => figure4(options));
  withWorkload(experiment.command('scaling'), { schedulers: true })
    .description('the same task with 1 to 16 domains, under each scheduler')
    .option('--domains <numbers>', 'how many: a range like 1..16, or numbers like 1,2,4', '1..16')
    .option('--schedulers <names>', 'only these of bvt, sedf, credit, separated by commas')
    .option('--svg <file>', 'write the chart')
    .option('--json', 'print one JSON object as the last line of the output')
    .addHelpText('after', help)
    .action(async (options: ScalingOptions) => scaling(options));
  experiment
    .command('costs')
    .description('what one hypercall, upcall, system call, event, domain switch and page-table update take')
    .option('--tick-model <name>', 'goldfish, goldfish-dcache or arm926ejs', 'arm926ejs')
    .option('--ns-per-tick <count>', 'how long a tick takes for the timers (5: 200 MHz)')
    .option('--count <count>', 'how many of each', '200')
    .option('--json', 'print one JSON object as the last line of the output')
    .addHelpText('after', help)
    .action(async (options: CostsOptions) => costs(options));
  experiment
    .command('sweep')
    .description('figure4 again with other timers, compilations, tick models and schedulers, one row each')
    .option('--rounds <count>', 'how often each thread runs its task', '1')
    .option('--markdown', 'print the table as Markdown')
    .addHelpText('after', help)
    .action(async (options: SweepOptions) => sweep(options));
  return experiment;
}
