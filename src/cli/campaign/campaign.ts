/**
 * One campaign: boots the hypervisor with the warden as Domain-0 and two victims, lets adversaries loose until they have fired
 * `count` hypercalls, ends them, and looks at what is left. Everything is counted and checked on the machine, from outside; a
 * campaign is a function of seed and count, whatever executes the instructions.
 */
import { NodeFileHost } from '../../adapter/nodeHost';
import { resolveLaunch } from '../../adapter/launchConfiguration/resolve';
import { launch } from '../../debugger/launch';
import { UserError, type DebugEngine } from '../../debugger/types';
import { Image } from '../../image/image';
import type { MachineFace } from '../../machine/types';
import { ATTACK_CLASSES } from './attacks';
import { Frames } from './frames';
import { KernelMemory } from './kernelMemory';
import { OwnershipMonitor, type Violation } from './ownership';
import { Shares } from './shares';
import { Untouched } from './untouched';

export interface CampaignOptions {
  readonly seed: number;
  /** Hypercalls of adversaries to be fired. */
  readonly count: number;
  readonly engine: string;
  readonly scheduler: string;
  /** The attack goes on for so many ticks at least. */
  readonly leastTicks?: number;
  /** It ends when so many descriptors have been found that should not be. */
  readonly mostViolations?: number;
}

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface CampaignResult {
  readonly seed: number;
  readonly count: number;
  readonly hypercalls: number;
  /** Attacks begun, by class. */
  readonly attacks: Readonly<Record<string, number>>;
  /** Hypercalls by number. */
  readonly byNumber: Readonly<Record<string, number>>;
  /** Hypercalls that were answered with an error. */
  readonly refused: number;
  /** Adversaries that the hypervisor has ended, and those that were started. */
  readonly crashes: number;
  readonly adversaries: number;
  readonly instructions: number;
  readonly checks: readonly Check[];
  readonly ok: boolean;
}

const VICTIMS = 2;
const ADVERSARIES = 2;
const SLICE = 20_000_000;
const LONGEST_SILENCE = 150_000_000;
const BOOT_INSTRUCTIONS = 200_000_000;
const AFTERWARDS = 30_000_000;
const PANIC_INSTRUCTIONS = 100_000;
const HYPERCALLS_BETWEEN_WALKS = 1000;
/** Half a second: in less, shares are of a few slices. */
const LEAST_TICKS = 100_000_000;
const RESTORE = 31;
/** Mode, I and F of a caller's PSR: all guests run in USR mode, and can be interrupted. FIQ is masked by nobody either. */
const CALLER_MASK = 0xdf;
const USR_INTERRUPTIBLE = 0x10;
const MOST_VIOLATIONS = 8;
const MOST_PRIVILEGED = 8;
const LEAST_STACK_ROOM = 1024;
const KEPT_CONSOLE = 1 << 20;

export type Progress = (text: string) => void;

export function configuration({ seed, engine, scheduler }: CampaignOptions): Record<string, unknown> {
  return {
    hypervisor: 'builtin:xen',
    cmdline: `sched=${scheduler}`,
    engine,
    domains: [
      {
        name: 'warden',
        kernel: 'builtin:warden',
        memory: '4M',
        cmdline: `seed=${seed} adversaries=${ADVERSARIES} memory=1024`,
      },
      ...Array.from({ length: VICTIMS }, (_, index) => ({
        name: `victim${index + 1}`,
        kernel: 'builtin:victim',
        memory: '1M',
      })),
    ],
  };
}

export class Campaign {
  private readonly machine: MachineFace;
  private readonly memory: KernelMemory;
  private console = '';
  private hypercalls = 0;
  private refused = 0;
  private crashes = 0;
  private readonly attacks = new Map<string, number>();
  private readonly byNumber = new Map<number, number>();
  private readonly violations: (Violation & { at: number })[] = [];
  /** Domains in the middle of an attack. */
  private readonly attacking = new Set<number>();
  private counted = false;
  private dead = false;
  private leastStackRoom = Infinity;
  /** When it was seen that memory had changed which must not. */
  private changedAt: number | undefined;
  /** Hypercalls that came from where no guest may be. */
  private privileged = 0;
  private frames!: Frames;
  private monitor!: OwnershipMonitor;
  private untouched!: Untouched;
  private shares!: Shares;

