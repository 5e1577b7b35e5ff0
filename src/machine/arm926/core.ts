/**
 * What all instruction handlers work on: the state words, memory, and the few things that have to happen when status
 * bits change (TLB bank, pending interrupts). Not the interpreter loop and not an instruction.
 */
import type { PeripheralBus } from '../bus';
import type { Ram } from '../ram';
import { SPSR_WORDS_OFFSET, STATE_WORDS, Word } from './layout';
import { CpuMemory } from './memory';
import { currentMode, isMode, isPrivileged, spsrWord, spsrWords, switchBanks } from './modes';
import { FLAGS, Psr, readCpsr, storeControl, storeFlags } from './psr';

/** Carries out one instruction. `s[15]` reads as the pc does; branches go to `s[Word.NEXT]`. */
export type Handler = (core: Core, instruction: number) => void;

/** The limit that stops the loop at the next boundary, whatever the ticks are. */
export const LIMIT_NOW = -0x80000000;
/** No slice runs for more ticks than this, so that 32 bits always hold them. */
const LIMIT_MOST = 0x20000000;

/** Identification that a board gives its CPU. */
export interface Identification {
  readonly midr: number;
  readonly cacheType: number;
}

export class Core {
  readonly s: Int32Array;
  readonly memory: CpuMemory;
  /** Machine ticks at the start of this slice; `s[Word.TICKS]` counts from here. */
  sliceTicks = 0;
  /** Set by a device: the machine cannot go on. */
  haltReason: string | undefined;
  bus!: PeripheralBus;
  /** Whether coprocessors 10 and 11 answer; the machine's option. */
  vfpPresent = false;

  constructor(
    readonly ram: Ram,
    readonly identification: Identification,
  ) {
    this.s = new Int32Array(ram.memory.buffer, 0, STATE_WORDS);
    this.memory = new CpuMemory(ram, this.s);
    ram.bytes.set(spsrWords(), SPSR_WORDS_OFFSET);
  }

  connect(bus: PeripheralBus): void {
    this.bus = bus;
    this.memory.connect(bus);
    bus.onChange(() => this.updateLimit());
  }

  /** Level of the interrupt that would be taken now: 'fiq', 'irq' or none, after the masks in CPSR. */
  pendingInterrupt(): 'fiq' | 'irq' | undefined {
    const status = this.s[Word.CPSR]!;
    if ((status & Psr.F) === 0 && this.bus.fiqAsserted) return 'fiq';
    if ((status & Psr.I) === 0 && this.bus.irqAsserted) return 'irq';
    return undefined;
  }

  /** Recomputes at which slice tick the loop has to look up; to be called when lines, masks or events change. */
  updateLimit(): void {
    const s = this.s;
    s[Word.LINES] = (this.bus.irqAsserted ? Psr.I : 0) | (this.bus.fiqAsserted ? Psr.F : 0);
    if (this.haltReason !== undefined || s[Word.WAITING] !== 0 || this.pendingInterrupt() !== undefined) {
      s[Word.LIMIT] = LIMIT_NOW;
    } else {
      s[Word.LIMIT] = Math.max(0, Math.min(Math.ceil(this.bus.nextEventTicks) - this.sliceTicks, LIMIT_MOST));
    }
  }

  /** After mode or mask bits changed: right TLB bank, right limit. */
  statusChanged(): void {
    this.selectBank();
    this.updateLimit();
  }

  selectBank(): void {
    this.memory.tlb.select(isPrivileged(this.s), this.s[Word.DACR]!);
  }

  /**
   * Writes the bits of CPSR in `mask`. A mode that does not exist is UNPREDICTABLE: mode bits then stay as they are.
   */
  writeCpsr(value: number, mask: number): void {
    const s = this.s;
    const old = readCpsr(s);
    let updated = (old & ~mask) | (value & mask);
    if (!isMode(updated)) updated = (updated & ~31) | currentMode(s);
    switchBanks(s, old, updated);
    storeControl(s, updated);
    if ((mask & FLAGS) !== 0) storeFlags(s, updated);
    this.statusChanged();
  }

  /** CPSR := SPSR, as exception returns do. In modes without SPSR (UNPREDICTABLE) CPSR stays. */
  restoreCpsr(): void {
    const word = spsrWord(currentMode(this.s));
    if (word >= 0) this.writeCpsr(this.s[word]!, -1);
  }

  /** Branch within the present instruction set: the low bits that it cannot use are dropped. */
  branch(target: number): void {
    this.s[Word.NEXT] = (this.s[Word.CPSR]! & Psr.T) !== 0 ? target & ~1 : target & ~3;
  }

  /** Branch that chooses the instruction set by bit 0 (BX, BLX, and loads of pc from ARMv5 on). */
  branchExchange(target: number): void {
    const s = this.s;
    if ((target & 1) !== 0) {
      s[Word.CPSR]! |= Psr.T;
      s[Word.NEXT] = target & ~1;
    } else {
      s[Word.CPSR]! &= ~Psr.T;
      s[Word.NEXT] = target & ~3;
    }
  }

  get thumb(): boolean {
    return (this.s[Word.CPSR]! & Psr.T) !== 0;
  }

  /** Address of the instruction that is executing. */
  get pc(): number {
    return (this.s[15]! - (this.thumb ? 4 : 8)) | 0;
  }
}
