/**
 * The way from region to region: a WebAssembly module of one loop, which calls a region by its slot, looks up where the guest goes on, and
 * calls that. It returns where the entry of the target is missing or the TLB maps its page otherwise; translator.ts then decides. A
 * module of its own owns the table of regions: a large table that each region imported would cost a millisecond for each.
 */
import { JUMP_ENTRIES, JUMP_ENTRY_WORDS, JUMP_OFFSET, REGION_CALLS_OFFSET, Word } from '../layout';
import { ENTRY_ATTRIBUTES, ENTRY_VALID, ENTRY_WRITABLE } from '../tlb';
import { Bytes } from './bytes';
import { Op } from './intermediate';
import { ENTRY_MASK } from './lowerMemory';

/** Runs a region with so many instructions and ticks left; returns how it was left (`EmittedRegion.leaves`), 0 for "at Word.TARGET". */
export type RegionFunction = (count: number, room: number) => number;

export interface Dispatcher {
  /** Runs from region to region, beginning with a slot. What the last one returned; Word.REGION is its slot. */
  readonly run: (slot: number, count: number, room: number) => number;
  /** Puts a region into a slot, or empties it. */
  put(slot: number, region: RegionFunction | null): void;
}

const I32 = 0x7f;
const [LOOP, IF, END, BRANCH, RETURN, CALL_INDIRECT] = [0x03, 0x04, 0x0b, 0x0c, 0x0f, 0x11];
const [LOCAL_SET, LOCAL_TEE] = [0x21, 0x22];
const EMPTY = 0x40;
const FUNCTION_REFERENCE = 0x70;
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

/** The loop; the labels of its two exits are left by RETURN. */
function loop(): Bytes {
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
  // Entries are of 16 bytes, and targets at multiples of 2.
  code.constant(3).op(Op.SHL);
  code.constant((JUMP_ENTRIES - 1) * JUMP_ENTRY_WORDS * 4).op(Op.AND, LOCAL_TEE, ENTRY);
  code.load(JUMP_OFFSET).get(TARGET).op(Op.XOR);
  code.get(TARGET).constant(8).op(Op.SHR_U).constant(ENTRY_MASK).op(Op.AND);
  code.state(Word.TLB_BANK).constant(2).op(Op.SHL, Op.ADD, LOCAL_TEE, PAGE);
  code
    .load(12)
    .constant(~(ENTRY_WRITABLE | ENTRY_ATTRIBUTES))
    .op(Op.AND);
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
  return code.constant(0).op(END).out;
}

function moduleBytes(memoryPages: number): Uint8Array<ArrayBuffer> {
  const module = new Bytes();
  for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) module.byte(byte);
  const section = (id: number, fill: (out: Bytes) => void): void => {
    const content = new Bytes();
    fill(content);
    module.byte(id);
    module.unsigned(content.length);
    module.append(content);
  };
  const list =
    (...bytes: number[]) =>
    (out: Bytes) =>
      bytes.forEach((byte) => out.byte(byte));
  section(1, list(2, 0x60, 2, I32, I32, 1, I32, 0x60, 3, I32, I32, I32, 1, I32));
  section(2, (out) => {
    out.byte(2);
    out.name('e');
    out.name('memory');
    list(2, 1)(out);
    out.unsigned(memoryPages);
    out.unsigned(memoryPages);
    out.name('e');
    out.name('regions');
    list(1, FUNCTION_REFERENCE, 0, 1)(out);
  });
  section(3, list(1, DISPATCHER_TYPE));
  section(7, (out) => {
    out.byte(1);
    out.name('run');
    list(0, 0)(out);
  });
  section(10, (out) => {
    const body = new Bytes();
    list(1, PAGE - ROOM, I32)(body);
    body.append(loop());
    out.byte(1);
    out.unsigned(body.length);
    out.append(body);
  });
  return module.view();
}

export function createDispatcher(memory: WebAssembly.Memory): Dispatcher {
  const regions = new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_STEP });
  const module = new WebAssembly.Module(moduleBytes(memory.buffer.byteLength >>> 16));
  const { exports } = new WebAssembly.Instance(module, { e: { memory, regions } });
  return {
    run: exports.run as Dispatcher['run'],
    put(slot, region) {
      if (slot >= regions.length) regions.grow(TABLE_STEP);
      regions.set(slot, region);
    },
  };
}
