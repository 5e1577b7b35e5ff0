/** What a command of the debug console is: data about it, and what it does. commands.ts lists them; types and reading only. */
import { UserError, type DebugEngine, type Frame, type StopEvent } from '../types';

/**
 * How an argument is written. `count`: a whole number from 1; `instruction`: an instruction count, `12_345_678` too; `rest`: all that
 * is left of the line, at least a character; others are one word.
 */
export type ArgumentType = 'count' | 'instruction' | 'word' | 'newCheckpoint' | 'checkpoint' | 'command' | 'rest';

export interface ReplArgument {
  readonly name: string;
  readonly type: ArgumentType;
  readonly optional?: true;
  /** The only words that it can be. */
  readonly choices?: readonly string[];
  /** Words that completion offers. */
  readonly suggestions?: (engine: DebugEngine) => readonly string[];
}

export interface ReplContext {
  readonly engine: DebugEngine;
  /** What expressions refer to. */
  readonly frame: Frame | undefined;
  readonly threadId: number;
  /** Where the machine stands. */
  readonly stop?: StopEvent;
  /** Reads a file; absent where there are none. */
  readonly load?: (file: string) => Promise<Uint8Array>;
  /** Writes a file, and says where it is; absent where there are no files. */
  readonly save?: (file: string, text: string) => Promise<string>;
}

/** What a command answers: text, at once or after it has looked into the past; or a move of the machine that the caller sets going. */
export type ReplResult =
  { readonly text: string } | { readonly later: () => Promise<string> } | { readonly move: () => Promise<StopEvent> };

export type ReplValues = Readonly<Record<string, string | number | undefined>>;

export interface ReplCommand {
  readonly name: string;
  /** The same in other debuggers' words. */
  readonly aliases?: readonly string[];
  readonly arguments: readonly ReplArgument[];
  readonly help: string;
  readonly example: string;
  /** Xen's debug key that printed the same on its console. */
  readonly debugKey?: string;
  /** Throws UserError for a mistake of the person. */
  run(context: ReplContext, values: ReplValues): ReplResult;
}

/** `back [COUNT] [UNIT]` */
export function usageOf({ name, arguments: given }: ReplCommand): string {
  const shown = given.map((argument) => {
    const text = argument.choices?.join(' | ') ?? argument.name.toUpperCase();
    return argument.optional ? `[${text}]` : text;
  });
  return [name, ...shown].join(' ');
}

/** The arguments of a line, after the command's name. @throws UserError that says what is wrong and how it is meant */
export function readArguments(command: ReplCommand, line: string): ReplValues {
  const values: Record<string, string | number | undefined> = {};
  let rest = line.trim();
  for (const argument of command.arguments) {
    if (argument.type === 'rest') {
      values[argument.name] = rest || undefined;
      rest = '';
    } else {
      const word = /^\S*/.exec(rest)![0];
      const value = word === '' ? undefined : valueOf(argument, word);
      if (value !== undefined) rest = rest.slice(word.length).trim();
      else if (word !== '' && !argument.optional) throw wrong(command, `"${word}" is no ${kindOf(argument).kind}`);
      values[argument.name] = value;
    }
    if (values[argument.name] === undefined && !argument.optional)
      throw wrong(command, `"${command.name}" needs ${kindOf(argument).one}`);
  }
  if (rest !== '') throw wrong(command, `"${rest}" is too much for "${command.name}"`);
  return values;
}

function valueOf({ type, choices }: ReplArgument, word: string): string | number | undefined {
  if (choices) return choices.find((choice) => choice === word);
  if (type !== 'count' && type !== 'instruction') return word;
  const number = /^\d[\d_,]*$/.test(word) ? Number(word.replaceAll(/[_,]/g, '')) : NaN;
  return Number.isSafeInteger(number) && number >= (type === 'count' ? 1 : 0) ? number : undefined;
}

/** What is meant, and the same with an article. */
function kindOf({ name, type, choices }: ReplArgument): { readonly kind: string; readonly one: string } {
  if (choices) return { kind: `word of ${choices.join(', ')}`, one: `one of ${choices.join(', ')}` };
  const kind = type === 'count' ? 'number from 1' : type === 'instruction' ? 'instruction count' : name;
  return { kind, one: `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}` };
}

const wrong = (command: ReplCommand, what: string): UserError =>
  new UserError(`${what}: ${usageOf(command)}, for example ${command.example}`);
