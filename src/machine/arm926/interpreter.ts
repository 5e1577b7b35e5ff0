/**
 * The interpreter's loop. Decoded blocks come from blocks.ts; data processing, the common loads and stores, and branches
 * are carried out here, all else by the handlers of decodeArm.ts. Its face is `run`.
 *
 * Why the inside looks as it does (measured on two noisy cores, tight loop): a handler call per instruction costs about
 * half of the speed, so the most frequent forms stand inline with the TLB's fast path; decoding once per block instead of
 * at every execution, with instruction, operand and ticks read from parallel arrays, gains another third.
 */
import { BlockCache } from './blocks';
import { LINE_BYTES } from './cache/geometry';
import { LIMIT_NOW, type Core } from './core';
import { HANDLERS, type Form } from './decodeArm';
import { EXCEPTIONS, enterException } from './exceptions';
import { TLB_ENTRIES, type Word } from './layout';
import { DATA_ABORT } from './memory';
import { isPrivileged } from './modes';
import { CONDITIONS, Psr, flagNibble } from './psr';
import { shiftByImmediate, shiftByRegister } from './shifter';
import type { TickModel, TickObserver } from './ticks/model';

/**
 * Numbers of layout.ts and decodeArm.ts again, as constants that end up as literals in this file: V8 makes a jump table
 * only of literal cases, and property loads in the loop halve its speed where modules are not bundled. The types below
 * do not compile when one differs from its origin.
 */
const enum W {
  NEGATIVE = 16,
  ZERO = 17,
  CARRY = 18,
  OVERFLOW = 19,
  CPSR = 20,
  WAITING = 96,
  BLOCK_START = 97,
  BLOCK_OPEN = 98,
  NEXT = 112,
  COUNT = 113,
  TICKS = 114,
  LIMIT = 115,
  TLB_BANK = 116,
  TRANSLATIONS = 117,
  SHIFTER_CARRY = 118,
  BLOCK_STALE = 119,
  HELD = 120,
  BLOCK_AT = 121,
  EXIT_PLACE = 122,
}
const enum F {
  DATA_IMMEDIATE = 1,
  DATA_REGISTER = 2,
  DATA_SHIFTED = 3,
  DATA_REGISTER_SHIFTED = 4,
  TRANSFER_IMMEDIATE = 5,
  TRANSFER_REGISTER = 6,
  BRANCH = 7,
  BRANCH_LINK = 8,
  THUMB_BRANCH = 9,
  ENTER = 10,
}
type Agree<Copy, Origin> = {
  [K in keyof Copy]: K extends keyof Origin
    ? `${Copy[K] & number}` extends `${Origin[K] & number}`
      ? true
      : false
    : false;
};
type All<T extends Record<keyof T, true>> = T;
export type WordsAgree = All<Agree<typeof W, typeof Word>>;
export type FormsAgree = All<Agree<typeof F, typeof Form>>;

export type SliceEnd = 'count' | 'breakpoint' | 'waiting' | 'halted';

/** A device that asks for service again and again at one tick would hang the machine; this often is never meant. */
const MOST_SERVICES = 100_000;
/** A page that no pc is on. */
const NO_PAGE = 1;
const TLB_MASK = TLB_ENTRIES - 1;

/** What a translator has done so far. */
export interface TranslatorCounts {
  regions: number;
  /** Guest instructions in them, and their WebAssembly in bytes. */
  instructions: number;
  bytes: number;
  /** Of the bytes, what has not been dropped. */
  liveBytes: number;
  calls: number;
  /** Instructions that translated code has executed. */
  translated: number;
}

/** Translated code, as the loop sees it (translator/translator.ts). */
export interface Translations {
  readonly counts: Readonly<TranslatorCounts>;
  /**
   * At the head (`at` in the pool) of the block at `pc`, which stands at `place` in the memory. True when translated code has
   * run: COUNT, TICKS, s[15], BLOCK_START, EXIT_PLACE and BLOCK_AT then say where execution stands. `attributes`: of its page.
   */
  enter(at: number, pc: number, place: number, attributes: number): boolean;
  /** Code in the kilobyte at a memory offset was written. */
  dropKilobyte(offset: number): void;
  /** What is known of written code is lost. */
  dropAll(): void;
  /** Armed pc values by their kilobyte, each list sorted. */
  setArmed(armed: ReadonlyMap<number, readonly number[]>): void;
}

