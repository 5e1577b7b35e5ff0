/**
 * Runs a machine and reports each border that is crossed: how long a guest ran, then what it left for (a visit to the
 * hypervisor) and what that took, function by function. Seen from outside, at the exception vectors, so that nothing is added
 * to what is measured: between two visits the machine runs at full speed, a visit goes instruction by instruction.
 * Of a kernel without a hypervisor a visit is that to its own exception handlers. Knows nothing of what is being measured.
 */
import { HYPERCALL_IMMEDIATE } from '../../hypervisor/contexts';
import { hypercallName } from './hypercallName';
import type { Hypervisor } from '../../hypervisor/hypervisor';
import { isMissing } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { CpuMode, MachineFace } from '../../machine/types';
import { addTo, minus, type Cost } from './cost';

/** Where an exception enters, in which mode, and how far its LR is behind where to go on (ARM DDI 0100 A2.6). */
const VECTORS: Readonly<Record<number, { cause: string; mode: CpuMode; back: number }>> = {
  0x04: { cause: 'undefined instruction', mode: 'und', back: 0 },
  0x08: { cause: 'system call', mode: 'svc', back: 0 },
  0x0c: { cause: 'prefetch abort', mode: 'abt', back: 4 },
  0x10: { cause: 'data abort', mode: 'abt', back: 8 },
  0x18: { cause: 'interrupt', mode: 'irq', back: 4 },
};
const MODE_MASK = 0x1f;
/** The two bits of MMU domain D1 in the DACR, and what a guest kernel has there. */
const KERNEL_DOMAIN_SHIFT = 2;
const MANAGER = 3;

/** A stay outside of guest code, from the vector to the next instruction of a guest. */
export interface Visit {
  /** What led there: an exception, or "hypercall name(command)". */
  readonly cause: string;
  /** The immediate of the `swi` that led there. */
  readonly swi?: number;
  /** Whether virtual user mode was left: the DACR does not let it manage the kernel's MMU domain (Table 1 of the paper). */
  readonly fromUser: boolean;
  /** Whom it interrupted, and who goes on; undefined without a hypervisor. */
  readonly domainId: number | undefined;
  readonly nextDomainId: number | undefined;
  /** Machine's counts at the vector, the instruction that led there included, and at the end. */
  readonly start: Cost;
  readonly end: Cost;
  /** By name of the function that the pc was in. */
  readonly functions: ReadonlyMap<string, Cost>;
  /** Where the interrupted code would go on, and where the guest does go on. */
  readonly returnPc: number;
  readonly resumedPc: number;
}

export interface BorderEvents {
  /** A guest (or native kernel) has run this long; called before each visit and each watched address. */
  ran(domainId: number | undefined, cost: Cost): void;
  /** Return false to end the run. Called at the vector, before the visit. */
  leaves?(domainId: number | undefined, swi: number | undefined, at: Cost): boolean;
  /** Return false to end the run. */
  visited(visit: Visit): boolean;
  /** A watched address is about to execute in guest code. Return false to end the run. */
  reaches?(domainId: number | undefined, address: number): boolean;
}

/** Why the run is over. */
export type BorderStop = 'asked' | 'limit' | 'waiting' | 'halted';

/** At most so many instructions in one go, so that the caller's limit and its listeners have their turns. */
const SLICE = 2_000_000;

export class Borders {
  private readonly names = new Map<number, string>();

  /** @param image what the exceptions lead into: the hypervisor, or the native kernel */
  constructor(
    private readonly machine: MachineFace,
    private readonly image: ImageFace,
    private readonly hypervisor: Hypervisor | undefined,
    /** Called every few million instructions. */
    private readonly progress: () => Promise<void> = async () => {},
  ) {}

  /** Runs to the first of these addresses, without looking at anything before it. */
  async runTo(addresses: readonly number[], maxInstructions: number): Promise<BorderStop> {
    this.machine.setBreakpoints(addresses);
    return this.slices(maxInstructions);
  }

