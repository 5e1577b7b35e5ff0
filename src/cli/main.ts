/**
 * The command line, `armvisor`: names the commands and their options, and turns every mistake into one sentence and an exit code.
 * What a command does stands in its own file. Bundled as dist/cli.js.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { installationRoot } from '../adapter/nodeHost';
import { dap } from './dap';
import { gdbserver, type GdbServerOptions } from './gdbserver';
import { exitCodes } from './exitCodes';
import { checkPolicyFile, compilePolicyFile, explainPolicyFile } from './policy';
import { experimentCommand } from './experiment/command';
import { campaignCommand } from './campaign/command';
import { describeImage } from './image';
import { runCommand, type RunOptions } from './run/command';
import { sentenceOf } from './sentence';
import { generateKey, signImage, verifyImage } from './signing';
import { describeSnapshot } from './run/snapshots';
import { tour } from './tourCommand';
import { traceCommand, type TraceOptions } from './trace/command';

const collect = (value: string, previous: readonly string[] = []): string[] => [...previous, value];

function version(): string {
  const file = readFileSync(path.join(installationRoot(), 'package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

const program = new Command('armvisor')
  .description('An ARM926 machine, the Xen-on-ARM hypervisor and its guest domains: run and debug them.')
  .version(version())
  .showSuggestionAfterError()
  .showHelpAfterError('(armvisor help lists the commands and options.)');

/** The argument and the options that say what runs, on which machine. */
const withMachine = (command: Command): Command =>
  command
    .argument('[launch.json]', 'file with the configurations (default: .vscode/launch.json)')
    .addOption(new Option('--config <name>', 'the configuration to run (default: the only one)'))
    .addOption(
      new Option('--kernel <file>', 'run this kernel natively: an ELF file, a raw image, or builtin:…').conflicts(
        'config',
      ),
    )
    .option('--symbols <file>', 'ELF file with the symbols of a kernel that has none')
    .option('--initrd <file>', 'initial RAM disk of the kernel')
    .option('--cmdline <text>', 'command line of the kernel')
    .option('--machine <name>', 'board to emulate, or a board file (.json)')
    .option('--memory <size>', 'memory of the machine, like 96M')
    .option('--tick-model <name>', 'how many ticks each instruction takes')
    .option('--cache <mode>', 'what caches do to the values that are read: off, timing or coherence')
    .option('--tlb <name>', 'translations that are kept: fast, or arm926 as on the chip')
    .option('--vfp <name>', 'floating-point coprocessor: none or vfp9')
    .option('--engine <name>', 'interpreter, translator (to WebAssembly, faster) or auto')
    .option('--date <date>', 'calendar time at switch-on, like 2008-06-01T12:00:00Z')
    .option('--nand <name=file>', 'flash device of the goldfish board; may be repeated', collect)
    .option('--sd-card <file>', 'card in the SD slot of the goldfish board')
    .option('--load <file@address>', 'copy a file into memory first; may be repeated', collect)
    .option('--pc <address>', 'start the kernel at this physical address');

withMachine(program.command('run'))
  .description('run a launch configuration, or one kernel natively, without a debugger')
  .addOption(
    new Option(
      '--console',
      'type at the console: the keys of this terminal go to the guest (Ctrl-A x leaves)',
    ).conflicts('input'),
  )
  .option('--input <[wait=>]text>', 'type this text, after the console has printed WAIT; may be repeated', collect)
  .option('--until-console <text>', 'stop when a console has printed this text')
  .option('--until-pc <address|symbol>', 'stop when the CPU is about to execute this address')
  .option('--max-instructions <count>', 'stop after so many instructions')
  .option('--verify-translator', 'translate and interpret side by side, and stop where the two differ')
  .option('--screenshot <file.png>', 'write what the display shows at the end')
  .option('--audio <file.wav>', 'write what the sound device plays')
  .option('--restore-snapshot <file>', 'go on from the state in this file, on a machine of the same options')
  .option('--save-snapshot <file>', 'write the state of the machine at the end')
  .option('--record-input <file>', 'write what was typed, each with the instruction at which it came')
  .addOption(
    new Option(
      '--replay-input <file>',
      'type what --record-input has written, at the same instructions: the same session again',
    ).conflicts(['input', 'console']),
  )
  .option('--trace-events <file>', 'write hypercalls, upcalls, faults, switches ...: .json (Perfetto) or .csv')
  .option('--profile <file>', 'write where instructions go: .cpuprofile (VS Code shows a flame chart) or .csv')
  .option('--json', 'print one JSON object as the last line of the output')
  .addHelpText(
    'after',
    '\nExit codes: 0 reached (or nothing asked for), 1 usage or bad input, 2 not reached, 3 a guest crashed.\nDocumentation: docs/command-line.md',
  )
  .action(async (file: string | undefined, options: RunOptions) => {
    process.exitCode = await runCommand(file, options);
  });

