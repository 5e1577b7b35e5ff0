/**
 * The cache of decoded basic blocks: straight-line code from one entry, in the form that the interpreter's loop reads,
 * with the ticks that the tick model gives each instruction in that block. Found by place in the memory and instruction
 * set; dropped when code in the same kilobyte is written. Derived data only: nothing here is machine state.
 */
import type { Ram } from '../ram';
import { Form, decodeArm, type Decoded } from './decodeArm';
import { decodeThumb } from './decodeThumb';
import { RAM_OFFSET } from './layout';
import type { TickModel } from './ticks/model';

/** Instructions that the pool holds; when it is full everything is dropped. */
const POOL = 1 << 19;
/** Look-up slots: 2^KILOBYTE_BITS kilobytes of code, one slot per half-word in them. */
const KILOBYTE_BITS = 10;
const SLOTS_PER_KILOBYTE = 512;
/** A block ends at the latest with the page, which is 1 KB on ARM (goldfish.md B2). */
const PAGE_BYTES = 0x400;
const THUMB = 1;
/** An instruction word whose condition always holds. */
const ALWAYS = 0xe0000000 | 0;

export class BlockCache {
  /** Per instruction: form or handler number, ticks << 16. 0 ends a block; place 0 of the pool is such an end. */
  readonly forms = new Int32Array(POOL);
  /** Per instruction: the instruction word. */
  readonly instructions = new Int32Array(POOL);
  /** Per instruction: immediate operand or offset. */
  readonly extras = new Int32Array(POOL);
  /** Counts drops, so that the loop can tell that the block it is in is gone. */
  generation = 0;

  /** Called before everything is dropped. */
  onDropAll: () => void = () => {};

  private readonly tags = new Int32Array(SLOTS_PER_KILOBYTE << KILOBYTE_BITS);
  private readonly places = new Int32Array(SLOTS_PER_KILOBYTE << KILOBYTE_BITS);
  private used = 1;
  private readonly decoded: Decoded = { name: '', form: 0, word: 0, extra: 0, ends: false };

  constructor(
    private readonly ram: Ram,
    private readonly ticks: TickModel,
    /** Called when a 4 KB page (by memory offset) holds decoded code for the first time. */
    private readonly onCodePage: (offset: number) => void,
    /** 1 when each block begins with Form.ENTER, for a translator; else 0. */
    readonly lead: 0 | 1 = 0,
  ) {}

  private slot(offset: number): number {
    const kilobyte = offset >>> 10;
    return (((kilobyte ^ (kilobyte >>> KILOBYTE_BITS)) & ((1 << KILOBYTE_BITS) - 1)) << 9) | ((offset >>> 1) & 511);
  }

  /** Place in the pool of the block that starts at a memory offset; decodes it when needed. */
  find(offset: number, thumb: boolean): number {
    const slot = this.slot(offset);
    const tag = thumb ? offset | THUMB : offset;
    if (this.tags[slot] === tag) return this.places[slot]!;
    return this.decode(offset, thumb, slot, tag);
  }

  private decode(offset: number, thumb: boolean, slot: number, tag: number): number {
    if (this.used + this.ticks.mostInstructions + 2 > POOL) this.dropAll();
    const { decoded, ticks, ram } = this;
    const step = thumb ? 2 : 4;
    const limit = Math.min((offset | (PAGE_BYTES - 1)) + 1, offset + ticks.mostInstructions * step);
    const place = this.used;
    let at = place;
    let end = offset;
    ticks.beginBlock();
    // What stands before the block is the end of another.
    this.instructions[place - 1] = tag;
    if (this.lead === 1) {
      this.forms[at] = Form.ENTER;
      this.instructions[at] = ALWAYS;
      this.extras[at] = 0;
      at++;
    }
    do {
      let cost: number;
      if (thumb) {
        const op = ram.halves[end >>> 1]!;
        decodeThumb(op, decoded);
        cost = ticks.thumb(op);
      } else {
        const op = ram.words[end >>> 2]!;
        decodeArm(op, decoded);
        cost = ticks.arm(op);
      }
      this.forms[at] = decoded.form | (cost << 16);
      this.instructions[at] = decoded.word;
      this.extras[at] = decoded.extra;
      at++;
      end += step;
    } while (!decoded.ends && end < limit);
    this.forms[at] = 0;
    this.used = at + 1;
    this.tags[slot] = tag;
    this.places[slot] = place;
    // Code in lines of the instruction cache lies before RAM; who replaces a line drops it.
    if (offset >= RAM_OFFSET && ram.noteCode(offset, end - offset)) this.onCodePage(offset & ~0xfff);
    return place;
  }

  /** Number of instructions in the block at a place of the pool. */
  length(place: number): number {
    let end = place + this.lead;
    while (this.forms[end] !== 0) end++;
    return end - place - this.lead;
  }

  /**
   * Up to four bytes at a memory offset were written: drops the blocks of that kilobyte. Whether the block that has an instruction at
   * `open` of the pool (0: none) was changed; it goes on else, and stays watched.
   */
  written(offset: number, open: number): boolean {
    this.dropKilobyte(offset);
    if (open === 0) return false;
    let place = open;
    while (this.forms[place - 1] !== 0) place--;
    const tag = this.instructions[place - 1]!;
    const start = tag & ~THUMB;
    const end = start + this.length(place) * ((tag & THUMB) !== 0 ? 2 : 4);
    if ((offset | 3) >= start && offset < end) return true;
    if (start >= RAM_OFFSET) this.ram.noteCode(start, end - start);
    return false;
  }

  private dropKilobyte(offset: number): void {
    const start = offset & -PAGE_BYTES;
    const slot = this.slot(start);
    this.tags.fill(0, slot, slot + SLOTS_PER_KILOBYTE);
    this.ram.forgetCode(Math.max(start, RAM_OFFSET), PAGE_BYTES);
    this.generation++;
  }

  /** Drops the blocks that start in `length` bytes (within a kilobyte) at a memory offset outside RAM. */
  dropLine(offset: number, length: number): void {
    const slot = this.slot(offset);
    this.tags.fill(0, slot, slot + (length >>> 1));
  }

  dropAll(): void {
    this.onDropAll();
    this.tags.fill(0);
    this.ram.forgetAllCode();
    this.used = 1;
    this.generation++;
  }
}
