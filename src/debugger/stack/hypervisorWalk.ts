/**
 * Frames of the hypervisor, innermost first, down to the guest it was entered from. Led by call frame information, which the
 * hypervisor's assembly carries for every instruction; without it, by where the vCPU's saved frame stands.
 */
import { FRAME_BYTES, VIRTUAL_KERNEL, VIRTUAL_USER } from '../../hypervisor/contexts';
import { isMissing, type VcpuView } from '../../hypervisor/types';
import { decodeFrame } from '../../hypervisor/vcpu';
import type { RegisterSet, UnwindResult } from '../../image/types';
import type { CpuMode } from '../../machine/types';
import { modeName } from '../registers/fields';
import type { Target } from '../target/target';
import type { Frame } from '../types';
import { describeBorder, VECTOR_CAUSES } from './borderLabels';
import type { FrameFactory, RegisterHome } from './frameFactory';
import { lostCall } from './lostCall';
import type { GuestStart } from './guestWalk';

const MOST_FRAMES = 200;
const MODE_BITS = 0x1f;
const USER_MODE = 0x10;
const THUMB = 0x20;
const LAST_VECTOR = 0x1c;
const CONTROL_HIGH_VECTORS = 1 << 13;
const HIGH_VECTORS = 0xffff0000;
/** Larger than any hypervisor stack of this family: a saved frame further away belongs to another stack. */
const MOST_STACK_BYTES = 16384;
const XEN = { kind: 'xen' } as const;
const EXCEPTION_MODES: readonly CpuMode[] = ['irq', 'abt', 'und', 'fiq'];
/** What the return address of each vector's mode is off by (ARM DDI 0100 A2.6.1). */
const VECTOR_OFFSETS: Readonly<Record<number, number>> = { 0x0c: 4, 0x10: 8, 0x18: 4, 0x1c: 4 };
/** Here the saved frame still is (or again will be) another's: VPSR tells the virtual mode. */
const ENTRY = /^(vector_\w+|exception_vectors|__\w+_usr)$/;

export interface HypervisorStart {
  readonly threadId: number;
  readonly registers: RegisterSet;
  readonly home: RegisterHome;
  readonly psr: number | undefined;
  /** On whose behalf it works; undefined at boot and when idle. */
  readonly vcpu: VcpuView | undefined;
  /** True when these are the CPU's registers, so that banked ones may be asked. */
  readonly live: boolean;
}

export interface HypervisorStack {
  readonly frames: readonly Frame[];
  /** Where the guest goes on; undefined when no guest is behind it. */
  readonly guest?: Omit<GuestStart, 'threadId' | 'domainId' | 'callback'>;
}

export class HypervisorWalk {
  constructor(
    private readonly target: Target,
    private readonly factory: FrameFactory,
  ) {}

  walk(start: HypervisorStart): HypervisorStack {
    const frames: Frame[] = [];
    let registers = start.registers;
    let { home, psr } = start;
    let exact = true;
    let top = true;
    while (frames.length < MOST_FRAMES) {
      frames.push(this.factory.make(start.threadId, { kind: 'hypervisor', space: XEN, registers, psr, home, exact }));
      const vector = top && start.live ? this.vectorAt(registers[15]) : undefined;
      const step: UnwindResult | undefined =
        vector === undefined ? this.step(registers, exact) : this.leaveVector(registers, vector);
      if (!step) return this.byFrameAddress(start, frames, registers);
      if (step.interrupted && this.interruptedGuest(start, step, top)) return this.border(start, frames, step, vector);
      if (!this.isCode(step.caller[15])) return { frames };
      registers = step.interrupted ? this.withBankedStack(start, step.caller, top) : step.caller;
      if (step.interrupted) frames.push(this.factory.label(start.threadId, 'exception in the hypervisor', XEN));
      home = { kind: 'unwound' };
      psr = undefined;
      exact = step.interrupted === true;
      top = false;
    }
    return { frames };
  }

  /** One step outwards with linked addresses, as debug information knows them. */
  private step(registers: RegisterSet, exact: boolean): UnwindResult | undefined {
    const pc = this.target.linked(XEN, registers[15] ?? 0);
    const image = this.target.imageAt(XEN, pc);
    if (!image) return exact ? lostCall(registers, (back) => this.isCode(back)) : undefined;
    return image.unwind([...registers.slice(0, 15), pc], this.target.reader(XEN), exact);
  }

