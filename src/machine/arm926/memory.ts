/**
 * Memory as the CPU sees it: the way of an access that the fast path of the interpreter cannot serve. Alignment rules,
 * translation through TLB and walk, RAM or devices, and the fault registers. The fast path itself is in interpreter.ts.
 */
import type { PeripheralBus, AccessSize } from '../bus';
import type { Ram } from '../ram';
import type { Caches } from './cache/caches';
import { dataIsCached } from './cache/regime';
import { RAM_OFFSET, Word } from './layout';
import { MainTlb } from './mainTlb';
import { isPrivileged } from './modes';
import { Psr } from './psr';
import {
  BESIDE_CODE,
  ENTRY_ATTRIBUTES,
  ENTRY_VALID,
  ENTRY_WRITABLE,
  NO_TAG,
  PAST_CACHE,
  THROUGH_CACHE,
  Tlb,
  attributesOf,
} from './tlb';
import { Control, READ, Status, WRITE, WalkRecord, judge, modifiedAddress, walk } from './walk';
import type { Watches } from './watches';

/** Thrown by an access that ends in a data abort, after DFSR and FAR have been set. Caught by the interpreter only. */
export const DATA_ABORT: { readonly dataAbort: true } = Object.freeze({ dataAbort: true });

const PAGE = 0xfffff000;

export class CpuMemory {
  readonly tlb: Tlb;
  /** The chip's own TLB, when it is asked for; `tlb` then only holds what is in it, so that a hit there is a hit here. */
  mainTlb: MainTlb | undefined;
  /** Caches that see every access to RAM, when they are modelled; want `directData` false. */
  caches: Caches | undefined;
  /** Told of the place in the memory of each line of code that the instruction cache replaces. */
  onInstructionLine: (offset: number) => void = () => {};
  /** Told when SCTLR switches caches or MMU, where caches are tags alone. */
  onCachingChanged: () => void = () => {};
  /** Whether `fetchPlace` looks each fetch up in the instruction cache; else whoever executes does. */
  fetchesLines = false;
  /** Where the instruction that was fetched last stands in the memory; kept when every instruction is fetched by itself. */
  fetched = 0;
  /** Descriptors that walks have read since the tick model asked last. */
  descriptorReads = 0;
  /** False keeps loads and stores off the fast path, for caches and for a tick model that has to see every data access. */
  directData = true;
  /** Called with each data access (virtual address) that did not abort, after it, when set; wants `directData` false. */
  onData: ((virtual: number, write: boolean) => void) | undefined;
  /** Ranges whose accesses have to be told, when there are any. */
  private watches: Watches | undefined;
  private bus!: PeripheralBus;
  private readonly s: Int32Array;
  private readonly record = new WalkRecord();
  private readonly regime = { control: 0, ttbr: 0, dacr: 0, fcsePid: 0 };
  /** ENTRY_ATTRIBUTES of the page that was translated last. */
  private attributes = 0;
  /** The access that a walk is made for. */
  private walkedFor = 0;
  private walkIsFetch = false;
  private readonly readDescriptor = (physical: number): number | undefined => {
    const offset = this.ram.offsetOf(physical);
    if (offset < 0) return undefined;
    this.descriptorReads++;
    this.caches?.descriptor(offset, this.walkedFor, this.walkIsFetch);
    return this.ram.words[offset >>> 2]!;
  };

  constructor(
    readonly ram: Ram,
    state: Int32Array,
  ) {
    this.s = state;
    this.tlb = new Tlb(ram.words, state);
  }

  connect(bus: PeripheralBus): void {
    this.bus = bus;
  }

  /** From now on these accesses are told. The TLB's entries stay, so that the guest sees no difference; only their fast paths go and come back. */
  watch(watches: Watches | undefined): void {
    this.watches = watches;
    this.withholdWatched();
  }

