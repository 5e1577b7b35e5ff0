/** The console's commands about time and memory in the hypervisor: run queue, timers, the pages that are left. */
import { stripType, type TypedMemory, type TypedPlace } from '../../hypervisor/typedMemory';
import { isMissing, type OrMissing } from '../../hypervisor/types';
import { UserError, type DebugEngine } from '../types';
import { domainPlace, hypervisorMemory, missingText } from '../views/hypervisorMemory';
import { listedDomains } from '../views/spaces';
import { columns, grouped, hex, plural } from './columns';
import type { ReplCommand } from './command';

const MOST_TIMERS = 512;
const LONGEST_NAME = 64;
const PAGES_PER_MEGABYTE = 256;
const NS_PER_MS = 1e6;

function memoryOf(engine: DebugEngine): TypedMemory {
  const memory = hypervisorMemory(engine);
  if (isMissing(memory)) throw new UserError(`Nothing to show: ${memory.missing}`);
  return memory;
}

/** The text that a `char *` points to; empty when it cannot be read. */
function pointedText(engine: DebugEngine, memory: TypedMemory, place: OrMissing<TypedPlace>): string {
  const address = memory.number(place);
  if (isMissing(address)) return '';
  const bytes = engine.readMemory({ kind: 'xen' }, address, LONGEST_NAME) ?? new Uint8Array();
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, Math.max(end, 0)));
}

/** `avt 12000, mcu_advance 10`: the scalar members of a structure. */
function scalars(memory: TypedMemory, place: OrMissing<TypedPlace>): string {
  if (isMissing(place)) return '';
  const type = stripType(place.type);
  const members = type.kind === 'struct' ? type.members : [];
  return members
    .flatMap(({ name }) => {
      const value = memory.number(place, name);
      return isMissing(value) ? [] : [`${name} ${grouped(value)}`];
    })
    .join(', ');
}

/** The scheduler's own record of each vCPU, whatever scheduler it is: the member of its union that is named like it. */
function runQueue(engine: DebugEngine): string {
  const memory = memoryOf(engine);
  const scheduler = pointedText(engine, memory, memory.follow(memory.global('ops'), 'opt_name'));
  const title = pointedText(engine, memory, memory.follow(memory.global('ops'), 'name'));
  const queue: number[] = [];
  for (let next = memory.target(memory.global('run_queue')); !isMissing(next) && !queue.includes(next.address);) {
    queue.push(next.address);
    next = memory.target(memory.follow(next, 'sched.next'));
  }
  const rows = listedDomains(engine).flatMap((domain) => {
    const place = domainPlace(memory, domain);
    return domain.vcpus.map(({ vcpuId, state, address }) => {
      const vcpu = memory.follow(place, `vcpu[${vcpuId}]`);
      const time = memory.number(vcpu, 'cpu_time');
      const position = queue.indexOf(address);
      return [
        `dom${domain.id}`,
        vcpuId,
        state,
        position < 0 ? '-' : String(position + 1),
        isMissing(time) ? '?' : `${grouped(Math.round(time / NS_PER_MS))} ms`,
        scalars(memory, memory.follow(vcpu, `sched.u.${scheduler}`)),
      ];
    });
  });
  const table = columns(['domain', 'vCPU', 'state', 'in queue', 'CPU time', 'scheduler'], rows);
  return `${title === '' ? 'Scheduler of unknown name' : title}\n${table}`;
}

/** The armed timers of the hypervisor's heap, the earliest first. */
function timers(engine: DebugEngine): string {
  const memory = memoryOf(engine);
  const heap = memory.global('heap');
  const size = memory.number(memory.global('heap_size'));
  if (isMissing(heap)) return missingText(heap);
  if (isMissing(size)) return missingText(size);
  const rows: [number, string, string][] = [];
  for (let index = 1; index <= Math.min(size, MOST_TIMERS); index++) {
    const timer = memory.follow(heap, `[${index}]`);
    const [expires, code, data] = (['expires', 'function', 'data'] as const).map((name) => memory.number(timer, name));
    if (isMissing(expires!) || isMissing(code!) || isMissing(data!)) continue;
    const symbol = engine.symbolAt({ kind: 'xen' }, code!);
    rows.push([expires!, symbol?.name ?? hex(code!), data === 0 ? '' : hex(data!)]);
  }
  if (rows.length === 0) return 'No timer is armed.';
  const sorted = rows.sort(([left], [right]) => left - right).map(([ns, ...rest]) => [grouped(ns), ...rest]);
  return `${plural(rows.length, 'timer')}\n${columns(['expires (ns)', 'calls', 'with'], sorted)}`;
}

function pages(engine: DebugEngine): string {
  const memory = memoryOf(engine);
  const free = memory.number(memory.global('free_pages'));
  const megabytes = (count: number): string => `${(count / PAGES_PER_MEGABYTE).toFixed(2)} MB`;
  const rows = listedDomains(engine).map((domain) => {
    const place = domainPlace(memory, domain);
    const [total, most, first] = ['tot_pages', 'max_pages', 'min_mfn'].map((name) => memory.number(place, name));
    const pagesText = (value: OrMissing<number>) =>
      isMissing(value) ? '?' : `${grouped(value)} (${megabytes(value)})`;
    const range = isMissing(first!) || isMissing(total!) ? '?' : `${hex(first! * 4096)} on`;
    return [`dom${domain.id}`, pagesText(total!), pagesText(most!), range];
  });
  const heap = isMissing(free) ? missingText(free) : `${plural(free, 'page')} (${megabytes(free)}) free`;
  return `Hypervisor's heap: ${heap}\n${columns(['domain', 'pages', 'at most', 'physical'], rows)}`;
}

export const schedulingCommands: readonly ReplCommand[] = [
  {
    name: 'runqueue',
    arguments: [],
    help: 'Which vCPU waits for the CPU, in what order, and what the scheduler keeps of each.',
    example: 'runqueue',
    debugKey: 'r',
    run: ({ engine }) => ({ text: runQueue(engine) }),
  },
  {
    name: 'timers',
    arguments: [],
    help: "The hypervisor's armed timers, the earliest first.",
    example: 'timers',
    debugKey: 'a',
    run: ({ engine }) => ({ text: timers(engine) }),
  },
  {
    name: 'pages',
    arguments: [],
    help: "Memory of the domains, and what is left of the hypervisor's heap.",
    example: 'pages',
    debugKey: 'm',
    run: ({ engine }) => ({ text: pages(engine) }),
  },
];
