/**
 * What a debugger does to whole domains: lets one run alone while the others are frozen, and destroys one. Both by the hypervisor's own
 * functions, so that its books stay true; a hypervisor without them is told by name.
 */
import { isMissing, type DomainView } from '../../hypervisor/types';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import { UserError } from '../types';
import type { HypervisorCall } from './hypervisorCall';
import type { Halt, RunLoop } from './runLoop';

/** A function, and what it takes after the domain. */
type Call = readonly [name: string, ...others: readonly number[]];

/** By what hypervisors of this family are asked; the first of which all functions exist is taken. */
const PAUSES: readonly { readonly pause: Call; readonly resume: Call }[] = [
  { pause: ['domain_pause_by_control', 1], resume: ['domain_pause_by_control', 0] },
  { pause: ['domain_pause_by_systemcontroller'], resume: ['domain_unpause_by_systemcontroller'] },
];
const DESTROYERS: readonly Call[] = [['domain_destroy'], ['domain_kill']];
/** Takes a domain's page table from the CPU, where the idle vCPU leaves the last one that was used. */
const TABLE_LOADER = 'load_page_table';

/** How long a domain that was paused may keep the CPU: until the next interrupt. */
const LEAVE_STEPS = 400;
const LEAVE_STEP_INSTRUCTIONS = 20_000;

const PAUSED_FLAGS = ['DOMF_paused', 'DOMF_ctrl_pause'];
const STOPPED_FLAGS = ['DOMF_shutdown', 'DOMF_crashed', 'DOMF_dying'];

export class DomainControl {
  /** Domains that are paused for a run of one thread alone; by address, as numbers are given again. */
  private readonly frozen = new Set<number>();

  constructor(
    private readonly target: Target,
    private readonly loop: RunLoop,
    private readonly calls: HypervisorCall,
    private readonly threads: Threads,
  ) {}

  /** The session begins anew. */
  restart(): void {
    this.frozen.clear();
  }

  /**
   * Freezes every domain but that of a thread, or lets all go on.
   *
   * @param eager may run to where that can be done; otherwise nothing moves, and it is done at the next run that begins at such a place
   */
  async runOnly(threadId: number | undefined, eager: boolean): Promise<Halt | undefined> {
    if (!this.target.hypervisor) return undefined;
    const domains = this.domains();
    const known = new Set(domains.map(({ address }) => address));
    for (const address of this.frozen) if (!known.has(address)) this.frozen.delete(address);
    if (threadId === undefined && this.frozen.size === 0) return undefined;
    const calls = this.pauses();
    const own = threadId === undefined ? undefined : this.threads.vcpuOf(threadId)?.domainId;
    const changes = domains.filter((domain) => {
      const freeze = threadId !== undefined && domain.id !== own;
      return freeze !== this.frozen.has(domain.address) && !(freeze && this.hasFlag(domain, PAUSED_FLAGS));
    });
    if (changes.length === 0 || (!eager && !this.calls.possible)) return undefined;
    const halt = await this.calls.settle();
    if (halt) return halt;
    for (const { address } of changes) {
      const thaw = this.frozen.delete(address);
      if (!thaw) this.frozen.add(address);
      const [name, ...others] = thaw ? calls.resume : calls.pause;
      this.calls.call(name, address, ...others);
    }
    return undefined;
  }

  /**
   * Destroys the domain of a thread. The machine runs as far as it must: out of the hypervisor, and until another domain has the CPU.
   * @throws UserError when it is the last one that runs, or the hypervisor has no function for it
   */
  async destroy(threadId: number): Promise<Halt> {
    const domain = this.domainOf(threadId);
    const destroyer = DESTROYERS.find(([name]) => this.has(name));
    if (!destroyer) throw this.lacks(DESTROYERS.map(([name]) => name));
    const others = this.domains().filter(({ address }) => address !== domain.address);
    if (others.every((other) => this.hasFlag(other, STOPPED_FLAGS)))
      throw new UserError(`${domain.name} is the last domain that runs: end the session instead`);
    const halt = (await this.calls.settle()) ?? (await this.leave(domain));
    if (halt) return halt;
    this.unload(domain, others);
    this.calls.call(destroyer[0], domain.address, ...destroyer.slice(1).map(Number));
    this.frozen.delete(domain.address);
    return { reason: 'pause', breakpointIds: [], description: `${domain.name} is destroyed` };
  }

  /** Pauses a domain that has the CPU and runs until it has lost it. */
  private async leave(domain: DomainView): Promise<Halt | undefined> {
    if (this.target.current()?.domainId !== domain.id) return undefined;
    const [name, ...others] = this.pauses().pause;
    this.calls.call(name, domain.address, ...others);
    for (let steps = 0; steps < LEAVE_STEPS; steps++) {
      const until = this.target.machine.instructionCount + LEAVE_STEP_INSTRUCTIONS;
      const result = await this.loop.run({ untilInstruction: until });
      const { halt } = result as Extract<typeof result, { kind: 'halt' }>;
      if (halt.reason !== 'count' && halt.reason !== 'waiting') return halt;
      this.target.forget();
      const settled = await this.calls.settle();
      if (settled) return settled;
      if (this.target.current()?.domainId !== domain.id) return undefined;
    }
    throw new UserError(`${domain.name} does not leave the CPU: it is paused, and was not destroyed`);
  }

  private unload(domain: DomainView, others: readonly DomainView[]): void {
    const tableOf = ({ vcpus: [vcpu] }: DomainView) => (vcpu && !isMissing(vcpu.ttbr) ? vcpu.ttbr : undefined);
    const [own, another] = [tableOf(domain), others.map(tableOf).find((table) => table !== undefined)];
    if (own === undefined || another === undefined || !this.has(TABLE_LOADER)) return;
    if (this.target.machine.cpu.getCp15().ttbr >>> 14 === own >>> 14) this.calls.call(TABLE_LOADER, another);
  }

  private pauses(): (typeof PAUSES)[number] {
    const found = PAUSES.find(({ pause, resume }) => this.has(pause[0]) && this.has(resume[0]));
    if (!found) throw this.lacks(PAUSES.map(({ pause }) => pause[0]));
    return found;
  }

  private has(name: string): boolean {
    return this.target.hypervisor?.image.symbol(name) !== undefined;
  }

  private lacks(names: readonly string[]): UserError {
    return new UserError(
      this.target.hypervisor
        ? `The hypervisor has no function ${names.join(' or ')}: it cannot be asked to do this`
        : 'There are no domains on this machine: it has no hypervisor',
    );
  }

  private domainOf(threadId: number): DomainView {
    const vcpu = this.threads.vcpuOf(threadId);
    const domain = this.domains().find(({ id }) => id === vcpu?.domainId);
    if (!domain) throw new UserError(`Thread ${threadId} belongs to no domain: choose the thread of one`);
    return domain;
  }

  private domains(): readonly DomainView[] {
    const domains = this.target.domains();
    return isMissing(domains) ? [] : domains;
  }

  private hasFlag({ address }: DomainView, flags: readonly string[]): boolean {
    return this.target.hypervisor!.domainHasFlag(address, flags);
  }
}
