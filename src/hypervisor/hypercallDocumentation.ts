/**
 * docs/hypercalls.md, from the hypercall table and the firmware's own list (include/public/hypercall-list.h), which says
 * what each slot does or why it does nothing, and the list of access control (include/public/acm-list.h), which says what permission
 * each operation needs. A test holds the page equal to this text.
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

/** A line of access control's list: operations `first` to `last` of a hypercall need this permission. */
export interface DeclaredHook {
  readonly hypercall: string;
  readonly first: number;
  readonly last: number;
  /** `class:permission`. */
  readonly permission: string;
  /** Is the operation's number looked at? Otherwise the permission is for all of the hypercall. */
  readonly byOperation: boolean;
}

/** ACM_HOOK(hypercall, first, last, class, permission, target, at, stride), and ACM_SHAPE(hypercall, where, ...). */
export function declaredHooks(header: string): readonly DeclaredHook[] {
  const shapes = new Map(
    [...header.matchAll(/^ACM_SHAPE\((\w+),\s*(\w+),/gm)].map(([, hypercall, where]) => [hypercall, where]),
  );
  return [...header.matchAll(/^ACM_HOOK\((\w+),\s*(\d+),\s*(\d+),\s*(\w+),\s*(\w+),/gm)].map(
    ([, hypercall, first, last, className, name]) => ({
      hypercall: hypercall!,
      first: Number(first),
      last: Number(last),
      permission: `${className}:${name}`,
      byOperation: shapes.get(hypercall) !== 'NONE',
    }),
  );
}

/** What the whole hypercall needs; “by operation” when it depends. */
function permissionOf(hooks: readonly DeclaredHook[], name: string): string {
  const own = hooks.filter(({ hypercall }) => hypercall === name);
  if (own.length === 0) return '';
  return own[0]!.byOperation ? 'by operation' : `\`${own[0]!.permission}\``;
}

function operationPermission(hooks: readonly DeclaredHook[], name: string, operation: number): string {
  const found = hooks.find(
    ({ hypercall, first, last, byOperation }) =>
      hypercall === name && (!byOperation || (operation >= first && operation <= last)),
  );
  return found ? `\`${found.permission}\`` : '';
}

const inTable = (text: string): string => text.replaceAll('|', '\\|');

function subOperationSection({ name, subOperations }: Hypercall, hooks: readonly DeclaredHook[]): string {
  if (!subOperations) return '';
  const where = { r0: 'in r0', r1: 'in r1', '*r0': 'in the first word of the structure that r0 points to' };
  const rows = Object.entries(subOperations.values).map(
    ([word, number]) =>
      `| ${number} | \`${word}\` | ${operationPermission(hooks, name, number)} | ${inTable(subOperations.refused?.[word] ?? '')} |`,
  );
  return [
    `### ${name}`,
    '',
    `The operation stands ${where[subOperations.from]}.`,
    '',
    '| number | operation | permission | -ENOSYS, because |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The whole page, unformatted. */
export function hypercallDocumentation(
  declared: readonly DeclaredHypercall[],
  hypercalls: readonly Hypercall[],
  hooks: readonly DeclaredHook[],
): string {
  const described = new Map(hypercalls.map((call) => [call.number, call]));
  const rows = declared.map(({ number, name, text }) => {
    const call = described.get(number);
    const list = call?.arguments.map(({ type, name: argument }) => `${type} ${argument}`).join(', ') ?? '';
    return `| ${number} | \`${name}\` | ${list ? `\`${inTable(list)}\`` : ''} | ${permissionOf(hooks, name)} | ${inTable(text)} |`;
  });
  return [
    '# Hypercalls',
    '',
    'The guest interface of the built-in hypervisor: that of the 2008 release of _Secure Xen on ARM_. A guest calls with `swi 0x82` from virtual',
    'kernel mode, the number in r7, arguments in r0-r3, and finds the result in r0. What answers -ENOSYS does so by decision; the reason is given.',
    '',
    'The permission is what an access control policy must allow the caller ([policy.md](policy.md)); without a policy all is allowed, but for what',
    'is Domain-0’s. A batch needs it for each of its elements.',
    '',
    '| number | name | arguments | permission | what it does |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## Operations',
    '',
    ...hypercalls.map((call) => subOperationSection(call, hooks)).filter(Boolean),
  ].join('\n');
}
