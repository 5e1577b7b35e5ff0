/** The debugger's view of the registers (CpuView in types.ts) on top of the state words. */
import type { Cp15Registers, CpuMode, CpuView, VfpRegisters } from '../types';
import type { Core } from './core';
import { writeControl, writeDacr, writeFcsePid } from './cp15';
import { Word } from './layout';
import { currentMode, modeBits, modeName, registerWord, spsrWord } from './modes';
import { readCpsr } from './psr';
import { FPSID } from './vfp/state';

type WritableCp15 = Parameters<CpuView['setCp15']>[0];

/** How a write by the debugger reaches each CP15 register; those with effects go the way of the MCR. */
const CP15_WRITERS: Readonly<Record<WritableCp15, (core: Core, value: number) => void>> = {
  control: writeControl,
  ttbr: ({ s, memory }, value) => {
    s[Word.TTBR] = value & 0xffffc000;
    memory.tlb.flush();
  },
  dacr: writeDacr,
  dfsr: ({ s }, value) => void (s[Word.DFSR] = value & 0xff),
  ifsr: ({ s }, value) => void (s[Word.IFSR] = value & 0xff),
  far: ({ s }, value) => void (s[Word.FAR] = value),
  fcsePid: writeFcsePid,
};

const VFP_SINGLES = 32;

export class Arm926View implements CpuView {
  constructor(
    private readonly core: Core,
    /** Called when a register is written. */
    private readonly changed: () => void = () => undefined,
  ) {}

  private wordOf(index: number, mode?: CpuMode): number {
    if (!Number.isInteger(index) || index < 0 || index > 15) throw new RangeError(`there is no register r${index}`);
    const { s } = this.core;
    return index === 15 || mode === undefined ? index : registerWord(s, index, modeBits(mode));
  }

  getRegister(index: number, mode?: CpuMode): number {
    return this.core.s[this.wordOf(index, mode)]! >>> 0;
  }

  setRegister(index: number, value: number, mode?: CpuMode): void {
    this.changed();
    const { s } = this.core;
    if (index === 15) {
      s[15] = value & (this.core.thumb ? ~1 : ~3);
      s[Word.BLOCK_OPEN] = 0;
      s[Word.WAITING] = 0;
    } else {
      s[this.wordOf(index, mode)] = value;
    }
    this.core.updateLimit();
  }

  getCpsr(): number {
    return readCpsr(this.core.s) >>> 0;
  }

  /** Writes all bits; the mode must be one that exists, else the old one stays. */
  setCpsr(value: number): void {
    this.changed();
    this.core.s[Word.BLOCK_OPEN] = 0;
    this.core.writeCpsr(value, -1);
  }

  getSpsr(mode: CpuMode): number | undefined {
    const word = spsrWord(modeBits(mode));
    return word < 0 ? undefined : this.core.s[word]! >>> 0;
  }

  setSpsr(mode: CpuMode, value: number): void {
    this.changed();
    const word = spsrWord(modeBits(mode));
    if (word < 0) throw new RangeError(`mode ${mode} has no SPSR`);
    this.core.s[word] = value;
  }

  get mode(): CpuMode {
    return modeName(currentMode(this.core.s));
  }

  get thumb(): boolean {
    return this.core.thumb;
  }

  getCp15(): Cp15Registers {
    const { s, identification } = this.core;
    return {
      midr: identification.midr >>> 0,
      cacheType: identification.cacheType >>> 0,
      control: s[Word.CONTROL]! >>> 0,
      ttbr: s[Word.TTBR]! >>> 0,
      dacr: s[Word.DACR]! >>> 0,
      dfsr: s[Word.DFSR]! >>> 0,
      ifsr: s[Word.IFSR]! >>> 0,
      far: s[Word.FAR]! >>> 0,
      fcsePid: s[Word.FCSE_PID]! >>> 0,
    };
  }

  getVfp(): VfpRegisters | undefined {
    const { s, vfpPresent } = this.core;
    if (!vfpPresent) return undefined;
    const singles = Uint32Array.from(s.subarray(Word.VFP_REGISTERS, Word.VFP_REGISTERS + VFP_SINGLES));
    return { singles, fpscr: s[Word.FPSCR]! >>> 0, fpexc: s[Word.FPEXC]! >>> 0, fpsid: FPSID };
  }

  setVfp(index: number, bits: number): void {
    this.changed();
    if (!Number.isInteger(index) || index < 0 || index >= VFP_SINGLES) throw new RangeError(`there is no s${index}`);
    if (this.core.vfpPresent) this.core.s[Word.VFP_REGISTERS + index] = bits;
  }

  setCp15(name: WritableCp15, value: number): void {
    this.changed();
    CP15_WRITERS[name](this.core, value);
  }
}