  /** From guest code (or the native kernel's) on, until an event says stop. */
  async follow(events: BorderEvents, watched: readonly number[], maxInstructions: number): Promise<BorderStop> {
    const { machine } = this;
    const end = machine.instructionCount + maxInstructions;
    machine.setBreakpoints([...Object.keys(VECTORS).map(Number), ...watched]);
    let domainId = this.currentDomain();
    for (let since = this.now(); ; since = this.now()) {
      const stop = await this.slices(end - machine.instructionCount);
      events.ran(domainId, minus(this.now(), since));
      if (stop !== 'asked') return stop;
      const pc = machine.cpu.getRegister(15);
      if (VECTORS[pc] === undefined) {
        if (events.reaches?.(domainId, pc) === false) return 'asked';
        continue;
      }
      const swi = this.swiOf(pc);
      if (events.leaves?.(domainId, swi, this.now()) === false) return 'asked';
      const visit = this.visit(pc, swi, domainId);
      if (typeof visit === 'string') return visit;
      domainId = visit.nextDomainId;
      if (!events.visited(visit)) return 'asked';
    }
  }

  /** 'asked' is an armed address. */
  private async slices(maxInstructions: number): Promise<BorderStop> {
    for (let left = maxInstructions; left > 0;) {
      const before = this.machine.instructionCount;
      const stop = this.machine.run(Math.min(left, SLICE));
      if (stop.kind === 'breakpoint') return 'asked';
      if (stop.kind === 'waiting' || stop.kind === 'halted') return stop.kind;
      left -= this.machine.instructionCount - before;
      await this.progress();
    }
    return 'limit';
  }

  private visit(vector: number, swi: number | undefined, domainId: number | undefined): Visit | BorderStop {
    const { machine, hypervisor } = this;
    const { cpu } = machine;
    const { cause, mode, back } = VECTORS[vector]!;
    const returnPc = (cpu.getRegister(14, mode) - back) >>> 0;
    const interrupted = (cpu.getSpsr(mode) ?? 0) & MODE_MASK;
    const called = swi === HYPERCALL_IMMEDIATE && hypervisor !== undefined;
    const visitCause = called ? this.hypercall() : cause;
    const fromUser = hypervisor !== undefined && ((cpu.getCp15().dacr >>> KERNEL_DOMAIN_SHIFT) & MANAGER) !== MANAGER;
    const functions = new Map<string, Cost>();
    const start = this.now();
    const isOver = (): boolean =>
      hypervisor ? hypervisor.inGuest : (cpu.getCpsr() & MODE_MASK) === interrupted && cpu.getRegister(15) === returnPc;
    for (let before = start; !isOver();) {
      const name = this.nameAt(cpu.getRegister(15));
      const stop = machine.run(1);
      if (stop.kind === 'waiting' || stop.kind === 'halted') return stop.kind;
      const after = this.now();
      addTo(functions, name, minus(after, before));
      before = after;
    }
    return {
      cause: visitCause,
      swi,
      fromUser,
      domainId,
      nextDomainId: this.currentDomain(),
      start,
      end: this.now(),
      functions,
      returnPc,
      resumedPc: cpu.getRegister(15),
    };
  }

  now(): Cost {
    return { instructions: this.machine.instructionCount, ticks: this.machine.ticks };
  }

  /** Whom the CPU works for; undefined without a hypervisor. */
  currentDomain(): number | undefined {
    const current = this.hypervisor?.current();
    return current === undefined || isMissing(current) ? undefined : current.domainId;
  }

  /** The immediate of the `swi` that has just executed; undefined at another vector, or where it cannot be read. */
  private swiOf(vector: number): number | undefined {
    if (vector !== 0x08) return undefined;
    const word = this.wordAt(this.machine.cpu.getRegister(14, 'svc') - 4);
    return word === undefined ? undefined : word & 0xffffff;
  }

  private wordAt(address: number): number | undefined {
    const { physicalAddress } = this.machine.walk(address >>> 0, 'read', true);
    const bytes = physicalAddress === undefined ? undefined : this.machine.readPhysical(physicalAddress, 4);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  private hypercall(): string {
    const { cpu } = this.machine;
    const registers = [0, 1].map((register) => cpu.getRegister(register, 'usr'));
    return `hypercall ${hypercallName(cpu.getRegister(7, 'usr'), registers, (address) => this.wordAt(address))}`;
  }

  private nameAt(pc: number): string {
    let name = this.names.get(pc);
    if (name === undefined) {
      name = this.image.symbolAt(pc)?.symbol.name ?? 'exception_vectors';
      this.names.set(pc, name);
    }
    return name;
  }
}
