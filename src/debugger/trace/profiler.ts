/**
 * Where instructions and ticks go, by sampling: every so many instructions the stack across the border is looked at, and all that was
 * executed since the last look is put to it. So the sums are exact, and what is statistical is only to whom. Off, it costs nothing.
 */
import type { MachineFace } from '../../machine/types';
import type { RunObserver } from '../run/runLoop';
import type { Frame } from '../types';
import { Timeline, type ProfileSample } from './timeline';

/** A look at a stack takes about as long as fifty thousand instructions that are interpreted. */
export const DEFAULT_INTERVAL = 500_000;
/** Not a divisor of anything that guests count. */
const JITTER = 997;

/** Some hundred bytes each: an hour of a kernel with deep stacks stays below 50 MB. */
const LIMITS: ProfileLimits = { nodes: 50_000, samples: 200_000 };

export interface ProfileLimits {
  /** Functions, each in a certain stack. */
  readonly nodes: number;
  /** Entries of the timeline, twice as many. */
  readonly samples: number;
}

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
  private nodes = 1;
  private timeline: Timeline;
  /** Looks at stacks that had no room: they count to who called. */
  private cut = 0;
  private next = 0;
  private lastCount = 0;
  private lastTicks = 0;
  private interval = 0;

  constructor(
    private readonly machine: Pick<MachineFace, 'instructionCount' | 'ticks'>,
    /** Of whom executes. */
    private readonly stack: () => readonly Frame[],
    private readonly nameOf: (frame: Frame) => string,
    /** Whether what happens now has happened before. */
    private readonly repeats: () => boolean,
    private readonly limits = LIMITS,
  ) {
    this.timeline = new Timeline(limits.samples);
  }

  get on(): boolean {
    return this.interval > 0;
  }

  get root(): ProfileNode {
    return this.tree;
  }

  get samples(): readonly ProfileSample[] {
    return this.timeline.samples;
  }

  /** What had to be given up for lack of room, in sentences; nothing of it is instructions or ticks. */
  get notes(): readonly string[] {
    const { window } = this.timeline;
    return [
      ...(window > 1
        ? [
            `It is long: ${window} looks at a time are taken together. What each stack took is exact, their order within them is not kept.`,
          ]
        : []),
      ...(this.cut > 0
        ? [
            `There are more than ${this.limits.nodes} different stacks: at ${this.cut} of ${this.timeline.looks} looks the innermost functions were counted to those that called them.`,
          ]
        : []),
    ];
  }

  start(interval = DEFAULT_INTERVAL): void {
    this.tree = newNode('(root)', '');
    this.nodes = 1;
    this.timeline = new Timeline(this.limits.samples);
    this.cut = 0;
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
      const node = this.nodeOf(this.stack());
      node.selfInstructions += instructions;
      node.selfTicks += ticks;
      this.timeline.add(node, instructions, ticks);
    }
    this.mark();
  }

  private mark(): void {
    this.lastCount = this.machine.instructionCount;
    this.lastTicks = this.machine.ticks;
    this.next = this.lastCount + this.interval + (this.timeline.looks % 7) * JITTER;
  }

  /** From the outermost frame inwards; labels are no functions. */
  private nodeOf(stack: readonly Frame[]): ProfileNode {
    let node = this.tree;
    for (const frame of stack.filter(({ kind }) => kind !== 'label').reverse()) {
      const who = this.nameOf(frame);
      const key = `${who}\0${frame.name}`;
      const child = node.children.get(key) ?? this.newChild(node, key, newNode(frame.name, who, frame.source));
      if (!child) {
        this.cut++;
        return node;
      }
      node = child;
    }
    return node;
  }

  /** Undefined when there is no room. */
  private newChild(parent: ProfileNode, key: string, child: ProfileNode): ProfileNode | undefined {
    if (this.nodes >= this.limits.nodes) return undefined;
    this.nodes++;
    parent.children.set(key, child);
    return child;
  }
}
