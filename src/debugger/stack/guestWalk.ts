/**
 * Frames of a guest, innermost first, and across its upcalls to what they interrupted. Guests are hostile: every step must move, names
 * come only from images of this domain, and the walk is bounded.
 */
import { decodeFrame } from '../../hypervisor/vcpu';
import { contextNamed, FRAME_BYTES, VIRTUAL_KERNEL, VIRTUAL_USER } from '../../hypervisor/contexts';
import type { GuestFrame } from '../../hypervisor/types';
import type { RegisterSet } from '../../image/types';
import type { Target } from '../target/target';
import type { Frame } from '../types';
import { describeUpcall, swiImmediate } from './borderLabels';
import { lostCall } from './lostCall';
import type { FrameFactory, RegisterHome } from './frameFactory';

const MOST_FRAMES = 200;
const MOST_UPCALLS = 16;
/** How far above the callback's stack pointer the hypervisor's frame is looked for, when the guest's code has no CFI. */
const SEARCH_WORDS = 64;
const MODE_BITS = 0x1f;
const THUMB = 0x20;

/** Where a walk begins: the registers of guest code, running or saved. */
export interface GuestStart {
  readonly threadId: number;
  readonly domainId: number;
  readonly registers: RegisterSet;
  /** With virtual mode bits. */
  readonly psr: number;
  readonly home: RegisterHome;
  /** The pc stands behind the instruction that trapped. */
  readonly behind: boolean;
  /** Where the domain's upcalls enter; undefined when not known. */
  readonly callback: number | undefined;
}

interface Cursor {
  readonly registers: RegisterSet;
  readonly psr: number;
  readonly home: RegisterHome;
  readonly exact: boolean;
  readonly behind: boolean;
}

interface Interruption {
  readonly registers: RegisterSet;
  readonly frame?: GuestFrame;
  readonly address?: number;
}

export class GuestWalk {
  constructor(
    private readonly target: Target,
    private readonly frames: FrameFactory,
  ) {}

  walk(start: GuestStart): readonly Frame[] {
    const result: Frame[] = [];
    const space = { kind: 'domain', domainId: start.domainId } as const;
    const read = this.target.reader(space);
    let upcalls = 0;
    let at: Cursor = { ...start, exact: true };
    while (result.length < MOST_FRAMES) {
      const kind = (at.psr & MODE_BITS) === VIRTUAL_USER ? 'guestUser' : 'guestKernel';
      result.push(this.frames.make(start.threadId, { ...at, kind, space }));
      const image = this.target.imageAt(space, at.registers[15] ?? 0);
      const step = image ? image.unwind(at.registers, read, at.exact) : this.lost(start.domainId, at);
      if (step && !step.interrupted) {
        at = { ...at, registers: step.caller, home: { kind: 'unwound' }, exact: false, behind: false };
        if (!this.isCode(start.domainId, at.registers[15])) break;
        continue;
      }
      const interruption = step
        ? this.frameBelow(start.domainId, step.cfa, step.caller)
        : this.searchFrame(start, at.registers, at.exact);
      if (!interruption || ++upcalls > MOST_UPCALLS) break;
      const next = this.beyond(start, interruption, at.psr);
      result.push(this.frames.label(start.threadId, next.label, space));
      at = next.cursor;
    }
    return result;
  }

  private lost(domainId: number, { exact, registers }: Cursor) {
    return exact ? lostCall(registers, (pc) => this.isCode(domainId, pc)) : undefined;
  }

  private isCode(domainId: number, pc: number | undefined): boolean {
    return pc !== undefined && this.target.imageAt({ kind: 'domain', domainId }, pc) !== undefined;
  }

  /** CFI says who was interrupted; the frame itself, just below the CFA, adds why and in which virtual mode. */
  private frameBelow(domainId: number, cfa: number, caller: RegisterSet): Interruption {
    const address = (cfa - FRAME_BYTES) >>> 0;
    const frame = this.readFrame(domainId, address);
    if (!frame || frame.registers[15] !== caller[15]) return { registers: caller };
    return { registers: caller, frame, address };
  }

  /** Guests without CFI: the frame lies at r12 when the callback begins, and a little above its stack pointer later. */
  private searchFrame(start: GuestStart, registers: RegisterSet, exact: boolean): Interruption | undefined {
    const { callback, domainId } = start;
    if (callback === undefined || !this.isInCallback(domainId, callback, registers[15])) return undefined;
    const sp = registers[13];
    const candidates = exact && registers[12] !== undefined ? [registers[12]] : [];
    for (let word = 0; sp !== undefined && word < SEARCH_WORDS; word++) candidates.push((sp + word * 4) >>> 0);
    for (const address of candidates) {
      const frame = this.readFrame(domainId, address);
      if (frame && this.isPlausible(domainId, frame, address)) return { registers: frame.registers, frame, address };
    }
    return undefined;
  }

  private isInCallback(domainId: number, callback: number, pc: number | undefined): boolean {
    if (pc === undefined) return false;
    if (pc === callback) return true;
    const space = { kind: 'domain', domainId } as const;
    const entered = this.target.functionAt(space, callback);
    return entered !== undefined && pc >= entered.lowPc && pc <= entered.highPc;
  }

  private readFrame(domainId: number, address: number): GuestFrame | undefined {
    const bytes = this.target.read({ kind: 'domain', domainId }, address, FRAME_BYTES);
    const frame = bytes && decodeFrame(bytes);
    return frame && contextNamed(frame.context) ? frame : undefined;
  }

  /** A kernel's frame stands exactly where the hypervisor's rule puts it: its sp - 72, rounded down to 8. */
  private isPlausible(domainId: number, frame: GuestFrame, address: number): boolean {
    const mode = frame.psr & MODE_BITS;
    if (!this.isCode(domainId, frame.registers[15])) return false;
    if (mode === VIRTUAL_KERNEL) return ((frame.registers[13]! - FRAME_BYTES) & ~7) >>> 0 === address;
    return mode === VIRTUAL_USER;
  }

  private beyond(start: GuestStart, interruption: Interruption, psr: number) {
    const { registers, frame, address } = interruption;
    const beyondPsr = frame?.psr ?? psr;
    const space = { kind: 'domain', domainId: start.domainId } as const;
    const immediate = swiImmediate({
      registers,
      thumb: (beyondPsr & THUMB) !== 0,
      readGuest: this.target.reader(space),
    });
    const cause = frame && contextNamed(frame.context)?.word;
    const home: RegisterHome = address === undefined ? { kind: 'unwound' } : { kind: 'memory', space, address };
    return {
      label: describeUpcall(frame?.context, immediate, registers),
      cursor: {
        registers,
        psr: beyondPsr,
        home,
        exact: true,
        behind: cause === 'system_call' || cause === 'undefined_instruction',
      },
    };
  }
}
