/** Where the CPU stands, and when it stands there again: what run control compares to survive interrupts, other domains and recursion. */
import type { CpuMode } from '../../machine/types';
import type { Target } from '../target/target';
import type { Frame } from '../types';

export interface Position {
  readonly pc: number;
  readonly sp: number;
  readonly lr: number;
  readonly thumb: boolean;
  readonly mode: CpuMode;
  /** Page table base and domain: tell processes and domains apart that use the same addresses. */
  readonly ttbr: number;
  readonly domainId: number | undefined;
}

const EXCEPTION_MODE: Readonly<Record<number, CpuMode>> = {
  0x04: 'und',
  0x08: 'svc',
  0x0c: 'abt',
  0x10: 'abt',
  0x18: 'irq',
  0x1c: 'fiq',
};

export function positionOf(target: Target): Position {
  const { cpu } = target.machine;
  const execution = target.execution();
  return {
    pc: cpu.getRegister(15),
    sp: cpu.getRegister(13),
    lr: cpu.getRegister(14),
    thumb: cpu.thumb,
    mode: cpu.mode,
    ttbr: cpu.getCp15().ttbr,
    domainId: execution.kind === 'guest' ? execution.domainId : undefined,
  };
}

/** Same code on the same stack: in a guest of the same domain and address space; the hypervisor's stacks tell vCPUs apart themselves. */
export function sameContext(now: Position, then: Position): boolean {
  if (now.mode !== then.mode || now.domainId !== then.domainId) return false;
  return then.domainId === undefined || now.ttbr === then.ttbr;
}

export type Trap = 'undefined' | 'swi' | 'abort' | 'interrupt';

/** Which exception was taken between two positions; undefined when none was. `vectorBase` is 0 or 0xFFFF0000. */
export function trapBetween(before: Position, after: Position, vectorBase: number): Trap | undefined {
  const offset = (after.pc - vectorBase) >>> 0;
  const mode = EXCEPTION_MODE[offset];
  if (mode === undefined || after.mode !== mode) return undefined;
  // Code that jumps to a vector by itself does not change banked registers of another mode.
  if (before.mode === after.mode && offset !== 0x08) return undefined;
  if (offset === 0x08) return before.mode === 'svc' && before.sp !== after.sp ? undefined : 'swi';
  if (mode === 'irq' || mode === 'fiq') return 'interrupt';
  return mode === 'und' ? 'undefined' : 'abort';
}

export const instructionBytes = (position: Position): number => (position.thumb ? 2 : 4);

/** Whether the CPU stands in this frame (and not in a recursion of its function, or in another thread's). */
export function standsInFrame(target: Target, pc: number, frame: Frame): boolean {
  return pc === frame.pc && sharesFrame(target, frame);
}

/** Whether the CPU stands somewhere with this frame's stack pointer, in its address space. */
export function sharesFrame(target: Target, frame: Frame): boolean {
  const sp = frame.registers[13];
  return sharesSpace(target, frame) && (sp === undefined || target.machine.cpu.getRegister(13) === sp);
}

/** Whether the CPU executes in a frame's address space. */
export function sharesSpace(target: Target, frame: Frame): boolean {
  const space = target.spaceOf(target.execution());
  if (space.kind !== 'domain' || frame.space.kind !== 'domain') return space.kind === frame.space.kind;
  return space.domainId === frame.space.domainId;
}
