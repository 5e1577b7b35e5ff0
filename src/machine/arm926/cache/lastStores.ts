/**
 * Who stored to each word of memory last, for the reports of the coherence check. By page, in the order of first use; when
 * there are too many pages the oldest are forgotten, and a report then says that the store is unknown. Pages are shared with
 * snapshots until they change.
 */
import { PAGE_BYTES } from '../../ram';
import type { CoherenceAccess } from '../../types';
import { RAM_OFFSET } from '../layout';

const WORDS = PAGE_BYTES / 4;
/** 18 bytes of bookkeeping per word: this many pages (16 MB of guest memory) take 75 MB. */
const MOST_PAGES = 4096;
/** Contexts are numbered in 16 bits; a guest that makes more gets them forgotten. */
const MOST_CONTEXTS = 0x10000;

/** What many stores have in common. */
export type StoreContext = Pick<
  CoherenceAccess,
  'by' | 'privileged' | 'mmuDomain' | 'ttbr' | 'dacr' | 'fcsePid' | 'strayed'
>;

export const UNKNOWN: StoreContext = { by: 'unknown', privileged: true, ttbr: 0, dacr: 0, fcsePid: 0 };

interface Page {
  readonly pcs: Int32Array;
  readonly addresses: Int32Array;
  readonly counts: Float64Array;
  /** 0: nothing known. */
  readonly contexts: Uint16Array;
  shared: boolean;
}

export interface LastStoresState {
  readonly pages: readonly (readonly [number, Omit<Page, 'shared'>])[];
  readonly contexts: readonly StoreContext[];
}

const copyOf = ({ pcs, addresses, counts, contexts }: Omit<Page, 'shared'>): Page => ({
  pcs: pcs.slice(),
  addresses: addresses.slice(),
  counts: counts.slice(),
  contexts: contexts.slice(),
  shared: false,
});

export class LastStores {
  private pages = new Map<number, Page>();
  private contexts: StoreContext[] = [UNKNOWN];
  private numbers = new Map<string, number>();
  /** The page of the store before. */
  private recent = -1;
  private recentPage: Page | undefined;

  reset(): void {
    this.pages.clear();
    this.contexts = [UNKNOWN];
    this.numbers.clear();
    this.recent = -1;
  }

  /** Number of a context, to be given to `note`. */
  number(context: StoreContext): number {
    const { by, privileged, mmuDomain, ttbr, dacr, fcsePid, strayed } = context;
    const key = `${by} ${privileged} ${mmuDomain} ${ttbr} ${dacr} ${fcsePid} ${strayed}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      if (this.contexts.length === MOST_CONTEXTS) return 0;
      number = this.contexts.push(context) - 1;
      this.numbers.set(key, number);
    }
    return number;
  }

  /** A store to the word at `offset`. `address`: virtual; 0 for a device's at a physical one. */
  note(offset: number, pc: number, address: number, count: number, context: number): void {
    const page = this.pageFor((offset - RAM_OFFSET) >>> 12);
    const word = (offset >>> 2) & (WORDS - 1);
    page.pcs[word] = pc;
    page.addresses[word] = address;
    page.counts[word] = count;
    page.contexts[word] = context;
  }

  private pageFor(index: number): Page {
    if (index === this.recent && !this.recentPage!.shared) return this.recentPage!;
    let page = this.pages.get(index);
    if (page === undefined) {
      if (this.pages.size === MOST_PAGES) this.pages.delete(this.pages.keys().next().value!);
      page = {
        pcs: new Int32Array(WORDS),
        addresses: new Int32Array(WORDS),
        counts: new Float64Array(WORDS),
        contexts: new Uint16Array(WORDS),
        shared: false,
      };
      this.pages.set(index, page);
    } else if (page.shared) {
      page = copyOf(page);
      this.pages.set(index, page);
    }
    this.recent = index;
    this.recentPage = page;
    return page;
  }

  /** The last store to the word at `offset`. `modify` gives the modified virtual address under a FCSE PID. */
  last(offset: number, modify: (address: number, fcsePid: number) => number): CoherenceAccess {
    const page = this.pages.get((offset - RAM_OFFSET) >>> 12);
    const word = (offset >>> 2) & (WORDS - 1);
    const context = this.contexts[page?.contexts[word] ?? 0]!;
    if (page === undefined || context === UNKNOWN) return { ...UNKNOWN, pc: 0, instructionCount: 0 };
    const address = page.addresses[word]! >>> 0;
    return {
      ...context,
      pc: page.pcs[word]! >>> 0,
      instructionCount: page.counts[word]!,
      ...((context.by === 'store' || address !== 0) && {
        virtualAddress: address,
        modifiedVirtualAddress: modify(address, context.fcsePid),
      }),
    };
  }

  capture(): LastStoresState {
    for (const page of this.pages.values()) page.shared = true;
    return { pages: [...this.pages], contexts: this.contexts.slice() };
  }

  restore(state: LastStoresState): void {
    this.reset();
    for (const context of state.contexts.slice(1)) this.number(context);
    this.pages = new Map(state.pages.map(([index, page]) => [index, { ...page, shared: true }]));
  }
}
