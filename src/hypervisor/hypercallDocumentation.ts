/**
 * docs/hypercalls.md, from the hypercall table and the firmware's own list (include/public/hypercall-list.h), which says
 * what each slot does or why it does nothing. A test holds the page equal to this text.
 */
import type { Hypercall } from './hypercalls';

/** A line of the firmware's list. */
export interface DeclaredHypercall {
  readonly number: number;
  readonly name: string;
  readonly handler: string;
  /** What it does; "-ENOSYS: ..." for a slot that is not implemented. */
  readonly text: string;
}

/** HYPERCALL(number, name, handler, "text") of the firmware's list. */
export function declaredHypercalls(header: string): readonly DeclaredHypercall[] {
  return [...header.matchAll(/^HYPERCALL\((\d+),\s*(\w+),\s*(\w+),\s*"(.*)"\)$/gm)].map(
    ([, number, name, handler, text]) => ({ number: Number(number), name: name!, handler: handler!, text: text! }),
  );
}

const inTable = (text: string): string => text.replaceAll('|', '\\|');

function subOperationSection({ name, subOperations }: Hypercall): string {
  if (!subOperations) return '';
  const where = { r0: 'in r0', r1: 'in r1', '*r0': 'in the first word of the structure that r0 points to' };
  const rows = Object.entries(subOperations.values).map(
    ([word, number]) => `| ${number} | \`${word}\` | ${inTable(subOperations.refused?.[word] ?? '')} |`,
  );
  return [
    `### ${name}`,
    '',
    `The operation stands ${where[subOperations.from]}.`,
    '',
    '| number | operation | -ENOSYS, because |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The whole page, unformatted. */
export function hypercallDocumentation(
  declared: readonly DeclaredHypercall[],
  hypercalls: readonly Hypercall[],
): string {
  const described = new Map(hypercalls.map((call) => [call.number, call]));
  const rows = declared.map(({ number, name, text }) => {
    const call = described.get(number);
    const list = call?.arguments.map(({ type, name: argument }) => `${type} ${argument}`).join(', ') ?? '';
    return `| ${number} | \`${name}\` | ${list ? `\`${inTable(list)}\`` : ''} | ${inTable(text)} |`;
  });
  return [
    '# Hypercalls',
    '',
    'The guest interface of the built-in hypervisor: that of the 2008 release of _Secure Xen on ARM_. A guest calls with `swi 0x82` from virtual',
    'kernel mode, the number in r7, arguments in r0-r3, and finds the result in r0. What answers -ENOSYS does so by decision; the reason is given.',
    '',
    '| number | name | arguments | what it does |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## Operations',
    '',
    ...hypercalls.map(subOperationSection).filter(Boolean),
  ].join('\n');
}
