/**
 * Where instructions and ticks go, by sampling: every so many instructions the stack across the border is looked at, and all that was
 * executed since the last look is put to it. So the sums are exact, and what is statistical is only to whom. Off, it costs nothing.
 */
import type { MachineFace } from '../../machine/types';
import type { RunObserver } from '../run/runLoop';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Threads } from '../stack/threads';
import type { Frame } from '../types';

/** A look at a stack takes about as long as fifty thousand instructions that are interpreted. */
export const DEFAULT_INTERVAL = 500_000;
/** Not a divisor of anything that guests count. */
const JITTER = 997;

/** A function in a certain stack. */
export interface ProfileNode {
  readonly name: string;
  /** Where its frames are: a domain by name, `Hypervisor`, or the kernel. */
  readonly who: string;
  readonly source?: { readonly path: string; readonly line: number };
  readonly children: Map<string, ProfileNode>;
  selfInstructions: number;
  selfTicks: number;
}

export interface ProfileSample {
  readonly node: ProfileNode;
  readonly instructions: number;
  readonly ticks: number;
}

const newNode = (name: string, who: string, source?: ProfileNode['source']): ProfileNode => ({
  name,
  who,
  ...(source ? { source } : {}),
  children: new Map(),
  selfInstructions: 0,
  selfTicks: 0,
});

export class Profiler implements RunObserver {
  private tree = newNode('(root)', '');
  private taken: ProfileSample[] = [];
  private next = 0;
  private lastCount = 0;
  private lastTicks = 0;
  private interval = 0;

  constructor(
    private readonly machine: MachineFace,
    private readonly stacks: StackBuilder,
    private readonly threads: Threads,
    private readonly nameOf: (frame: Frame) => string,
    /** Whether what happens now has happened before. */
    private readonly repeats: () => boolean,
  ) {}

  get on(): boolean {
    return this.interval > 0;
  }

  get root(): ProfileNode {
    return this.tree;
  }

  get samples(): readonly ProfileSample[] {
    return this.taken;
  }

  start(interval = DEFAULT_INTERVAL): void {
    this.tree = newNode('(root)', '');
    this.taken = [];
    this.interval = interval;
    this.mark();
  }

  /** The machine is as it was loaded. */
  restart(): void {
    this.start(this.interval);
  }

  /** What was executed since the last look counts too. */
  stop(): void {
    if (this.on) this.sample();
    this.interval = 0;
  }

  /** How far the machine may run until the next look. */
  before(most: number): number {
    return this.on ? Math.max(1, Math.min(most, this.next - this.machine.instructionCount)) : most;
  }

  after(): void {
    if (this.on && this.machine.instructionCount >= this.next) this.sample();
  }

  private sample(): void {
    const instructions = this.machine.instructionCount - this.lastCount;
    const ticks = this.machine.ticks - this.lastTicks;
    // Time has gone back, or is repeated: neither is executed again.
    if (instructions > 0 && !this.repeats()) {
      const node = this.nodeOf(this.stacks.build(this.threads.currentId()));
      node.selfInstructions += instructions;
      node.selfTicks += ticks;
      this.taken.push({ node, instructions, ticks });
    }
    this.mark();
  }

  private mark(): void {
    this.lastCount = this.machine.instructionCount;
    this.lastTicks = this.machine.ticks;
    this.next = this.lastCount + this.interval + (this.taken.length % 7) * JITTER;
  }

  /** From the outermost frame inwards; labels are no functions. */
  private nodeOf(stack: readonly Frame[]): ProfileNode {
    let node = this.tree;
    for (const frame of stack.filter(({ kind }) => kind !== 'label').reverse()) {
      const who = this.nameOf(frame);
      const key = `${who}\0${frame.name}`;
      let child = node.children.get(key);
      if (!child) node.children.set(key, (child = newNode(frame.name, who, frame.source)));
      node = child;
    }
    return node;
  }
}
