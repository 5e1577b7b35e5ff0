/**
 * The paper's measurement (its section 4): a unit task is what a thread of mini-OS does from its start to its mark,
 * `swi #0xffffab`, a being the domain and b the thread. It is charged with the instructions of its own domain, and those of the
 * hypervisor from where it leaves this domain until a guest goes on. While another domain runs nothing is charged; a switch
 * is charged to the domain that is switched away. Thus the charges of all domains make up all that was executed.
 */
import type { Borders, BorderStop, Visit } from './borders';
import { addTo, minus, NOTHING, plus, type Cost } from './cost';

const MARK = 0xffff00;
const END_OF_UPCALL = 'hypercall restore_guest_context';
const isMark = (swi: number | undefined): swi is number => swi !== undefined && (swi & 0xffff00) === MARK;

export interface CauseCost extends Cost {
  readonly visits: number;
}

/** What the tasks of a case took. All sums are over all tasks. */
export interface TaskCosts {
  readonly tasks: number;
  readonly domains: number;
  /** One entry a task, in the order of the marks. */
  readonly each: readonly Cost[];
  readonly total: Cost;
  /** Of the guests' own, and of that what they did in upcalls (or natively: nothing, handlers are visits). */
  readonly guest: Cost;
  readonly guestUpcalls: Cost;
  readonly causes: ReadonlyMap<string, CauseCost>;
  readonly functions: ReadonlyMap<string, Cost>;
  /** How often the CPU went from one domain to another. */
  readonly switches: number;
  /** What each domain had been charged with, in ticks, since the last of them began and until the first had made its last mark. */
  readonly shares: readonly number[];
  /** All that was executed from the first start to the last mark, whoever it was for. */
  readonly elapsed: Cost;
  /** The mean of what was executed between two marks of one domain, whoever it was for. */
  readonly betweenMarks: Cost;
}

/** What one domain has run up. */
class Account {
  total = NOTHING;
  guest = NOTHING;
  upcalls = NOTHING;
  atMark = NOTHING;
  ticksWhenAllRan = 0;
  startedAt: Cost | undefined;
  markedAt = NOTHING;
  tasks = 0;
  /** Where its code would go on; undefined when it is the hypervisor that puts it somewhere else, at the end of an upcall. */
  returnPc: number | undefined;
  inUpcall = false;
}

export interface MeterOptions {
  readonly domains: number;
  /** Marks that each domain makes. */
  readonly tasksPerDomain: number;
  /** Where the first thread's task begins. */
  readonly startAddress: number;
  readonly maxInstructions: number;
}

/** Runs from the reset state to the last mark. Gives why it ended before, if it did. */
export async function measureUnitTasks(borders: Borders, options: MeterOptions): Promise<TaskCosts | BorderStop> {
  const { startAddress, maxInstructions } = options;
  const booted = await borders.runTo([startAddress], maxInstructions);
  if (booted !== 'asked') return booted;
  const meter = new Meter(options, borders);
  const stop = await borders.follow(meter, [startAddress], maxInstructions);
  return meter.complete ? meter.result() : stop;
}

class Meter {
  private readonly accounts = new Map<number, Account>();
  private readonly each: Cost[] = [];
  private readonly causes = new Map<string, CauseCost>();
  private readonly functions = new Map<string, Cost>();
  private switches = 0;
  private shares: readonly number[] = [];
  private readonly first: Cost;
  private last = NOTHING;

  constructor(
    private readonly options: MeterOptions,
    private readonly borders: Borders,
  ) {
    this.first = borders.now();
    this.reaches(borders.currentDomain());
  }

  get complete(): boolean {
    return this.each.length === this.options.domains * this.options.tasksPerDomain;
  }

  ran(domainId: number | undefined, cost: Cost): void {
    const account = this.counting(domainId);
    if (account === undefined) return;
    account.total = plus(account.total, cost);
    account.guest = plus(account.guest, cost);
    if (account.inUpcall) account.upcalls = plus(account.upcalls, cost);
  }

  leaves(domainId: number | undefined, swi: number | undefined, at: Cost): boolean {
    const account = this.counting(domainId);
    if (account === undefined || !isMark(swi)) return true;
    this.each.push(minus(account.total, account.atMark));
    account.atMark = account.total;
    account.markedAt = at;
    account.tasks++;
    if (account.tasks === this.options.tasksPerDomain && this.shares.length === 0) this.shares = this.sharesSoFar();
    this.last = at;
    return !this.complete;
  }

  visited(visit: Visit): boolean {
    const account = this.counting(visit.domainId);
    if (account === undefined) return true;
    const cost = minus(visit.end, visit.start);
    account.total = plus(account.total, cost);
    const before = this.causes.get(visit.cause) ?? { ...NOTHING, visits: 0 };
    this.causes.set(visit.cause, { ...plus(before, cost), visits: before.visits + 1 });
    visit.functions.forEach((of, name) => addTo(this.functions, name, of));
    if (visit.nextDomainId !== visit.domainId) this.switches++;
    account.returnPc = visit.returnPc;
    if (visit.cause === END_OF_UPCALL) account.returnPc = undefined;
    const next = this.account(visit.nextDomainId);
    next.inUpcall = next.returnPc !== undefined && (next.inUpcall || visit.resumedPc !== next.returnPc);
    return true;
  }

  reaches(domainId: number | undefined): boolean {
    const account = this.account(domainId);
    if (account.startedAt !== undefined) return true;
    account.startedAt = this.borders.now();
    this.accounts.forEach((each) => (each.ticksWhenAllRan = each.total.ticks));
    return true;
  }

  private account(domainId: number | undefined): Account {
    const key = domainId ?? 0;
    let account = this.accounts.get(key);
    if (account === undefined) this.accounts.set(key, (account = new Account()));
    return account;
  }

  /** The account of a domain between its first start and its last mark. */
  private counting(domainId: number | undefined): Account | undefined {
    const account = this.account(domainId);
    return account.startedAt !== undefined && account.tasks < this.options.tasksPerDomain ? account : undefined;
  }

  private sharesSoFar(): readonly number[] {
    const accounts = [...this.accounts].sort(([left], [right]) => left - right);
    return accounts.map(([, { total, ticksWhenAllRan }]) => total.ticks - ticksWhenAllRan);
  }

  result(): TaskCosts {
    const accounts = [...this.accounts.values()];
    const sum = (pick: (account: Account) => Cost): Cost => accounts.map(pick).reduce(plus, NOTHING);
    const between = sum((account) => minus(account.markedAt, account.startedAt ?? account.markedAt));
    const tasks = this.each.length;
    return {
      tasks,
      domains: this.options.domains,
      each: this.each,
      total: sum(({ total }) => total),
      guest: sum(({ guest }) => guest),
      guestUpcalls: sum(({ upcalls }) => upcalls),
      causes: this.causes,
      functions: this.functions,
      switches: this.switches,
      shares: this.shares,
      elapsed: minus(this.last, this.first),
      betweenMarks: { instructions: between.instructions / tasks, ticks: between.ticks / tasks },
    };
  }
}
