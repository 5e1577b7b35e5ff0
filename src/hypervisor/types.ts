/**
 * What the debugger knows of a running hypervisor, read out of target memory through symbols and DWARF types only
 * (design decision 5). Types only. A value that could not be read is a `Missing` with its reason, never a guess.
 */

export interface Missing {
  readonly missing: string;
}
export type OrMissing<T> = T | Missing;
export const isMissing = (value: unknown): value is Missing =>
  typeof value === 'object' && value !== null && 'missing' in value;

export type VirtualMode = 'kernel' | 'user';

/** The virtual registers of a vCPU (paper 3.2.3). vsp is the one of the present virtual mode. */
export interface VirtualRegisters {
  readonly vpsr: OrMissing<number>;
  readonly vsp: OrMissing<number>;
  readonly vksp: OrMissing<number>;
  readonly vusp: OrMissing<number>;
  readonly vdacr: OrMissing<number>;
  readonly vfar: OrMissing<number>;
  readonly vfsr: OrMissing<number>;
}

/** The 72-byte frame of a guest interrupted by the hypervisor: r0-r15, psr (virtual mode bits), context number. */
export interface GuestFrame {
  readonly registers: readonly number[];
  readonly psr: number;
  readonly context: number;
}

export interface VcpuView {
  readonly domainId: number;
  readonly vcpuId: number;
  /** Address of its `struct vcpu`. */
  readonly address: number;
  /** True for the vCPU that the CPU executes (in the guest, or in the hypervisor on its behalf). */
  readonly running: boolean;
  /** running, runnable, blocked, paused, down: as far as the hypervisor's fields tell. */
  readonly state: string;
  readonly virtualMode: OrMissing<VirtualMode>;
  readonly virtualRegisters: VirtualRegisters;
  /** The guest's registers where the hypervisor saved them; missing while the guest itself executes. */
  readonly savedFrame: OrMissing<GuestFrame>;
  /** Where its hypervisor side was switched out (r4-r11, sp, pc), for a vCPU that does not run. */
  readonly switchedOut: OrMissing<readonly (number | undefined)[]>;
  /** Physical address of its first-level page table. */
  readonly ttbr: OrMissing<number>;
}

export interface DomainView {
  readonly id: number;
  readonly address: number;
  /** From the launch configuration by order, else `Domain-N`. */
  readonly name: string;
  readonly vcpus: readonly VcpuView[];
}

/** An address space: `pa`, the hypervisor's own view, or a domain's. */
export type AddressSpace =
  { readonly kind: 'pa' } | { readonly kind: 'xen' } | { readonly kind: 'domain'; readonly domainId: number };
