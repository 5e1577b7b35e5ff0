/** `armvisor campaign`: its commands and their options. */
import { Command } from 'commander';
import { isolation, type IsolationOptions } from './isolation';

export function campaignCommand(): Command {
  const campaign = new Command('campaign').description(
    'attack the hypervisor from its guests, and see whether it holds',
  );
  campaign
    .command('isolation')
    .description('random and crafted attacks of adversary guests, and checks from outside that nobody else was touched')
    .option('--seed <number>', 'what the attacks are made from (1)')
    .option('--count <number>', 'hypercalls that the adversaries fire (1000000)')
    .option('--seeds <number>', 'so many campaigns, each with another seed (1)')
    .option('--scheduler <name>', 'of the hypervisor: bvt, sedf or credit', 'bvt')
    .option('--engine <name>', 'interpreter, translator (to WebAssembly, faster) or auto', 'auto')
    .option('--json', 'print one JSON object as the last line of the output')
    .addHelpText(
      'after',
      '\nExit codes: 0 isolation held, 1 it did not (or usage, bad input).\nDocumentation: docs/isolation.md',
    )
    .action(async (options: IsolationOptions) => {
      process.exitCode = await isolation(options);
    });
  return campaign;
}
