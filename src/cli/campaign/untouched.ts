/**
 * Memory that nobody may change while adversaries run: taken down before the first of them starts, compared afterwards.
 */
import type { ImageFace } from '../../image/face';
import type { Frames } from './frames';
import type { KernelMemory } from './kernelMemory';

interface Region {
  readonly name: string;
  readonly address: number;
  readonly before: Uint8Array;
}

const PAGE = 4096;
/** Page tables of the hypervisor that are written at boot only, and their bytes. */
const STATIC_TABLES = { guest_low_table: 1024, ro_mpt_table: 1024, rdwr_mpt_table: 1024, frametable_tables: 4096 };
/** Members of a domain's structure that stay as they are while it runs. */
const STEADY_MEMBERS = [
  'domain_id',
  'shared_info',
  'tot_pages',
  'max_pages',
  'domain_flags',
  'vcpu',
  'min_mfn',
  'shared_info_mfn',
  'name',
];
const BOOT_TABLE = { address: 0xc000, bytes: 0x4000 };

export interface Change {
  readonly where: string;
  readonly bytes: number;
}

export class Untouched {
  private readonly regions: Region[] = [];

  /** @param images of the honest domains, by number */
  constructor(
    private readonly memory: KernelMemory,
    private readonly frames: Frames,
    images: readonly ImageFace[],
  ) {
    this.hypervisor();
    const domains = memory.domains();
    frames.honest.forEach(({ domainId, firstFrame, frames: count }, index) => {
      const structure = domains[index]!;
      for (const member of STEADY_MEMBERS)
        this.add(
          `${member} of Domain-${domainId}`,
          memory.physical(structure + memory.offsetOf('domain', member)),
          member === 'name' ? 32 : 4,
        );
      this.domain(domainId, firstFrame, count, images[index]!);
    });
  }

  get bytes(): number {
    return this.regions.reduce((sum, { before }) => sum + before.length, 0);
  }

  isAsBefore(): boolean {
    return this.regions.every(
      ({ address, before }) => Buffer.compare(before, this.memory.bytes(address, before.length)) === 0,
    );
  }

  /** What has changed. */
  changes(): readonly Change[] {
    return this.regions.flatMap(({ name, address, before }) => {
      const now = this.memory.bytes(address, before.length);
      if (Buffer.compare(before, now) === 0) return [];
      const differing = [...before.keys()].filter((index) => before[index] !== now[index]);
      return [
        { where: `${name}, machine address 0x${(address + differing[0]!).toString(16)}`, bytes: differing.length },
      ];
    });
  }

  private add(name: string, address: number, byteLength: number): void {
    if (byteLength > 0) this.regions.push({ name, address, before: this.memory.bytes(address, byteLength).slice() });
  }

  private hypervisor(): void {
    const { memory } = this;
    for (const { flags, physicalAddress, bytes } of memory.image.segments)
      if (!flags.write) this.add("the hypervisor's text", physicalAddress, bytes.length);
    this.add("the hypervisor's first-level table", BOOT_TABLE.address, BOOT_TABLE.bytes);
    for (const [name, bytes] of Object.entries(STATIC_TABLES))
      this.add(name, memory.physical(memory.symbol(name)), bytes);
  }

  /** Of Domain-0 its text; of a victim all but what its own program writes, which it looks after itself. */
  private domain(domainId: number, firstFrame: number, count: number, image: ImageFace): void {
    const base = Math.min(...image.segments.map(({ virtualAddress }) => virtualAddress)) & ~0x3fffff;
    const start = firstFrame * PAGE;
    const place = (address: number): number => start + ((address >>> 0) - (base >>> 0));
    const written = image.segments.filter(({ flags }) => flags.write);
    const from = place(Math.min(...written.map(({ virtualAddress }) => virtualAddress)) & -PAGE);
    const to =
      Math.ceil(place(Math.max(...written.map((each) => each.virtualAddress + each.memoryBytes))) / PAGE) * PAGE;
    this.add(`Domain-${domainId}'s text`, start, from - start);
    if (domainId === 0) return;
    this.add(`Domain-${domainId}'s memory`, to, start + count * PAGE - to);
    this.add(`Domain-${domainId}'s frame table`, this.frames.tableAddress + firstFrame * 24, count * 24);
  }
}
