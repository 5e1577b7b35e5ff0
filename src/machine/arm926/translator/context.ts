/** What lowering one instruction works with: where it stands, what it has made so far, how it may end. No instruction is here. */
import { Word } from '../layout';
import { Psr } from '../psr';
import { ATTRIBUTE_CACHEABLE, ENTRY_ATTRIBUTES, ENTRY_WRITABLE } from '../tlb';
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

/** What the code of a region is made for, besides its guest code. */
export interface RegionFacts {
  /** Where the machine's memory says which words are decoded (`Ram.codeBitsOffset`). */
  readonly codeBits: number;
  /** Caches are modelled as tags: loads and stores look their lines up (lowerCaches.ts). */
  readonly caches: boolean;
  /** Its instructions are fetched through the instruction cache. */
  readonly cachedFetches: boolean;
  /** C of its pages in their TLB entries; 0 where no caches are modelled, since it does not matter then. */
  readonly cacheable: number;
}

/** Of the rights in a TLB entry, what does not matter to where code is: all but whether it is cached, where that is modelled. */
export function ignoredRights(caches: boolean): number {
  return (ENTRY_WRITABLE | ENTRY_ATTRIBUTES) & ~(caches ? ATTRIBUTE_CACHEABLE : 0);
}

/** What lowering an instruction has at hand. */
export class Context {
  out: Statement[] = [];
  index = 0;
  /** Whether the present instruction has a condition. */
  conditional = false;

  /** @param form where the flags are, before the present instruction */
  constructor(
    readonly block: GuestBlock,
    public form: FlagForm,
    readonly facts: RegionFacts,
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
