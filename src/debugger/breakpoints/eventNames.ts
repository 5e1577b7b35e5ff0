/** Function breakpoints that name an event of the hypervisor: `hypercall:event_channel_op if r0 == 4`, `dom1:upcall:data_abort`. Reads only. */
import { filterTable, type FilterRow } from '../exceptionFilters';

const prefixes = filterTable.map(({ prefix }) => prefix);
const NAME = new RegExp(`^(?:dom(\\d+):)?(${prefixes.join('|')}):\\s*(\\S+)?(?:\\s+if\\s+(.+))?$`);

export interface EventName {
  readonly row: FilterRow;
  /** In the words of the filter; undefined when every event is meant. */
  readonly condition?: string;
}

/** Undefined for a name that is a function's. `hypercall:*` and `hypercall:` mean all of them. */
export function readEventName(text: string): EventName | undefined {
  const match = NAME.exec(text.trim());
  if (!match) return undefined;
  const row = filterTable.find(({ prefix }) => prefix === match[2])!;
  const [domain, subject, more] = [match[1], match[3], match[4]];
  const parts = [
    ...(domain === undefined ? [] : [`dom == ${domain}`]),
    ...(subject === undefined || subject === '*'
      ? []
      : [/^\d/.test(subject) ? `${row.subject} == ${subject}` : subject]),
    ...(more === undefined ? [] : [`(${more})`]),
  ];
  return parts.length === 0 ? { row } : { row, condition: parts.join(' && ') };
}