  private isCode(pc: number | undefined): boolean {
    return pc !== undefined && this.target.imageAt(XEN, this.target.linked(XEN, pc)) !== undefined;
  }

  /** Offset of the exception vector that the pc stands on; undefined elsewhere. */
  private vectorAt(pc: number | undefined): number | undefined {
    const { control } = this.target.machine.cpu.getCp15();
    const base = control & CONTROL_HIGH_VECTORS ? HIGH_VECTORS : 0;
    const offset = ((pc ?? 0) - base) >>> 0;
    if (offset > LAST_VECTOR || VECTOR_CAUSES[offset] === undefined) return undefined;
    // Before the MMU is on, low addresses hold the boot loader's words.
    return (control & 1) === 0 ? undefined : offset;
  }

  /** On a vector nothing has been saved yet: the mode's own LR says where it came from. */
  private leaveVector(registers: RegisterSet, vector: number): UnwindResult {
    const link = registers[14] ?? 0;
    const caller = [...registers.slice(0, 13), undefined, undefined, (link - (VECTOR_OFFSETS[vector] ?? 0)) >>> 0];
    return { caller, cfa: registers[13] ?? 0, method: 'link-register', interrupted: true };
  }

  /**
   * Whether the code below a trap frame is the guest. In an exception mode SPSR tells; on the hypervisor's own stack a trap frame
   * that reaches up to the end of the guest's frame is the guest's, a lower one the hypervisor's.
   */
  private interruptedGuest(start: HypervisorStart, step: UnwindResult, top: boolean): boolean {
    if (!start.vcpu) return false;
    const { cpu } = this.target.machine;
    if (top && start.live && (EXCEPTION_MODES.includes(cpu.mode) || this.vectorAt(start.registers[15]) !== undefined)) {
      const spsr = cpu.getSpsr(cpu.mode) ?? 0;
      // A stub sets SPSR to the mode that it will go on in; from then on only the place of the interrupted code tells.
      return (spsr & MODE_BITS) === USER_MODE || !this.isCode(step.caller[15]);
    }
    const frame = this.target.guestFrameAddress(start.vcpu);
    return frame === undefined ? !this.isCode(step.caller[15]) : step.cfa >= frame + FRAME_BYTES;
  }

  /** An exception taken inside the hypervisor leaves its sp and lr in the banks of the interrupted mode. */
  private withBankedStack(start: HypervisorStart, caller: RegisterSet, top: boolean): RegisterSet {
    if (!top || !start.live) return caller;
    const { cpu } = this.target.machine;
    if (!EXCEPTION_MODES.includes(cpu.mode)) return caller;
    const mode = modeName(cpu.getSpsr(cpu.mode) ?? 0).toLowerCase() as CpuMode;
    if (mode.length !== 3) return caller;
    return caller.map((value, index) => (index === 13 || index === 14 ? cpu.getRegister(index, mode) : value));
  }

  private border(
    start: HypervisorStart,
    frames: Frame[],
    step: UnwindResult,
    vector: number | undefined,
  ): HypervisorStack {
    const vcpu = start.vcpu!;
    const saved = this.savedFrame(vcpu);
    const complete = saved !== undefined && saved.registers[15] === step.caller[15];
    const { cpu } = this.target.machine;
    // What the trap has not saved yet the CPU still holds for USR mode. In an exception mode sp and lr are that mode's own.
    const inStub = start.live && frames.length === 1 && EXCEPTION_MODES.includes(cpu.mode);
    const registers = step.caller.map((value, index) =>
      start.live && index < 15 && (value === undefined || (inStub && index > 12))
        ? cpu.getRegister(index, 'usr')
        : value,
    );
    const functions = frames.filter(({ kind }) => kind === 'hypervisor').map(({ name }) => name);
    const copy = functions.at(-1) === 'do_upcall' ? this.upcallCopy(vcpu) : undefined;
    if (copy) return this.cross(start, frames, functions, { ...copy, vector });
    const entering = functions.length > 0 && ENTRY.test(functions[functions.length - 1]!);
    const psr = entering || !complete ? this.virtualPsr(vcpu, start.live) : saved.psr;
    const address = this.target.guestFrameAddress(vcpu);
    return this.cross(start, frames, functions, {
      registers,
      psr,
      context: this.pendingContext(start, functions) ?? (complete && !entering ? saved.context : undefined),
      // While entry code still fills the frame, what is written there would be lost.
      home:
        complete && !entering && address !== undefined ? { kind: 'memory', space: XEN, address } : { kind: 'unwound' },
      vector,
    });
  }

