/**
 * The software TLB: a direct-mapped table of 4 KB entries per bank, in the machine's memory, made for speed (the chip's
 * own TLB is 2-way × 32). A bank belongs to one pair of privilege and DACR value, so that a hypervisor which changes DACR
 * at every entry and exit pays a change of bank, not a flush. Knows no page table: memory.ts fills it from walks.
 *
 * An entry has four words: the page where loads may go directly (read tag), the page where stores may go directly
 * (write tag), what to add to a virtual address to get the byte's place in the memory, and the page with its rights.
 * The tags are withheld (-1) where the fast path must not be taken: stores to pages whose
 * writing must be noticed for snapshots. Where code on the page is decoded, the write tag has one bit more: a store may go directly to what is not.
 */
import { STATE_WORDS, TLB_BANKS, TLB_BANK_WORDS, TLB_ENTRIES, TLB_ENTRY_WORDS, TLB_OFFSET, Word } from './layout';
import type { WalkRecord } from './walk';

/** The tag of a page that may not be accessed directly. */
export const NO_TAG = -1;
const NONE = NO_TAG;
/** Bits of an entry's fourth word, below the page address. */
export const ENTRY_VALID = 1;
export const ENTRY_WRITABLE = 2;
/** In a write tag: the page has decoded code, which is noted by the word (ram.ts). */
export const BESIDE_CODE = 0x800;
/** In either tag, where caches are modelled as tags: whether lines of the page are looked up in the data cache. */
export const THROUGH_CACHE = 0x10;
export const PAST_CACHE = 0x20;
/** C and B of the page in bits 3:2 and its MMU domain in bits 7:4, for caches. */
export const ENTRY_ATTRIBUTES = 0xfc;
export const ATTRIBUTE_BUFFERABLE = 4;
export const ATTRIBUTE_CACHEABLE = 8;
export const ATTRIBUTE_DOMAIN_SHIFT = 4;

/** ENTRY_ATTRIBUTES of a walked page; none where the MMU is off or nothing is mapped. */
export function attributesOf({ cacheBits, mmuDomain }: WalkRecord): number {
  return cacheBits < 0 ? 0 : (cacheBits << 2) | (mmuDomain << ATTRIBUTE_DOMAIN_SHIFT);
}

/** How many fills of a bank are remembered one by one before a flush clears the whole bank instead. */
const JOURNAL = 256;
const FIRST_WORD = TLB_OFFSET >>> 2;

interface Bank {
  readonly base: number;
  privileged: boolean;
  dacr: number;
  bound: boolean;
  /** Grows with use: the smallest is given away first. */
  lastUse: number;
  readonly journal: Int32Array;
  fills: number;
}

/** Plain data of all valid entries, for snapshots. */
export interface TlbContents {
  readonly banks: readonly { privileged: boolean; dacr: number; bound: boolean; lastUse: number }[];
  readonly current: number;
  readonly useCount: number;
  /** Four words each: word index of the entry, its read tag, addend, and page with rights. */
  readonly entries: Int32Array;
  readonly wideMegabytes: Int32Array;
}

export class Tlb {
  private readonly banks: Bank[] = [];
  private current: Bank;
  private useCount = 0;
  /** 1 for each megabyte (of virtual addresses) of which an entry from a section or a large page has been made. */
  private readonly wide = new Uint8Array(4096);

  /** `words` spans the whole memory, `state` is its start. */
  constructor(
    private readonly words: Int32Array,
    private readonly state: Int32Array,
  ) {
    if (state.length < STATE_WORDS) throw new RangeError('state array too small');
    for (let i = 0; i < TLB_BANKS; i++) {
      const base = FIRST_WORD + i * TLB_BANK_WORDS;
      this.banks.push({
        base,
        privileged: true,
        dacr: 0,
        bound: false,
        lastUse: 0,
        journal: new Int32Array(JOURNAL),
        fills: 0,
      });
      words.fill(NONE, base, base + TLB_BANK_WORDS);
    }
    this.current = this.banks[0]!;
    this.select(true, 0);
  }

  /** Word index of the entry for a virtual address in the bank that starts at `bank`. */
  static entry(bank: number, virtual: number): number {
    return bank + ((virtual >>> 12) & (TLB_ENTRIES - 1)) * TLB_ENTRY_WORDS;
  }

