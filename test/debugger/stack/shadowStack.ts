/**
 * A second opinion on stacks, kept from outside while the machine executes instruction by instruction: who called whom is seen as it
 * happens (calls, returns, exceptions, changes of stack), never read out of a stack. It knows ARM, and nothing of call frame information.
 */
import type { CpuMode, MachineFace } from '../../../src/machine/types';

/** Where something goes on, and with which stack pointer; `undefined` for code that was interrupted: whatever it had. */
interface Call {
  readonly ret: number;
  readonly sp: number | undefined;
}

/** One stack; outermost call first. */
interface Stack {
  calls: Call[];
  /** The guest that the hypervisor's stack of a vCPU rests on, and where that went on when the hypervisor was entered. */
  guest?: Guest;
  guestPc?: number;
  /** Nobody has been here before: where its first return leads is not known until it is made. */
  fresh?: boolean;
}

interface Parked {
  readonly stack: Stack;
  readonly sp: number;
}

interface Guest {
  stack: Stack;
  readonly parked: Parked[];
}

interface Registers {
  readonly pc: number;
  readonly sp: number;
  readonly lr: number;
  readonly mode: CpuMode;
}

export interface ShadowNames {
  /** Whether a function begins there. */
  readonly isFunction: (pc: number, inGuest: boolean) => boolean;
  /** Whether an image of the guest that executes has code there. */
  readonly isCode: (pc: number) => boolean;
  /** Whether a guest's upcalls enter there. */
  readonly isCallback: (pc: number) => boolean;
  /** Whether what begins there comes back to nobody, and says so by making its return address undefined. */
  readonly abandonsCallers: (pc: number) => boolean;
  /** The pc in the saved frame of the vCPU that the hypervisor works for. */
  readonly savedPc: () => number | undefined;
}

/** A stack pointer that moves further in one instruction is another stack's. */
const OTHER_STACK_BYTES = 0x400;
/** Undefined instructions and software interrupts are left behind; all else is executed again (ARM DDI 0100 A2.6). */
const LEFT_BEHIND = [0x04, 0x08];
const INSTRUCTION_BYTES = 4;
const USER: CpuMode = 'usr';
const LAST_VECTOR = 0x1c;
const HIGH_VECTORS = 0xffff0000;
const isVector = (pc: number): boolean => pc <= LAST_VECTOR || (pc >= HIGH_VECTORS && pc - HIGH_VECTORS <= LAST_VECTOR);

export class ShadowStack {
  private stack: Stack = { calls: [] };
  private readonly parked: Parked[] = [];
  private guest: Guest | undefined;
  private inGuest = false;
  private opcode = 0;
  private exception: { readonly pc: number; readonly target: number } | undefined;

  constructor(
    private readonly machine: MachineFace,
    private readonly names: ShadowNames,
  ) {
    machine.traceInstructions!({
      instruction: (_index, _ticks, _pc, opcode) => (this.opcode = opcode),
      exception: (pc, target) => (this.exception = { pc, target }),
    });
  }

  get executesGuest(): boolean {
    return this.inGuest;
  }

  /** Executes one instruction. */
  step(): void {
    const before = this.registers();
    this.exception = undefined;
    this.machine.run(1);
    const now = this.registers();
    // What an instruction raises is told with the next one, which is the first behind the vector.
    const told = isVector(before.pc) && before.mode !== USER ? undefined : this.exception;
    if (now.mode !== before.mode && isVector(now.pc)) {
      // An interrupt comes behind an instruction, and leaves the next one's address (ARM DDI 0100 A2.6.8).
      const interrupted = now.mode === 'irq' || now.mode === 'fiq' ? now.lr - INSTRUCTION_BYTES : before.pc;
      this.entered({ pc: interrupted, target: now.pc });
    } else if (told) this.entered(told);
    else this.executed(before, now);
  }

  /**
   * Whether a stack is right, by its addresses, innermost first: as things are or, while the hypervisor changes where a guest goes on, as
   * they will be. Undefined on a stack where nobody has been before.
   */
  agrees(stack: readonly number[]): boolean | undefined {
    // A handler may end the call of a process that went to where no code is.
    const ended = (calls: readonly Call[]) => calls.filter(({ ret, sp }) => sp !== undefined || this.names.isCode(ret));
    return this.expected()?.some((calls) => sameCalls(calls, stack) || sameCalls(ended(calls), stack));
  }

  /** What `agrees` compares with, innermost first. */
  expected(): readonly (readonly Call[])[] | undefined {
    const { fresh, calls } = this.here;
    if (fresh) return undefined;
    const own = [{ ret: this.machine.cpu.getRegister(15), sp: 0 }, ...calls.toReversed()];
    if (this.inGuest || this.stack.guest === undefined) return [own];
    const { guest, guestPc } = this.stack;
    const now = [...own, { ret: guestPc!, sp: 0 }, ...guest.stack.calls.toReversed()];
    const saved = this.names.savedPc();
    if (saved === undefined || saved === guestPc) return [now];
    const later = this.goneOn(guest, guestPc!, saved);
    return [now, [...own, { ret: saved, sp: 0 }, ...later.stack.calls.toReversed()]];
  }

  private get here(): Stack {
    return this.inGuest ? this.guest!.stack : this.stack;
  }

  private registers(): Registers {
    const { cpu } = this.machine;
    return { pc: cpu.getRegister(15), sp: cpu.getRegister(13), lr: cpu.getRegister(14), mode: cpu.mode };
  }