  /** reflect_fault gets the context number in r0 and only then puts it into the frame. */
  private pendingContext(start: HypervisorStart, functions: readonly string[]): number | undefined {
    return start.live && functions.length === 1 && functions[0] === 'reflect_fault' ? start.registers[0] : undefined;
  }

  /**
   * Near its end do_upcall makes the saved frame over into the callback's context (its sp and r12 are then VKSP). What was interrupted is
   * by then whole on the guest's kernel stack.
   */
  private upcallCopy(vcpu: VcpuView) {
    const { vksp } = vcpu.virtualRegisters;
    const saved = this.savedFrame(vcpu);
    if (isMissing(vksp) || saved?.registers[13] !== vksp || saved.registers[12] !== vksp) return undefined;
    const space = { kind: 'domain', domainId: vcpu.domainId } as const;
    const bytes = this.target.read(space, vksp, FRAME_BYTES);
    const frame = bytes && decodeFrame(bytes);
    const home: RegisterHome = { kind: 'memory', space, address: vksp };
    return frame && { registers: frame.registers, psr: frame.psr, context: frame.context, home };
  }

  /** No CFI: the guest's frame is where `arch.guest_frame` says, when this stack leads to it. */
  private byFrameAddress(start: HypervisorStart, frames: Frame[], registers: RegisterSet): HypervisorStack {
    const address = start.vcpu && this.target.guestFrameAddress(start.vcpu);
    const saved = start.vcpu && this.savedFrame(start.vcpu);
    const distance = address === undefined ? NaN : address - (registers[13] ?? NaN);
    if (!saved || address === undefined || !(distance >= 0 && distance < MOST_STACK_BYTES)) return { frames };
    const functions = frames.filter(({ kind }) => kind === 'hypervisor').map(({ name }) => name);
    return this.cross(start, frames, functions, {
      registers: saved.registers,
      psr: saved.psr,
      context: saved.context,
      home: { kind: 'memory', space: XEN, address },
      vector: undefined,
    });
  }

  private cross(
    start: HypervisorStart,
    frames: Frame[],
    functions: readonly string[],
    crossing: {
      readonly registers: RegisterSet;
      readonly psr: number;
      readonly context: number | undefined;
      readonly home: RegisterHome;
      readonly vector: number | undefined;
    },
  ): HypervisorStack {
    const { domainId } = start.vcpu!;
    const space = { kind: 'domain', domainId } as const;
    const { registers, psr, context, home, vector } = crossing;
    const border = describeBorder(
      {
        functions,
        registers,
        context,
        domain: this.target.domainName(domainId),
        thumb: (psr & THUMB) !== 0,
        readGuest: this.target.reader(space),
      },
      vector === undefined ? undefined : VECTOR_CAUSES[vector],
    );
    frames.push(this.factory.label(start.threadId, border.text, space));
    return { frames, guest: { registers, psr, home, behind: border.behind } };
  }

  private savedFrame(vcpu: VcpuView) {
    return isMissing(vcpu.savedFrame) ? undefined : vcpu.savedFrame;
  }

  /** The interrupted program status with the virtual mode for its mode bits. */
  private virtualPsr(vcpu: VcpuView, live: boolean): number {
    const { cpu } = this.target.machine;
    const flags = live ? ((cpu.getSpsr(cpu.mode) ?? 0) & ~MODE_BITS) >>> 0 : 0;
    const { vpsr } = vcpu.virtualRegisters;
    const mode = isMissing(vpsr) ? VIRTUAL_KERNEL : vpsr & MODE_BITS;
    return (flags | (mode === VIRTUAL_USER ? VIRTUAL_USER : VIRTUAL_KERNEL)) >>> 0;
  }
}
