/**
 * docs/devices/: one page for each device, from its register table, and a list of them with the boards that have them. A test holds
 * the pages equal to these texts.
 */

import type { DeviceTable, RegisterDeclaration, RegisterField } from './registerTable';

/** A device as a board places it. */
export interface PlacedForDocumentation {
  readonly instance: string;
  readonly base: number;
  readonly irq: number | undefined;
  readonly table: DeviceTable;
}

export interface BoardForDocumentation {
  readonly name: string;
  readonly devices: readonly PlacedForDocumentation[];
}

const hex = (value: number, digits = 1): string => `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`;
const cell = (text: string): string => text.replaceAll('|', '\\|');
/** A file name that every system takes. */
export const pageOf = (device: string): string => `${device}.md`;

const access: Readonly<Record<RegisterDeclaration['access'], string>> = { r: 'read', w: 'write', rw: 'read, write' };

function offsets({ offset, count = 1, stride = 4 }: RegisterDeclaration): string {
  return count === 1 ? hex(offset, 3) : `${hex(offset, 3)} + ${stride}n, n < ${count}`;
}

function registerRow([name, register]: readonly [string, RegisterDeclaration]): string {
  const effect = register.readEffect === undefined ? '' : ` **Reading:** ${register.readEffect}`;
  const reset = register.access === 'w' ? '' : hex(register.reset ?? 0);
  return `| ${offsets(register)} | \`${name}\` | ${access[register.access]} | ${reset} | ${cell(register.doc + effect)} |`;
}

function fieldRow({ name, high, low, doc, values = {} }: RegisterField): string {
  const named = Object.entries(values).map(([value, word]) => `${value} ${word}`);
  const bits = high === low ? String(high) : `${high}:${low}`;
  return `| ${bits} | \`${name}\` | ${cell([doc, ...(named.length > 0 ? [named.join(', ')] : [])].join(': '))} |`;
}

function fieldSection([name, { fields = [] }]: readonly [string, RegisterDeclaration]): readonly string[] {
  if (fields.length === 0) return [];
  return ['', `### ${name}`, '', '| bits | field | meaning |', '| --- | --- | --- |', ...fields.map(fieldRow)];
}

/** The page of one device, unformatted. */
export function devicePage(table: DeviceTable): string {
  const registers = Object.entries(table.registers);
  return [
    `# ${table.name}`,
    '',
    table.doc,
    '',
    `The device answers in ${table.windowBytes} bytes.`,
    '',
    '| offset | register | access | after reset | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...registers.map(registerRow),
    ...registers.flatMap(fieldSection),
    '',
  ].join('\n');
}

/** docs/devices/README.md, unformatted. */
export function deviceIndexPage(tables: readonly DeviceTable[], boards: readonly BoardForDocumentation[]): string {
  const boardSection = ({ name, devices }: BoardForDocumentation): readonly string[] => [
    '',
    `## ${name}`,
    '',
    '| base | interrupt | device |',
    '| --- | --- | --- |',
    ...devices.map(
      ({ instance, base, irq, table }) => `| ${hex(base, 8)} | ${irq ?? ''} | [${instance}](${pageOf(table.name)}) |`,
    ),
  ];
  return [
    '# Devices',
    '',
    'Every device of every board, with all its registers. While debugging, _Devices_ in the Variables view shows the same registers and bit',
    'fields with their present values; looking at them there has no effect on the device.',
    ...boards.flatMap(boardSection),
    '',
    '## All devices',
    '',
    ...tables.map(({ name, doc }) => `- [${name}](${pageOf(name)}): ${doc}`),
    '',
  ].join('\n');
}