export class Interpreter {
  readonly blocks: BlockCache;
  readonly translations: Translations | undefined;
  /** Armed pc values by their kilobyte, each list sorted. */
  private armed = new Map<number, number[]>();
  private readonly observer: TickObserver | undefined;
  /** Each instruction is fetched by itself (blocks have one), so that every line is looked up, or the tick model is told of it. */
  private readonly eachFetch: boolean;

  constructor(
    private readonly core: Core,
    ticks: TickModel,
    /** Makes the translator that works on these blocks. */
    translator?: (blocks: BlockCache) => Translations,
  ) {
    const { ram, memory, s } = core;
    const { observer } = ticks;
    this.observer = observer;
    observer?.connect?.(core);
    if (observer !== undefined) {
      memory.directData = false;
      memory.onData = (virtual, write) => void (s[W.TICKS]! += observer.data(virtual, write));
    }
    const lead = translator === undefined ? 0 : 1;
    this.blocks = new BlockCache(ram, ticks, (offset) => memory.tlb.markCode(offset), lead);
    this.translations = translator?.(this.blocks);
    this.eachFetch =
      observer?.eachFetch === true || (memory.caches !== undefined && memory.caches.tagsAlone === undefined);
    memory.fetchesLines = this.eachFetch;
    memory.onCachingChanged = () => this.translations?.dropAll();
    if (memory.caches !== undefined) {
      memory.directData = false;
      memory.onInstructionLine = (offset) => this.blocks.dropLine(offset, LINE_BYTES);
    }
    ram.onCodeWritten = (offset) => {
      // Only what changes the open block ends it: ticks must not depend on what else has been decoded.
      if (this.blocks.written(offset, s[W.BLOCK_AT]!)) s[W.BLOCK_STALE] = 1;
      this.translations?.dropKilobyte(offset);
    };
    this.blocks.onDropAll = () => this.translations?.dropAll();
  }

  setBreakpoints(addresses: Iterable<number>): void {
    this.armed = new Map();
    for (const address of new Set([...addresses].map((a) => a | 0))) {
      const page = address & ~0x3ff;
      this.armed.set(
        page,
        [...(this.armed.get(page) ?? []), address].sort((a, b) => a - b),
      );
    }
    this.translations?.setArmed(this.armed);
  }

  /**
   * Executes up to `s[Word.COUNT]` instructions (a slice, less than 2^30) from `s[15]`; leaves there what was not used, in
   * `s[Word.TICKS]` the ticks used, and the next address in `s[15]`. `skipArmed`: the first instruction is not held by a
   * breakpoint.
   */
  run(skipArmed: boolean): SliceEnd {
    const { s } = this.core;
    let skip = skipArmed;
    let pc = s[15]!;
    for (;;) {
      try {
        return this.loop(pc, skip);
      } catch (error) {
        if (error !== DATA_ABORT) throw error;
        skip = false;
        s[W.COUNT] = this.release(s[W.COUNT]!);
        enterException(this.core, EXCEPTIONS.dataAbort, this.core.pc);
        s[W.TICKS]! += this.observer?.exception?.() ?? 0;
        s[W.BLOCK_OPEN] = 0;
        pc = s[W.NEXT]!;
      }
    }
  }

