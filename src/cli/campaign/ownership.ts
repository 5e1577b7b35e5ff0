/**
 * The ownership monitor: reads the page tables of an adversary in the machine's memory, and holds every descriptor against who
 * owns what. What the MMU can be led to is thereby known for all addresses at once, whether an attack has tried them or not.
 *
 * A guest's kernel is manager of D1-D3, so each valid descriptor there is a right to write, whatever its AP bits.
 */
import { PAGE_TYPE, type Frames } from './frames';
import type { KernelMemory } from './kernelMemory';

const SLOTS = 4096;
const FIRST_GUEST_SLOT = 0x400;
const END_OF_GUEST_SLOTS = 0xfc0;
/** LINEAR_PT and PERDOMAIN: each address space has its own. */
const OWN_SLOTS = [0xfe0, 0xfe1, 0xfe2, 0xfe3, 0xfe8];
const COARSE = 1;
const SMALL = 2;
const ENTRIES = 1024;
const HEX = 16;
const MAPTRACK_PAGES = 4;
const MAPTRACK_PER_PAGE = 256;
const MAPPING_WORDS = 4;

export interface Violation {
  readonly domainId: number;
  readonly text: string;
}

export class OwnershipMonitor {
  /** How often tables were read, and how many descriptors. */
  walks = 0;
  descriptors = 0;
  private readonly hypervisorSlots: Uint32Array;
  private readonly lowSlot: number;

  constructor(
    private readonly memory: KernelMemory,
    private readonly frames: Frames,
  ) {
    this.hypervisorSlots = memory.words(0xc000, SLOTS).slice();
    this.lowSlot = memory.physical(memory.symbol('guest_low_table'));
  }

  /** All that is wrong with the tables of this domain that the CPU can use now; the first few of it. */
  checkLoaded(domain: number): readonly Violation[] {
    const vcpu = this.memory.member(domain, 'domain', 'vcpu');
    const arch = this.memory.offsetOf('vcpu', 'arch') + this.memory.offsetOf('arch_vcpu', 'guest_table');
    const found: string[] = [];
    this.checkFirstLevel(domain, this.memory.word(vcpu + arch) >>> 12, found);
    return this.asViolations(domain, found);
  }

  /** The same of every page table of this domain, loaded or not. */
  checkAll(domain: number): readonly Violation[] {
    const found: string[] = [];
    for (const [frame, owner, type] of this.frames.others()) {
      if (owner !== domain || found.length > 4) continue;
      if (type === PAGE_TYPE.l1) this.checkCoarse(domain, frame, found);
      if (type === PAGE_TYPE.l2 && frame % 4 === 0 && this.frames.info(frame).validated)
        this.checkFirstLevel(domain, frame, found);
    }
    return this.asViolations(domain, found);
  }

  private asViolations(domain: number, found: readonly string[]): readonly Violation[] {
    return found.slice(0, 4).map((text) => ({ domainId: this.memory.domainId(domain), text }));
  }

  private checkFirstLevel(domain: number, frame: number, found: string[]): void {
    const table = this.memory.words(frame << 12, SLOTS).slice();
    this.walks++;
    for (let slot = 0; slot < SLOTS; slot++) {
      const value = table[slot]!;
      if (slot >= FIRST_GUEST_SLOT && slot < END_OF_GUEST_SLOTS) {
        if (value !== 0) this.checkSlot(domain, slot, value, found);
      } else if (!this.isHypervisors(slot, value)) {
        found.push(`slot 0x${slot.toString(HEX)} of its table is 0x${value.toString(HEX)}, not the hypervisor's`);
      }
    }
  }

  private isHypervisors(slot: number, value: number): boolean {
    if (slot === 0) return (value & 0xfffffc00) >>> 0 === this.lowSlot && (value & 0x1e3) === COARSE;
    if (slot < FIRST_GUEST_SLOT) return value === 0;
    if (!OWN_SLOTS.includes(slot)) return value === this.hypervisorSlots[slot];
    return (value & 0x1e0) === 0 && this.frames.honestOwner(value >>> 12) === 'the hypervisor' && value < 0x200000;
  }

  private checkSlot(domain: number, slot: number, value: number, found: string[]): void {
    const where = `slot 0x${slot.toString(HEX)} (0x${value.toString(HEX)})`;
    const mmuDomain = (value >>> 5) & 15;
    const frame = value >>> 12;
    if ((value & 3) !== COARSE) found.push(`${where} is no coarse table`);
    else if (mmuDomain < 1 || mmuDomain > 3) found.push(`${where} is in MMU domain D${mmuDomain}`);
    else if (frame >= this.frames.total || this.frames.honestOwner(frame) !== undefined)
      found.push(`${where} has its table in memory of ${this.frames.honestOwner(frame) ?? 'nobody'}`);
    else {
      const { owner, type } = this.frames.info(frame);
      if (owner !== domain || type !== PAGE_TYPE.l1) found.push(`${where} has a table that is none of this domain's`);
      else if ((slot & 3) === ((value >>> 10) & 3)) this.checkCoarse(domain, frame, found, (slot & 3) * 256, 256);
    }
  }

  private checkCoarse(domain: number, tableFrame: number, found: string[], first = 0, count = ENTRIES): void {
    const entries = this.memory.words((tableFrame << 12) + first * 4, count).slice();
    this.descriptors += count;
    for (let index = 0; index < count; index++) {
      const value = entries[index]!;
      if ((value & 3) === 0) continue;
      const wrong = (value & 3) === SMALL ? this.wrongWith(domain, value >>> 12) : 'is no small page';
      if (wrong !== undefined) {
        const at = ((tableFrame << 12) + (first + index) * 4).toString(HEX);
        found.push(`the descriptor at machine address 0x${at} (0x${value.toString(HEX)}) ${wrong}`);
      }
    }
  }

  private wrongWith(domain: number, frame: number): string | undefined {
    if (frame >= this.frames.total) return 'maps what is no memory';
    const honest = this.frames.honestOwner(frame);
    const { owner, type, typeCount, references } = this.frames.info(frame);
    if (honest === 'the hypervisor' && owner === domain && frame * 4096 < 0x200000) return undefined;
    if (honest !== undefined) return `maps a frame of ${honest}`;
    if (type !== PAGE_TYPE.writable || typeCount === 0) return 'maps a frame that does not count its mappings';
    if (owner === domain) return undefined;
    if (references === 0) return 'maps a frame that is free';
    return this.isGranted(domain, frame) ? undefined : 'maps a frame of another domain that is not granted any more';
  }

  /** Whether the domain holds a handle for this frame. */
  private isGranted(domain: number, frame: number): boolean {
    const { memory } = this;
    const track = domain + memory.offsetOf('domain', 'grant_table') + memory.offsetOf('grant_table', 'maptrack');
    for (let page = 0; page < MAPTRACK_PAGES; page++) {
      const address = memory.word(track + 4 * page);
      if (address === 0) continue;
      const words = memory.words(memory.physical(address), MAPTRACK_PER_PAGE * MAPPING_WORDS);
      for (let at = 0; at < words.length; at += MAPPING_WORDS)
        if (words[at + 3]! & 0xffff && words[at + 1] === frame) return true;
    }
    return false;
  }
}