  /** Makes the bank for this privilege and DACR the one in use. */
  select(privileged: boolean, dacr: number): void {
    const { current } = this;
    if (current.bound && current.privileged === privileged && current.dacr === dacr) return;
    this.current = this.find(privileged, dacr);
    this.current.lastUse = ++this.useCount;
    this.state[Word.TLB_BANK] = this.current.base;
    this.noteUserBank();
    this.changed();
  }

  private noteUserBank(): void {
    const { dacr } = this.current;
    const bank = this.banks.find((each) => each.bound && !each.privileged && each.dacr === dacr);
    this.state[Word.USER_BANK] = bank?.base ?? 0;
  }

  /**
   * First word of the bank for this privilege and DACR, without making it the one in use (LDRT and its kin). That is not counted as use:
   * translated code does not come here, and its state has to be the interpreter's.
   */
  bankFor(privileged: boolean, dacr: number): number {
    return this.find(privileged, dacr).base;
  }

  private find(privileged: boolean, dacr: number): Bank {
    let oldest = this.banks[0]!;
    for (let i = 0; i < TLB_BANKS; i++) {
      const bank = this.banks[i]!;
      if (bank.bound && bank.privileged === privileged && bank.dacr === dacr) return bank;
      if (bank !== this.current && (oldest === this.current || bank.lastUse < oldest.lastUse)) oldest = bank;
    }
    this.clear(oldest);
    oldest.bound = true;
    oldest.privileged = privileged;
    oldest.dacr = dacr;
    oldest.lastUse = ++this.useCount;
    this.noteUserBank();
    return oldest;
  }

  /**
   * Enters a mapping of the 4 KB page around `virtual`. `writable`: rights; `readTag`, `writeTag`: NO_TAG
   * where loads or stores may not go directly; `attributes`: ENTRY_ATTRIBUTES.
   */
  fill(
    bank: number,
    virtual: number,
    addend: number,
    writable: boolean,
    readTag: number,
    writeTag: number,
    wide: boolean,
    attributes: number,
  ): void {
    const page = virtual & 0xfffff000;
    const e = Tlb.entry(bank, virtual);
    const w = this.words;
    w[e] = readTag;
    w[e + 1] = writeTag;
    w[e + 2] = addend;
    w[e + 3] = page | ENTRY_VALID | (writable ? ENTRY_WRITABLE : 0) | attributes;
    if (wide) this.wide[page >>> 20] = 1;
    const owner = this.banks[((bank - FIRST_WORD) / TLB_BANK_WORDS) | 0]!;
    if (owner.fills < JOURNAL) owner.journal[owner.fills] = e;
    owner.fills++;
    this.changed();
  }

  /** Invalidates everything. Costs as much as was filled since the last time. */
  flush(): void {
    for (const bank of this.banks) this.clear(bank);
    this.wide.fill(0);
    this.changed();
  }

  /** Invalidates what maps this virtual address (already without FCSE), incl. all of a section or large page around it. */
  flushPage(virtual: number): void {
    if (this.wide[virtual >>> 20] === 1) {
      const first = virtual & 0xfff00000;
      for (const bank of this.banks) {
        if (bank.fills === 0) continue;
        for (let i = 0; i < 256; i++) this.drop(bank.base, (first + i * 0x1000) | 0);
      }
      this.wide[virtual >>> 20] = 0;
    } else {
      for (const bank of this.banks) this.drop(bank.base, virtual);
    }
    this.changed();
  }

  private drop(base: number, virtual: number): void {
    const e = Tlb.entry(base, virtual);
    if ((this.words[e + 3]! & 0xfffff000) === (virtual & 0xfffff000)) this.words.fill(NONE, e, e + TLB_ENTRY_WORDS);
  }

  /** Sends all stores to the slow path from now on. */
  withholdWrites(): void {
    this.withholdWritesWhere(() => true);
  }

  /** The same for the pages that are chosen by their virtual address and place in the memory. */
  withholdWritesWhere(chosen: (page: number, place: number) => boolean): void {
    this.eachEntry((e, w) => {
      const tag = w[e + 1]!;
      const page = tag & 0xfffff000;
      if (tag !== NONE && chosen(page, (page + w[e + 2]!) | 0)) w[e + 1] = NONE;
    });
  }