  private loop(startPc: number, skipArmed: boolean): SliceEnd {
    const { core, blocks, armed, observer, eachFetch, translations: translated } = this;
    const eachInstruction = observer?.instruction !== undefined;
    const { s } = core;
    const memory = core.memory;
    const lines = eachFetch ? undefined : memory.caches?.tagsAlone;
    const M = core.ram.words;
    const bytes = core.ram.bytes;
    const { forms, instructions, extras } = blocks;
    const conditions = CONDITIONS;
    const handlers = HANDLERS;
    let pc = startPc;
    let n = s[W.COUNT]!;
    let ticks = s[W.TICKS]!;
    let limit = s[W.LIMIT]!;
    /** Place of the next instruction in the pool; 0 stands for "look one up". */
    let at = 0;
    let step = 4;
    let bank = 0;
    let page = NO_PAGE;
    let place = 0;
    let translations = 0;
    /** Of the page, for caches. */
    let attributes = 0;
    let thumbPage = 0;
    let armedOnPage: number[] | undefined;
    let skip = skipArmed;

    if (s[W.BLOCK_OPEN] !== 0) {
      const end = ticks >= limit ? this.boundary(pc) : 'none';
      if (end === 'waiting' || end === 'halted') return end;
      ticks = s[W.TICKS]!;
      limit = s[W.LIMIT]!;
      if (end === 'taken') {
        pc = s[W.NEXT]!;
        skip = false;
      } else {
        at = this.reopen(pc);
        attributes = memory.pageAttributes;
        step = core.thumb ? 2 : 4;
        bank = s[W.TLB_BANK]!;
        if (at !== 0 && armed.size > 0) {
          const near = nextArmed(armed.get(pc & ~0x3ff), pc, skip, step);
          if (near === pc) return 'breakpoint';
          if (near !== undefined && (near - pc) / step < n) n = this.hold(n, (near - pc) / step);
          skip = false;
        }
      }
      s[W.BLOCK_OPEN] = 0;
    }

    for (;;) {
      if (ticks >= limit) {
        s[W.TICKS] = ticks;
        s[W.BLOCK_AT] = at;
        const end = this.boundary(pc);
        ticks = s[W.TICKS]!;
        limit = s[W.LIMIT]!;
        // A device may have written the code of this block.
        if (s[W.BLOCK_STALE] !== 0) at = 0;
        if (end === 'taken') {
          pc = s[W.NEXT]!;
          at = 0;
          page = NO_PAGE;
          skip = false;
        } else if (end !== 'none') {
          return this.leave(pc, n, ticks, at, end);
        }
      }
      if (n <= 0) {
        if (s[W.HELD] === 0) return this.leave(pc, n, ticks, at, 'count');
        if (at !== 0 && forms[at] !== 0) return this.leave(pc, n, ticks, at, 'breakpoint');
        n = this.release(n);
      }

      let form = forms[at]!;
      if (form === 0) {
        // A new block: the one place where fetches are translated and breakpoints looked for.
        if (s[W.HELD] !== 0) n = this.release(n);
        const thumb = s[W.CPSR]! & Psr.T;
        if (eachFetch || (pc & ~0x3ff) !== page || s[W.TRANSLATIONS] !== translations || thumb !== thumbPage) {
          step = thumb !== 0 ? 2 : 4;
          thumbPage = thumb;
          armedOnPage = armed.size === 0 ? undefined : armed.get(pc & ~0x3ff);
          if (eachFetch) {
            // A breakpoint must leave no trace in the caches.
            if (armedOnPage !== undefined && !skip && armedOnPage.includes(pc)) {
              return this.leave(pc, n, ticks, 0, 'breakpoint');
            }
            s[W.COUNT] = n;
            s[W.TICKS] = ticks;
          }
          place = memory.fetchPlace(pc);
          bank = s[W.TLB_BANK]!;
          translations = s[W.TRANSLATIONS]!;
          page = place < 0 ? NO_PAGE : pc & ~0x3ff;
          attributes = memory.pageAttributes;
        }
        if (place < 0) {
          if (armedOnPage !== undefined && !skip && armedOnPage.includes(pc)) {
            return this.leave(pc, n, ticks, 0, 'breakpoint');
          }
          skip = false;
          // It counts as an instruction, or an unmapped vector would keep `run` for ever; only entering it may take ticks.
          n--;
          enterException(core, EXCEPTIONS.prefetchAbort, pc);
          ticks += this.observer?.exception?.() ?? 0;
          pc = s[W.NEXT]!;
          limit = s[W.LIMIT]!;
          continue;
        }
        at = blocks.find(place + (pc & 0x3ff), thumb !== 0);
        s[W.BLOCK_START] = pc;
        s[W.BLOCK_STALE] = 0;
        if (armedOnPage !== undefined) {
          const near = nextArmed(armedOnPage, pc, skip, step);
          if (near === pc) return this.leave(pc, n, ticks, 0, 'breakpoint');
          if (near !== undefined) {
            const distance = (near - pc) / step;
            if (distance < n && distance < blocks.length(at)) n = this.hold(n, distance);
          }
        }
        skip = false;
        form = forms[at]!;
        if (eachInstruction) {
          s[W.TICKS] = ticks;
          ticks += observer!.instruction!(pc, form & 0xffff, instructions[at]!) - 1;
        }
      }

      if (lines !== undefined && (form & 0xffff) !== F.ENTER) lines.execute(pc, attributes);
      const op = instructions[at]!;
      n--;
      s[15] = pc + step + step;
      const condition = op >>> 28;
      if (condition !== 14) {
        const nibble =
          ((s[W.NEGATIVE]! >>> 31) << 3) | (s[W.ZERO] === 0 ? 4 : 0) | (s[W.CARRY]! << 1) | (s[W.OVERFLOW]! >>> 31);
        if (((conditions[condition]! >>> nibble) & 1) === 0) {
          ticks++;
          pc = (pc + step) | 0;
          at++;
          continue;
        }
      }
      ticks += form >>> 16;

      let operand: number;
      switch (form & 0xffff) {
        case F.DATA_IMMEDIATE:
          operand = extras[at]!;
          s[W.SHIFTER_CARRY] = (op & 0xf00) !== 0 ? operand >>> 31 : s[W.CARRY]!;
          break;
        case F.DATA_REGISTER:
          operand = s[op & 15]!;
          s[W.SHIFTER_CARRY] = s[W.CARRY]!;
          break;
        case F.DATA_SHIFTED:
          operand = shiftByImmediate(s, op) | 0;
          break;
        case F.DATA_REGISTER_SHIFTED:
          operand = shiftByRegister(s, op) | 0;
          break;

        case F.TRANSFER_IMMEDIATE:
        case F.TRANSFER_REGISTER: {
          const rn = (op >>> 16) & 15;
          const rd = (op >>> 12) & 15;
          let end: number;
          if ((form & 0xffff) === F.TRANSFER_IMMEDIATE) {
            end = (s[rn]! + extras[at]!) | 0;
          } else {
            const offset = (op & 0xff0) === 0 ? s[op & 15]! : shiftByImmediate(s, op);
            end = (op & 0x800000) !== 0 ? (s[rn]! + offset) | 0 : (s[rn]! - offset) | 0;
          }
          const address = (op & 0x1000000) !== 0 ? end : s[rn]!;
          const e = bank + ((address >>> 12) & TLB_MASK) * 4;
          switch (op & 0x500000) {
            case 0x100000: {
              let value: number;
              if (M[e] === (address & 0xfffff003)) {
                value = M[(address + M[e + 2]!) >>> 2]!;
              } else {
                s[W.COUNT] = n;
                s[W.TICKS] = ticks;
                s[W.BLOCK_AT] = at;
                value = memory.slowLoad32(address, isPrivileged(s));
                ticks = s[W.TICKS]!;
                limit = s[W.LIMIT]!;
                if (s[W.BLOCK_STALE] !== 0) at = -1;
              }
              if ((op & 0x1200000) !== 0x1000000) s[rn] = end;
              s[rd] = value;
              break;
            }
            case 0x500000: {
              let value: number;
              if (M[e] === (address & 0xfffff000)) {
                value = bytes[(address + M[e + 2]!) >>> 0]!;
              } else {
                s[W.COUNT] = n;
                s[W.TICKS] = ticks;
                s[W.BLOCK_AT] = at;
                value = memory.load8(address);
                ticks = s[W.TICKS]!;
                limit = s[W.LIMIT]!;
                if (s[W.BLOCK_STALE] !== 0) at = -1;
              }
              if ((op & 0x1200000) !== 0x1000000) s[rn] = end;
              s[rd] = value;
              break;
            }
            case 0: {
              // A stored pc reads 12 ahead (ARM DDI 0222B 1.3).
              const value = rd === 15 ? s[15]! + 4 : s[rd]!;
              if (M[e + 1] === (address & 0xfffff003)) {
                M[(address + M[e + 2]!) >>> 2] = value;
              } else {
                s[W.COUNT] = n;
                s[W.TICKS] = ticks;
                s[W.BLOCK_AT] = at;
                memory.slowStore32(address, value, isPrivileged(s));
                ticks = s[W.TICKS]!;
                limit = s[W.LIMIT]!;
                if (s[W.BLOCK_STALE] !== 0) at = -1;
              }
              if ((op & 0x1200000) !== 0x1000000) s[rn] = end;
              break;
            }
            default: {
              const value = s[rd]!;
              if (M[e + 1] === (address & 0xfffff000)) {
                bytes[(address + M[e + 2]!) >>> 0] = value;
              } else {
                s[W.COUNT] = n;
                s[W.TICKS] = ticks;
                s[W.BLOCK_AT] = at;
                memory.write(address, 1, value, isPrivileged(s));
                ticks = s[W.TICKS]!;
                limit = s[W.LIMIT]!;
                if (s[W.BLOCK_STALE] !== 0) at = -1;
              }
              if ((op & 0x1200000) !== 0x1000000) s[rn] = end;
            }
          }
          pc = (pc + step) | 0;
          at++;
          continue;
        }

        case F.BRANCH_LINK:
          s[14] = pc + 4;
          pc = (pc + 8 + extras[at]!) | 0;
          at++;
          continue;
        case F.BRANCH:
          pc = (pc + 8 + extras[at]!) | 0;
          at++;
          continue;
        case F.THUMB_BRANCH:
          pc =
            ((conditions[(op >>> 24) & 15]! >>> flagNibble(s)) & 1) !== 0
              ? (pc + 4 + ((op << 8) >> 8)) | 0
              : (pc + 2) | 0;
          at++;
          continue;

        case F.ENTER:
          n++;
          at++;
          if (s[W.HELD] !== 0) continue;
          s[W.COUNT] = n;
          s[W.TICKS] = ticks;
          if (!translated!.enter(at - 1, pc, place + (pc & 0x3ff), attributes)) continue;
          n = s[W.COUNT]!;
          ticks = s[W.TICKS]!;
          pc = s[15]!;
          at = s[W.BLOCK_AT]!;
          page = s[W.BLOCK_START]! & ~0x3ff;
          place = s[W.EXIT_PLACE]! & ~0x3ff;
          if (lines !== undefined) attributes = memory.codeAttributes(page);
          thumbPage = s[W.CPSR]! & Psr.T;
          step = thumbPage !== 0 ? 2 : 4;
          armedOnPage = armed.size === 0 ? undefined : armed.get(page);
          continue;

        default: {
          const after = (pc + step) | 0;
          s[W.NEXT] = after;
          s[W.COUNT] = n;
          s[W.TICKS] = ticks;
          s[W.BLOCK_AT] = at;
          handlers[form & 0xffff]!(core, op);
          ticks = s[W.TICKS]!;
          limit = s[W.LIMIT]!;
          pc = s[W.NEXT]!;
          at++;
          if (s[W.BLOCK_STALE] !== 0 || pc !== after) at = 0;
          continue;
        }
      }

      // Data processing (ARM DDI 0100 A3.4), with the operand and the shifter's carry ready.
      const a = s[(op >>> 16) & 15]!;
      const b = operand;
      let result: number;
      switch ((op >>> 20) & 31) {
        case 0x00: // AND
          result = a & b;
          break;
        case 0x01:
          result = a & b;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = s[W.SHIFTER_CARRY]!;
          break;
        case 0x02: // EOR
          result = a ^ b;
          break;
        case 0x03:
          result = a ^ b;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = s[W.SHIFTER_CARRY]!;
          break;
        case 0x04: // SUB
          result = (a - b) | 0;
          break;
        case 0x05:
          result = (a - b) | 0;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = a >>> 0 >= b >>> 0 ? 1 : 0;
          s[W.OVERFLOW] = (a ^ b) & (a ^ result);
          break;
        case 0x06: // RSB
          result = (b - a) | 0;
          break;
        case 0x07:
          result = (b - a) | 0;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = b >>> 0 >= a >>> 0 ? 1 : 0;
          s[W.OVERFLOW] = (a ^ b) & (b ^ result);
          break;
        case 0x08: // ADD
          result = (a + b) | 0;
          break;
        case 0x09:
          result = (a + b) | 0;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = result >>> 0 < a >>> 0 ? 1 : 0;
          s[W.OVERFLOW] = (a ^ result) & (b ^ result);
          break;
        case 0x0a: // ADC
          result = (a + b + s[W.CARRY]!) | 0;
          break;
        case 0x0b: {
          const carry = s[W.CARRY]!;
          result = (a + b + carry) | 0;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = (a >>> 0) + (b >>> 0) + carry > 0xffffffff ? 1 : 0;
          s[W.OVERFLOW] = (a ^ result) & (b ^ result);
          break;
        }
        case 0x0c: // SBC
          result = (a - b - 1 + s[W.CARRY]!) | 0;
          break;
        case 0x0d: {
          const carry = s[W.CARRY]!;
          result = (a - b - 1 + carry) | 0;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = a >>> 0 >= (b >>> 0) + 1 - carry ? 1 : 0;
          s[W.OVERFLOW] = (a ^ b) & (a ^ result);
          break;
        }
        case 0x0e: // RSC
          result = (b - a - 1 + s[W.CARRY]!) | 0;
          break;
        case 0x0f: {
          const carry = s[W.CARRY]!;
          result = (b - a - 1 + carry) | 0;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = b >>> 0 >= (a >>> 0) + 1 - carry ? 1 : 0;
          s[W.OVERFLOW] = (a ^ b) & (b ^ result);
          break;
        }
        case 0x11: // TST
          s[W.NEGATIVE] = s[W.ZERO] = a & b;
          s[W.CARRY] = s[W.SHIFTER_CARRY]!;
          pc = (pc + step) | 0;
          at++;
          continue;
        case 0x13: // TEQ
          s[W.NEGATIVE] = s[W.ZERO] = a ^ b;
          s[W.CARRY] = s[W.SHIFTER_CARRY]!;
          pc = (pc + step) | 0;
          at++;
          continue;
        case 0x15: // CMP
          result = (a - b) | 0;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = a >>> 0 >= b >>> 0 ? 1 : 0;
          s[W.OVERFLOW] = (a ^ b) & (a ^ result);
          pc = (pc + step) | 0;
          at++;
          continue;
        case 0x17: // CMN
          result = (a + b) | 0;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = result >>> 0 < a >>> 0 ? 1 : 0;
          s[W.OVERFLOW] = (a ^ result) & (b ^ result);
          pc = (pc + step) | 0;
          at++;
          continue;
        case 0x18: // ORR
          result = a | b;
          break;
        case 0x19:
          result = a | b;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = s[W.SHIFTER_CARRY]!;
          break;
        case 0x1a: // MOV
          result = b;
          break;
        case 0x1b:
          result = b;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = s[W.SHIFTER_CARRY]!;
          break;
        case 0x1c: // BIC
          result = a & ~b;
          break;
        case 0x1d:
          result = a & ~b;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = s[W.SHIFTER_CARRY]!;
          break;
        case 0x1e: // MVN
          result = ~b;
          break;
        default: // MVNS; the four codes without destination and without S are other instructions
          result = ~b;
          s[W.NEGATIVE] = s[W.ZERO] = result;
          s[W.CARRY] = s[W.SHIFTER_CARRY]!;
      }
      const rd = (op >>> 12) & 15;
      at++;
      if (rd !== 15) {
        s[rd] = result;
        pc = (pc + step) | 0;
        continue;
      }
      // A result in pc branches; with S it is the exception return (the block ends here in any case).
      if ((op & 0x100000) !== 0) {
        core.restoreCpsr();
        limit = s[W.LIMIT]!;
      }
      core.branch(result);
      pc = s[W.NEXT]!;
    }
  }

