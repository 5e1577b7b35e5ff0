/**
 * Looks at the page tables of all domains from outside and recomputes what the hypervisor's frame table should say of every frame:
 * its type and how many uses it has. Knows the layout of struct page_info and the descriptors of ARM DDI 0100 B4, nothing of
 * the hypervisor's code.
 */
import type { BootedXen } from './bootXen';

const TABLE_SLOTS = 4096;
const FIRST_GUEST_SLOT = 0x400;
const FIRST_XEN_SLOT = 0xfc0;
const TYPE_MASK = 0xe000_0000;
const COUNT_MASK = 0xffff;
const REFERENCES_MASK = 0x1fff_ffff;
const PINNED = 0x0800_0000;
const VALIDATED = 0x1000_0000;

export type FrameType = 'none' | 'l1' | 'l2' | 'writable';

const typeNames: Readonly<Record<number, FrameType>> = { 0: 'none', 1: 'l1', 2: 'l2', 7: 'writable' };

export interface Frame {
  readonly type: FrameType;
  /** Uses as its type. */
  readonly count: number;
  readonly pinned: boolean;
  readonly validated: boolean;
  /** References that keep it allocated: its owner's, and one for each mapping in another domain. */
  readonly references: number;
  /** struct domain *, 0: nobody's. */
  readonly owner: number;
}

interface Uses {
  mapped: number;
  foreign: number;
  asTable: number;
}

export interface DomainView {
  /** struct domain *. */
  readonly domain: number;
  /** First frame of the first-level table that its vCPU uses. */
  readonly base: number;
  /** A frame of the hypervisor's heap that it shares with the domain. */
  readonly sharedInfo: number;
}

export class PageTables {
  private readonly frames: DataView;
  private readonly frameBytes: number;
  private readonly at: { count: number; owner: number; type: number };
  readonly frameCount: number;

