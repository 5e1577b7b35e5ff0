/**
 * Traces and profiles as files of other programs: Chrome's trace format, which Perfetto reads; V8's .cpuprofile, which VS Code shows as a
 * flame chart; CSV. Pure: events and nodes in, text out.
 */
import type { TraceEvent } from './eventTable';
import type { ProfileNode } from './profiler';
import type { ProfileSample } from './timeline';

const NS_PER_US = 1000;
const PROCESS = 1;
const CPU_TRACK = 1;
const FIRST_DOMAIN_TRACK = 2;

export interface ExportContext {
  readonly nsPerTick: number;
  readonly domainName: (domainId: number) => string;
}

/** Chrome's JSON trace format: a track for the CPU (who has it), and one for each domain. Times are those of the machine. */
export function perfettoTrace(events: readonly TraceEvent[], { nsPerTick, domainName }: ExportContext): string {
  const time = ({ tick }: TraceEvent) => (tick * nsPerTick) / NS_PER_US;
  const trackOf = ({ domainId }: TraceEvent) => (domainId === undefined ? CPU_TRACK : FIRST_DOMAIN_TRACK + domainId);
  const ids = events.flatMap(({ domainId }) => (domainId === undefined ? [] : [domainId]));
  const domains = [...new Set(ids)].sort((left, right) => left - right);
  const names = [
    [CPU_TRACK, 'CPU'] as const,
    ...domains.map((id) => [FIRST_DOMAIN_TRACK + id, domainName(id)] as const),
  ];
  const rows: object[] = [
    { ph: 'M', pid: PROCESS, name: 'process_name', args: { name: 'Armvisor' } },
    ...names.map(([tid, name]) => ({ ph: 'M', pid: PROCESS, tid, name: 'thread_name', args: { name } })),
  ];
  const open = new Map<number, TraceEvent>();
  let running: TraceEvent | undefined;
  const slice = (begin: TraceEvent, end: TraceEvent, tid: number, args: object) =>
    rows.push({
      ph: 'X',
      pid: PROCESS,
      tid,
      cat: begin.kind,
      name: begin.name,
      ts: time(begin),
      dur: time(end) - time(begin),
      args,
    });
  const instant = (event: TraceEvent): void => {
    const { kind, name, instruction, values } = event;
    const args = { instruction, ...shown(values) };
    rows.push({
      ph: 'i',
      s: 't',
      pid: PROCESS,
      tid: trackOf(event),
      cat: kind,
      name: `${kind}: ${name}`,
      ts: time(event),
      args,
    });
  };
  for (const event of events) {
    const { kind, name } = event;
    const tid = trackOf(event);
    if (kind === 'switch') {
      if (running) slice(running, event, CPU_TRACK, { instruction: running.instruction });
      running = event;
    } else if (kind === 'hypercall') {
      // The one before has no result: it has replaced the frame that it would return to, or results are not traced.
      if (open.has(tid)) instant(open.get(tid)!);
      open.set(tid, event);
    } else if (kind === 'result' && open.has(tid)) {
      const begin = open.get(tid)!;
      open.delete(tid);
      slice(begin, event, tid, { instruction: begin.instruction, ...shown(begin.values), result: name });
    } else instant(event);
  }
  for (const begin of open.values()) instant(begin);
  const last = events.at(-1);
  if (running && last) slice(running, last, CPU_TRACK, { instruction: running.instruction });
  return JSON.stringify({ displayTimeUnit: 'ns', traceEvents: rows });
}

/** One line an event; the values by name in the last column. */
export function traceCsv(events: readonly TraceEvent[], { domainName }: ExportContext): string {
  const rows = events.map(({ instruction, tick, kind, domainId, name, values }) => {
    const rest = Object.entries(shown(values)).map(([key, value]) => `${key}=${value}`);
    return [instruction, tick, kind, domainId === undefined ? '' : domainName(domainId), name, rest.join(' ')]
      .map(cell)
      .join(',');
  });
  return ['instruction,tick,kind,domain,name,values', ...rows, ''].join('\n');
}

/** V8's CPU profile; the time of a sample is that of the machine. */
export function cpuProfile(root: ProfileNode, samples: readonly ProfileSample[], { nsPerTick }: ExportContext): string {
  const ids = new Map<ProfileNode, number>();
  const nodes: object[] = [];
  const hits = new Map<ProfileNode, number>();
  for (const { node } of samples) hits.set(node, (hits.get(node) ?? 0) + 1);
  const add = (node: ProfileNode): number => {
    const id = ids.size + 1;
    ids.set(node, id);
    const row = { id, callFrame: callFrame(node), hitCount: hits.get(node) ?? 0, children: [] as number[] };
    nodes.push(row);
    row.children = [...node.children.values()].map(add);
    return id;
  };
  add(root);
  const deltas = samples.map(({ ticks }) => (ticks * nsPerTick) / NS_PER_US);
  const endTime = deltas.reduce((sum, delta) => sum + delta, 0);
  // V8's samples stand at the end of their time, its deltas before them.
  return JSON.stringify({
    nodes,
    startTime: 0,
    endTime,
    samples: samples.map(({ node }) => ids.get(node)),
    timeDeltas: deltas,
  });
}

function callFrame({ name, who, source }: ProfileNode): object {
  const functionName = who === '' ? name : `${name} [${who}]`;
  const url = source ? `file://${source.path}` : '';
  return { functionName, scriptId: '0', url, lineNumber: (source?.line ?? 0) - 1, columnNumber: 0 };
}

/** What each function took itself, and with all that it called. */
export interface ProfileRow {
  readonly who: string;
  readonly name: string;
  readonly selfInstructions: number;
  readonly selfTicks: number;
  readonly totalInstructions: number;
  readonly totalTicks: number;
}

/** Functions by what they took themselves, the most first. A function that calls itself counts once. */
export function profileRows(root: ProfileNode): readonly ProfileRow[] {
  const rows = new Map<string, { -readonly [Key in keyof ProfileRow]: ProfileRow[Key] }>();
  const visit = (node: ProfileNode, above: ReadonlySet<string>): readonly [number, number] => {
    const key = `${node.who}\0${node.name}`;
    const within = new Set([...above, key]);
    let [instructions, ticks] = [node.selfInstructions, node.selfTicks];
    for (const child of node.children.values()) {
      const [below, belowTicks] = visit(child, within);
      instructions += below;
      ticks += belowTicks;
    }
    const { who, name } = node;
    const row = rows.get(key) ?? { who, name, selfInstructions: 0, selfTicks: 0, totalInstructions: 0, totalTicks: 0 };
    rows.set(key, row);
    row.selfInstructions += node.selfInstructions;
    row.selfTicks += node.selfTicks;
    if (above.has(key)) return [instructions, ticks];
    row.totalInstructions += instructions;
    row.totalTicks += ticks;
    return [instructions, ticks];
  };
  visit(root, new Set());
  return [...rows.values()]
    .filter(({ who }) => who !== '')
    .sort((left, right) => right.selfInstructions - left.selfInstructions);
}

export function profileCsv(root: ProfileNode): string {
  const rows = profileRows(root).map((row) =>
    [row.who, row.name, row.selfInstructions, row.selfTicks, row.totalInstructions, row.totalTicks].map(cell).join(','),
  );
  return ['domain,function,self instructions,self ticks,total instructions,total ticks', ...rows, ''].join('\n');
}

const shown = (values: TraceEvent['values']): Record<string, number | string> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'number' && (value > 0xffff || value < 0) ? `0x${(value >>> 0).toString(16)}` : value,
    ]),
  );

const cell = (value: string | number): string =>
  /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
