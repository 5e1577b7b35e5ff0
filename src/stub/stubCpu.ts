/**
 * The CPU behind a stub as a debugger reads and writes it: every register by the names that stubs give it, as one table. Values are kept
 * until the machine moves. What a stub does not tell is 0 where the face wants a number; `ForeignMachine` says what that concerns.
 */
import { modeName } from '../machine/arm926/modes';
import type { Cp15Registers, CpuMode, CpuView } from '../machine/types';
import type { StubRegister } from './description';

/** Reads and writes a register by its number; undefined or false when the stub does not. */
export interface RegisterAccess {
  read(number: number, bytes: number): number | undefined;
  write(number: number, value: number): boolean;
}

/** The names of CP15 registers, in lower case: QEMU's, our own gdbserver's, and those of ARM's manuals. */
const CP15_NAMES: Readonly<Record<keyof Cp15Registers, readonly string[]>> = {
  midr: ['midr', 'main_id'],
  cacheType: ['ctr', 'cache_type'],
  control: ['sctlr', 'control'],
  ttbr: ['ttbr', 'ttbr0', 'ttbr0_el1'],
  dacr: ['dacr'],
  dfsr: ['dfsr'],
  ifsr: ['ifsr'],
  far: ['far', 'dfar'],
  fcsePid: ['fcseidr', 'fcse_pid', 'fcsepid'],
};
const GENERAL_NAMES: Readonly<Record<number, readonly string[]>> = { 13: ['sp'], 14: ['lr'], 15: ['pc'] };
/** Without these the page tables cannot be walked. */
const NEEDED_FOR_WALKS = ['control', 'ttbr', 'dacr'] as const;
const THUMB = 1 << 5;

export class StubCpu implements CpuView {
  private readonly known = new Map<number, number>();

  constructor(
    private readonly registers: ReadonlyMap<string, StubRegister>,
    private readonly access: RegisterAccess,
    private readonly onChange: () => void,
  ) {}

  /** The machine has moved. */
  forget(): void {
    this.known.clear();
  }

  get tellsTranslation(): boolean {
    return NEEDED_FOR_WALKS.every((key) => this.named(CP15_NAMES[key]) !== undefined);
  }

  tells(index: number, mode: CpuMode): boolean {
    return this.general(index, mode) !== undefined;
  }

  getRegister(index: number, mode?: CpuMode): number {
    return this.value(this.general(index, mode)) ?? 0;
  }

  setRegister(index: number, value: number, mode?: CpuMode): void {
    this.change(this.general(index, mode), value);
  }

  getCpsr(): number {
    return this.value(this.registers.get('cpsr')) ?? 0;
  }

  setCpsr(value: number): void {
    this.change(this.registers.get('cpsr'), value);
  }

  getSpsr(mode: CpuMode): number | undefined {
    return this.value(this.registers.get(`spsr_${mode}`));
  }

  setSpsr(mode: CpuMode, value: number): void {
    this.change(this.registers.get(`spsr_${mode}`), value);
  }

  get mode(): CpuMode {
    return modeName(this.getCpsr());
  }

  get thumb(): boolean {
    return (this.getCpsr() & THUMB) !== 0;
  }

  getCp15(): Cp15Registers {
    const entries = Object.entries(CP15_NAMES).map(([key, names]) => [key, this.value(this.named(names)) ?? 0]);
    return Object.fromEntries(entries) as unknown as Cp15Registers;
  }

  getVfp(): undefined {
    return undefined;
  }

  setVfp(): void {
    // None is shown, so that nobody can change one.
  }

  setCp15(name: keyof Cp15Registers, value: number): void {
    this.change(this.named(CP15_NAMES[name]), value);
  }

  /** In the bank of another mode where it stands there (ARM DDI 0100 A2.4); undefined when the stub does not tell that one. */
  private general(index: number, mode: CpuMode = this.mode): StubRegister | undefined {
    const names = [`r${index}`, ...(GENERAL_NAMES[index] ?? [])];
    const bank = bankOf(index, mode);
    return this.named(bank === bankOf(index, this.mode) ? names : names.map((name) => `${name}_${bank}`));
  }

  private named(names: readonly string[]): StubRegister | undefined {
    for (const name of names) {
      const register = this.registers.get(name);
      if (register) return register;
    }
    return undefined;
  }

  private value(register: StubRegister | undefined): number | undefined {
    if (!register) return undefined;
    const kept = this.known.get(register.number);
    if (kept !== undefined) return kept;
    const value = this.access.read(register.number, register.bits / 8);
    if (value !== undefined) this.known.set(register.number, value);
    return value;
  }

  private change(register: StubRegister | undefined, value: number): void {
    if (!register || !this.access.write(register.number, value >>> 0)) return;
    this.known.clear();
    this.onChange();
  }
}

/** Whose register it is: SP and LR are each mode's own, R8 to R12 only FIQ's, and all else is everybody's. */
function bankOf(index: number, mode: CpuMode): CpuMode {
  if (mode === 'fiq' && index >= 8 && index < 15) return mode;
  return mode === 'sys' || (index !== 13 && index !== 14) ? 'usr' : mode;
}
