/**
 * Consoles of several domains in one stream of text: whole lines, each with the name of its console in front, never mixed
 * within a line. The adapter's output events and `armvisor run` write with it.
 */
import type { ConsoleOutput } from '../debugger/types';

export interface ConsoleChunk {
  /** Text with prefixes, to be written as it is. */
  readonly shown: string;
  /** The console's own text in it. */
  readonly raw: string;
  readonly from: ConsoleOutput['from'];
}

/** Name of a console for people. A native machine has only one, which needs none. */
export function consoleName(from: ConsoleOutput['from']): string {
  return from === 'hypervisor' ? 'Xen' : from === 'native' ? '' : from.name;
}

/** Colours of the domains in turn, of those that read on light and dark ground; the hypervisor's name is bold (ECMA-48 8.3.117). */
const DOMAIN_COLOURS = [36, 33, 35, 32, 34, 31] as const;
const PLAIN = '\u001b[0m';

/** The name in front of a line in its domain's colour. */
export function colouredPrefix(from: ConsoleOutput['from']): string {
  if (from === 'native') return '';
  const style = from === 'hypervisor' ? 1 : DOMAIN_COLOURS[from.domainId % DOMAIN_COLOURS.length]!;
  return `\u001b[${style}m${plainPrefix(from).trimEnd()}${PLAIN} `;
}

export const plainPrefix = (from: ConsoleOutput['from']): string =>
  from === 'native' ? '' : `[${consoleName(from)}] `;

export class ConsoleLines {
  /** Unfinished lines, by console. */
  private readonly pending = new Map<string, { from: ConsoleOutput['from']; text: string }>();
  /** The console whose unfinished line already stands in the stream. */
  private openLine: string | undefined;

  /** @param prefix what stands in front of each line of a console */
  constructor(private readonly prefix: (from: ConsoleOutput['from']) => string = plainPrefix) {}

  /** Takes what a console printed; returns what can be shown: its finished lines. */
  push(output: ConsoleOutput): ConsoleChunk[] {
    const name = consoleName(output.from);
    const text = (this.pending.get(name)?.text ?? '') + output.text;
    const end = text.lastIndexOf('\n') + 1;
    this.pending.set(name, { from: output.from, text: text.slice(end) });
    return end === 0 ? [] : [this.show(name, output.from, text.slice(0, end))];
  }

  /** Shows unfinished lines too: at a stop, where nothing more may come for long. */
  flush(): ConsoleChunk[] {
    const chunks: ConsoleChunk[] = [];
    for (const [name, { from, text }] of this.pending) {
      if (text !== '') chunks.push(this.show(name, from, text));
    }
    this.pending.clear();
    return chunks;
  }

  /** True when the stream stands in the middle of a line. */
  get midLine(): boolean {
    return this.openLine !== undefined;
  }

  get hasPending(): boolean {
    return [...this.pending.values()].some(({ text }) => text !== '');
  }

  private show(name: string, from: ConsoleOutput['from'], raw: string): ConsoleChunk {
    const continues = this.openLine === name;
    const breakLine = this.openLine !== undefined && !continues ? '\n' : '';
    const prefix = this.prefix(from);
    // A carriage return before the line feed is the terminal's business, not the log's.
    const lines = raw.replaceAll('\r', '').split('\n');
    const tail = lines.pop()!;
    const shownLines = lines.map((line, index) => `${index === 0 && continues ? '' : prefix}${line}\n`).join('');
    const shownTail = tail === '' ? '' : `${lines.length === 0 && continues ? '' : prefix}${tail}`;
    this.openLine = tail === '' ? undefined : name;
    return { shown: breakLine + shownLines + shownTail, raw, from };
  }
}
