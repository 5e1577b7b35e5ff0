/**
 * A running hypervisor as seen from outside: its domains, their vCPUs, which one the CPU executes. Everything comes from target
 * memory through the symbols and DWARF types of the hypervisor's image (design decision 5). Guests are hostile and the hypervisor may
 * be the one being debugged: lists with cycles, wild pointers and half-built structures end in a bounded answer.
 */
import type { ImageFace } from '../image/face';
import type { MachineFace } from '../machine/types';
import { hypervisorView, readThrough } from './addressSpace';
import { handlerOf } from './hypercallTable';
import { stripType, TypedMemory, type TypedPlace } from './typedMemory';
import { isMissing, type DomainView, type OrMissing, type VcpuView } from './types';
import { flagMask, vcpuState } from './vcpuState';
import { readVcpu } from './vcpu';

/** More domains than any board of ours could hold; a longer list is a broken one. */
const MOST_DOMAINS = 64;
const MOST_VCPUS = 32;
/** Hypervisor stacks that ports of this family use, smallest first (STACK_ORDER 0-2 and the 16 KB of the comment). */
const STACK_BYTES = [4096, 8192, 16384];
const USER_MODE = 0x10;

/** The vCPU on the CPU, by address, without reading all of it. */
export interface CurrentVcpu {
  readonly address: number;
  readonly domainId: number;
  readonly vcpuId: number;
  readonly idle: boolean;
}

export class Hypervisor {
  readonly memory: TypedMemory;

  constructor(
    private readonly machine: MachineFace,
    readonly image: ImageFace,
    /** Names by domain id, from the launch configuration's order. */
    private readonly names: readonly string[],
  ) {
    const view = hypervisorView(machine, image);
    this.memory = new TypedMemory(image, (address, byteLength) => readThrough(machine, view, address, byteLength));
  }

  /** Every domain of `domain_list`, by id. Missing while the hypervisor has none yet or the list cannot be read. */
  domains(): OrMissing<readonly DomainView[]> {
    const current = this.current();
    const views: DomainView[] = [];
    const seen = new Set<number>();
    const head = this.memory.global('domain_list');
    if (isMissing(head)) return head;
    let next = this.memory.target(head);
    while (!isMissing(next) && !seen.has(next.address) && views.length < MOST_DOMAINS) {
      seen.add(next.address);
      const domain = this.readDomain(next, isMissing(current) ? undefined : current);
      if (isMissing(domain)) break;
      views.push(domain);
      next = this.memory.target(this.memory.follow(next, 'next_in_list'));
    }
    return views.sort((left, right) => left.id - right.id);
  }

  nameOf(domainId: number): string {
    return this.names[domainId] ?? `Domain-${domainId}`;
  }

  /** Which vCPU the CPU works for; missing before the scheduler exists. */
  current(): OrMissing<CurrentVcpu> {
    const vcpu = this.currentPlace();
    if (isMissing(vcpu)) return vcpu;
    const domainId = this.memory.number(this.memory.target(this.memory.follow(vcpu, 'domain')), 'domain_id');
    if (isMissing(domainId)) return { missing: `the current vCPU has no readable domain: ${domainId.missing}` };
    const vcpuId = this.memory.number(vcpu, 'vcpu_id');
    return {
      address: vcpu.address,
      domainId,
      vcpuId: isMissing(vcpuId) ? 0 : vcpuId,
      idle: this.isIdle(vcpu.address),
    };
  }

  /** Whose a `struct vcpu` is; undefined where that cannot be read. */
  domainIdOfVcpu(address: number): number | undefined {
    return this.ofVcpu(address, 'domain->domain_id');
  }

  /** Where a vCPU's upcalls enter its guest; undefined while it has said nothing. */
  callbackOf(address: number): number | undefined {
    const callback = this.ofVcpu(address, 'arch.guest_context.event_callback');
    return callback === undefined || callback === 0 ? undefined : callback >>> 0;
  }

  /** Address of the function that `hypercall_table` has for a number; undefined where it has none, or cannot be read. */
  handlerOf(number: number): number | undefined {
    return handlerOf(this.memory, number);
  }