  /** After the TLB's entries came from elsewhere: only what is not watched takes the fast path. */
  withholdWatched(): void {
    const { watches } = this;
    this.allowLoads();
    if (watches === undefined || !this.hasTags) return;
    this.tlb.setReadTags((page, place, rights) =>
      watches.seesLoads(page, place) ? NO_TAG : this.tagOf(page, rights & ENTRY_ATTRIBUTES),
    );
    this.tlb.withholdWritesWhere((page, place) => watches.seesStores(page, place));
  }

  /** Gives loads the fast path back, watched or not: what is kept of a machine does not say that it was watched. */
  allowLoads(): void {
    if (this.hasTags) this.tlb.setReadTags((page, _, rights) => this.tagOf(page, rights & ENTRY_ATTRIBUTES));
  }

  load32(virtual: number): number {
    const e = Tlb.entry(this.s[Word.TLB_BANK]!, virtual);
    const w = this.ram.words;
    if (w[e] === (virtual & 0xfffff003)) return w[(virtual + w[e + 2]!) >>> 2]!;
    return this.slowLoad32(virtual, isPrivileged(this.s));
  }

  store32(virtual: number, value: number): void {
    const e = Tlb.entry(this.s[Word.TLB_BANK]!, virtual);
    const w = this.ram.words;
    if (w[e + 1] === (virtual & 0xfffff003)) w[(virtual + w[e + 2]!) >>> 2] = value;
    else this.slowStore32(virtual, value, isPrivileged(this.s));
  }

  /** An unaligned word load rotates, so that the addressed byte comes lowest (ARM DDI 0100 A4.1.23). */
  slowLoad32(virtual: number, privileged: boolean): number {
    const value = this.read(virtual, 4, privileged);
    const rotation = (virtual & 3) * 8;
    return rotation === 0 ? value : (value >>> rotation) | (value << (32 - rotation));
  }

  slowStore32(virtual: number, value: number, privileged: boolean): void {
    this.write(virtual, 4, value, privileged);
  }

  load16(virtual: number): number {
    return this.read(virtual, 2, isPrivileged(this.s));
  }

  store16(virtual: number, value: number): void {
    this.write(virtual, 2, value & 0xffff, isPrivileged(this.s));
  }

  load8(virtual: number): number {
    return this.read(virtual, 1, isPrivileged(this.s));
  }

  /**
   * A load of `size` bytes from the address rounded down to a multiple of it. Words come signed, others zero-extended.
   */
  read(virtual: number, size: AccessSize, privileged: boolean): number {
    if ((virtual & (size - 1)) !== 0) this.checkAlignment(virtual);
    const aligned = virtual & -size;
    const offset = this.translate(aligned, READ, privileged);
    if (offset >= 0) {
      this.watches?.accessAt(aligned, offset, size, false, this.pc);
      if (this.caches !== undefined) {
        const cached = this.caches.load(virtual, offset, size, this.attributes);
        if (this.onData !== undefined) this.onData(virtual, false);
        return cached;
      }
      if (this.onData !== undefined) this.onData(virtual, false);
      if (size === 4) return this.ram.words[offset >>> 2]!;
      return size === 2 ? this.ram.halves[offset >>> 1]! : this.ram.bytes[offset]!;
    }
    this.caches?.beforeDevice();
    const value = this.bus.read(this.record.physical, size);
    if (value === undefined) this.externalAbort(aligned);
    this.watches?.access(aligned, this.record.physical, size, false, this.pc);
    if (this.onData !== undefined) this.onData(virtual, false);
    return size === 4 ? value | 0 : size === 2 ? value & 0xffff : value & 0xff;
  }

