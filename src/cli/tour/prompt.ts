/** The interactive prompt at the end of the tour: reads lines, runs commands, pauses on Ctrl-C. A terminal only. */
import readline from 'node:readline';
import { UserError } from '../../debugger/types';
import { commandFor, commands } from './commands';
import type { TourSession } from './session';
import { paint } from './terminal';

const quitWords = new Set(['quit', 'q', 'exit']);

/** Runs one line; returns false when the person wants to leave. Mistakes are printed as one sentence. */
export async function runLine(session: TourSession, line: string): Promise<boolean> {
  const [word = '', ...others] = line.trim().split(/\s+/);
  if (quitWords.has(word)) return false;
  const command = commandFor(word);
  try {
    if (command === undefined) throw new UserError(`"${word}" is no command; "help" lists them.`);
    await command.run(session, others.join(' '));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    session.terminal.write(`  ${paint(session.terminal, 'yellow', error.message)}\n`);
  }
  return true;
}

/** Resolves when the person leaves. Lines that arrive while a command runs wait for it (pasted or piped input). */
export async function prompt(session: TourSession, input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
  const words = commands.flatMap(({ names }) => names);
  const reader = readline.createInterface({
    input,
    output,
    prompt: 'armvisor> ',
    completer: (line: string) => [words.filter((word) => word.startsWith(line)), line],
  });
  reader.on('SIGINT', () => {
    if (session.engine.running) session.engine.pause();
    else session.terminal.write('\n(quit or Ctrl-D leaves)\n');
    if (!session.engine.running) reader.prompt();
  });
  let last = 'help';
  reader.prompt();
  for await (const line of reader) {
    if (line.trim() !== '') last = line;
    if (!(await runLine(session, last))) break;
    reader.prompt();
  }
  reader.close();
}
