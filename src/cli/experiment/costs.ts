/**
 * `armvisor experiment costs`: what one hypercall, one upcall, one system call, one event, one domain switch and one page-table
 * update take: median, least and most over many. Read from outside of the guests `costs` and `proc-os`.
 */
import type { BorderEvents, Borders, Visit } from '../../debugger/measure/borders';
import { minus, plus, type Cost } from '../../debugger/measure/cost';
import { UserError } from '../../debugger/types';
import { progressOn } from './figure4';
import { boot, type Progress } from './measure';
import { readWorkload, wholeNumber, type WorkloadOptions } from './options';
import { fixed, table, whole } from './table';

export interface CostsOptions extends WorkloadOptions {
  readonly count?: string;
  readonly json?: boolean;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface CostResult {
  readonly name: string;
  readonly what: string;
  readonly count: number;
  readonly instructions: Spread;
  readonly ticks: Spread;
}

const WHAT: Readonly<Record<string, string>> = {
  hypercall: 'dummy: from the vector back to the guest',
  'upcall, in': 'from the vector of a swi to the first instruction of the callback',
  'upcall, back': 'hypercall 31: from the vector to the interrupted code',
  'page-table update': 'update_va_mapping of one page, TLB entry included',
  'domain switch': 'yield: from the vector to the first instruction of another domain, with the flush',
  event: 'from the vector of the send to the callback in the other domain, with the switch to it',
  'system call': 'of a process: from its swi to its next instruction, the guest kernel included',
  'system call, hypervisor': 'of that, the hypervisor on the way in and on the way back',
};

const MOST_INSTRUCTIONS = 400_000_000;
const COUNT = 200;
/** The processes of proc-os sleep most of the time. */
const MOST_SYSTEM_CALLS = 40;

/** Puts together, out of visits, what begins in one and ends in another. */
class CostMeter implements BorderEvents {
  readonly samples = new Map<string, Cost[]>();
  /** By domain: where a system call has come from, what it took so far. */
  private readonly systemCalls = new Map<number, { returnPc: number; start: Cost; inside: Cost }>();
  /** By domain: where the kernel's own swi, now an upcall, has come from. */
  private readonly upcalls = new Map<number, number>();
  private eventSent: { from: number; at: Cost } | undefined;

  constructor(private readonly done: (meter: CostMeter, visit: Visit) => boolean) {}

  ran(): void {}

  visited(visit: Visit): boolean {
    const cost = minus(visit.end, visit.start);
    const switches = visit.nextDomainId !== visit.domainId;
    if (visit.cause === 'hypercall dummy') this.add('hypercall', cost);
    if (visit.cause === 'hypercall update_va_mapping') this.add('page-table update', cost);
    if (visit.cause === 'hypercall sched_op(yield)' && switches) this.add('domain switch', cost);
    if (visit.cause === 'system call') this.systemCall(visit, cost);
    if (visit.cause === 'hypercall restore_guest_context' && !switches) this.goesBack(visit, cost);
    this.event(visit);
    return !this.done(this, visit);
  }

  private add(name: string, cost: Cost): void {
    const list = this.samples.get(name);
    if (list) list.push(cost);
    else this.samples.set(name, [cost]);
  }

  private systemCall(visit: Visit, cost: Cost): void {
    if (visit.domainId === undefined || visit.nextDomainId !== visit.domainId) return;
    if (visit.fromUser) {
      this.systemCalls.set(visit.domainId, { returnPc: visit.returnPc, start: visit.start, inside: cost });
    } else {
      this.upcalls.set(visit.domainId, visit.returnPc);
      this.add('upcall, in', cost);
    }
  }

  private goesBack(visit: Visit, cost: Cost): void {
    const open = this.systemCalls.get(visit.domainId ?? -1);
    if (open === undefined) {
      if (this.upcalls.get(visit.domainId ?? -1) === visit.resumedPc) this.add('upcall, back', cost);
      this.upcalls.delete(visit.domainId ?? -1);
      return;
    }
    this.systemCalls.delete(visit.domainId ?? -1);
    // Else the kernel gave the CPU to another process, or an event came in between.
    if (visit.resumedPc !== open.returnPc) return;
    this.add('system call', minus(visit.end, open.start));
    this.add('system call, hypervisor', plus(open.inside, cost));
  }

