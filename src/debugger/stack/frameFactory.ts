/**
 * Makes the frames that a client sees out of registers and an address space: name, source line, image. Walks nothing; the two walks
 * (`hypervisorWalk.ts`, `guestWalk.ts`) decide which frames there are.
 */
import type { AddressSpace } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { LocalVariable, RegisterSet, SourceLine } from '../../image/types';
import type { CpuMode } from '../../machine/types';
import type { SourcePaths } from '../target/sourcePaths';
import type { Target } from '../target/target';
import type { Frame } from '../types';

/** Where a frame's registers can be written. */
export type RegisterHome =
  /** The CPU itself, in this mode's bank. */
  | { readonly kind: 'cpu'; readonly mode: CpuMode }
  /** Eighteen words in memory: the saved frame of a guest. */
  | { readonly kind: 'memory'; readonly space: AddressSpace; readonly address: number }
  /** Reconstructed by unwinding: there is no single place. */
  | { readonly kind: 'unwound' };

export interface FrameSketch {
  readonly kind: Exclude<Frame['kind'], 'label'>;
  readonly space: AddressSpace;
  readonly registers: RegisterSet;
  /** Program status as far as known; virtual mode bits for a saved guest frame. */
  readonly psr?: number;
  readonly home: RegisterHome;
  /** The pc is the next instruction to run (top, or interrupted), not a return address. */
  readonly exact: boolean;
  /** The pc stands behind the instruction that matters (a swi, an undefined one): show that one's line. */
  readonly behind?: boolean;
}

/** What the debugger keeps of a frame beside what clients see. */
export interface FrameDetail {
  readonly home: RegisterHome;
  readonly psr: number | undefined;
  readonly exact: boolean;
  /** The linked address of its pc, for debug information. */
  readonly linkedPc: number;
}

const THUMB = 0x20;

export class FrameFactory {
  private readonly details = new WeakMap<Frame, FrameDetail>();
  private readonly known = new WeakMap<Frame, { readonly state: string; readonly locals: readonly LocalVariable[] }>();
  private nextId = 1;

  constructor(
    private readonly target: Target,
    private readonly paths: SourcePaths,
  ) {}

  detail(frame: Frame): FrameDetail | undefined {
    return this.details.get(frame);
  }

  /** What a frame's locals are and where they stand; found once, as long as the machine stands and nobody changes it. */
  locals(frame: Frame): readonly LocalVariable[] {
    const detail = this.details.get(frame);
    if (!frame.image || !detail) return [];
    const { instructionCount, outsideChanges } = this.target.machine;
    const state = `${instructionCount} ${outsideChanges}`;
    const known = this.known.get(frame);
    if (known?.state === state) return known.locals;
    const registers = [...frame.registers.slice(0, 15), detail.linkedPc];
    const locals = frame.image.localsAt(registers, this.target.reader(frame.space), detail.exact);
    this.known.set(frame, { state, locals });
    return locals;
  }

  make(threadId: number, sketch: FrameSketch): Frame {
    const { kind, space, registers, psr, home, exact } = sketch;
    const pc = (registers[15] ?? 0) >>> 0;
    const linkedPc = this.target.linked(space, pc);
    const image = this.target.imageAt(space, linkedPc);
    const lookup = this.lookupAddress(image, linkedPc, exact && !sketch.behind);
    const line = image?.lineAt(lookup);
    const frame: Frame = {
      id: this.nextId++,
      threadId,
      name: this.nameAt(space, image, lookup, pc),
      kind,
      pc,
      space,
      thumb: psr !== undefined && (psr & THUMB) !== 0,
      registers,
      ...(image ? { image } : {}),
      ...(line ? { source: this.sourceOf(line, image?.sourceMd5(line.file)) } : {}),
    };
    this.details.set(frame, { home, psr, exact, linkedPc });
    return frame;
  }

  private sourceOf({ file, line, column }: SourceLine, md5: string | undefined): Frame['source'] {
    return { path: this.paths.toDisk(file), line, column, ...(md5 === undefined ? {} : { md5 }) };
  }

  label(threadId: number, text: string, space: AddressSpace): Frame {
    return { id: this.nextId++, threadId, name: text, kind: 'label', pc: 0, space, thumb: false, registers: [] };
  }

  /**
   * A return address may already belong to the next function (after a call that never returns), so the call before it is looked up;
   * but where assembly enters a routine with its return address on a label, that label is the truth.
   */
  private lookupAddress(image: ImageFace | undefined, pc: number, exact: boolean): number {
    if (exact || !image) return pc;
    const there = image.functionAt(pc);
    return there && there.lowPc === pc && !there.hasDebugInfo ? pc : (pc - 1) >>> 0;
  }

  private nameAt(space: AddressSpace, image: ImageFace | undefined, lookup: number, pc: number): string {
    const known = image?.functionAt(lookup);
    if (known) return known.name;
    const symbol = this.target.symbolAt(space, lookup);
    if (symbol) return symbol.offset === 0 ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`;
    return `0x${pc.toString(16).padStart(8, '0')}`;
  }
}