withMachine(program.command('trace'))
  .description('run as `armvisor run` does, and write down each instruction with its ticks')
  .option(
    '--format <name>',
    'text: one line for each instruction; qtrace: the trace files of the Android emulator',
    'text',
  )
  .option('-o, --output <file|folder>', 'where to write (default: standard output; qtrace: a folder, to be named)')
  .option('--from-pc <address|symbol>', 'begin when the CPU executes this address')
  .option('--wait-for-guest', 'begin when the guest switches tracing on')
  .option('--input <[wait=>]text>', 'type this text, after the console has printed WAIT; may be repeated', collect)
  .option('--until-console <text>', 'stop when a console has printed this text')
  .option('--until-pc <address|symbol>', 'stop when the CPU is about to execute this address')
  .option('--max-instructions <count>', 'stop after so many instructions')
  .option('--restore-snapshot <file>', 'go on from the state in this file, on a machine of the same options')
  .option('--json', 'print one JSON object as the last line of the output')
  .addHelpText('after', '\nDocumentation: docs/trace.md')
  .action(async (file: string | undefined, options: TraceOptions) => {
    process.exitCode = await traceCommand(file, options);
  });

program
  .command('snapshot')
  .description('look at snapshot files')
  .command('info')
  .description('check a snapshot file, and say what it is of')
  .argument('<file>', 'a file that `armvisor run --save-snapshot` has written')
  .action((file: string) => {
    process.stdout.write(describeSnapshot(file));
  });

program
  .command('dap')
  .description('serve the Debug Adapter Protocol on standard input and output, or on a TCP port')
  .option(
    '--port <number>',
    'listen on this port of the loopback interface; one session for each connection (0: any free port)',
  )
  .action(async (options: { port?: string }) => {
    await dap(options.port);
  });

withMachine(program.command('gdbserver'))
  .description('serve GDB: the hypervisor and each domain an inferior of one session (docs/gdb.md)')
  .option('--port <number>', 'listen on this port of the loopback interface (0: any free port)', '1234')
  .option(
    '--one-cpu',
    'one inferior, which is the CPU whoever it executes: what QEMU shows, for clients that know domains themselves',
  )
  .option('--stdio', 'speak on standard input and output instead, for "target remote | armvisor gdbserver --stdio ..."')
  .action(async (file: string | undefined, options: GdbServerOptions) => {
    await gdbserver(file, options);
  });

const image = program
  .command('image')
  .description('show the headers, segments and symbols of an ELF image; sign and verify it (docs/security.md)')
  .argument('<file>', 'an ELF file, or builtin:…')
  .action(async (file: string) => {
    process.stdout.write(await describeImage(file));
  });
image
  .command('keygen')
  .description('make a key pair for signing images: FILE (private) and FILE.pub')
  .requiredOption('--out <file>', 'where to write')
  .action(({ out }: { out: string }) => {
    generateKey(out);
  });
image
  .command('sign')
  .description('sign an image, so that a hypervisor whose policy requires it starts it as a domain')
  .argument('<file>', 'an ELF file, or builtin:…')
  .requiredOption('--key <file>', 'private Ed25519 key (PEM)')
  .option('-o, --output <file>', 'where to write (default: NAME.signed.elf beside it)')
  .action(async (file: string, { key, output }: { key: string; output?: string }) => {
    await signImage(file, key, output);
  });
image
  .command('verify')
  .description('hold an image against the key that it must be signed with')
  .argument('<file>', 'an ELF file, or builtin:…')
  .requiredOption('--key <file>', 'public Ed25519 key (PEM, or 64 hexadecimal digits)')
  .action(async (file: string, { key }: { key: string }) => {
    await verifyImage(file, key);
  });

program.addCommand(experimentCommand());
program.addCommand(campaignCommand());

const policy = program.command('policy').description('access control policies of the hypervisor (docs/policy.md)');
policy
  .command('compile')
  .description('compile a policy for the hypervisor')
  .argument('<file>', 'the policy as text')
  .requiredOption('-o, --output <file>', 'where to write')
  .action(async (file: string, { output }: { output: string }) => {
    await compilePolicyFile(file, output);
  });
policy
  .command('check')
  .description('say what is wrong with a policy, and which rules have no effect')
  .argument('<file>', 'the policy as text')
  .action(async (file: string) => {
    await checkPolicyFile(file);
  });
policy
  .command('explain')
  .description('say what one domain may do to another, and which line allows it')
  .argument('<file>', 'the policy as text')
  .requiredOption('--source <domain|type>', 'who acts')
  .requiredOption('--target <domain|type>', 'on whom; xen is the hypervisor')
  .action(async (file: string, { source, target }: { source: string; target: string }) => {
    await explainPolicyFile(file, source, target);
  });

program
  .command('tour')
  .description('boot the hypervisor with two domains, show what can be seen, and end in a prompt')
  .action(async () => {
    await tour();
  });

// Somebody who pipes us into `head` has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.reached);
});

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`armvisor: ${sentenceOf(error)}\n`);
  process.exitCode = exitCodes.badInput;
});