  private event(visit: Visit): void {
    if (visit.cause === 'hypercall event_channel_op(send)') this.eventSent = { from: visit.domainId!, at: visit.start };
    const sent = this.eventSent;
    if (sent === undefined || visit.nextDomainId === sent.from || !visit.functions.has('do_upcall')) return;
    this.add('event', minus(visit.end, sent.at));
    this.eventSent = undefined;
  }
}

const spread = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((left, right) => left - right);
  return { median: sorted[sorted.length >> 1]!, min: sorted[0]!, max: sorted.at(-1)! };
};

/** @throws UserError when a guest does not do what is measured */
export async function measureCosts(
  options: { readonly tickModel: string; readonly nsPerTick: number; readonly count: number },
  progress: Progress,
): Promise<readonly CostResult[]> {
  const { count, tickModel, nsPerTick } = options;
  const common = { hypervisor: 'builtin:xen', tickModel, nsPerTick };
  const guest = { kernel: 'builtin:costs', cmdline: `rounds=${count}` };
  const calls = await follow({ ...common, domains: [guest, guest] }, 'costs', progress, (_meter, visit) =>
    visit.cause.startsWith('hypercall sched_op(shutdown'),
  );
  const processes = { ...common, domains: [{ kernel: 'builtin:proc-os' }] };
  const system = await follow(
    processes,
    'proc-os',
    progress,
    ({ samples }) => (samples.get('system call')?.length ?? 0) >= Math.min(count, MOST_SYSTEM_CALLS),
  );
  const samples = new Map([...calls, ...[...system].filter(([name]) => name.startsWith('system call'))]);
  return Object.entries(WHAT).map(([name, what]) => {
    const found = samples.get(name);
    if (found === undefined) throw new UserError(`The guests did not come to measure "${name}".`);
    return {
      name,
      what,
      count: found.length,
      instructions: spread(found.map(({ instructions }) => instructions)),
      ticks: spread(found.map(({ ticks }) => ticks)),
    };
  });
}

async function follow(
  settings: Record<string, unknown>,
  name: string,
  progress: Progress,
  done: (meter: CostMeter, visit: Visit) => boolean,
): Promise<ReadonlyMap<string, readonly Cost[]>> {
  const { engine, borders } = await boot(settings, () => progress(`${name}: ${engine.machine.instructionCount}`));
  try {
    progress(`${name}: boot`);
    return await samplesOf(borders, engine.images[1]!.entry, done);
  } finally {
    engine.dispose();
  }
}

async function samplesOf(
  borders: Borders,
  guestEntry: number,
  done: (meter: CostMeter, visit: Visit) => boolean,
): Promise<ReadonlyMap<string, readonly Cost[]>> {
  const meter = new CostMeter(done);
  await borders.runTo([guestEntry], MOST_INSTRUCTIONS);
  await borders.follow(meter, [], MOST_INSTRUCTIONS);
  return meter.samples;
}

export async function costs(options: CostsOptions): Promise<void> {
  const { tickModel, nsPerTick } = readWorkload({ ...options, tickModel: options.tickModel ?? 'arm926ejs' }, 1);
  const count = wholeNumber('--count', options.count, COUNT, 3, 10_000);
  const results = await measureCosts({ tickModel, nsPerTick, count }, progressOn(process.stderr));
  process.stdout.write(`What one of each takes: tick model ${tickModel}, ${fixed(nsPerTick, 0)} ns a tick\n\n`);
  const rows = results.map((each) => [
    each.name,
    String(each.count),
    ...[each.instructions, each.ticks].flatMap(({ median, min, max }) => [median, min, max].map(whole)),
  ]);
  process.stdout.write(`${table(['', 'count', 'instructions', 'min', 'max', 'ticks', 'min', 'max'], rows)}\n`);
  for (const { name, what } of results) process.stdout.write(`${name}: ${what}\n`);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ tickModel, costs: results })}\n`);
}
