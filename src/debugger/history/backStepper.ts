/**
 * Where a step back leads: to the beginning of the line before in the same frame (over), in whatever was executed (in), or to the
 * call (out). Finds points of time and goes to none, except to look from there.
 */
import { isMissing } from '../../hypervisor/types';
import type { SourceLine } from '../../image/types';
import type { MachineFace } from '../../machine/types';
import { positionOf, sharesFrame } from '../run/position';
import type { Threads } from '../stack/threads';
import type { Target } from '../target/target';
import { UserError } from '../types';
import { callSites, isSameLine, LARGEST_FRAME, type FrameLines } from './frameLines';
import { PAUSE, type Scan } from './scan';
import { segmentsBefore } from './segments';
import type { Point, Timeline } from './timeline';
import type { Travel } from './travel';

/** A point of time, the start of the history (undefined), or nothing because of a pause. */
export type Found = Point | undefined | typeof PAUSE;

/** How far a step into what came before looks, instruction by instruction, before it steps over. */
const TRAILS = [400, 8_000] as const;
/** Where the hypervisor leaves a vCPU. */
const SWITCHES = ['__switch_to', 'context_switch'] as const;

/** Executions of one line, one after the other, nothing else of the frame between them. */
interface LineRun {
  readonly row: SourceLine;
  readonly first: Point;
}

export class BackStepper {
  constructor(
    private readonly machine: MachineFace,
    private readonly target: Target,
    private readonly lines: FrameLines,
    private readonly threads: Threads,
    private readonly timeline: Timeline,
    private readonly travel: Travel,
    private readonly scan: Scan,
  ) {}

  /** To where a thread was that is not on the CPU: the last instruction before the hypervisor left it. */
  async switchedOut(from: Point, threadId: number): Promise<Found> {
    const vcpu = this.threads.vcpuOf(threadId);
    if (!vcpu || isMissing(vcpu.switchedOut))
      throw new UserError('This thread was not on the CPU before: step the one that runs back');
    const sp = vcpu.switchedOut[13]!;
    const image = this.target.hypervisor!.image;
    const addresses = SWITCHES.flatMap((name) => image.symbol(name)?.address ?? []);
    if (addresses.length === 0)
      throw new UserError(`The hypervisor has no symbol ${SWITCHES.join(' or ')}: step the thread that runs back`);
    return this.scan.last(from, addresses, () => Math.abs(positionOf(this.target).sp - sp) < LARGEST_FRAME);
  }

  /** To the instruction that called the function, or that was interrupted. */
  async out(from: Point, threadId: number): Promise<Found> {
    const caller = this.lines.callerOf(threadId);
    if (!caller) throw new UserError('There is no caller to go back to: this is the outermost frame');
    return this.scan.last(from, callSites(caller), () => sharesFrame(this.target, caller));
  }

  /** To the beginning of the line before in this frame; at the function's beginning, to that of the line that called it. */
  async over(from: Point, threadId: number): Promise<Found> {
    if (!(await this.travel.approach(from))) return PAUSE;
    if ((await this.travel.to(from)) === false) return PAUSE;
    return this.lineBefore(from, threadId, undefined);
  }

  /** To the beginning of the line that executed before, in whatever function. */
  async in(from: Point, threadId: number): Promise<Found> {
    if (!(await this.travel.approach(from))) return PAUSE;
    for (const length of TRAILS) {
      const found = await this.lineInTrail(from, length);
      if (found) return found;
    }
    return this.over(from, threadId);
  }

  /** `run`: what has been found of the line so far. The machine stands at `from`. */
  private async lineBefore(from: Point, threadId: number, run: LineRun | undefined): Promise<Found> {
    const here = this.lines.here();
    if (!here.row || !here.function) return run?.first ?? this.timeline.before(from);
    const caller = this.lines.callerOf(threadId);
    const calls = caller ? callSites(caller) : [];
    const starts = this.lines.starts(here, here.function);
    const inFrame = this.lines.test(caller, here.function.lowPc + here.distance);
    for (const segment of segmentsBefore(this.timeline, from)) {
      let runs: LineRun[] = [];
      let called: Point | undefined;
      const done = await this.scan.visit(segment, [...starts.keys(), ...calls], (pc, point) => {
        if (caller && calls.includes(pc) && sharesFrame(this.target, caller)) [runs, called] = [[], point];
        const row = starts.get(pc);
        if (!row || !inFrame(pc)) return;
        if (!isSameLine(runs.at(-1)?.row, row)) runs.push({ row, first: point });
      });
      if (!done) return PAUSE;
      const last = runs.at(-1);
      if (run && last && !isSameLine(last.row, run.row)) return run.first;
      if (last) run = { row: last.row, first: last.first };
      if (run && (called || runs.length > 1)) return run.first;
      if (called) return this.lineOfCall(called, threadId);
    }
    return run?.first;
  }

  private async lineOfCall(call: Point, threadId: number): Promise<Found> {
    if (!(await this.travel.to(call))) return PAUSE;
    const { row } = this.lines.here();
    return row ? this.lineBefore(call, threadId, { row, first: call }) : call;
  }

  /** Steps through the last instructions, noting where lines begin; the last such place, undefined when there is none. */
  private async lineInTrail(from: Point, length: number): Promise<Found> {
    const begin = { epoch: from.epoch, count: from.count - length };
    if (!this.timeline.floor(begin)) return undefined;
    if (!(await this.travel.to(begin))) return PAUSE;
    let before = this.lines.here().row;
    let found: Point | undefined;
    while (this.machine.instructionCount < from.count - 1) {
      this.machine.run(1);
      const { row, address } = this.lines.here();
      if (!row) continue;
      if (row.isStatement && row.address === address && !isSameLine(before, row))
        found = { epoch: from.epoch, count: this.machine.instructionCount };
      before = row;
    }
    return found;
  }
}
