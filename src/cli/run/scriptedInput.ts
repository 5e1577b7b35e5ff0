/**
 * `--input [WAIT=>]TEXT`: types prepared texts at the console, each once what it waits for has been printed. The console is looked
 * at after fixed numbers of instructions, so the same run types at the same instruction every time.
 */
import { UserError, type DebugEngine } from '../../debugger/types';
import type { ConsoleUser } from './consoleUser';

export interface ScriptedText {
  /** Typed at once when left out. */
  readonly waitFor?: string;
  readonly text: string;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', e: '\x1b', '\\': '\\' };

/** @throws UserError when an escape is not known */
export function readScriptedText(option: string): ScriptedText {
  const at = option.indexOf('=>');
  const waitFor = at < 0 ? undefined : unescape(option.slice(0, at), option);
  const text = unescape(at < 0 ? option : option.slice(at + 2), option);
  if (text === '' || waitFor === '') {
    throw new UserError(`--input is "${option}": it must be TEXT, or WAIT=>TEXT, like "# =>ls\\n".`);
  }
  return { waitFor, text };
}

function unescape(text: string, option: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|.?)/gs, (whole, code: string) => {
    if (code.length === 3) return String.fromCharCode(parseInt(code.slice(1), 16));
    const character = escapes[code];
    if (character !== undefined) return character;
    throw new UserError(`--input is "${option}": "${whole}" is no escape; there are \\n \\r \\t \\e \\\\ and \\xHH.`);
  });
}

export class ScriptedInput implements ConsoleUser {
  readonly legInstructions = 100_000;
  private readonly left: ScriptedText[];
  /** What has been printed since the last text was typed. */
  private printed = '';
  private readonly unsubscribe: () => void;

  constructor(
    private readonly engine: DebugEngine,
    texts: readonly ScriptedText[],
  ) {
    this.left = [...texts];
    this.unsubscribe = engine.onConsole(({ text }) => (this.printed += text));
  }

  async between(): Promise<'typed' | 'nothing'> {
    const next = this.left[0];
    if (next === undefined || (next.waitFor !== undefined && !this.printed.includes(next.waitFor))) return 'nothing';
    this.left.shift();
    this.printed = '';
    this.engine.sendConsoleInput(next.text);
    return 'typed';
  }

  close(): void {
    this.unsubscribe();
  }
}