  private entered({ pc, target }: { readonly pc: number; readonly target: number }): void {
    if (!this.inGuest) {
      this.stack.calls.push({ ret: pc, sp: undefined });
      return;
    }
    const guestPc = LEFT_BEHIND.includes(target & 0xff) ? pc + INSTRUCTION_BYTES : pc;
    this.stack = { calls: [], guest: this.guest!, guestPc };
    this.inGuest = false;
  }

  private executed(before: Registers, now: Registers): void {
    if (now.mode === USER && before.mode !== USER) {
      const { guest = { stack: { calls: [] }, parked: [] }, guestPc = now.pc } = this.stack;
      this.guest = this.goneOn(guest, guestPc, now.pc);
      this.inGuest = true;
      return;
    }
    // From a vector one goes to its routine, called by nobody.
    if (isVector(before.pc) && before.mode !== USER) return;
    const sameBank = now.mode === before.mode;
    if (sameBank && before.sp !== 0 && Math.abs(now.sp - before.sp) > OTHER_STACK_BYTES) this.changeStack(before, now);
    const { calls } = this.here;
    if (now.pc === before.pc + INSTRUCTION_BYTES && !this.isReturn()) return this.dropAbove(calls, now);
    const top = calls.at(-1);
    if (top && top.ret === now.pc && (top.sp === undefined ? !sameBank || this.isReturn() : top.sp === now.sp))
      calls.pop();
    else if (this.here.fresh && this.isReturn()) delete this.here.fresh;
    else if ((now.lr & ~1) >>> 0 === before.pc + INSTRUCTION_BYTES && now.sp === before.sp)
      calls.push({ ret: before.pc + INSTRUCTION_BYTES, sp: now.sp });
    else if (this.isTableCall(top, now)) calls.push({ ret: (now.lr & ~1) >>> 0, sp: now.sp });
    else this.dropAbove(calls, now);
    if (this.names.abandonsCallers(now.pc)) calls.length = 0;
  }

  /** A stack that was reset has lost what lay below its pointer. */
  private dropAbove(calls: Call[], { sp, mode }: Registers): void {
    if (mode !== USER && mode !== 'svc') return;
    while (calls.length > 0 && calls.at(-1)!.sp !== undefined && calls.at(-1)!.sp! < sp) calls.pop();
  }

  private changeStack(before: Registers, now: Registers): void {
    const { here } = this;
    const parked = this.inGuest ? this.guest!.parked : this.parked;
    const index = parked.findIndex(({ sp }) => sp === now.sp);
    const found = index < 0 ? undefined : parked.splice(index, 1)[0]!.stack;
    // The first stack of all is no other stack.
    if (!found && here.calls.length === 0 && here.guest === undefined) return;
    parked.push({ stack: here, sp: before.sp });
    if (this.inGuest) this.guest!.stack = found ?? { calls: [], fresh: true };
    else this.stack = found ?? this.firstOfVcpu();
  }

  /** A vCPU that has never run: under its hypervisor stack is a guest at its entry. */
  private firstOfVcpu(): Stack {
    const guestPc = this.names.savedPc();
    const guest: Guest = { stack: { calls: [] }, parked: [] };
    return { calls: [], fresh: true, ...(guestPc === undefined ? {} : { guest, guestPc }) };
  }

  /** `mov pc, lr`, `bx lr`, and what loads the pc from a stack. */
  private isReturn(): boolean {
    const word = this.opcode & 0x0fffffff;
    const fromLink = (word & ~0x00100000) === 0x01a0f00e || word === 0x012fff1e;
    const loadMultiple = (word & 0x0e108000) === 0x08108000;
    const pop = (word & 0x0e5f0000) === 0x041d0000 && (word & 0xf000) === 0xf000;
    return fromLink || loadMultiple || pop;
  }

  /** Through a table or a pointer, with the return address put into lr by hand. */
  private isTableCall(top: Call | undefined, now: Registers): boolean {
    const word = this.opcode & 0x0fffffff;
    const indirect =
      (word & 0x0c10f000) === 0x0410f000 || (word & 0x0ffffff0) === 0x01a0f000 || (word & 0x0ffffff0) === 0x012fff10;
    const link = (now.lr & ~1) >>> 0;
    return indirect && !this.isReturn() && link !== top?.ret && this.names.isFunction(now.pc, this.inGuest);
  }

  /** The guest as it is when it goes on at `pc`: where it was, in its upcall, back from one, or elsewhere. */
  private goneOn({ stack, parked }: Guest, guestPc: number, pc: number): Guest {
    if (pc === guestPc || pc === guestPc - INSTRUCTION_BYTES) return { stack, parked };
    if (this.names.isCallback(pc))
      return { stack: { calls: [...stack.calls, { ret: guestPc, sp: undefined }] }, parked };
    const isHere = ({ ret, sp }: Call) => sp === undefined && (ret === pc || ret + INSTRUCTION_BYTES === pc);
    const index = stack.calls.findLastIndex(isHere);
    if (index >= 0) return { stack: { calls: stack.calls.slice(0, index) }, parked };
    // Its handler has ended the call that faulted.
    const ended = stack.calls.findLastIndex(({ sp }, at) => sp === undefined && stack.calls[at - 1]?.ret === pc);
    return { stack: { calls: ended < 0 ? [] : stack.calls.slice(0, ended - 1) }, parked };
  }
}

/** A handler may have its process go on behind the instruction that faulted. */
const sameCalls = (calls: readonly Call[], stack: readonly number[]): boolean =>
  calls.length === stack.length &&
  calls.every(({ ret, sp }, index) => {
    const moved = sp === undefined ? INSTRUCTION_BYTES : 0;
    return stack[index] === ret || stack[index] === ret + moved;
  });