  write(virtual: number, size: AccessSize, value: number, privileged: boolean): void {
    if ((virtual & (size - 1)) !== 0) this.checkAlignment(virtual);
    const aligned = virtual & -size;
    const offset = this.translate(aligned, WRITE, privileged);
    if (offset >= 0) {
      this.watches?.accessAt(aligned, offset, size, true, this.pc);
      if (this.caches !== undefined) {
        this.caches.store(virtual, offset, size, value, this.attributes);
        if (this.onData !== undefined) this.onData(virtual, true);
        return;
      }
      if (size === 4) this.ram.words[offset >>> 2] = value;
      else if (size === 2) this.ram.halves[offset >>> 1] = value;
      else this.ram.bytes[offset] = value;
      this.ram.noteWrite(offset);
      if (this.onData !== undefined) this.onData(virtual, true);
      return;
    }
    this.caches?.beforeDevice();
    const unsigned = size === 4 ? value >>> 0 : size === 2 ? value & 0xffff : value & 0xff;
    if (!this.bus.write(this.record.physical, size, unsigned)) this.externalAbort(aligned);
    this.watches?.access(aligned, this.record.physical, size, true, this.pc);
    if (this.onData !== undefined) this.onData(virtual, true);
  }

  /** Address of the instruction that executes. */
  private get pc(): number {
    return this.s[15]! - ((this.s[Word.CPSR]! & Psr.T) !== 0 ? 4 : 8);
  }

  /** Raises the alignment fault if SCTLR.A asks for it; it comes before all others and needs no MMU (ARM DDI 0100 B4.5.2). */
  checkAlignment(virtual: number): void {
    if ((this.s[Word.CONTROL]! & Control.A) !== 0) this.abort(virtual, Status.ALIGNMENT, 0);
  }

  /** Makes sure that a store will be allowed, without storing: for SWP, whose load must not happen alone. */
  probeWrite(virtual: number): void {
    this.translate(virtual, WRITE, isPrivileged(this.s));
  }

  /** Place in the memory, or -1 for a device (its physical address is then in `record`). Throws DATA_ABORT on a fault. */
  private translate(virtual: number, kind: number, privileged: boolean): number {
    const s = this.s;
    const bank = privileged === isPrivileged(s) ? s[Word.TLB_BANK]! : this.tlb.bankFor(privileged, s[Word.DACR]!);
    const w = this.ram.words;
    const e = Tlb.entry(bank, virtual);
    const entry = w[e + 3]!;
    if (
      ((entry ^ virtual) & PAGE) === 0 &&
      (entry & (ENTRY_VALID | 0xf00)) === ENTRY_VALID &&
      (kind === READ || (entry & ENTRY_WRITABLE) !== 0)
    ) {
      const offset = (virtual + w[e + 2]!) >>> 0;
      this.attributes = entry & ENTRY_ATTRIBUTES;
      if (kind === WRITE) {
        const place = (offset - RAM_OFFSET) >>> 12;
        this.ram.dirty[place] = 1;
        if (this.hasTags && !this.watches?.seesStores(virtual, offset))
          w[e + 1] = this.tagOf(virtual & PAGE, this.attributes) | (this.ram.codePages[place] === 0 ? 0 : BESIDE_CODE);
      }
      return offset;
    }
    const record = this.walk(virtual, kind, privileged, false);
    this.attributes = attributesOf(record);
    if (record.status !== 0) this.abort(virtual, record.status, Math.max(record.mmuDomain, 0));
    const { ram } = this;
    const offset = kind === WRITE ? ram.writableOffsetOf(record.physical) : ram.offsetOf(record.physical);
    if (offset >= 0 && record.uniform) this.enter(bank, virtual, offset, kind);
    return offset;
  }

  private enter(bank: number, virtual: number, offset: number, kind: number): void {
    const page = (offset - RAM_OFFSET) >>> 12;
    if (kind === WRITE) this.ram.dirty[page] = 1;
    const writable = (this.record.rights & WRITE) !== 0 && this.ram.isWritable(offset);
    const { watches } = this;
    const attributes = attributesOf(this.record);
    const tag = this.tagOf(virtual & PAGE, attributes);
    const writeDirect = writable && this.ram.dirty[page] !== 0 && !watches?.seesStores(virtual, offset);
    this.tlb.fill(
      bank,
      virtual,
      (offset - virtual) | 0,
      writable,
      watches?.seesLoads(virtual, offset) ? NO_TAG : tag,
      writeDirect ? tag | (this.ram.codePages[page] === 0 ? 0 : BESIDE_CODE) : NO_TAG,
      this.record.pageBytes > 0x1000,
      attributes,
    );
  }

