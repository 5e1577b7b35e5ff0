/**
 * Writes a region as a WebAssembly function: statements of the intermediate form in, the bytes of its body out. State words
 * that the code uses are locals inside; the prologue loads them, the one epilogue stores those that may have changed.
 */
import { Word } from '../layout';
import { Bytes } from './bytes';
import { intoWords, noteForm, type FlagForm } from './flags';
import {
  IMPORTED,
  LOCALS,
  Local,
  Op,
  STATE_LOCALS,
  binary,
  constant,
  load,
  local,
  type Expr,
  type Leave,
  type Statement,
} from './intermediate';
import { storeWord } from './context';
import { I32, I64 } from './wasmModule';

const EMPTY = 0x40;
const [UNREACHABLE, BLOCK, LOOP, IF, ELSE, END, BRANCH] = [0x00, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c];
const CALL = 0x10;
const LOCAL_SET = 0x21;
/** log2 of the alignment that an access states; only a hint. */
const ALIGNMENT: Readonly<Record<number, number>> = {
  [Op.LOAD]: 2,
  [Op.STORE]: 2,
  [Op.LOAD_16S]: 1,
  [Op.LOAD_16U]: 1,
  [Op.STORE_16]: 1,
};
/** Label of the block that the epilogue stands behind. */
const EXIT_LABEL = -1;
const NO_LABEL = -2;

export interface EmittedRegion {
  /** Locals and code of a function with the parameters count and room, which returns how it was left. */
  readonly body: Uint8Array;
  /** By the number that the function returns, less 1; 0 stands for the end at Word.TARGET. */
  readonly leaves: readonly Leave[];
}

/** What code counts in locals, and where that is added at the end. */
const COUNTERS = [
  [Local.DATA_HITS, Word.DATA_HITS],
  [Local.DATA_MISSES, Word.DATA_MISSES],
] as const;

function addToWord(word: number, value: Expr): Statement {
  return storeWord(word, binary(Op.ADD, load(Op.LOAD, constant(0), word * 4), value));
}

class Emitter {
  private readonly out = new Bytes();
  private readonly labels: number[] = [];
  private readonly leaves: Leave[] = [];
  /** WebAssembly number of each local; -1 while it is not used. The parameters come first. */
  private readonly numbers = new Int32Array(LOCALS).fill(-1);
  private readonly declared: number[] = [];
  private readonly written = new Uint8Array(STATE_LOCALS);
  private nextLocal = 2;

  /**
   * @param usesOperands flags may be in LEFT and RIGHT at an exit
   * @param countsFetches every instruction is a hit in the instruction cache
   */
  constructor(
    private readonly usesOperands: boolean,
    private readonly countsFetches: boolean,
  ) {
    this.numbers[Local.COUNT] = 0;
    this.numbers[Local.ROOM] = 1;
  }

  private numberOf(local: number): number {
    if (this.numbers[local]! < 0) {
      this.numbers[local] = this.nextLocal++;
      this.declared.push(local >= Local.WIDE ? I64 : I32);
    }
    return this.numbers[local]!;
  }

  private get(out: Bytes, local: number): void {
    out.byte(Op.LOCAL);
    out.unsigned(this.numberOf(local));
  }

  private put(out: Bytes, local: number): void {
    out.byte(LOCAL_SET);
    out.unsigned(this.numberOf(local));
  }

  private access(out: Bytes, op: number, offset: number): void {
    out.byte(op);
    out.byte(ALIGNMENT[op] ?? 0);
    out.unsigned(offset);
  }

  private constant(out: Bytes, value: number): void {
    out.byte(Op.CONST);
    out.signed(value);
  }

  private expression({ op, value, a, b, c }: Expr): void {
    const { out } = this;
    if (a !== undefined) this.expression(a);
    if (b !== undefined) this.expression(b);
    if (c !== undefined) this.expression(c);
    if (op === Op.LOCAL) this.get(out, value);
    else if (op >= Op.LOAD && op <= Op.LOAD_16U) this.access(out, op, value);
    else {
      out.byte(op);
      if (op === Op.CONST || op === Op.CONST_64) out.signed(value);
    }
  }

  private nested(label: number, statements: readonly Statement[]): void {
    this.labels.push(label);
    this.statements(statements);
    this.labels.pop();
  }

  private branch(label: number): void {
    this.out.byte(BRANCH);
    this.out.unsigned(this.labels.length - 1 - this.labels.lastIndexOf(label));
  }

  private leaveBy(leave: Leave): void {
    this.leaves.push(leave);
    this.constant(this.out, this.leaves.length);
    this.put(this.out, Local.EXIT);
    this.branch(EXIT_LABEL);
  }