  private constructor(
    private readonly options: CampaignOptions,
    private readonly engine: DebugEngine,
    private readonly adversary: Image,
    private readonly progress: Progress,
  ) {
    this.machine = engine.machine;
    this.memory = new KernelMemory(engine.machine, engine.images[0]!);
    this.machine.onConsoleOutput((_port, bytes) => {
      this.console = (this.console + Buffer.from(bytes).toString('latin1')).slice(-KEPT_CONSOLE);
    });
  }

  /** @param prepare called when all honest domains stand ready, to plant what is to be found */
  static async run(
    options: CampaignOptions,
    progress: Progress = () => {},
    prepare: (memory: KernelMemory) => void = () => {},
  ): Promise<CampaignResult> {
    const host = new NodeFileHost();
    const engine = await launch({ ...resolveLaunch(configuration(options)).settings, historyBytes: 0 }, host);
    try {
      const adversary = Image.parse('builtin:adversary', await host.readBuiltin('builtin:adversary'));
      return await new Campaign(options, engine, adversary, progress).result(prepare);
    } finally {
      engine.dispose();
    }
  }

  private async result(prepare: (memory: KernelMemory) => void): Promise<CampaignResult> {
    this.boot();
    prepare(this.memory);
    this.takeDown();
    const freeFrames = this.frames.countFree();
    const freeHeap = this.frames.countFreeHeap();
    const stopped = await this.attack();
    const ended = this.endAdversaries();
    const checks = [
      this.checkRuns(stopped, ended),
      this.checkUntouched(),
      this.checkVictims(),
      this.checkOwnership(),
      check(
        'no guest runs privileged or with interrupts masked',
        this.privileged === 0,
        `at ${this.privileged} hypercalls the caller did`,
      ),
      ...this.checkShares(),
      check(
        'hypervisor stacks have room left',
        this.leastStackRoom >= LEAST_STACK_ROOM,
        `at least ${this.leastStackRoom} bytes were never used`,
      ),
      this.checkReclaimed(ended, freeFrames, freeHeap),
    ];
    return {
      seed: this.options.seed,
      count: this.options.count,
      hypercalls: this.hypercalls,
      attacks: Object.fromEntries(ATTACK_CLASSES.map((name) => [name, this.attacks.get(name) ?? 0])),
      byNumber: Object.fromEntries([...this.byNumber].sort(([left], [right]) => left - right)),
      refused: this.refused,
      crashes: this.crashes,
      adversaries: this.lastNumber(/warden: (\d+) adversaries started/) ?? 0,
      instructions: this.machine.instructionCount,
      checks,
      ok: checks.every(({ ok }) => ok),
    };
  }

  /** Up to where all honest domains stand ready and nobody else is there. */
  private boot(): void {
    const ready = (): boolean =>
      this.console.includes('warden: ready') && this.console.split('is ready\n').length === VICTIMS + 1;
    for (let left = BOOT_INSTRUCTIONS; !ready(); left -= 100_000) {
      if (left <= 0 || !this.runs(100_000))
        throw new UserError(`The campaign's domains did not come up:\n${this.console}`);
    }
  }

  /** What must not change from now on. */
  private takeDown(): void {
    this.frames = new Frames(this.memory);
    this.monitor = new OwnershipMonitor(this.memory, this.frames);
    const images = this.engine.images.filter(({ name }) => name !== 'builtin:xen');
    const honest = ['builtin:warden', ...Array<string>(VICTIMS).fill('builtin:victim')];
    this.untouched = new Untouched(
      this.memory,
      this.frames,
      honest.map((name) => images.find((image) => image.name === name)!),
    );
    this.shares = new Shares(this.currentDomain(), this.machine.ticks);
  }

  /** False when nothing will ever happen any more, or nothing that means anything. */
  private runs(instructions: number): boolean {
    return (
      !this.dead &&
      this.changedAt === undefined &&
      this.machine.run(instructions).kind === 'count' &&
      !this.console.includes('(XEN) panic')
    );
  }

  /** At the start of panic(): it has yet to say why. */
  private panics(): string {
    this.machine.setBreakpoints([]);
    this.machine.run(PANIC_INSTRUCTIONS);
    this.dead = true;
    return 'the hypervisor panics';
  }

  private currentDomain(): number {
    const vcpu = this.memory.word(this.memory.symbol('schedule_data'));
    return this.memory.domainId(this.memory.domainOf(vcpu));
  }

  private isAdversary(domainId: number): boolean {
    return domainId > VICTIMS && domainId < 256;
  }

