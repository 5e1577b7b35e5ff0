/** The stack of a thread, across every border: picks where to begin (CPU or saved state) and joins the two walks. */
import { isMissing, type VcpuView } from '../../hypervisor/types';
import type { RegisterSet } from '../../image/types';
import type { Target } from '../target/target';
import type { Frame } from '../types';
import type { FrameFactory, RegisterHome } from './frameFactory';
import { GuestWalk, type GuestStart } from './guestWalk';
import { HypervisorWalk, type HypervisorStart } from './hypervisorWalk';
import { lostCall } from './lostCall';
import { CPU_THREAD, type Threads } from './threads';

const MOST_FRAMES = 200;
const MODE_BITS = 0x1f;

export class StackBuilder {
  private readonly guestWalk: GuestWalk;
  private readonly hypervisorWalk: HypervisorWalk;

  constructor(
    private readonly target: Target,
    private readonly threads: Threads,
    readonly factory: FrameFactory,
  ) {
    this.guestWalk = new GuestWalk(target, factory);
    this.hypervisorWalk = new HypervisorWalk(target, factory);
  }

  build(threadId: number): readonly Frame[] {
    if (!this.target.hypervisor) return this.native();
    const vcpu = this.threads.vcpuOf(threadId);
    if (threadId !== this.threads.currentId()) return vcpu ? this.switchedOut(threadId, vcpu) : [];
    const execution = this.target.execution();
    if (execution.kind === 'guest') return this.guestWalk.walk(this.liveGuest(threadId, execution.domainId, vcpu));
    return this.joined(threadId, { ...this.live(threadId), vcpu, live: true });
  }

  /** The innermost frame of the CPU, for conditions and stop descriptions; cheap, nothing is unwound. */
  top(): Frame {
    const execution = this.target.execution();
    const kind =
      execution.kind === 'native' ? 'native' : execution.kind === 'hypervisor' ? 'hypervisor' : this.guestKind();
    const { threadId, registers, psr, home } = this.live(this.threads.currentId());
    const space = this.target.spaceOf(execution);
    return this.factory.make(threadId, { kind, space, registers, psr, home, exact: true });
  }

  private guestKind(): 'guestKernel' | 'guestUser' {
    const current = this.target.current();
    const vcpu = current && this.target.vcpu(current.domainId, current.vcpuId);
    return vcpu?.virtualMode === 'user' ? 'guestUser' : 'guestKernel';
  }

  private live(threadId: number) {
    const { cpu } = this.target.machine;
    const registers: RegisterSet = Array.from({ length: 16 }, (_, index) => cpu.getRegister(index));
    return { threadId, registers, psr: cpu.getCpsr(), home: { kind: 'cpu', mode: cpu.mode } as const };
  }

  private liveGuest(threadId: number, domainId: number, vcpu: VcpuView | undefined): GuestStart {
    const live = this.live(threadId);
    const vpsr = vcpu?.virtualRegisters.vpsr;
    const virtual = vpsr === undefined || isMissing(vpsr) ? 0x13 : vpsr & MODE_BITS;
    const psr = ((live.psr & ~MODE_BITS) | virtual) >>> 0;
    return { ...live, psr, domainId, behind: false, callback: this.callbackOf(vcpu) };
  }

  private joined(threadId: number, start: HypervisorStart): readonly Frame[] {
    const { frames, guest } = this.hypervisorWalk.walk(start);
    if (!guest || !start.vcpu) return frames;
    const { domainId } = start.vcpu;
    return [...frames, ...this.guestWalk.walk({ ...guest, threadId, domainId, callback: this.callbackOf(start.vcpu) })];
  }

  /** A vCPU off the CPU: its hypervisor side as `__switch_to` left it, or only its guest when it has never run. */
  private switchedOut(threadId: number, vcpu: VcpuView): readonly Frame[] {
    if (!isMissing(vcpu.switchedOut))
      return this.joined(threadId, {
        threadId,
        registers: vcpu.switchedOut,
        psr: undefined,
        home: { kind: 'unwound' },
        vcpu,
        live: false,
      });
    if (isMissing(vcpu.savedFrame)) return [];
    const { registers, psr } = vcpu.savedFrame;
    const { domainId } = vcpu;
    const address = this.target.guestFrameAddress(vcpu);
    const home: RegisterHome =
      address === undefined ? { kind: 'unwound' } : { kind: 'memory', space: { kind: 'xen' }, address };
    return this.guestWalk.walk({
      threadId,
      domainId,
      registers,
      psr,
      home,
      behind: false,
      callback: this.callbackOf(vcpu),
    });
  }

  private callbackOf(vcpu: VcpuView | undefined): number | undefined {
    return vcpu && this.target.hypervisor?.callbackOf(vcpu.address);
  }

  private native(): readonly Frame[] {
    const frames: Frame[] = [];
    const space = { kind: 'xen' } as const;
    const read = this.target.reader(space);
    let sketch = { ...this.live(CPU_THREAD), kind: 'native' as const, space, exact: true };
    while (frames.length < MOST_FRAMES) {
      frames.push(this.factory.make(CPU_THREAD, sketch));
      const pc = this.target.linked(space, sketch.registers[15] ?? 0);
      const isCode = (at: number) => this.target.imageAt(space, this.target.linked(space, at)) !== undefined;
      const image = this.target.imageAt(space, pc);
      const lost = !image && sketch.exact ? lostCall(sketch.registers, isCode) : undefined;
      const step = image?.unwind([...sketch.registers.slice(0, 15), pc], read, sketch.exact) ?? lost;
      if (!step || !isCode(step.caller[15] ?? 0)) break;
      sketch = { ...sketch, registers: step.caller, exact: step.interrupted === true };
    }
    return frames;
  }
}