  /** The epilogue has to know, where code has flags in more than one form. */
  private noteForm(form: FlagForm): void {
    if (this.usesOperands) this.statements(noteForm(form));
  }

  private statements(list: readonly Statement[]): void {
    for (const statement of list) this.statement(statement);
  }

  private statement(s: Statement): void {
    const { out } = this;
    switch (s.kind) {
      case 'set':
        this.expression(s.value);
        if (s.local < STATE_LOCALS) this.written[s.local] = 1;
        this.put(out, s.local);
        return;
      case 'store':
        this.expression(s.address);
        this.expression(s.value);
        this.access(out, s.op, s.offset);
        return;
      case 'if':
        this.expression(s.condition);
        if (s.then.length === 0) out.byte(Op.EQZ);
        out.byte(IF);
        out.byte(EMPTY);
        this.nested(NO_LABEL, s.then.length === 0 ? s.else : s.then);
        if (s.then.length > 0 && s.else.length > 0) {
          out.byte(ELSE);
          this.nested(NO_LABEL, s.else);
        }
        out.byte(END);
        return;
      case 'leave':
        this.noteForm(s.form);
        this.leaveBy(s.leave);
        return;
      case 'end':
        this.noteForm(s.form);
        this.storeConstant(Word.BLOCK_START, s.block.pc);
        this.storeConstant(Word.EXIT_PLACE, s.block.place);
        this.constant(out, 0);
        this.put(out, Local.EXIT);
        this.branch(EXIT_LABEL);
        return;
      case 'loop':
      case 'block':
        out.byte(s.kind === 'loop' ? LOOP : BLOCK);
        out.byte(EMPTY);
        this.nested(s.label, s.body);
        out.byte(END);
        return;
      case 'branch':
        this.branch(s.label);
        return;
      case 'call':
        for (const operand of s.operands) this.expression(operand);
        out.byte(CALL);
        out.unsigned(IMPORTED.findIndex(({ name }) => name === s.imported));
    }
  }

  private storeConstant(word: number, value: number): void {
    this.constant(this.out, 0);
    this.constant(this.out, value);
    this.access(this.out, Op.STORE, word * 4);
  }

  private prologue(): Bytes {
    const out = new Bytes();
    for (let word = 0; word < STATE_LOCALS; word++) {
      if (this.numbers[word]! < 0) continue;
      this.constant(out, 0);
      this.access(out, Op.LOAD, word * 4);
      this.put(out, word);
    }
    if (this.numbers[Local.TLB_BANK]! >= 0) {
      this.constant(out, 0);
      this.access(out, Op.LOAD, Word.TLB_BANK * 4);
      this.constant(out, 2);
      out.byte(Op.SHL);
      this.put(out, Local.TLB_BANK);
    }
    if (this.countsFetches) {
      this.get(out, Local.COUNT);
      this.put(out, Local.FIRST_COUNT);
    }
    return out;
  }

  private storeLocal(local: number, word: number): void {
    this.constant(this.out, 0);
    this.get(this.out, local);
    this.access(this.out, Op.STORE, word * 4);
  }

  region(statements: readonly Statement[]): EmittedRegion {
    const { out } = this;
    out.byte(BLOCK);
    out.byte(EMPTY);
    this.nested(EXIT_LABEL, statements);
    out.byte(UNREACHABLE);
    out.byte(END);
    if (this.usesOperands) this.statements(intoWords('either'));
    for (let word = 0; word < STATE_LOCALS; word++) if (this.written[word] === 1) this.storeLocal(word, word);
    if (this.countsFetches) {
      const executed = binary(Op.SUB, local(Local.FIRST_COUNT), local(Local.COUNT));
      this.statement(addToWord(Word.FETCH_HITS, executed));
    }
    for (const [counter, word] of COUNTERS)
      if (this.numbers[counter]! >= 0) this.statement(addToWord(word, local(counter)));
    this.storeLocal(Local.COUNT, Word.COUNT);
    this.storeLocal(Local.ROOM, Word.ROOM);
    this.get(out, Local.EXIT);
    out.byte(END);
    const whole = new Bytes();
    const prologue = this.prologue();
    whole.unsigned(this.declared.length);
    for (const type of this.declared) {
      whole.unsigned(1);
      whole.byte(type);
    }
    whole.append(prologue.view());
    whole.append(out.view());
    return { body: whole.view(), leaves: this.leaves };
  }
}

/**
 * @param usesOperands whether any block ends or begins with flags that are not in their words
 * @param countsFetches whether its instructions are counted as found in the instruction cache
 */
export function emitRegion(
  statements: readonly Statement[],
  usesOperands: boolean,
  countsFetches: boolean,
): EmittedRegion {
  return new Emitter(usesOperands, countsFetches).region(statements);
}