  /** Lets the adversaries loose. Gives why it ended before the count, if it did. */
  private async attack(): Promise<string | undefined> {
    const { machine, memory, adversary, options } = this;
    const begin = adversary.symbol('attack_begin')!.address;
    const over = adversary.symbol('attack_over')!.address;
    const enter = memory.symbol('process_hypercalls');
    const leave = memory.symbol('ret_from_hypercall');
    const switches = memory.symbol('__switch_to');
    const crash = memory.symbol('domain_crash');
    const panic = memory.symbol('panic');
    const handlers = new Map<number, () => void>([
      [begin, () => this.attackBegins()],
      [over, () => this.attacking.delete(this.shares.running)],
      [enter, () => this.hypercall()],
      [leave, () => this.answer()],
      [switches, () => this.switches()],
      [crash, () => (this.crashes += this.isAdversary(this.shares.running) ? 1 : 0)],
    ]);
    machine.setBreakpoints([...handlers.keys(), panic]);
    this.type('s');
    let [calls, since] = [0, machine.instructionCount];
    let nextTurn = machine.instructionCount + SLICE;
    const shareEnd = machine.ticks + (options.leastTicks ?? LEAST_TICKS);
    const enough = (): boolean => this.hypercalls >= options.count && machine.ticks >= shareEnd;
    const broken = (): boolean =>
      this.violations.length >= (options.mostViolations ?? MOST_VIOLATIONS) ||
      this.privileged >= MOST_PRIVILEGED ||
      this.changedAt !== undefined;
    while (!enough() && !broken()) {
      const stop = machine.run(SLICE);
      if (stop.kind === 'breakpoint') {
        if (stop.pc === panic) return this.panics();
        handlers.get(stop.pc)?.();
      } else if (stop.kind !== 'count') {
        return stop.kind === 'halted' ? `the machine halts: ${stop.reason}` : 'nothing will ever wake the machine';
      }
      if (machine.instructionCount < nextTurn) continue;
      nextTurn = machine.instructionCount + SLICE;
      this.lookForChanges();
      if (this.hypercalls !== calls) [calls, since] = [this.hypercalls, machine.instructionCount];
      else if (machine.instructionCount - since > LONGEST_SILENCE) return 'no adversary calls any more';
      const tenths = Math.floor((10 * this.hypercalls) / options.count);
      this.progress(`seed ${options.seed}, ${tenths} tenths: ${this.hypercalls.toLocaleString('en-US')} hypercalls`);
      await new Promise(setImmediate);
    }
    this.shares.settle(machine.ticks);
    return undefined;
  }

  private attackBegins(): void {
    if (!this.isAdversary(this.shares.running)) return;
    this.attacking.add(this.shares.running);
    const name = ATTACK_CLASSES[this.machine.cpu.getRegister(0)] ?? 'unknown';
    this.attacks.set(name, (this.attacks.get(name) ?? 0) + 1);
  }

  /** What an adversary calls between two attacks, to be able to go on, is no attack; nor is its return from an upcall. */
  private hypercall(): void {
    const { cpu } = this.machine;
    if (((cpu.getSpsr('svc') ?? 0) & CALLER_MASK) !== USR_INTERRUPTIBLE) this.privileged++;
    const number = cpu.getRegister(7);
    this.counted = this.attacking.has(this.shares.running);
    if (number === RESTORE && cpu.getRegister(0) === cpu.getRegister(13, 'usr')) this.counted = false;
    if (!this.counted) return;
    this.hypercalls++;
    this.byNumber.set(number, (this.byNumber.get(number) ?? 0) + 1);
    if (this.hypercalls % HYPERCALLS_BETWEEN_WALKS === 0) this.walkAll();
  }

  private answer(): void {
    if (this.counted && (this.machine.cpu.getRegister(0) | 0) < 0) this.refused++;
  }

  /** The one who loses the CPU has its present tables looked at: nobody else can have changed them. */
  private switches(): void {
    const { cpu, ticks } = this.machine;
    const previous = this.memory.domainOf(cpu.getRegister(0));
    if (this.isAdversary(this.memory.domainId(previous))) this.report(this.monitor.checkLoaded(previous));
    this.shares.switchTo(this.memory.domainId(this.memory.domainOf(cpu.getRegister(1))), ticks);
  }

  private lookForChanges(): void {
    if (this.changedAt === undefined && !this.untouched.isAsBefore()) this.changedAt = this.machine.instructionCount;
  }