  /** Whether the flag word of a `struct domain` has any of some flags; false where the hypervisor gives them no names. */
  domainHasFlag(address: number, flags: readonly string[]): boolean {
    const type = this.image.typeNamed('struct domain');
    const word = type && this.memory.number({ address, type }, 'domain_flags');
    if (word === undefined || isMissing(word)) return false;
    return flags.some((flag) => (word & (flagMask(this.memory, 'domain', flag) ?? 0)) !== 0);
  }

  private ofVcpu(address: number, path: string): number | undefined {
    const type = this.image.typeNamed('struct vcpu');
    const value = type && this.memory.number({ address, type }, path);
    return value === undefined || isMissing(value) ? undefined : value;
  }

  /** The view of the vCPU on the CPU; undefined when there is none or it is the idle one. */
  currentView(): VcpuView | undefined {
    const place = this.currentPlace();
    const current = this.current();
    if (isMissing(place) || isMissing(current) || current.idle) return undefined;
    return this.readVcpuAt(place, current.domainId, current.vcpuId, current);
  }

  /** True while the CPU executes guest code, which on this kind of hypervisor means CPU mode USR. */
  get inGuest(): boolean {
    return (this.machine.cpu.getCpsr() & 0x1f) === USER_MODE;
  }

  /**
   * The stack decides: while the scheduler hands the CPU over, `schedule_data` already names the next vCPU, and the CPU still works
   * on the stack of the last one.
   */
  private currentPlace(): OrMissing<TypedPlace> {
    return (
      this.currentFromStack() ?? this.memory.target(this.memory.follow(this.memory.global('schedule_data'), '[0].curr'))
    );
  }

  /** By `struct cpu_info` at the base of the stack that SVC mode uses; undefined on the boot stack, or without that type. */
  private currentFromStack(): TypedPlace | undefined {
    const type = this.image.typeNamed('struct cpu_info') ?? this.image.typeNamed('cpu_info');
    if (!type) return undefined;
    const stackPointer = this.machine.cpu.getRegister(13, 'svc');
    for (const bytes of STACK_BYTES) {
      const base = { address: ((stackPointer - 1) & ~(bytes - 1)) >>> 0, type };
      const vcpu = this.memory.target(this.memory.follow(base, 'cur_vcpu'));
      // A real vCPU leads to a domain that leads back to it; the idle one is known by name.
      if (!isMissing(vcpu) && (this.belongsToItsDomain(vcpu) || this.isIdle(vcpu.address))) return vcpu;
    }
    return undefined;
  }

  private belongsToItsDomain(vcpu: TypedPlace): boolean {
    const vcpuId = this.memory.number(vcpu, 'vcpu_id');
    if (isMissing(vcpuId) || vcpuId < 0 || vcpuId >= MOST_VCPUS) return false;
    const back = this.memory.number(this.memory.follow(vcpu, 'domain'), `vcpu[${vcpuId}]`);
    return back === vcpu.address;
  }

  private isIdle(address: number): boolean {
    return this.memory.number(this.memory.global('schedule_data'), '[0].idle') === address;
  }

  private readDomain(place: TypedPlace, current: CurrentVcpu | undefined): OrMissing<DomainView> {
    const id = this.memory.number(place, 'domain_id');
    if (isMissing(id)) return id;
    const slots = this.memory.follow(place, 'vcpu');
    const slotType = isMissing(slots) ? undefined : stripType(slots.type);
    const count = Math.min((slotType?.kind === 'array' ? slotType.count : 1) ?? 1, MOST_VCPUS);
    const vcpus: VcpuView[] = [];
    for (let index = 0; index < count; index++) {
      const vcpu = this.memory.target(this.memory.follow(slots, `[${index}]`));
      if (!isMissing(vcpu)) vcpus.push(this.readVcpuAt(vcpu, id, index, current));
    }
    return { id, address: place.address, name: this.nameOf(id), vcpus };
  }

  private readVcpuAt(place: TypedPlace, domainId: number, vcpuId: number, current?: CurrentVcpu): VcpuView {
    const running = current?.address === place.address;
    const state = vcpuState(this.memory, place, running);
    return readVcpu(this.memory, place, { domainId, vcpuId, running, inGuest: running && this.inGuest, state });
  }
}