  /** Whether the software TLB says what may be accessed without `read` and `write`: by the loop, or by translated code alone. */
  private get hasTags(): boolean {
    return this.directData || (this.caches?.tagsAlone !== undefined && this.onData === undefined);
  }

  /**
   * The tag of a page that may be accessed directly. Where caches are tags alone only translated code may do so, which looks its lines
   * up: the tag then has a bit that the loop does not expect.
   */
  private tagOf(page: number, attributes: number): number {
    if (this.directData) return page;
    if (!this.hasTags) return NO_TAG;
    return page | (dataIsCached(this.s, attributes) ? THROUGH_CACHE : PAST_CACHE);
  }

  /** SCTLR has switched caches or MMU. */
  cachingChanged(): void {
    if (this.caches?.tagsAlone === undefined) return;
    // The tags say of each page whether it is cached.
    this.tlb.flush();
    this.caches.tagsAlone.forgetHints();
    this.onCachingChanged();
  }

  /** C and B of the page of an instruction, as the software TLB has them; 0 for one that is not there. */
  codeAttributes(virtual: number): number {
    const entry = this.ram.words[Tlb.entry(this.s[Word.TLB_BANK]!, virtual) + 3]!;
    return ((entry ^ virtual) & PAGE) === 0 && (entry & ENTRY_VALID) !== 0 ? entry & ENTRY_ATTRIBUTES : 0;
  }

  /** Place in the memory of the 1 KB around `virtual`, as it is fetched, without caches; -1 after a fault. C and B are in `pageAttributes`. */
  codePlace(virtual: number): number {
    const offset = this.translateFetch(virtual);
    return offset < 0 ? -1 : offset & ~0x3ff;
  }

  get pageAttributes(): number {
    return this.attributes;
  }

  /**
   * Where to fetch from: the place in the memory of the 1 KB that holds `virtual`, or -1 when the fetch ends in a
   * prefetch abort; then IFSR has been set (the ARM926 keeps no address for it: FAR stays, ARM DDI 0198D 2.3.8). With
   * caches it is right for the line of `virtual` alone, which the instruction cache may hold elsewhere.
   */
  fetchPlace(virtual: number): number {
    const offset = this.translateFetch(virtual);
    if (offset < 0) return -1;
    if (this.caches !== undefined && this.fetchesLines) {
      this.fetched = this.caches.fetch(virtual, offset, this.attributes);
      return this.fetched - (virtual & 0x3ff);
    }
    this.fetched = offset;
    return offset & ~0x3ff;
  }

  /** Place in the memory of the instruction at `virtual`, or -1 after a fault, which is in IFSR. */
  translateFetch(virtual: number): number {
    const s = this.s;
    const w = this.ram.words;
    const e = Tlb.entry(s[Word.TLB_BANK]!, virtual);
    const entry = w[e + 3]!;
    if ((entry & ~(ENTRY_WRITABLE | ENTRY_ATTRIBUTES)) === ((virtual & PAGE) | ENTRY_VALID)) {
      this.attributes = entry & ENTRY_ATTRIBUTES;
      return (virtual + w[e + 2]!) >>> 0;
    }
    const record = this.walk(virtual, READ, isPrivileged(s), true);
    const domain = Math.max(record.mmuDomain, 0);
    if (record.status === 0) {
      this.attributes = attributesOf(record);
      const offset = this.ram.offsetOf(record.physical);
      if (offset >= 0) {
        if (record.uniform) this.enter(s[Word.TLB_BANK]!, virtual, offset, READ);
        return offset;
      }
      record.status = externalStatus(record);
    }
    s[Word.IFSR] = record.status | (domain << 4);
    return -1;
  }

