/**
 * What a prologue has done so far, as far as unwinding needs it: how far the stack pointer went, which registers were saved
 * where, which registers point into the frame. `armPrologue.ts` and `thumbPrologue.ts` feed it instructions.
 */
const SP = 13;
const LR = 14;
const PC = 15;

export class StackState {
  /** Values that are "stack pointer at entry plus so many bytes", by register. Without r13 the stack pointer is lost. */
  private pointers = new Map<number, number>([[SP, 0]]);
  /** Where registers were saved, as bytes from the stack pointer at entry. */
  private saves = new Map<number, number>();
  /** Whether r14 still holds the return address. */
  private link = true;
  private deepest = 0;
  /** The state in the body of the function, to which code after a return goes back. */
  private body: StackState | undefined;

  get saved(): ReadonlyMap<number, number> {
    return this.saves;
  }

  get linkIsLive(): boolean {
    return this.link;
  }

  /** Bytes from the stack pointer at entry to what a register holds; undefined when the register does not point there. */
  offsetIn(register: number): number | undefined {
    return this.pointers.get(register);
  }

  /** `push {registers}`, or `str r, [sp, #-4]!`. */
  push(registers: readonly number[]): void {
    const sp = this.pointers.get(SP);
    if (sp === undefined) return;
    const start = sp - 4 * registers.length;
    registers.forEach((register, index) => this.save(register, start + 4 * index));
    this.pointers.set(SP, start);
  }

  /** `pop {registers}`: those without pc; a pop of pc is a return. */
  pop(registers: readonly number[]): void {
    const sp = this.pointers.get(SP);
    for (const register of registers) this.write(register);
    if (sp !== undefined) this.pointers.set(SP, sp + 4 * registers.length);
    if (registers.includes(LR)) this.link = true;
  }

  /** A store of `register` at `offset` bytes from what `base` points to. */
  store(register: number, base: number, offset: number): void {
    const start = this.pointers.get(base);
    if (start !== undefined) this.save(register, start + offset);
  }

  /** `register` := `source` + `offset`. */
  derive(register: number, source: number, offset: number): void {
    const start = this.pointers.get(source);
    this.write(register);
    if (start !== undefined) this.pointers.set(register, start + offset);
  }

  /** Any other write to a register. */
  write(register: number): void {
    this.pointers.delete(register);
    if (register === LR) this.link = false;
  }

  /** A call: it overwrites r14, and r0-r3 and r12 belong to the called function. */
  call(): void {
    for (const register of [0, 1, 2, 3, 12, LR]) this.write(register);
  }

  /** A return or jump: what follows is reached from the body by a branch. */
  flowEnds(): void {
    if (this.body === undefined) return;
    const { pointers, saves, link, deepest } = this.body;
    this.pointers = new Map(pointers);
    this.saves = new Map(saves);
    this.link = link;
    this.deepest = deepest;
  }

  /** To be called after each instruction: remembers the body, where the frame is at its largest. */
  settle(): void {
    const sp = this.pointers.get(SP);
    if (sp !== undefined && sp > this.deepest) return;
    this.deepest = sp ?? this.deepest;
    const copy = new StackState();
    copy.pointers = new Map(this.pointers);
    copy.saves = new Map(this.saves);
    copy.link = this.link;
    copy.deepest = this.deepest;
    this.body = copy;
  }

  private save(register: number, offset: number): void {
    // A later store of the same register saves another value (r8 through r4 in Thumb); of r14 only the return address counts.
    if (register === PC || this.saves.has(register) || (register === LR && !this.link)) return;
    this.saves.set(register, offset);
  }
}