  /** Takes up the block that the last slice ended in, so that ticks do not depend on where slices end. 0 when there is none. */
  private reopen(pc: number): number {
    const { s } = this.core;
    s[W.BLOCK_OPEN] = 0;
    s[W.BLOCK_STALE] = 0;
    const start = s[W.BLOCK_START]!;
    const { thumb } = this.core;
    const inside = ((pc - start) | 0) / (thumb ? 2 : 4);
    if (((pc ^ start) & ~0x3ff) !== 0 || inside <= 0) return 0;
    const place = this.core.memory.codePlace(start);
    if (place < 0) return 0;
    const at = this.blocks.find(place + (start & 0x3ff), thumb);
    return inside < this.blocks.length(at) ? at + this.blocks.lead + inside : 0;
  }

  private leave(pc: number, n: number, ticks: number, at: number, end: SliceEnd): SliceEnd {
    const { s } = this.core;
    s[15] = pc;
    s[W.COUNT] = this.release(n);
    s[W.TICKS] = ticks;
    const open = at !== 0 && this.blocks.forms[at] !== 0;
    s[W.BLOCK_OPEN] = open ? 1 : 0;
    // Outside a block it says nothing, and equal states should have equal words.
    if (!open) s[W.BLOCK_START] = 0;
    return end;
  }