  /** The same for a prefetch of the line at a modified virtual address (CP15 c7), with C, B and MMU domain of its page. */
  translatePrefetch(mva: number): { readonly offset: number; readonly attributes: number } {
    // Below 32 MB a translation would be made for the process of the FCSE PID, which has its own addresses.
    const hidden = this.s[Word.FCSE_PID] !== 0 && mva >>> 25 === 0;
    const offset = hidden ? -1 : this.translateFetch(mva | 0);
    return { offset, attributes: this.attributes };
  }

  private walk(virtual: number, kind: number, privileged: boolean, fetch: boolean): WalkRecord {
    const s = this.s;
    const { record, regime, mainTlb } = this;
    regime.control = s[Word.CONTROL]!;
    regime.ttbr = s[Word.TTBR]!;
    regime.dacr = s[Word.DACR]!;
    regime.fcsePid = s[Word.FCSE_PID]!;
    this.walkedFor = virtual;
    this.walkIsFetch = fetch;
    if (mainTlb === undefined || (regime.control & Control.M) === 0) {
      walk(record, this.readDescriptor, regime, virtual >>> 0, kind, privileged);
      return record;
    }
    const mva = modifiedAddress(virtual >>> 0, regime.fcsePid);
    const entry = mainTlb.find(mva);
    if (entry >= 0) {
      mainTlb.load(entry, record, mva);
      judge(record, regime, kind, privileged);
      return record;
    }
    walk(record, this.readDescriptor, regime, virtual >>> 0, kind, privileged);
    // What a walk has found is entered before it is judged (ARM DDI 0198D 3.1); without a mapping there is nothing to enter.
    if (record.pageBytes > 0) this.enterMain(mainTlb);
    return record;
  }

  /** Puts the walked page into the chip's TLB; what it drives out is no longer known to the software TLB either. */
  private enterMain(mainTlb: MainTlb): void {
    const s = this.s;
    const place = mainTlb.place(this.record, s[Word.TLB_LOCKDOWN]!);
    const old = mainTlb.range(place);
    mainTlb.enter(place, this.record);
    s[Word.TLB_LOCKDOWN] = MainTlb.nextVictim(s[Word.TLB_LOCKDOWN]!);
    if (old === undefined) return;
    for (let at = 0; at < old.bytes; at += 0x1000) this.forget(old.start + at);
  }

  /** CP15 c8: all translations that may be invalidated. */
  invalidateTlb(): void {
    this.mainTlb?.invalidateAll();
    this.tlb.flush();
  }

  /** CP15 c8: the translation of a modified virtual address. */
  invalidateTlbEntry(mva: number): void {
    const { mainTlb } = this;
    for (let entry = mainTlb?.find(mva) ?? -1; entry >= 0; entry = mainTlb!.find(mva)) {
      const { start, bytes } = mainTlb!.range(entry)!;
      mainTlb!.drop(entry);
      for (let at = 0; at < bytes; at += 0x1000) this.forget(start + at);
    }
    this.forget(mva);
  }

  /** Drops a modified virtual address from the software TLB, under both names that the FCSE may give it. */
  private forget(mva: number): void {
    this.tlb.flushPage(mva);
    const pid = this.s[Word.FCSE_PID]!;
    if (pid !== 0 && ((mva ^ pid) & 0xfe000000) === 0) this.tlb.flushPage(mva & 0x01ffffff);
  }

  private externalAbort(virtual: number): never {
    this.abort(virtual, externalStatus(this.record), Math.max(this.record.mmuDomain, 0));
  }

  private abort(virtual: number, status: number, domain: number): never {
    const s = this.s;
    s[Word.DFSR] = status | (domain << 4);
    s[Word.FAR] = modifiedAddress(virtual >>> 0, s[Word.FCSE_PID]!);
    throw DATA_ABORT;
  }
}

function externalStatus({ mmuEnabled, section }: WalkRecord): number {
  return mmuEnabled && !section ? Status.EXTERNAL_PAGE : Status.EXTERNAL_SECTION;
}
