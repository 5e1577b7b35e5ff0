/**
 * The thing being debugged: one machine, its images, and (when there is one) the hypervisor on it. Answers who executes now, which
 * images belong to an address space, and reads memory there. Knows no breakpoints and no stacks; moves nothing.
 */
import {
  hypervisorView,
  linkAddress,
  mmuEnabled,
  readThrough,
  sameSpace,
  throughPageTable,
  writeThrough,
  type Translate,
} from '../../hypervisor/addressSpace';
import type { CurrentVcpu, Hypervisor } from '../../hypervisor/hypervisor';
import { isMissing, type AddressSpace, type DomainView, type OrMissing, type VcpuView } from '../../hypervisor/types';
import { vcpuState } from '../../hypervisor/vcpuState';
import type { ImageFace } from '../../image/face';
import { readMappings } from '../views/mappings';
import type { FunctionInfo, MemoryReader } from '../../image/types';
import type { AccessKind, MachineFace, Walk } from '../../machine/types';

/** What the CPU executes at this moment. A guest of unknown domain has id -1: it has memory, but no images. */
export type Execution =
  { readonly kind: 'hypervisor' } | { readonly kind: 'native' } | { readonly kind: 'guest'; readonly domainId: number };

export interface TargetImages {
  readonly hypervisor?: ImageFace;
  /** By domain id; a domain may have several, its kernel first. */
  readonly domains: readonly (readonly ImageFace[])[];
  readonly native: readonly ImageFace[];
}

/** An image and the address space that it is known in. */
export interface PlacedImage {
  readonly image: ImageFace;
  readonly space: AddressSpace;
  readonly added: boolean;
}

const XEN: AddressSpace = { kind: 'xen' };
const UNKNOWN_DOMAIN = -1;
/** The first-level table is 16 KB (ARM DDI 0198D 3.2.1). */
const TABLE_MASK = 0xffffc000;

/** States (`vcpuState.ts`) that nothing brings a vCPU back from. */
const STOPPED_FOR_GOOD: ReadonlySet<string> = new Set(['dying', 'crashed', 'shut down', 'down']);

export class Target {
  private added: readonly PlacedImage[] = [];
  private everyImage: readonly ImageFace[] | undefined;
  private cachedCurrent: { readonly at: number; readonly current: OrMissing<CurrentVcpu> | undefined } | undefined;
  private cachedDomains: { readonly at: number; readonly views: OrMissing<readonly DomainView[]> } | undefined;

  constructor(
    readonly machine: MachineFace,
    readonly images: TargetImages,
    readonly hypervisor: Hypervisor | undefined,
  ) {}

  /** Each once. */
  get allImages(): readonly ImageFace[] {
    return (this.everyImage ??= [...new Set(this.imageSpaces().map(({ image }) => image))]);
  }

  /** Every image with where its addresses are meant; `added`: by `addImage`. */
  imageSpaces(): readonly PlacedImage[] {
    const { hypervisor, domains, native } = this.images;
    const own = [...(hypervisor ? [hypervisor] : []), ...native].map((image) => ({ image, space: XEN, added: false }));
    const guests = domains.flatMap((images, domainId) =>
      images.map((image) => ({ image, space: { kind: 'domain', domainId } as const, added: false })),
    );
    return [...own, ...guests, ...this.added];
  }

  /** Symbols that come later, as of a program that a guest has loaded. They are asked before those that were there. */
  addImage(space: AddressSpace, image: ImageFace): void {
    this.everyImage = undefined;
    this.added = [{ image, space, added: true }, ...this.added.filter(({ image: { name } }) => name !== image.name)];
  }

  /** False when no image of that name was added. */
  removeImage(name: string): boolean {
    const before = this.added.length;
    this.everyImage = undefined;
    this.added = this.added.filter(({ image }) => image.name !== name);
    return this.added.length < before;
  }