  /** Lets the loop run only to a breakpoint ahead: holds the rest of the count back. */
  private hold(n: number, distance: number): number {
    this.core.s[W.HELD] = n - distance;
    return distance;
  }

  private release(n: number): number {
    const { s } = this.core;
    const all = n + s[W.HELD]!;
    s[W.HELD] = 0;
    return all;
  }

  /**
   * What happens between two instructions when the limit has been reached: devices that are due, waking from a wait,
   * interrupts. 'taken': an exception was entered, its address is in `Word.NEXT`.
   */
  private boundary(pc: number): 'none' | 'taken' | 'waiting' | 'halted' {
    const { core } = this;
    const { s, bus } = core;
    for (let services = 0; ; services++) {
      if (core.haltReason !== undefined) return 'halted';
      if (core.sliceTicks + s[W.TICKS]! >= bus.nextEventTicks) {
        if (services > MOST_SERVICES) {
          if (s[W.WAITING] !== 0) return 'waiting';
          core.haltReason = 'a device asks for service without end';
          return 'halted';
        }
        bus.service();
        continue;
      }
      if (s[W.WAITING] === 0) break;
      // Any asserted line wakes, masked or not (ARM DDI 0198D 2.3.9).
      if (bus.irqAsserted || bus.fiqAsserted) {
        s[W.WAITING] = 0;
        continue;
      }
      if (bus.nextEventTicks === Infinity) return 'waiting';
      core.sliceTicks = Math.ceil(bus.nextEventTicks) - s[W.TICKS]!;
    }
    const pending = core.pendingInterrupt();
    if (pending !== undefined) {
      enterException(core, EXCEPTIONS[pending], pc);
      s[W.TICKS]! += this.observer?.exception?.() ?? 0;
      return 'taken';
    }
    core.sliceTicks += s[W.TICKS]!;
    s[W.TICKS] = 0;
    core.updateLimit();
    return s[W.LIMIT] === LIMIT_NOW ? 'halted' : 'none';
  }
}

/**
 * The nearest armed address at or after `pc` (after, when the first is to be skipped) in a sorted list, as far as instructions of `step`
 * bytes come upon it: an address of Thumb code may lie inside an ARM instruction.
 */
function nextArmed(list: readonly number[] | undefined, pc: number, skip: boolean, step: number): number | undefined {
  return list?.find((address) => (skip ? address > pc : address >= pc) && ((address - pc) & (step - 1)) === 0);
}
