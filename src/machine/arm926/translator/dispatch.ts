/**
 * The way from region to region: a WebAssembly module of one loop, which calls a region by its slot, looks up where the guest goes on, and
 * calls that. It returns where the entry of the target is missing or the TLB maps its page otherwise; translator.ts then decides. A
 * module of its own owns the table of regions: a large table that each region imported would cost a millisecond for each.
 */
import { JUMP_ENTRIES, JUMP_ENTRY_WORDS, JUMP_OFFSET, REGION_CALLS_OFFSET, Word } from '../layout';
import { ATTRIBUTE_CACHEABLE, ENTRY_VALID } from '../tlb';
import { Bytes } from './bytes';
import { Op } from './intermediate';
import { ENTRY_MASK } from './lowerMemory';
import { I32, moduleBytes } from './wasmModule';

/** Runs a region with so many instructions and ticks left; returns how it was left (`EmittedRegion.leaves`), 0 for "at Word.TARGET". */
export type RegionFunction = (count: number, room: number) => number;

export interface Dispatcher {
  /** Runs from region to region, beginning with a slot. What the last one returned; Word.REGION is its slot. */
  readonly run: (slot: number, count: number, room: number) => number;
  /** Puts a region into a slot, or empties it. */
  put(slot: number, region: RegionFunction | null): void;
}

const [LOOP, IF, END, BRANCH, RETURN, CALL_INDIRECT] = [0x03, 0x04, 0x0b, 0x0c, 0x0f, 0x11];
const [LOCAL_SET, LOCAL_TEE] = [0x21, 0x22];
const EMPTY = 0x40;
const [SLOT, COUNT, ROOM, EXIT, TARGET, ENTRY, PAGE] = [0, 1, 2, 3, 4, 5, 6];
const REGION_TYPE = 0;
const DISPATCHER_TYPE = 1;
/** How much the table grows by. */
const TABLE_STEP = 1024;

/** Writes instructions, operands before operators; each method is an instruction or a sequence that leaves one value. */
class Code {
  readonly out = new Bytes();

  op(...bytes: readonly number[]): this {
    for (const byte of bytes) this.out.byte(byte);
    return this;
  }

  constant(value: number): this {
    this.out.byte(Op.CONST);
    this.out.signed(value);
    return this;
  }

  get(local: number): this {
    return this.op(Op.LOCAL, local);
  }

  /** Of a 32-bit word; the address is on the stack. */
  load(offset: number): this {
    this.op(Op.LOAD, 2).out.unsigned(offset);
    return this;
  }

  store(offset: number): this {
    this.op(Op.STORE, 2).out.unsigned(offset);
    return this;
  }

  state(word: number): this {
    return this.constant(0).load(word * 4);
  }
}

/** The loop; the labels of its two exits are left by RETURN. `ignored`: bits of a TLB entry's rights that do not matter to regions. */
function loop(ignored: number): Uint8Array {
  const code = new Code();
  const noteSlot = () =>
    code
      .constant(0)
      .get(SLOT)
      .store(Word.REGION * 4);
  code.op(LOOP, EMPTY);
  const calls = () => code.get(SLOT).constant(2).op(Op.SHL);
  calls();
  calls().load(REGION_CALLS_OFFSET).constant(1).op(Op.ADD).store(REGION_CALLS_OFFSET);
  code.get(COUNT).get(ROOM).get(SLOT).op(CALL_INDIRECT, REGION_TYPE, 0, LOCAL_TEE, EXIT);
  code.op(IF, EMPTY);
  noteSlot().get(EXIT).op(RETURN, END);

  code.state(Word.TARGET).op(LOCAL_TEE, TARGET);
  // Entries are of 16 bytes, one for each word.
  code.constant(2).op(Op.SHL);
  code.constant((JUMP_ENTRIES - 1) * JUMP_ENTRY_WORDS * 4).op(Op.AND, LOCAL_TEE, ENTRY);
  code.load(JUMP_OFFSET).get(TARGET).op(Op.XOR);
  code.get(TARGET).constant(8).op(Op.SHR_U).constant(ENTRY_MASK).op(Op.AND);
  code.state(Word.TLB_BANK).constant(2).op(Op.SHL, Op.ADD, LOCAL_TEE, PAGE);
  code.load(12).constant(~ignored).op(Op.AND);
  if ((ignored & ATTRIBUTE_CACHEABLE) === 0)
    code
      .get(ENTRY)
      .load(JUMP_OFFSET + 12)
      .op(Op.XOR);
  code.get(TARGET).constant(~0xfff).op(Op.AND).constant(ENTRY_VALID).op(Op.OR, Op.XOR, Op.OR);
  code
    .get(PAGE)
    .load(8)
    .get(ENTRY)
    .load(JUMP_OFFSET + 8)
    .op(Op.XOR, Op.OR);
  code.op(IF, EMPTY);
  noteSlot().constant(0).op(RETURN, END);

  code
    .get(ENTRY)
    .load(JUMP_OFFSET + 4)
    .op(LOCAL_SET, SLOT);
  code.state(Word.COUNT).op(LOCAL_SET, COUNT).state(Word.ROOM).op(LOCAL_SET, ROOM);
  code.op(BRANCH, 0, END);
  return code.constant(0).op(END).out.view();
}

function body(ignored: number): Uint8Array {
  const out = new Bytes();
  for (const byte of [1, PAGE - ROOM, I32]) out.byte(byte);
  out.append(loop(ignored));
  return out.view();
}

/** @param ignored of the rights in a TLB entry, what does not matter to regions (`ignoredRights`) */
export function createDispatcher(memory: WebAssembly.Memory, ignored: number): Dispatcher {
  const regions = new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_STEP });
  const bytes = moduleBytes({
    types: [
      { parameters: [I32, I32], results: [I32] },
      { parameters: [I32, I32, I32], results: [I32] },
    ],
    memoryPages: memory.buffer.byteLength >>> 16,
    table: true,
    type: DISPATCHER_TYPE,
    bodies: [body(ignored)],
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { memory, regions } });
  return {
    run: exports['0'] as Dispatcher['run'],
    put(slot, region) {
      if (slot >= regions.length) regions.grow(TABLE_STEP);
      regions.set(slot, region);
    },
  };
}