  execution(): Execution {
    if (!this.hypervisor) return { kind: 'native' };
    if (!this.hypervisor.inGuest) return { kind: 'hypervisor' };
    const current = this.whoHasCpu();
    return { kind: 'guest', domainId: !current || isMissing(current) ? UNKNOWN_DOMAIN : current.domainId };
  }

  /** The vCPU that the CPU works for; undefined at boot, when idle, and natively. */
  current(): CurrentVcpu | undefined {
    const current = this.whoHasCpu();
    return !current || isMissing(current) || current.idle ? undefined : current;
  }

  /** Asked many times at each stop; read once for each state of the machine. */
  private whoHasCpu(): OrMissing<CurrentVcpu> | undefined {
    const at = this.machine.instructionCount;
    if (this.cachedCurrent?.at !== at) this.cachedCurrent = { at, current: this.hypervisor?.current() };
    return this.cachedCurrent.current;
  }

  /** All domains; read once for each state of the machine. */
  domains(): OrMissing<readonly DomainView[]> {
    if (!this.hypervisor) return { missing: 'there is no hypervisor on this machine' };
    const at = this.machine.instructionCount;
    if (this.cachedDomains?.at !== at) this.cachedDomains = { at, views: this.hypervisor.domains() };
    return this.cachedDomains.views;
  }

  vcpu(domainId: number, vcpuId: number): VcpuView | undefined {
    const domains = this.domains();
    if (isMissing(domains)) return undefined;
    return domains.find(({ id }) => id === domainId)?.vcpus.find((vcpu) => vcpu.vcpuId === vcpuId);
  }

  /** How each domain ended ("Domain-0 crashed"), when none is left that could go on; else undefined. */
  stoppedDomains(): readonly string[] | undefined {
    const domains = this.domains();
    if (isMissing(domains) || domains.length === 0) return undefined;
    const ends = domains.map(({ name, vcpus }) => ({ name, states: vcpus.map((vcpu) => this.flaggedState(vcpu)) }));
    if (!ends.every(({ states }) => states.every((state) => STOPPED_FOR_GOOD.has(state)))) return undefined;
    return ends.map(({ name, states }) => `${name} ${states[0] ?? 'has no vCPU'}`);
  }

  /** What the flags say, even of the vCPU in whose name the hypervisor still executes. */
  private flaggedState(vcpu: VcpuView): string {
    const type = this.hypervisor?.image.typeNamed('struct vcpu');
    return type ? vcpuState(this.hypervisor!.memory, { address: vcpu.address, type }, false) : vcpu.state;
  }

  /** Where the hypervisor keeps the 72-byte frame of the vCPU's guest; undefined when it has none. */
  guestFrameAddress(vcpu: VcpuView): number | undefined {
    const type = this.hypervisor?.image.typeNamed('struct vcpu');
    if (!type) return undefined;
    const address = this.hypervisor!.memory.number({ address: vcpu.address, type }, 'arch.guest_frame');
    return isMissing(address) || address === 0 ? undefined : address >>> 0;
  }

  domainName(domainId: number): string {
    return this.hypervisor?.nameOf(domainId) ?? `Domain-${domainId}`;
  }

  /** To be called after every write and every restart: what was read from memory may be old. */
  forget(): void {
    this.cachedDomains = undefined;
    this.cachedCurrent = undefined;
  }

  spaceOf(execution: Execution): AddressSpace {
    if (execution.kind === 'guest') return { kind: 'domain', domainId: execution.domainId };
    return XEN;
  }

  imagesOf(space: AddressSpace): readonly ImageFace[] {
    if (this.added.length === 0) return this.ownImagesOf(space);
    const added = this.added.filter((each) => sameSpace(each.space, space)).map(({ image }) => image);
    return [...added, ...this.ownImagesOf(space)];
  }

  private ownImagesOf(space: AddressSpace): readonly ImageFace[] {
    if (space.kind === 'domain') return this.images.domains[space.domainId] ?? [];
    if (this.images.hypervisor) return [this.images.hypervisor];
    return this.images.native;
  }

  /** The image whose code or data stands at a linked address of a space. */
  imageAt(space: AddressSpace, address: number): ImageFace | undefined {
    return this.imagesOf(space).find((image) => image.containsAddress(address));
  }

