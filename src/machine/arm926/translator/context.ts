/** What lowering one instruction works with: where it stands, what it has made so far, how it may end. No instruction is here. */
import { Word } from '../layout';
import { Psr } from '../psr';
import type { GuestBlock } from './discover';
import { flagWord, type FlagForm } from './flags';
import {
  Local,
  Op,
  binary,
  constant,
  load,
  local,
  set,
  when,
  type Expr,
  type Leave,
  type Statement,
} from './intermediate';

/** Where control goes at the end of a block. */
export type End =
  | { readonly kind: 'jump'; readonly pc: number }
  | { readonly kind: 'call'; readonly pc: number; readonly returnTo: number }
  | { readonly kind: 'either'; readonly condition: Expr; readonly taken: End; readonly other: End }
  /** Statements that store Word.TARGET have been made. */
  | { readonly kind: 'dynamic' }
  | { readonly kind: 'left' };

/** Makes the statements of one instruction, without its condition. Undefined when this operand form is not served. */
export type Lowering = (context: Context, op: number, extra: number) => End | undefined | 'unserved';

/** What lowering an instruction has at hand. */
export class Context {
  out: Statement[] = [];
  index = 0;
  /** Whether the present instruction has a condition. */
  conditional = false;

  /**
   * @param form where the flags are, before the present instruction
   * @param codeBits where the machine's memory says which words are decoded (`Ram.codeBitsOffset`)
   */
  constructor(
    readonly block: GuestBlock,
    public form: FlagForm,
    readonly codeBits: number,
  ) {}

  /** Address of the instruction. */
  get pc(): number {
    return (this.block.pc + this.index * this.block.step) | 0;
  }

  /** Value of a register as an instruction reads it. */
  read(register: number): Expr {
    return register === 15 ? constant(this.pc + 2 * this.block.step) : local(register);
  }

  set(to: number, value: Expr): void {
    this.out.push(set(to, value));
  }

  store(word: number, value: Expr): void {
    this.out.push({ kind: 'store', op: Op.STORE, address: constant(0), value, offset: word * 4 });
  }

  /** The word behind a flag. */
  flag(word: Parameters<typeof flagWord>[1]): Expr {
    return flagWord(this.form, word);
  }

  /** Leaving before this instruction gives back what the block's start has charged for it and for those after it. */
  leave(): Statement {
    const { block, index } = this;
    let ticks = 0;
    for (let i = index; i < block.length; i++) ticks += block.ticks[i]!;
    const leave: Leave = { block, count: block.length - index, ticks, pc: this.pc, inside: index };
    return { kind: 'leave', leave, form: this.form };
  }

  /** Ends in a jump to a computed address. `exchange`: bit 0 chooses the instruction set, else it stays. */
  dynamic(target: Expr, exchange: boolean): End {
    const { thumb } = this.block;
    if (!exchange) {
      const aligned = binary(Op.AND, target, constant(thumb ? ~1 : ~3));
      this.store(Word.TARGET, thumb ? binary(Op.OR, aligned, constant(1)) : aligned);
      return { kind: 'dynamic' };
    }
    this.set(Local.VALUE, target);
    const value = local(Local.VALUE);
    const bit = binary(Op.AND, value, constant(1));
    const status = load(Op.LOAD, constant(0), Word.CPSR * 4);
    this.out.push(
      when(
        bit,
        [...(thumb ? [] : [storeWord(Word.CPSR, binary(Op.OR, status, constant(Psr.T)))])],
        [
          set(Local.VALUE, binary(Op.AND, value, constant(~3))),
          ...(thumb ? [storeWord(Word.CPSR, binary(Op.AND, status, constant(~Psr.T)))] : []),
        ],
      ),
    );
    this.store(Word.TARGET, value);
    return { kind: 'dynamic' };
  }
}

export function storeWord(word: number, value: Expr): Statement {
  return { kind: 'store', op: Op.STORE, address: constant(0), value, offset: word * 4 };
}
