/**
 * The recorded past as the face of the engine offers it (`Past`): turns what a person names (an expression's place, a filter, a
 * function) into searches, and what they find into words.
 */
import type { AddressSpace } from '../../hypervisor/types';
import { BreakpointSetters } from '../breakpoints/setters';
import { BreakpointStore } from '../breakpoints/store';
import { FilterSetter } from '../breakpoints/filterSetter';
import type { Conditions } from '../breakpoints/conditions';
import { spaceText } from '../expressions/evaluator';
import { watchedRegister } from '../registers/watched';
import type { CoherenceWatch } from '../run/coherence';
import type { Halt } from '../run/runLoop';
import type { StackBuilder } from '../stack/stackBuilder';
import type { Threads } from '../stack/threads';
import type { SourcePaths } from '../target/sourcePaths';
import type { Target } from '../target/target';
import {
  UserError,
  type CheckpointInfo,
  type DataTarget,
  type Frame,
  type Motion,
  type Past,
  type PastEvent,
  type PastStatus,
  type StopEvent,
} from '../types';
import { hex32 } from '../values/format';
import { FrameStart } from './frameStart';
import type { History } from './history';
import type { WriteFound } from './lastWrite';

const SMALLEST_PAGE = 1024;

export interface PastParts {
  readonly target: Target;
  readonly paths: SourcePaths;
  readonly conditions: Conditions;
  readonly stacks: StackBuilder;
  readonly threads: Threads;
  readonly coherence: CoherenceWatch;
  /** Everything that moves the machine goes through the engine. */
  readonly move: (motion: () => Promise<Halt>) => Promise<StopEvent>;
  /** Something with the machine that nobody is told of, while nothing else moves it. */
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

export class RecordedPast implements Past {
  constructor(
    private readonly history: History,
    private readonly parts: PastParts,
  ) {}

  status(): PastStatus {
    const { timeline, now, options } = this.history.recorder;
    return {
      instruction: now.count,
      start: timeline.start.count,
      latest: Math.max(timeline.latest.count, now.count),
      moments: timeline.size,
      bytes: timeline.bytes,
      mostBytes: options.bytes,
    };
  }

  goTo(instruction: number): Promise<StopEvent> {
    return this.parts.move(() => this.history.toInstruction(instruction));
  }

  lastWrite(target: DataTarget, name: string): Motion {
    if (target.kind === 'register') {
      const watch = () => watchedRegister(this.parts.target, target);
      return () => this.parts.move(() => this.history.lastRegisterChange(watch, `The last change of ${name}`));
    }
    const ranges = this.physical(target.space, target.address, target.byteLength);
    return this.toWrite(ranges, name);
  }

  lastPageTableWrite(space: AddressSpace, address: number): Motion {
    const steps = this.parts.target.walk(space, address, 'read', true)?.steps ?? [];
    const name = `${spaceText(space)}${hex32(address)}`;
    if (steps.length === 0)
      throw new UserError(`No page table translates ${name}: the MMU is off, or it is a physical address`);
    const ranges = steps.map(({ descriptorAddress }) => ({ address: descriptorAddress, byteLength: 4 }));
    return this.toWrite(ranges, `a page-table entry of ${name}`);
  }

  whoWrote(
    ranges: readonly { readonly address: number; readonly byteLength: number }[],
    most = Infinity,
  ): Promise<string | undefined> {
    return this.parts.alone(() => this.history.whoWrote(ranges, most, (found) => this.writer(found)));
  }

  previous(event: PastEvent): Motion {
    const { target, paths, conditions, stacks, threads, coherence } = this.parts;
    const store = new BreakpointStore(target, () => undefined);
    const condition = event.condition === undefined ? {} : { condition: event.condition };
    const current = () => threads.currentId();
    const filters = new FilterSetter(target, store, conditions, stacks, current, () => coherence);
    const setters = new BreakpointSetters(target, paths, store, conditions, filters);
    const states =
      'filter' in event
        ? filters.set([{ id: event.filter, ...condition }])
        : setters.functions([{ name: event.function, ...condition }]);
    const wrong = states.find(({ verified }) => !verified);
    if (wrong) throw new UserError(wrong.message ?? 'This cannot be looked for');
    const reports = (): Halt | undefined => coherence.ask(() => store.judgeReport());
    const search = async (): Promise<Halt> => {
      coherence.searched = store.wantsReports;
      try {
        return { ...(await this.history.previousOf(store, reports)), breakpointIds: [] };
      } finally {
        coherence.searched = false;
      }
    };
    return () => this.parts.move(search);
  }

  frameStart(frame: Frame, caller: Frame | undefined): Motion {
    const start = new FrameStart(this.parts.target, frame, caller);
    return () =>
      this.parts.move(async () => {
        const halt = await this.history.frameStart(start);
        return halt.reason === 'pause' ? halt : { ...halt, reason: 'restart' };
      });
  }

  setCheckpoint(name: string): CheckpointInfo {
    this.history.checkRecords();
    const { count } = this.history.checkpoints.set(name);
    return { name, instruction: count, inHistory: true };
  }

  removeCheckpoint(name: string): void {
    this.history.checkpoints.remove(name);
  }

  checkpoints(): readonly CheckpointInfo[] {
    const { timeline } = this.history.recorder;
    return this.history.checkpoints
      .list()
      .map(({ name, count, moment }) => ({ name, instruction: count, inHistory: timeline.has(moment) }));
  }

  goToCheckpoint(name: string): Motion {
    this.history.checkpoints.get(name);
    return () => this.parts.move(() => this.history.toCheckpoint(name));
  }

  private toWrite(ranges: readonly { readonly address: number; readonly byteLength: number }[], name: string): Motion {
    const describe = (found: WriteFound) => ({ description: `The last write to ${name}`, text: this.writer(found) });
    return () => this.parts.move(() => this.history.lastMemoryWrite(ranges, describe));
  }

  private physical(space: AddressSpace, address: number, byteLength: number) {
    const ranges: { readonly address: number; readonly byteLength: number }[] = [];
    for (let done = 0; done < byteLength;) {
      const at = address + done;
      const length = Math.min(byteLength - done, SMALLEST_PAGE - (at % SMALLEST_PAGE));
      const physical = this.parts.target.physical(space, at);
      if (physical === undefined)
        throw new UserError(`${spaceText(space)}${hex32(at)} is not mapped: give an address that is, or a pa: address`);
      ranges.push({ address: physical, byteLength: length });
      done += length;
    }
    return ranges;
  }

  /** Who wrote, in a sentence. The machine stands before the instruction that did. */
  private writer({ hit }: WriteFound): string {
    const bytes = `${hit.byteLength} byte${hit.byteLength === 1 ? '' : 's'} at pa:${hex32(hit.address)}`;
    if (hit.by === 'device' || hit.pc === undefined) return `Written by a device, ${bytes}`;
    const { target } = this.parts;
    const space = target.spaceOf(target.execution());
    const symbol = target.symbolAt(space, target.linked(space, hit.pc));
    const line = symbol?.image.lineAt(target.linked(space, hit.pc));
    const place = line ? `, ${this.parts.paths.toDisk(line.file)}:${line.line}` : '';
    const where = symbol ? ` (${symbol.name}+0x${symbol.offset.toString(16)}${place})` : '';
    return `Written by the instruction at ${spaceText(space)}${hex32(hit.pc)}${where}, ${bytes}`;
  }
}
