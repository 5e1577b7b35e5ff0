/** `info WHAT`, in gdb's words, for those who type it without thinking: most of it is another command's or another view's. */
import { UserError, type Frame } from '../types';
import { columns, hex } from './columns';
import type { ReplCommand, ReplContext } from './command';
import { cpuText, whereText } from './domains';
import { addressOf, literalPlace, type Place } from './places';

interface Topic {
  readonly word: string;
  /** What stands behind it in the line. */
  readonly operand?: string;
  readonly help: string;
  readonly show: (context: ReplContext, operand: string) => string;
}

const frames = ({ engine, threadId }: ReplContext): readonly Frame[] => engine.stack(threadId);

function stack(context: ReplContext): string {
  const all = frames(context);
  if (all.length === 0) return 'This thread has no frames now.';
  let number = 0;
  return all
    .map((frame) => (frame.kind === 'label' ? `    ${frame.name}` : `#${number++}  ${whereText(frame)}`))
    .join('\n');
}

function locals({ engine, frame }: ReplContext): string {
  const scope = frame && engine.scopes(frame).find(({ name }) => name === 'Locals');
  const values = scope?.values() ?? [];
  if (values.length === 0) return 'There are no locals here.';
  return values.map(({ name, text }) => `${name} = ${text}`).join('\n');
}

/** The hypervisor is mapped into every domain: its symbols count where the domain's own image has none. */
const symbolAt = ({ engine }: ReplContext, { space, address: at }: Place) =>
  engine.symbolAt(space, at) ?? (space.kind === 'domain' ? engine.symbolAt({ kind: 'xen' }, at) : undefined);

function symbol(context: ReplContext, operand: string): string {
  const place = addressOf(context, operand);
  const { address } = place;
  const found = symbolAt(context, place);
  if (!found) return `No symbol is at ${hex(address)}.`;
  const { name, offset, image } = found;
  return `${hex(address)} is ${name}${offset === 0 ? '' : `+0x${offset.toString(16)}`} of ${image.name}`;
}

function lineOf(context: ReplContext, operand: string): string {
  const place = addressOf(context, operand);
  const { address } = place;
  const found = symbolAt(context, place);
  const line = found?.image.lineAt(address);
  if (!line) return `No line of source is known at ${hex(address)}.`;
  return `${hex(address)} is line ${line.line} of ${line.file}${found ? `, in ${found.name}` : ''}`;
}

function address(context: ReplContext, operand: string): string {
  if (literalPlace(context, operand)) return symbol(context, operand);
  const rows = context.engine.images.flatMap((image) => {
    const found = image.symbol(operand);
    return found === undefined ? [] : [[hex(found.address), found.kind, image.name]];
  });
  if (rows.length === 0) throw new UserError(`No image has a symbol "${operand}"`);
  return rows.map((row) => `${operand} is at ${row.join(', ')}`).join('\n');
}

const TOPICS: readonly Topic[] = [
  { word: 'stack', help: 'the call stack, across every border', show: (context) => stack(context) },
  {
    word: 'frame',
    help: 'the frame that is chosen',
    show: (context) => (context.frame ? whereText(context.frame) : 'No frame is chosen.'),
  },
  { word: 'registers', help: "the frame's registers", show: (context) => cpuText(context) },
  { word: 'locals', help: "the frame's parameters and variables", show: locals },
  {
    word: 'threads',
    help: 'the virtual CPUs',
    show: ({ engine }) =>
      engine
        .threads()
        .map(({ id, name, state }) => `${id}  ${name}: ${state}`)
        .join('\n'),
  },
  {
    word: 'images',
    help: 'the ELF files whose symbols are known',
    show: ({ engine }) => {
      const rows = engine.images.map((image) => [image.name, hex(image.entry), image.symbols().length]);
      return rows.length === 0 ? 'No image has symbols.' : columns(['image', 'entry', 'symbols'], rows);
    },
  },
  {
    word: 'devices',
    help: "the board's devices",
    show: ({ engine }) =>
      columns(
        ['device', 'at', 'interrupt'],
        engine.machine.devices.map(({ instance, base, irq }) => [instance, hex(base), irq ?? '']),
      ),
  },
  {
    word: 'machine',
    help: 'instructions, ticks, memory',
    show: ({ engine: { machine } }) =>
      `${machine.boardName}: ${machine.instructionCount} instructions, ${machine.ticks} ticks, ${machine.ramBytes / 2 ** 20} MB of RAM at ${hex(machine.ramBase)}`,
  },
  { word: 'symbol', operand: 'ADDRESS', help: 'the symbol at an address', show: symbol },
  { word: 'line', operand: 'ADDRESS', help: 'the line of source at an address', show: lineOf },
  { word: 'address', operand: 'NAME', help: 'where a symbol stands, in every image', show: address },
];

/** Words of gdb and its users for other topics and commands. */
const SAME: Readonly<Record<string, string>> = {
  bt: 'stack',
  reg: 'registers',
  r: 'registers',
  files: 'images',
  sharedlibrary: 'images',
  s: 'stack',
  f: 'frame',
  inferiors: 'threads',
};

export const info: ReplCommand = {
  name: 'info',
  arguments: [
    { name: 'topic', type: 'word', optional: true, suggestions: () => TOPICS.map(({ word }) => word) },
    { name: 'about', type: 'rest', optional: true },
  ],
  help: 'stack, registers, locals, threads, images, devices, symbol ADDRESS and more: "info" alone lists them.',
  example: 'info symbol 0xFF010000',
  run(context, { topic, about }) {
    if (topic === undefined) {
      const rows = TOPICS.map(({ word, operand = '', help }) => [`info ${word} ${operand}`.trimEnd(), help]);
      return { text: columns(['', ''], rows).trimStart() };
    }
    const word = SAME[String(topic)] ?? String(topic);
    const found = TOPICS.find((each) => each.word === word);
    if (found === undefined)
      throw new UserError(`There is no "info ${topic}": it can be ${TOPICS.map((each) => each.word).join(', ')}`);
    if (found.operand !== undefined && about === undefined)
      throw new UserError(
        `"info ${word}" needs ${found.operand}: for example info ${word} ${found.operand === 'NAME' ? 'schedule' : '0xFF010000'}`,
      );
    return { text: found.show(context, String(about ?? '')) };
  },
};

/** The call stack under the names that gdb and lldb have for it. */
export const backtrace: ReplCommand = {
  name: 'backtrace',
  aliases: ['bt', 'where'],
  arguments: [],
  help: 'The call stack of the thread, through hypercalls and upcalls.',
  example: 'backtrace',
  run: (context) => ({ text: stack(context) }),
};
