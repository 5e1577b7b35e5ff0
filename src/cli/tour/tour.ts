/**
 * `armvisor tour`, what `npm start` runs: boots the hypervisor with two mini-OS domains, stops where it matters, shows what
 * Armvisor knows there, and in a real terminal ends in a prompt. The tour itself is a list of steps.
 */
import { launch } from '../../debugger/launch';
import type { FileHost, LaunchSettings, StopEvent } from '../../debugger/types';
import { showConsoles, showDacr, showDomains, showThreadState } from './panels';
import { prompt } from './prompt';
import { TourSession, type PermissionsModel } from './session';
import { grouped, heading, paint, type Terminal } from './terminal';

/** How far the last leg runs, so that every domain has had its turn several times. */
const consoleLegInstructions = 6_000_000;

export interface TourOptions {
  readonly settings: LaunchSettings;
  readonly host: FileHost;
  readonly permissions: PermissionsModel;
  /** Set when a person sits there: the tour then ends in a prompt. */
  readonly interactive?: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream };
}

interface Leg {
  readonly title: string;
  run(session: TourSession): Promise<void>;
}

/** Runs with one function breakpoint, to its first hit; throws when it is not reached. */
async function runTo(session: TourSession, name: string): Promise<StopEvent> {
  session.removeBreakpoint();
  const { state } = session.addBreakpoint({ kind: 'function', name });
  if (state?.verified !== true) throw new Error(`The tour needs ${name}: ${state?.message ?? 'it was not found'}`);
  const stop = await session.run(() => session.engine.resume());
  if (!stop.breakpointIds.includes(state.id))
    throw new Error(`The machine stopped before ${name}: ${stop.description}`);
  return stop;
}

const legs: readonly Leg[] = [
  {
    title: 'The first instruction of the hypervisor',
    async run(session) {
      await session.run(() => session.engine.start());
    },
  },
  {
    title: 'A guest executes swi: vector_swi, the door into the hypervisor',
    async run(session) {
      const stop = await runTo(session, 'vector_swi');
      showThreadState(session.terminal, session.engine, stop.threadId);
    },
  },
  {
    title: 'The hypervisor calls a guest back: do_upcall',
    async run(session) {
      const stop = await runTo(session, 'do_upcall');
      showThreadState(session.terminal, session.engine, stop.threadId);
      heading(session.terminal, 'Domain permissions: the DACR of everything that runs');
      showDacr(session.terminal, session.permissions(session.engine, {}));
    },
  },
  {
    title: 'The domains take turns',
    async run(session) {
      session.removeBreakpoint();
      const untilInstruction = session.engine.machine.instructionCount + consoleLegInstructions;
      await session.run(() => session.engine.resume({ untilInstruction }));
      showDomains(session.terminal, session.engine);
      heading(session.terminal, 'Each console');
      showConsoles(session.terminal, session.consoles);
    },
  },
];

/** Gives the tour; rejects with UserError when a file is missing. Resolves when it (and the prompt) are over. */
export async function runTour(terminal: Terminal, options: TourOptions): Promise<void> {
  const names = options.settings.domains.map(({ name }) => name).join(' and ');
  terminal.write(
    paint(terminal, 'bold', 'Armvisor') + `: an ARM926 machine, ${options.settings.hypervisor}, ${names}\n`,
  );
  const session = new TourSession(terminal, await launch(options.settings, options.host), options.permissions);
  try {
    for (const [index, leg] of legs.entries()) {
      heading(terminal, `${index + 1}. ${leg.title}`);
      await leg.run(session);
    }
    const { instructionCount, ticks } = session.engine.machine;
    terminal.write(`\n${grouped(instructionCount)} instructions, ${grouped(ticks)} ticks.\n`);
    terminal.write(`The same in VS Code: ${paint(terminal, 'bold', 'npm run workbench')}, then F5.\n`);
    if (options.interactive !== undefined) {
      terminal.write(`Now you: "help" lists the commands, "quit" leaves.\n`);
      await prompt(session, options.interactive.input, options.interactive.output);
    }
  } finally {
    session.dispose();
  }
}
