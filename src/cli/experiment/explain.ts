/** What the instructions of a case were: a breakdown by cause and by part of the hypervisor, per unit task. */
import { addTo, minus, type Cost } from '../../debugger/measure/cost';
import { partOf } from '../../debugger/measure/hypervisorParts';
import type { TaskCosts } from '../../debugger/measure/unitTasks';
import { fixed, table, whole } from './table';

const byInstructions = (left: readonly [string, Cost], right: readonly [string, Cost]): number =>
  right[1].instructions - left[1].instructions || (left[0] < right[0] ? -1 : 1);

/** @param native what the same task takes without a hypervisor */
export function explanation(name: string, costs: TaskCosts, native: TaskCosts | undefined): string {
  const { tasks } = costs;
  const per = ({ instructions, ticks }: Cost): string[] => [fixed(instructions / tasks, 1), fixed(ticks / tasks, 1)];
  const causes = [...costs.causes].sort(byInstructions);
  const rows = [
    ['guest: the thread and its kernel', '', ...per(minus(costs.guest, costs.guestUpcalls))],
    ['guest: in upcalls', '', ...per(costs.guestUpcalls)],
    ...causes.map(([cause, cost]) => [cause, fixed(cost.visits / tasks, 2), ...per(cost)]),
    ['all', '', ...per(costs.total)],
  ];
  const outside = name === 'native' ? 'the exception handlers' : 'the hypervisor';
  const sums = new Map<string, Cost>();
  costs.functions.forEach((cost, fn) => addTo(sums, name === 'native' ? fn : partOf(fn), cost));
  const parts = [...sums].sort(byInstructions).map(([part, cost]) => [part, ...per(cost)]);
  const extra =
    native && native !== costs
      ? costs.total.instructions / tasks - native.total.instructions / native.tasks
      : undefined;
  return [
    `${name}: ${tasks} tasks, ${costs.switches} domain switches; per unit task`,
    '',
    table(['what', 'times', 'instructions', 'ticks'], rows),
    `${name}: what ${outside} did, per unit task`,
    '',
    table([`part of ${outside}`, 'instructions', 'ticks'], parts),
    ...(extra === undefined ? [] : [`${whole(extra)} instructions per unit task more than native.`, '']),
  ].join('\n');
}

/** The two other ways to count, and how far the tasks differ. */
export function countings(results: readonly { readonly name: string; readonly costs: TaskCosts }[]): string {
  const rows = results.map(({ name, costs }) => {
    const counts = costs.each.map(({ instructions }) => instructions);
    return [
      name,
      whole(costs.total.instructions / costs.tasks),
      whole(Math.min(...counts)),
      whole(Math.max(...counts)),
      whole(costs.elapsed.instructions / costs.tasks),
      whole(costs.betweenMarks.instructions),
    ];
  });
  return table(['case', 'charged, mean', 'min', 'max', 'all executed / tasks', 'between marks of a domain'], rows);
}
