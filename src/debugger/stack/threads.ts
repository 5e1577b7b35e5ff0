/** Threads: each vCPU is one; the CPU itself is one while no vCPU is current (boot, idle), and always on a native machine. */
import { isMissing, type VcpuView } from '../../hypervisor/types';
import type { Target } from '../target/target';
import type { ThreadInfo } from '../types';

/** The CPU's own thread. vCPU threads follow, stable over a session. */
export const CPU_THREAD = 1;
const FIRST_VCPU_THREAD = 2;
const VCPUS_PER_DOMAIN = 32;

export const threadIdOf = (domainId: number, vcpuId: number): number =>
  FIRST_VCPU_THREAD + domainId * VCPUS_PER_DOMAIN + vcpuId;

export class Threads {
  constructor(private readonly target: Target) {}

  /** The thread that the CPU executes. */
  currentId(): number {
    const current = this.target.current();
    return current ? threadIdOf(current.domainId, current.vcpuId) : CPU_THREAD;
  }

  list(): readonly ThreadInfo[] {
    if (!this.target.hypervisor) return [{ id: CPU_THREAD, name: 'CPU', running: true, state: 'running' }];
    const domains = this.target.domains();
    const vcpus = isMissing(domains) ? [] : domains.flatMap((domain) => domain.vcpus.map((vcpu) => ({ domain, vcpu })));
    const threads = vcpus.map(({ domain, vcpu }) => ({
      id: threadIdOf(vcpu.domainId, vcpu.vcpuId),
      name: domain.vcpus.length > 1 ? `${domain.name} vCPU ${vcpu.vcpuId}` : domain.name,
      domainId: vcpu.domainId,
      vcpuId: vcpu.vcpuId,
      running: vcpu.running,
      state: vcpu.state,
    }));
    const state = vcpus.length === 0 ? 'starting' : 'idle';
    if (threads.some(({ running }) => running)) return threads;
    return [{ id: CPU_THREAD, name: 'Hypervisor', running: true, state }, ...threads];
  }

  vcpuOf(threadId: number): VcpuView | undefined {
    const index = threadId - FIRST_VCPU_THREAD;
    if (index < 0) return undefined;
    return this.target.vcpu(Math.floor(index / VCPUS_PER_DOMAIN), index % VCPUS_PER_DOMAIN);
  }
}