  constructor(private readonly xen: BootedXen) {
    const layout = xen.image.typeNamed('struct page_info');
    if (!layout || !('members' in layout)) throw new Error('xen.elf has no struct page_info');
    this.frameBytes = layout.byteSize ?? 0;
    this.at = {
      count: xen.offset('page_info', 'count_info'),
      owner: xen.offset('page_info', 'owner'),
      type: xen.offset('page_info', 'type_info'),
    };
    this.frameCount = xen.word(xen.symbol('max_page'));
    const table = xen.machine.walk(0xfc40_0000, 'read', true).physicalAddress!;
    const bytes = xen.machine.readPhysical(table, this.frameCount * this.frameBytes)!;
    this.frames = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  frame(mfn: number): Frame {
    const base = mfn * this.frameBytes;
    const type = this.frames.getUint32(base + this.at.type, true);
    return {
      type: typeNames[(type & TYPE_MASK) >>> 29] ?? 'none',
      count: type & COUNT_MASK,
      pinned: (type & PINNED) !== 0,
      validated: (type & VALIDATED) !== 0,
      references: this.frames.getUint32(base + this.at.count, true) & REFERENCES_MASK,
      owner: this.frames.getUint32(base + this.at.owner, true),
    };
  }

  words(mfn: number, pages = 1): Uint32Array {
    const bytes = this.xen.machine.readPhysical(mfn << 12, pages * 4096)!;
    return new Uint32Array(bytes.slice().buffer);
  }

  /** What is wrong, as sentences; none when all counts and descriptors are as they must be. */
  faults(domains: readonly DomainView[]): string[] {
    const found: string[] = [];
    const uses = new Map<number, Uses>();
    const use = (mfn: number): Uses => {
      let entry = uses.get(mfn);
      if (!entry) uses.set(mfn, (entry = { mapped: 0, foreign: 0, asTable: 0 }));
      return entry;
    };
    for (let mfn = 0; mfn < this.frameCount; mfn++) {
      const { type, count, owner, validated, pinned } = this.frame(mfn);
      if (owner === 0 || count === 0) continue;
      if (type === 'l1' && validated) {
        if (pinned) use(mfn).asTable++;
        this.entriesOf(mfn, owner, use, found);
      }
      if (type === 'l2' && validated && mfn % 4 === 0) {
        if (pinned) use(mfn).asTable++;
        this.slotsOf(mfn, use, found);
      }
    }
    for (const { base } of domains) use(base).asTable++;
    const lent = new Set(domains.map(({ sharedInfo }) => sharedInfo));
    for (let mfn = 0; mfn < this.frameCount; mfn++) this.compare(mfn, uses.get(mfn), lent.has(mfn), found);
    return found;
  }

  /** The descriptors of a page of four coarse tables. */
  private entriesOf(table: number, owner: number, use: (mfn: number) => Uses, found: string[]): void {
    this.words(table).forEach((entry, index) => {
      if ((entry & 3) === 0) return;
      const mfn = entry >>> 12;
      const where = `entry ${index} of the table in frame ${table.toString(16)}`;
      if ((entry & 3) !== 2) found.push(`${where} is no small page: ${entry.toString(16)}`);
      if (mfn >= this.frameCount) return;
      const target = this.frame(mfn);
      use(mfn).mapped++;
      if (target.owner !== owner) use(mfn).foreign++;
      if (target.references === 0) found.push(`${where} maps frame ${mfn.toString(16)}, which is free`);
      if (target.type !== 'writable') found.push(`${where} maps frame ${mfn.toString(16)}, of type ${target.type}`);
    });
  }

  /** A first-level table: coarse tables of the guest in its slots, the hypervisor's own in the others. */
  private slotsOf(table: number, use: (mfn: number) => Uses, found: string[]): void {
    const slots = this.words(table, 4);
    for (let index = 0; index < TABLE_SLOTS; index++) {
      const slot = slots[index]!;
      const where = `slot ${index.toString(16)} of frame ${table.toString(16)}`;
      if (index < FIRST_GUEST_SLOT || index >= FIRST_XEN_SLOT) {
        if (slot !== 0 && ((slot >>> 5) & 15) !== 0) found.push(`${where} is the hypervisor's, and not in D0`);
        if (index > 0 && index < FIRST_GUEST_SLOT && slot !== 0) found.push(`${where} is nobody's, and in use`);
        continue;
      }
      if (slot === 0) continue;
      const mmuDomain = (slot >>> 5) & 15;
      const mfn = slot >>> 12;
      if ((slot & 3) !== 1 || mmuDomain < 1 || mmuDomain > 3) found.push(`${where} is ${slot.toString(16)}`);
      use(mfn).asTable++;
      if (this.frame(mfn).type !== 'l1') found.push(`${where} leads to frame ${mfn.toString(16)}, which is no table`);
      if (((slot >>> 10) & 3) !== (index & 3)) found.push(`${where} is out of its group's order`);
    }
  }

  private compare(mfn: number, uses: Uses | undefined, lent: boolean, found: string[]): void {
    const { type, count, owner, references } = this.frame(mfn);
    const { mapped, foreign, asTable } = uses ?? { mapped: 0, foreign: 0, asTable: 0 };
    const name = `frame ${mfn.toString(16)} (${type})`;
    if (owner === 0 && references === 0) {
      if (mapped + asTable > 0) found.push(`${name} is nobody's, and in use`);
      return;
    }
    const isTable = type === 'l1' || type === 'l2';
    if (isTable && count > 0 && mapped > 0) found.push(`${name} is a page table, and mapped ${mapped} times`);
    const part = type === 'l2' && mfn % 4 !== 0;
    const expected = part ? count : isTable ? asTable : mapped + (lent ? 1 : 0);
    if (count !== expected) found.push(`${name} counts ${count} uses; there are ${expected}`);
    if (references !== (owner === 0 ? 0 : 1) + foreign)
      found.push(`${name} counts ${references} references; there are ${(owner === 0 ? 0 : 1) + foreign}`);
  }
}

/** The domain of a vCPU, for PageTables.faults. */
export function domainView(xen: BootedXen, domain: number, vcpu: number): DomainView {
  const table = xen.word(vcpu + xen.offset('vcpu', 'arch') + xen.offset('arch_vcpu', 'guest_table'));
  return { domain, base: table >>> 12, sharedInfo: xen.word(domain + xen.offset('domain', 'shared_info_mfn')) };
}
