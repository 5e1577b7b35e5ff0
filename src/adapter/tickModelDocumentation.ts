/** docs/tick-models.md: the three tick models, and every parameter of `arm926ejs` from its table. A test holds the page equal to this text. */
import { ASSUMPTIONS, PARAMETERS, type Parameter } from '../machine/arm926/ticks/arm926ejs/parameters';
import { launchAttributes } from './launchConfiguration/attributes';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** `loadedWordDelay` as words: "loaded word delay". */
const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function amount({ value, unit }: Parameter): string {
  if (unit === 'bytes' && value >= 1024) return `${value / 1024} KB`;
  return value === 1 && unit === 'cycles' ? '1 cycle' : `${value} ${unit}`;
}

/** The whole page as Markdown, ending in one line feed. */
export function tickModelDocumentation(): string {
  const choices = launchAttributes.find(({ name }) => name === 'tickModel')!.choices!;
  const lines = [
    '# Tick models',
    '',
    'A tick is a cycle of the CPU clock. The launch attribute `tickModel` (in the terminal `--tick-model`) says how many an instruction takes; device time is',
    'ticks times `nsPerTick`. Nothing else drives a clock in the machine, so the model decides when a timer interrupts, and with it the course of a run.',
    '',
    '| model | what it counts |',
    '| --- | --- |',
    ...choices.map(({ value, doc }) => `| \`${value}\` | ${cell(doc)} |`),
    '',
    'Where ticks are read: `$ticks` in expressions, _Machine_ in the Variables view, `"ticks"` in the JSON object of `armvisor run`.',
    '',
    '## The parameters of `arm926ejs`',
    '',
    'Every number of this model, from `src/machine/arm926/ticks/arm926ejs/parameters.ts`. ARM DDI 0198 is the manual of the ARM926EJ-S, ARM DDI 0222 that of its core,',
    'the ARM9EJ-S. A source that begins with "assumption" is not from a manual.',
    '',
    '| parameter | value | source |',
    '| --- | --- | --- |',
    ...Object.entries<Parameter>(PARAMETERS).map(
      ([name, parameter]) => `| ${words(name)} | ${amount(parameter)} | ${cell(parameter.source)} |`,
    ),
    '',
    '## What the manuals at hand leave open',
    '',
    ...ASSUMPTIONS.map((assumption) => `- ${assumption}`),
    '',
    'This page is generated from that file and from the launch attributes.',
  ];
  return `${lines.join('\n')}\n`;
}
