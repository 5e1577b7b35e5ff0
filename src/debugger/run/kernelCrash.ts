/**
 * Notices that a native kernel is beyond help, so that a run does not loop in its exception vectors unseen. Two cases: an exception
 * while the vectors still hold the boot loader's words (nobody handles it; going on would start the kernel again), and an exception
 * that its own handler takes over and over. Under a hypervisor nobody asks: there a guest's faults are upcalls, and the hypervisor
 * tells of a crash.
 */
import type { CpuMode } from '../../machine/types';
import { describeFsr } from '../registers/fields';
import { hex32 } from '../values/format';
import type { Target } from '../target/target';
import type { CrashWatch, Halt } from './runLoop';

const XEN = { kind: 'xen' } as const;
const MODE_BITS = 0x1f;
const THUMB = 0x20;

interface FaultVector {
  readonly address: number;
  readonly mode: 'und' | 'abt';
  readonly modeBits: number;
  readonly name: string;
  /** The mode's LR minus this is the instruction's address, for ARM code and for Thumb code. */
  readonly offset: { readonly arm: number; readonly thumb: number };
  /** The CP15 registers that say more. */
  readonly tells: 'nothing' | 'status' | 'address';
}

/** Exceptions that a kernel takes by its own fault: vectors, modes and return addresses (ARM DDI 0100 A2.6). */
const FAULT_VECTORS: readonly FaultVector[] = [
  {
    address: 0x04,
    mode: 'und',
    modeBits: 0x1b,
    name: 'an undefined instruction',
    offset: { arm: 4, thumb: 2 },
    tells: 'nothing',
  },
  {
    address: 0x0c,
    mode: 'abt',
    modeBits: 0x17,
    name: 'a prefetch abort',
    offset: { arm: 4, thumb: 4 },
    tells: 'status',
  },
  {
    address: 0x10,
    mode: 'abt',
    modeBits: 0x17,
    name: 'a data abort',
    offset: { arm: 8, thumb: 8 },
    tells: 'address',
  },
];
const REMEDY = 'look at the registers and the call stack, then correct the kernel or how it is started';

export class KernelCrash implements CrashWatch {
  private readonly bootWords: readonly (number | undefined)[];
  private nestedBefore: string | undefined;

  /** To be made when the kernel is loaded and has not run yet: the vectors are the boot loader's. */
  constructor(private readonly target: Target) {
    this.bootWords = FAULT_VECTORS.map(({ address }) => this.word(address));
  }

  /** A kernel that has put its own vectors there is not slowed down by stops at them. */
  get addresses(): readonly number[] {
    return FAULT_VECTORS.filter((_, index) => this.isBootWord(index)).map(({ address }) => address);
  }

  atVector(pc: number): Halt | undefined {
    const index = FAULT_VECTORS.findIndex(({ address }) => address === pc);
    const vector = FAULT_VECTORS[index];
    if (!vector || this.target.machine.cpu.mode !== vector.mode) return undefined;
    if (!this.isBootWord(index)) return undefined;
    return this.halt(vector, "has no handler for it (its vector is still the boot loader's)");
  }

  /**
   * An exception that arrives in its own mode has overwritten the return address of the one before: its handler has faulted. When
   * the same is seen again a whole interval later, nothing has helped and nothing will.
   */
  betweenSlices(): Halt | undefined {
    const { cpu } = this.target.machine;
    const { mode } = cpu;
    const spsr = mode === 'und' || mode === 'abt' ? cpu.getSpsr(mode)! : 0;
    const nested = FAULT_VECTORS.some((vector) => vector.mode === mode && vector.modeBits === (spsr & MODE_BITS));
    const state = nested ? [mode, cpu.getRegister(14, mode), spsr].join() : undefined;
    const again = state !== undefined && state === this.nestedBefore;
    this.nestedBefore = state;
    return again ? this.halt(this.repeated(mode), 'takes it again and again inside its own handler') : undefined;
  }

  /** Abort mode has two vectors: the faulting code's address tells, by whether it can be fetched at all. */
  private repeated(mode: CpuMode): FaultVector {
    const [undefinedInstruction, prefetchAbort, dataAbort] = FAULT_VECTORS as [FaultVector, FaultVector, FaultVector];
    if (mode === 'und') return undefinedInstruction;
    return this.target.machine.walk(this.faultPc(prefetchAbort), 'fetch', true).fault ? prefetchAbort : dataAbort;
  }

  private halt(vector: FaultVector, what: string): Halt {
    const pc = this.faultPc(vector);
    const symbol = this.target.symbolAt(XEN, this.target.linked(XEN, pc));
    const where = symbol ? ` <${symbol.name}${symbol.offset ? `+0x${symbol.offset.toString(16)}` : ''}>` : '';
    const description = `The kernel took ${vector.name} at pc ${hex32(pc)}${where}${this.cause(vector)} and ${what}`;
    return { reason: 'halted', breakpointIds: [], description, text: `${description}: ${REMEDY}` };
  }

  private cause({ tells }: FaultVector): string {
    const { far, dfsr, ifsr } = this.target.machine.cpu.getCp15();
    if (tells === 'nothing') return '';
    if (tells === 'status') return ` (${describeFsr(ifsr)}, fault status ${hex32(ifsr)})`;
    return ` (${describeFsr(dfsr)}, fault address ${hex32(far)}, fault status ${hex32(dfsr)})`;
  }

  private faultPc({ mode, offset }: FaultVector): number {
    const { cpu } = this.target.machine;
    const back = (cpu.getSpsr(mode) ?? 0) & THUMB ? offset.thumb : offset.arm;
    return (cpu.getRegister(14, mode) - back) >>> 0;
  }

  private isBootWord(index: number): boolean {
    const word = this.word(FAULT_VECTORS[index]!.address);
    return word !== undefined && word === this.bootWords[index];
  }

  private word(address: number): number | undefined {
    const bytes = this.target.read(XEN, address, 4);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }
}
