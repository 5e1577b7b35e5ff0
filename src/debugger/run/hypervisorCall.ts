/**
 * Calls a function of the hypervisor from outside, at a moment at which the hypervisor does nothing itself: while a guest executes, or
 * in its idle loop. Then no list is half changed, and whatever the function takes from the CPU is given back to it. Which function is
 * called, and why, is the caller's (`domainControl.ts`).
 */
import type { MachineFace } from '../../machine/types';
import { isMissing } from '../../hypervisor/types';
import type { Target } from '../target/target';
import { UserError } from '../types';
import type { Halt, RunLoop, RunRecorder } from './runLoop';

const SVC_IRQ_MASKED = 0x93;
/** PSR bits below are replaced for the call: mode, T, I. F stays as it is. */
const REPLACED_PSR_BITS = 0xbf;
/** Where hypervisors of this family wait for something to do. */
const IDLE_LOOPS: ReadonlySet<string> = new Set(['idle_loop', 'startup_cpu_idle_loop']);
/** The way out of the hypervisor takes some hundred instructions, a switch of domains some thousand. */
const MOST_SETTLING = 400_000;
const SINGLES_PER_BREATH = 2000;
/** Giving back the memory of a large domain takes a million. */
const MOST_INSTRUCTIONS = 50_000_000;
/** Below what the interrupted code may keep under its stack pointer. */
const STACK_GAP_BYTES = 128;

export class HypervisorCall {
  constructor(
    private readonly target: Target,
    private readonly loop: RunLoop,
    private readonly recorder: RunRecorder,
  ) {}

  /** Whether the hypervisor can be called now. */
  get possible(): boolean {
    const { foreign } = this.machine;
    // A call that goes wrong could not be taken back.
    if (foreign) throw new UserError(`${foreign.name} has no past, so that no function is called there from outside`);
    const execution = this.target.execution();
    if (execution.kind !== 'hypervisor') return execution.kind === 'guest';
    const current = this.target.hypervisor!.current();
    if (isMissing(current) || !current.idle) return false;
    const pc = this.machine.cpu.getRegister(15);
    return IDLE_LOOPS.has(this.target.functionAt({ kind: 'xen' }, pc)?.name ?? '');
  }

  /** Runs on until the hypervisor can be called; a halt when something else stops the machine before. */
  async settle(): Promise<Halt | undefined> {
    for (let singles = 1; !this.possible; singles++) {
      if (singles > MOST_SETTLING)
        throw new UserError('The hypervisor does not come to rest: let it start its domains first');
      const halt = this.loop.single();
      if (halt) return halt;
      const paused = singles % SINGLES_PER_BREATH === 0 ? await this.loop.breathe() : undefined;
      if (paused) return paused;
    }
    return undefined;
  }

  /**
   * @returns r0
   * @throws UserError when the function does not come back; the machine is as it was
   */
  call(name: string, ...given: readonly number[]): number {
    const { machine, target } = this;
    const { cpu } = machine;
    const image = target.hypervisor!.image;
    const address = image.symbol(name)!.address;
    // Nobody executes there again, so that an arrival is the return.
    const back = image.entry;
    const before = machine.snapshot();
    const psr = cpu.getCpsr();
    const registers = Array.from({ length: 16 }, (_, index) => cpu.getRegister(index));
    const [sp, lr, spsr] = [cpu.getRegister(13, 'svc'), cpu.getRegister(14, 'svc'), cpu.getSpsr('svc')!];
    cpu.setCpsr(((psr & ~REPLACED_PSR_BITS) | SVC_IRQ_MASKED) >>> 0);
    cpu.setRegister(13, ((sp - STACK_GAP_BYTES) & ~7) >>> 0);
    cpu.setRegister(14, back);
    given.forEach((value, index) => cpu.setRegister(index, value));
    cpu.setRegister(15, address);
    if (!this.returns(back)) {
      machine.restore(before);
      target.forget();
      throw new UserError(`${name}() of the hypervisor does not return: nothing has been changed`);
    }
    const result = cpu.getRegister(0);
    cpu.setSpsr('svc', spsr);
    cpu.setRegister(13, sp, 'svc');
    cpu.setRegister(14, lr, 'svc');
    cpu.setCpsr(psr);
    registers.forEach((value, index) => cpu.setRegister(index, value));
    target.forget();
    return result;
  }

  private returns(back: number): boolean {
    const { machine } = this;
    machine.setBreakpoints([back]);
    const end = machine.instructionCount + MOST_INSTRUCTIONS;
    while (machine.instructionCount < end) {
      const stop = machine.run(this.recorder.before(end - machine.instructionCount));
      if (machine.cpu.getRegister(15) === back) return true;
      if (stop.kind === 'halted' || stop.kind === 'waiting') return false;
    }
    return false;
  }

  private get machine(): MachineFace {
    return this.target.machine;
  }
}