  /** While the MMU is off, code runs at its load address; debug information speaks of linked addresses. */
  linked(space: AddressSpace, pc: number): number {
    if (space.kind === 'domain' || mmuEnabled(this.machine)) return pc;
    for (const image of this.imagesOf(space)) {
      const address = linkAddress(image, pc);
      if (address !== undefined) return address;
    }
    return pc;
  }

  functionAt(space: AddressSpace, address: number): FunctionInfo | undefined {
    return this.imageAt(space, address)?.functionAt(address);
  }

  symbolAt(space: AddressSpace, address: number) {
    for (const image of this.imagesOf(space)) {
      const found = image.containsAddress(address) ? image.symbolAt(address) : undefined;
      if (found) return { image, name: found.symbol.name, offset: found.offset };
    }
    return undefined;
  }

  reader(space: AddressSpace): MemoryReader {
    return (address, byteLength) => this.read(space, address, byteLength);
  }

  read(space: AddressSpace, address: number, byteLength: number): Uint8Array | undefined {
    const translate = this.translation(space);
    return translate && readThrough(this.machine, translate, address, byteLength);
  }

  /** Where an address of a space stands; undefined when nothing is mapped there. */
  physical(space: AddressSpace, address: number): number | undefined {
    return this.translation(space)?.(address);
  }

  /** The virtual addresses of a space that map a physical one now; its own where the MMU is off. */
  addressesOf(space: AddressSpace, physical: number): readonly number[] {
    if (space.kind === 'pa' || !mmuEnabled(this.machine)) return space.kind === 'domain' ? [] : [physical];
    const other = space.kind === 'domain' ? this.pageTable(space.domainId) : undefined;
    if (other !== undefined && isMissing(other)) return [];
    const { runs } = readMappings(this.machine, ((other ?? this.machine.cpu.getCp15().ttbr) & TABLE_MASK) >>> 0);
    return runs.flatMap((run) => {
      const offset = physical - run.physical;
      return offset >= 0 && offset < run.end - run.start ? [run.start + offset] : [];
    });
  }

  write(space: AddressSpace, address: number, bytes: Uint8Array): boolean {
    const translate = this.translation(space);
    const written = translate !== undefined && writeThrough(this.machine, translate, address, bytes);
    this.forget();
    return written;
  }

  walk(space: AddressSpace, address: number, access: AccessKind, privileged: boolean, dacr?: number): Walk | undefined {
    if (space.kind === 'pa') return undefined;
    const ttbr = space.kind === 'domain' ? this.pageTable(space.domainId) : undefined;
    if (ttbr !== undefined && isMissing(ttbr)) return undefined;
    return this.machine.walk(address, access, privileged, {
      ...(ttbr === undefined ? {} : { ttbr }),
      ...(dacr === undefined ? {} : { dacr }),
    });
  }

  /** Undefined where the space has no page table that could be asked. */
  private translation(space: AddressSpace): Translate | undefined {
    if (space.kind === 'pa') return (address) => address;
    if (space.kind === 'xen') {
      const image = this.images.hypervisor;
      return image ? hypervisorView(this.machine, image) : throughPageTable(this.machine);
    }
    const ttbr = this.pageTable(space.domainId);
    return ttbr !== undefined && isMissing(ttbr) ? undefined : throughPageTable(this.machine, ttbr);
  }

  /** First-level table of a domain; undefined means "the one that the CPU uses now". */
  private pageTable(domainId: number): OrMissing<number> | undefined {
    const current = this.whoHasCpu();
    if (current && !isMissing(current) && current.domainId === domainId) return undefined;
    if (domainId === UNKNOWN_DOMAIN) return undefined;
    const domains = this.domains();
    if (isMissing(domains)) return domains;
    const vcpu = domains.find(({ id }) => id === domainId)?.vcpus[0];
    return vcpu ? vcpu.ttbr : { missing: `there is no domain ${domainId}` };
  }
}