  /** Code on the 4 KB at `memoryOffset` was decoded: stores have to look where they go. */
  markCode(memoryOffset: number): void {
    this.eachEntry((e, w) => {
      const tag = w[e + 1]!;
      if (tag !== NONE && (((tag & 0xfffff000) + w[e + 2]!) | 0) === memoryOffset) w[e + 1] = tag | BESIDE_CODE;
    });
  }

  /** Gives all entries read tags, by page, its place in the memory, and the fourth word of the entry. */
  setReadTags(tagOf: (page: number, place: number, rights: number) => number): void {
    this.eachEntry((e, w) => {
      const rights = w[e + 3]!;
      if (rights === NONE) return;
      const page = rights & 0xfffff000;
      w[e] = tagOf(page, (page + w[e + 2]!) | 0, rights);
    });
  }

  /** All entries that may be valid, by the index of their first word. */
  private eachEntry(use: (e: number, words: Int32Array) => void): void {
    for (const bank of this.banks) {
      const journaled = bank.fills <= JOURNAL;
      const count = journaled ? bank.fills : TLB_ENTRIES;
      for (let i = 0; i < count; i++) use(journaled ? bank.journal[i]! : bank.base + i * TLB_ENTRY_WORDS, this.words);
    }
  }

  capture(): TlbContents {
    const found: number[] = [];
    for (const e of this.validEntries()) found.push(e, this.words[e]!, this.words[e + 2]!, this.words[e + 3]!);
    const wide: number[] = [];
    for (let at = this.wide.indexOf(1); at >= 0; at = this.wide.indexOf(1, at + 1)) wide.push(at);
    return {
      banks: this.banks.map(({ privileged, dacr, bound, lastUse }) => ({ privileged, dacr, bound, lastUse })),
      current: this.banks.indexOf(this.current),
      useCount: this.useCount,
      entries: Int32Array.from(found),
      wideMegabytes: Int32Array.from(wide),
    };
  }

  /** Every valid entry: its page, its place in the memory, its fourth word, and whom its bank belongs to. */
  *valid(): Generator<{ page: number; place: number; rights: number; privileged: boolean; dacr: number }> {
    for (const e of this.validEntries()) {
      const rights = this.words[e + 3]!;
      const page = (rights & 0xfffff000) >>> 0;
      const { privileged, dacr } = this.banks[((e - FIRST_WORD) / TLB_BANK_WORDS) | 0]!;
      yield { page, place: (page + this.words[e + 2]!) | 0, rights, privileged, dacr: dacr >>> 0 };
    }
  }

  /** In the order of their places, whatever has filled them when. */
  private validEntries(): readonly number[] {
    const places = new Set<number>();
    this.eachEntry((e) => {
      if (this.words[e + 3] !== NONE) places.add(e);
    });
    return [...places].sort((left, right) => left - right);
  }

  restore(contents: TlbContents): void {
    this.flush();
    contents.banks.forEach((saved, i) => Object.assign(this.banks[i]!, saved));
    this.current = this.banks[contents.current]!;
    this.useCount = contents.useCount;
    for (let i = 0; i < contents.entries.length; i += 4) {
      const [e, readTag, addend, rights] = contents.entries.subarray(i, i + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      this.words[e] = readTag;
      this.words[e + 1] = NONE;
      this.words[e + 2] = addend;
      this.words[e + 3] = rights;
      const bank = this.banks[((e - FIRST_WORD) / TLB_BANK_WORDS) | 0]!;
      if (bank.fills < JOURNAL) bank.journal[bank.fills] = e;
      bank.fills++;
    }
    for (const megabyte of contents.wideMegabytes) this.wide[megabyte] = 1;
    this.state[Word.TLB_BANK] = this.current.base;
    this.noteUserBank();
    this.changed();
  }

  private clear(bank: Bank): void {
    if (bank.fills <= JOURNAL) {
      for (let i = 0; i < bank.fills; i++) {
        const e = bank.journal[i]!;
        this.words.fill(NONE, e, e + TLB_ENTRY_WORDS);
      }
    } else {
      this.words.fill(NONE, bank.base, bank.base + TLB_BANK_WORDS);
    }
    bank.fills = 0;
  }

  private changed(): void {
    this.state[Word.TRANSLATIONS] = (this.state[Word.TRANSLATIONS]! + 1) | 0;
  }
}
