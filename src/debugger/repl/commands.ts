/**
 * The commands of the debug console, one table: VS Code's console, any client's `evaluate` with the context `repl`, and the terminal's
 * prompt read it. A line whose first word is none of them is an expression.
 */
import type { DebugEngine } from '../types';
import { backInTime } from './backInTime';
import { cacheCommands } from './caches';
import { channelCommands } from './channels';
import { columns } from './columns';
import { readArguments, usageOf, type ReplCommand, type ReplContext, type ReplResult } from './command';
import { domainCommands } from './domains';
import { hypercallCommands } from './hypercallList';
import { backtrace, info } from './info';
import { schedulingCommands } from './scheduling';
import { tracingCommands } from './tracing';
import { symbolsCommand } from './symbols';
import { whyCommand } from './why';
import { translationCommands } from './translation';

const help: ReplCommand = {
  name: 'help',
  arguments: [
    { name: 'command', type: 'command', optional: true, suggestions: () => replCommands.map(({ name }) => name) },
  ],
  help: 'Lists the commands, or explains one.',
  example: 'help last-write',
  run(_context, { command }) {
    const found = command === undefined ? undefined : replCommand(String(command));
    if (found) return { text: explained(found) };
    const width = Math.max(...replCommands.map(({ name }) => name.length));
    const lines = replCommands.map(({ name, help: what }) => `${name.padEnd(width)}  ${what}`);
    return { text: `${lines.join('\n')}\nAnything else is an expression; in parentheses everything is.` };
  },
};

/** Xen's debug keys (Ctrl-A three times, then the key) as an index: people who know those find the commands. */
const keys: ReplCommand = {
  name: 'keys',
  arguments: [],
  help: "Xen's debug keys, and the commands that show the same.",
  example: 'keys',
  run() {
    const rows = replCommands.flatMap(({ name, help: what, debugKey }) =>
      debugKey === undefined ? [] : [[debugKey, name, what]],
    );
    return { text: columns(['key', 'command', ''], rows) };
  },
};

export const replCommands: readonly ReplCommand[] = [
  ...domainCommands,
  ...translationCommands,
  whyCommand,
  ...tracingCommands,
  ...cacheCommands,
  ...hypercallCommands,
  ...channelCommands,
  ...schedulingCommands,
  backtrace,
  symbolsCommand,
  info,
  ...backInTime,
  keys,
  help,
];

/** By its name or another debugger's. */
export const replCommand = (word: string): ReplCommand | undefined =>
  replCommands.find(({ name, aliases = [] }) => name === word || aliases.includes(word));

function explained(command: ReplCommand): string {
  const aliases = command.aliases ? `\nalso: ${command.aliases.join(', ')}` : '';
  return `${usageOf(command)}\n${command.help}\nfor example: ${command.example}${aliases}`;
}

/** After a command's name comes nothing, or an argument: `history = 3` and `back->next` are expressions. */
const LINE = /^([a-z][a-z-]*)(?:\s+(?![-+*/%=<>&|^?.,)\]])(.*))?$/s;

/** What a line does when it is a command; undefined for an expression. @throws UserError for a mistake of the person */
export function runReplLine(context: ReplContext, line: string): ReplResult | undefined {
  const [, word, rest = ''] = LINE.exec(line.trim()) ?? [];
  const command = word === undefined ? undefined : replCommand(word);
  return command?.run(context, readArguments(command, rest));
}

/** Words that continue a line, and where in it the word begins. Empty for what is no command. */
export function completeReplLine(
  engine: DebugEngine,
  line: string,
): { readonly start: number; readonly words: readonly string[] } {
  const start = /\S*$/.exec(line)!.index;
  const typed = line.slice(start);
  const before = line.slice(0, start).trim();
  if (before === '')
    return { start, words: replCommands.map(({ name }) => name).filter((name) => name.startsWith(typed)) };
  const [word = '', ...others] = before.split(/\s+/);
  const given = replCommand(word)?.arguments ?? [];
  const argument = given[Math.min(others.length, given.length - 1)];
  const words = argument?.choices ?? argument?.suggestions?.(engine) ?? [];
  return { start, words: words.filter((each) => each.startsWith(typed)) };
}