  private walkAll(): void {
    this.lookForChanges();
    for (const domain of this.memory.domains()) {
      if (!this.isAdversary(this.memory.domainId(domain))) continue;
      this.report(this.monitor.checkAll(domain));
      this.leastStackRoom = Math.min(this.leastStackRoom, this.memory.stackRoom(domain));
    }
  }

  private report(violations: readonly Violation[]): void {
    for (const violation of violations) this.violations.push({ ...violation, at: this.machine.instructionCount });
  }

  private type(text: string): void {
    this.machine.sendConsoleInput(0, Buffer.from(`${text}\n`));
  }

  /** Has the warden destroy them all. False when it does not get that done. */
  private endAdversaries(): boolean {
    const { machine } = this;
    if (this.dead) return false;
    this.walkAll();
    machine.setBreakpoints([]);
    this.type('q');
    const end = machine.instructionCount + AFTERWARDS;
    const done = (): boolean => /warden: \d+ adversaries started, .*\n/.test(this.console);
    while (!done() && machine.instructionCount < end) if (!this.runs(100_000)) return false;
    return done();
  }

  private checkRuns(stopped: string | undefined, ended: boolean): Check {
    const name = 'the hypervisor runs, and answers';
    if (stopped !== undefined) return check(name, false, `${stopped}; last on the console: ${this.lastLines()}`);
    if (!ended) return check(name, false, `Domain-0 did not get the adversaries destroyed; ${this.lastLines()}`);
    return check(name, !this.console.includes('(XEN) panic'), 'Domain-0 has destroyed all adversaries');
  }

  private checkUntouched(): Check {
    const changes = this.untouched.changes();
    const where = changes.map(({ where: place, bytes }) => `${bytes} bytes in ${place}`).join('; ');
    const held = `${this.untouched.bytes.toLocaleString('en-US')} bytes of the hypervisor and of other domains are as before`;
    const seen = this.changedAt === undefined ? '' : ` (seen at instruction ${this.changedAt})`;
    return check('no byte of others has changed', changes.length === 0, where === '' ? held : `${where}${seen}`);
  }

  /** They go on, and what they found themselves. */
  private checkVictims(): Check {
    const image = this.engine.images.find(({ name }) => name === 'builtin:victim')!;
    const read = (name: string): number[] =>
      this.frames.honest.slice(1).map(({ firstFrame }) => {
        const address = (firstFrame << 12) + ((image.symbol(name)!.address - 0xc0000000) >>> 0);
        return this.memory.words(address, 1)[0]!;
      });
    const before = read('victim_passes');
    const end = this.machine.instructionCount + AFTERWARDS;
    const goOn = (): boolean => read('victim_passes').every((passes, index) => passes > before[index]!);
    while (!goOn() && this.machine.instructionCount < end) if (!this.runs(100_000)) break;
    const damage = read('victim_damage');
    const text = `all memory looked at ${read('victim_passes').join(' and ')} times; words found changed: ${damage.join(' and ')}`;
    return check('victims go on and find nothing', goOn() && damage.every((words) => words === 0), text);
  }

  private checkOwnership(): Check {
    const { walks, descriptors } = this.monitor;
    const found = this.violations.map(({ domainId, text, at }) => `Domain-${domainId}, by instruction ${at}: ${text}`);
    return check(
      'adversaries reach only what is theirs',
      found.length === 0,
      found.length ? found.join('; ') : `${walks} walks of whole tables, ${descriptors} descriptors`,
    );
  }

  private checkReclaimed(ended: boolean, freeFrames: number, freeHeap: number): Check {
    const [frames, heap, stray] = [this.frames.countFree(), this.frames.countFreeHeap(), this.frames.countStray()];
    const failed = this.lastNumber(/, (\d+) could not be, /) ?? 0;
    return check(
      'memory is reclaimed',
      ended && frames === freeFrames && heap === freeHeap && stray === 0 && failed === 0,
      `${frames} of ${freeFrames} frames and ${heap} of ${freeHeap} heap pages are free again, ${stray} entries of the frame table count what is not there, ${failed} adversaries found no room`,
    );
  }

  private checkShares(): readonly Check[] {
    return this.shares.checks(VICTIMS, ADVERSARIES);
  }

  private lastNumber(pattern: RegExp): number | undefined {
    const found = pattern.exec(this.console)?.[1];
    return found === undefined ? undefined : Number(found);
  }

  private lastLines(): string {
    const lines = this.console.split('\n').filter((line) => line.startsWith('(XEN)'));
    return lines.slice(-6).join(' / ');
  }
}

const check = (name: string, ok: boolean, detail: string): Check => ({ name, ok, detail });
