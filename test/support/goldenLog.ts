/**
 * A golden log of a DAP session: every message in a readable line, numbers that only identify things (frames, references) renumbered
 * by appearance, paths under the repository shortened. Console output is gathered and stands at the end, as its cutting into
 * events follows the clock.
 *
 * What moves with every build of the firmware (addresses within a page, sizes that the hypervisor prints) is masked.
 */
import { holdText, repository } from './goldenText';
import { DapClient } from './dapClient';

/** Fields whose numbers only identify. A thread's number is shown as it is. */
const identifiers: Readonly<Record<string, string>> = {
  frameId: 'frame',
  variablesReference: 'ref',
  hitBreakpointIds: 'breakpoint',
  targetId: 'target',
};

class Normaliser {
  private readonly seen = new Map<string, Map<number, number>>();

  text(content: unknown): string {
    const json = JSON.stringify(this.walk(content, '', ''));
    return json === undefined || json === '{}'
      ? ''
      : ` ${json.replaceAll(/"(\w+)":/g, '$1: ').replaceAll(/,(?=\S)/g, ', ')}`;
  }

  private walk(value: unknown, key: string, parent: string): unknown {
    if (typeof value === 'string') return this.place(value);
    if (Array.isArray(value)) return value.map((element) => this.walk(element, key, parent));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.walk(each, name, key)]));
    }
    const kind =
      key === 'id'
        ? { stackFrames: 'frame', breakpoints: 'breakpoint', breakpoint: 'breakpoint', targets: 'target' }[parent]
        : identifiers[key];
    return kind === undefined || value === 0 || typeof value !== 'number' ? value : this.renumber(kind, value);
  }

  /** Addresses move with every build of the firmware; those of pages and small numbers are chosen, and stay. */
  private place(text: string): string {
    return text.replaceAll(repository, '<repository>').replaceAll(/0x[0-9a-f]{8}\b/gi, (address) => {
      const value = Number(address);
      return value < 0x10000 || value % 0x1000 === 0 ? address : '<address>';
    });
  }

  private renumber(kind: string, value: number): string {
    const numbers = this.seen.get(kind) ?? new Map<number, number>();
    this.seen.set(kind, numbers);
    if (!numbers.has(value)) numbers.set(value, numbers.size + 1);
    return `${kind}#${numbers.get(value)}`;
  }
}

const maskSizes = (text: string): string =>
  text.replaceAll(/\b\d+ KB/g, '<size> KB').replaceAll(/\b[0-9a-f]{8}\b/g, '<address>');

const arrows = { request: '→', response: '←', event: '⚡' } as const;

/** Runs a scenario with a client and holds its log against `test/adapter/golden/NAME.golden`. */
export async function holdSession(
  name: string,
  scenario: (client: DapClient) => Promise<void>,
  options: { readonly capabilities?: boolean } = {},
): Promise<void> {
  const lines: string[] = [];
  const normaliser = new Normaliser();
  const client = new DapClient((direction, command, content, success) => {
    if (command === 'output' || (command === 'initialize' && !options.capabilities)) return;
    const mark = success === false ? '✗' : arrows[direction];
    lines.push(`${mark} ${command}${normaliser.text(content)}`);
  });
  try {
    await scenario(client);
  } finally {
    await client.close();
  }
  const consoles = (['hypervisor', 'native', 0, 1, 2] as const).flatMap((from) => {
    const text = maskSizes(client.console(from).replaceAll('\r', '').trimEnd());
    const title = typeof from === 'number' ? `Domain ${from}` : from;
    return text === '' ? [] : [`── console: ${title}`, ...text.split('\n')];
  });
  holdText(`test/adapter/golden/${name}.golden`, `${[...lines, ...consoles].join('\n')}\n`);
}
