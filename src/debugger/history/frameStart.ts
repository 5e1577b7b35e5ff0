/** Where an activation of a function began: at its first instruction, with the stack as its caller left it. Finds nothing itself. */
import { sharesSpace } from '../run/position';
import type { Target } from '../target/target';
import { UserError, type Frame } from '../types';
import { LARGEST_FRAME } from './frameLines';

export class FrameStart {
  /** The address at which the first instruction executes. */
  readonly address: number;
  readonly name: string;

  /**
   * @param caller the next frame of the stack that is no label
   * @throws UserError when the frame belongs to no function
   */
  constructor(
    private readonly target: Target,
    private readonly frame: Frame,
    private readonly caller: Frame | undefined,
  ) {
    const linked = target.linked(frame.space, frame.pc);
    const range = frame.kind === 'label' ? undefined : target.functionAt(frame.space, linked);
    if (!range) throw new UserError(`"${frame.name}" is no function that could be begun again: choose another frame`);
    // Before the MMU is on, code runs elsewhere than it is linked.
    this.address = (range.lowPc + frame.pc - linked) >>> 0;
    this.name = range.name;
  }

  /** Whether the CPU stands there. A stack pointer tells recursions, threads and vCPUs apart. */
  get here(): boolean {
    const { target, frame, caller } = this;
    const { cpu } = target.machine;
    if (cpu.getRegister(15) !== this.address || !sharesSpace(target, frame)) return false;
    const sp = cpu.getRegister(13);
    // A caller across a border has another stack.
    const top = caller?.kind === frame.kind ? caller.registers[13] : undefined;
    const bottom = frame.registers[13] ?? sp;
    return top === undefined ? sp >= bottom && sp - bottom <= LARGEST_FRAME : sp === top;
  }
}
