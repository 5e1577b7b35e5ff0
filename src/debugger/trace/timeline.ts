/**
 * When a profile saw which stack, in bounded memory. The same stack twice on end is one entry; when there are too many entries, looks
 * are taken together in windows of two, four, eight ..., and in each window the same stack is one entry. So what every stack took stays
 * exact however long a profile lasts; given up is the order within a window.
 */
import type { ProfileNode } from './profiler';

export interface ProfileSample {
  readonly node: ProfileNode;
  readonly instructions: number;
  readonly ticks: number;
}

interface Entry {
  readonly node: ProfileNode;
  instructions: number;
  ticks: number;
  /** Number of the first look that it is of. */
  readonly look: number;
}

export class Timeline {
  private entries: Entry[] = [];
  private looked = 0;
  private size = 1;
  /** The window that was added to last, and its entries by stack. */
  private current = 0;
  private readonly open = new Map<ProfileNode, Entry>();

  /** @param most entries: twice as many as there can be stacks, so that taking together makes room */
  constructor(private readonly most: number) {}

  get samples(): readonly ProfileSample[] {
    return this.entries;
  }

  /** Looks so far, whatever has become of them. */
  get looks(): number {
    return this.looked;
  }

  /** Within so many looks the order is not known. */
  get window(): number {
    return this.size;
  }

  add(node: ProfileNode, instructions: number, ticks: number): void {
    this.put({ node, instructions, ticks, look: this.looked++ });
    if (this.entries.length <= this.most) return;
    do this.takeTogether();
    while (this.entries.length > this.most / 2 && this.size < this.looked);
  }

  private put(entry: Entry): void {
    const window = Math.floor(entry.look / this.size);
    if (window !== this.current) this.open.clear();
    this.current = window;
    const last = this.entries.at(-1);
    const same = this.open.get(entry.node) ?? (last?.node === entry.node ? last : undefined);
    if (same) {
      same.instructions += entry.instructions;
      same.ticks += entry.ticks;
    } else {
      this.entries.push(entry);
      this.open.set(entry.node, entry);
    }
  }

  private takeTogether(): void {
    const before = this.entries;
    this.size *= 2;
    this.entries = [];
    this.open.clear();
    for (const entry of before) this.put(entry);
  }
}
