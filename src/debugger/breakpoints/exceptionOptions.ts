/**
 * Exceptions as a tree, for clients that choose in one (DAP `ExceptionOptions`): a filter, and below it what its conditions can name bare,
 * `hypercall` / `console_io`. Turns what was chosen into filters with conditions; sets nothing.
 */
import { exceptionFilters, filterTable, type FilterRow } from '../exceptionFilters';
import { UserError, type ExceptionOption, type FilterRequest } from '../types';
import { nearestName } from './suggest';

type Segment = NonNullable<ExceptionOption['path']>[number];

/** A number, or one name: what stands in a path is never an expression. */
const NUMBER = /^(0x[\da-f]+|\d+)$/i;

/**
 * The filters that an option stands for. Of several options that name the same exception the last one decides, as in a list of
 * settings: what a later option never breaks at is taken out of this one.
 * @throws UserError when a path leads nowhere
 */
export function filtersOf(option: ExceptionOption, later: readonly ExceptionOption[]): readonly FilterRequest[] {
  if (option.breakMode === 'never') return [];
  if (option.breakMode !== 'always')
    throw new UserError(
      `Whether a guest handles an exception is not known when it happens: "${option.breakMode}" is not possible, choose "always" or "never"`,
    );
  const never = later.filter(({ breakMode }) => breakMode === 'never');
  return rowsOf(option).flatMap((row) => {
    const excluded = never.filter((each) => rowsOf(each).includes(row));
    if (excluded.some(({ path }) => path?.[1] === undefined)) return [];
    const parts = [
      ...(option.path?.[1] ? [conditionOf(option.path[1], row)] : []),
      ...excluded.map(({ path }) => `!${conditionOf(path![1]!, row)}`),
    ];
    return [{ id: row.id, ...(parts.length > 0 ? { condition: parts.join(' && ') } : {}) }];
  });
}

/** Named ones may be any; "all" and "all but" mean those that a client is offered. */
function rowsOf({ path = [] }: ExceptionOption): readonly FilterRow[] {
  const [category, , further] = path;
  if (further)
    throw new UserError('A path of exceptions has two parts at most: a filter, and a name or number that it knows');
  const offered = filterTable.filter((row) => exceptionFilters.some(({ id }) => id === row.id));
  if (!category) return offered;
  const named = category.names.map(rowNamed);
  return category.negate ? offered.filter((row) => !named.includes(row)) : named;
}

function rowNamed(name: string): FilterRow {
  const row = filterTable.find(({ id }) => id === name);
  if (row) return row;
  const ids = filterTable.map(({ id }) => id);
  const near = nearestName(name, ids);
  throw new UserError(
    `There is no exception filter "${name}": ${near ? `did you mean ${near}?` : `there are ${ids.join(', ')}`}`,
  );
}

function conditionOf({ names, negate }: Segment, row: FilterRow): string {
  const any = names.map((name) => (NUMBER.test(name) ? `${row.subject} == ${name}` : wordOf(name, row))).join(' || ');
  return negate ? `!(${any || '0'})` : `(${any || '0'})`;
}

function wordOf(name: string, row: FilterRow): string {
  const known = row.subjects ?? [...row.words.keys()];
  if (known.includes(name)) return name;
  const near = nearestName(name, known);
  throw new UserError(
    `"${row.label}" knows no "${name}": ${near ? `did you mean ${near}?` : `write a number that \`${row.subject}\` can have`}`,
  );
}
