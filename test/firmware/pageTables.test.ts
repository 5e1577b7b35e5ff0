/**
 * Page tables under random requests: two domains ask for whatever comes to a random mind, valid and hostile, and after each request
 * the frame table is recomputed from outside. What a single request answers is predicted by a model where that is simple.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { drivenGuests, SCRATCH, type DrivenGuest } from '../support/drivenGuest';
import { domainView, PageTables } from '../support/pageTableAudit';
import { DOMID_SELF, smallPage } from '../support/xenInterface';

const MMU_UPDATE = 1;
const MEMORY_OP = 12;
const UPDATE_VA_MAPPING = 14;
const MMUEXT_OP = 26;
const [PIN_L1, PIN_L2, UNPIN, NEW_BASEPTR] = [0, 1, 4, 5];
/** Pages with which the guest plays; its code and SCRATCH are not among them. */
const PLAYGROUND = SCRATCH + 0x1_0000;
const PLAYGROUND_PAGES = 24;
const CODE_SLOT = 0xc00;
const NEW_GROUPS = [0x4000_0000, 0x4040_0000, 0xc040_0000, 0xfbc0_0000];

/** xorshift32 (G. Marsaglia, 2003). */
function randomNumbers(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

class Player {
  private readonly me: DrivenGuest;
  private readonly other: DrivenGuest;
  private readonly random: (below: number) => number;
  private readonly firstBase: number;
  /** Where it prepared a first-level table last. */
  private prepared = 0;

  constructor(me: DrivenGuest, other: DrivenGuest, random: (below: number) => number) {
    this.me = me;
    this.other = other;
    this.random = random;
    this.firstBase = this.base();
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.random(list.length)]!;
  }

  private page(): number {
    return PLAYGROUND + 4096 * this.random(PLAYGROUND_PAGES);
  }

  private view(): PageTables {
    return new PageTables(this.me.xen);
  }

  private base(): number {
    return domainView(this.me.xen, this.me.domain, this.me.vcpu).base;
  }

  /** Mostly a frame of its own, sometimes anybody's or none. */
  private someFrame(): number {
    const own = (): number => this.me.frame(this.page());
    return this.pick([
      own,
      own,
      own,
      own,
      () => this.other.frame(this.page()),
      () => this.base() + this.random(4),
      () => this.random(0x6000),
      () => this.pick([0x10, 0xc, 0x1f0, 0xff000, 0xff010, 0xfffff, this.me.sharedInfo >>> 12]),
    ])();
  }

  private someDescriptor(): number {
    const frame = this.someFrame();
    return this.pick([
      () => 0,
      () => 0,
      () => smallPage(frame),
      () => smallPage(frame),
      () => smallPage(frame, 0xff0),
      () => smallPage(frame, 0) & ~0xc,
      () => ((frame << 12) | 0x551) >>> 0,
      () => ((frame << 12) | 0x553) >>> 0,
    ])();
  }

  private someSlot(index: number): number {
    const frame = this.someFrame();
    const quarter = this.random(8) === 0 ? this.random(4) : index & 3;
    const mmuDomain = this.random(8) === 0 ? this.random(16) : this.pick([1, 3]);
    return this.pick([
      0,
      ((frame << 12) | (quarter << 10) | (mmuDomain << 5) | 0x11) >>> 0,
      ((frame << 12) | 0x412) >>> 0,
    ]);
  }

  /** May this descriptor stand in a table of mine? The rule of the paper's hypervisor: own frames, no tables, small pages. */
  private allowed(tables: PageTables, descriptor: number, alsoTable?: number): boolean {
    if ((descriptor & 3) === 0) return true;
    if ((descriptor & 3) !== 2 || descriptor >>> 12 >= tables.frameCount) return false;
    const { owner, type, count } = tables.frame(descriptor >>> 12);
    return owner === this.me.domain && (count === 0 || type === 'writable') && descriptor >>> 12 !== alsoTable;
  }

  /** One random request; what it was, for the report. */
  step(): string {
    return this.pick([
      () => this.updateVaMapping(),
      () => this.updateVaMapping(),
      () => this.updateVaMapping(),
      () => this.updateEntry(),
      () => this.updateSlot(),
      () => this.updateSlot(),
      () => this.pin(),
      () => this.pin(),
      () => this.unpin(),
      () => this.newBase(),
      () => this.scribble(),
      () => this.prepareTable(),
      () => this.reservation(),
    ])();
  }

  private updateVaMapping(): string {
    const address = this.random(4) === 0 ? this.pick(NEW_GROUPS) + 4096 * this.random(64) : this.page();
    const descriptor = this.someDescriptor();
    const tables = this.view();
    const { steps } = this.me.xen.machine.walk(address, 'read', true, { ttbr: this.base() << 12 });
    const expected = steps[0]?.type === 'coarse' && this.allowed(tables, descriptor);
    const result = this.me.call(UPDATE_VA_MAPPING, address, this.random(8), descriptor, 0);
    const what = `update_va_mapping ${address.toString(16)} ${descriptor.toString(16)}`;
    // Domain-0 may also map some devices, which are no frames.
    if (descriptor >>> 12 < tables.frameCount || this.me.id > 0) assert.equal(result === 0, expected, what);
    return what;
  }

  private update(address: number, value: number): number {
    this.me.write(SCRATCH, [address, 0, value, 0]);
    return this.me.call(MMU_UPDATE, SCRATCH, 1, 0, DOMID_SELF);
  }

  private updateEntry(): string {
    const address = (this.someFrame() << 12) + 4 * this.random(1024);
    const descriptor = this.someDescriptor();
    // Not the guest's own code: it would be gone.
    const own = this.me.xen.machine.walk(PLAYGROUND, 'read', true, { ttbr: this.base() << 12 }).steps[1]!
      .descriptorAddress;
    const target = address >>> 12 === own >>> 12 ? own + 4 * this.random(PLAYGROUND_PAGES) : address;
    const result = this.update(target, descriptor);
    return `mmu_update ${target.toString(16)} ${descriptor.toString(16)}: ${result}`;
  }

  private updateSlot(): string {
    const index = (this.pick(NEW_GROUPS) >>> 20) + this.random(4);
    const table = this.random(4) === 0 ? this.me.frame(this.page()) & ~3 : this.base();
    const address =
      this.random(16) === 0 ? (table << 12) + 4 * this.pick([0, 0x3ff, 0xfc0, 0xfff]) : (table << 12) + 4 * index;
    const slot = this.someSlot(index);
    const result = this.update(address >>> 0, slot);
    return `mmu_update of slot ${address.toString(16)} ${slot.toString(16)}: ${result}`;
  }

  private mmuext(command: number, argument: number): number {
    return this.me.callWith(MMUEXT_OP, [command, argument, 0, 0], 1, 0, DOMID_SELF);
  }

  private pin(): string {
    const frame = this.someFrame();
    if (this.random(3) === 0)
      return `pin_l2 ${frame.toString(16)}: ${this.mmuext(PIN_L2, this.pick([frame, frame & ~3, this.prepared, this.prepared]))}`;
    const tables = this.view();
    const { owner, count, type, pinned } = frame < tables.frameCount ? tables.frame(frame) : tables.frame(0);
    const expected =
      frame < tables.frameCount &&
      owner === this.me.domain &&
      !pinned &&
      (count > 0 ? type === 'l1' : tables.words(frame).every((entry) => this.allowed(tables, entry, frame)));
    const what = `pin_l1 ${frame.toString(16)}`;
    assert.equal(this.mmuext(PIN_L1, frame) === 0, expected, what);
    return what;
  }

  private unpin(): string {
    const tables = this.view();
    const pinned = Array.from({ length: PLAYGROUND_PAGES }, (_, i) => this.me.frame(PLAYGROUND + 4096 * i)).filter(
      (mfn) => tables.frame(mfn).pinned,
    );
    const frame = pinned.length > 0 && this.random(4) > 0 ? this.pick(pinned) : this.someFrame();
    const expected =
      frame < tables.frameCount && tables.frame(frame).owner === this.me.domain && tables.frame(frame).pinned;
    const what = `unpin ${frame.toString(16)}`;
    // The table that the builder made stays pinned: without it there would be nothing to go back to.
    if (frame === this.firstBase) return 'nothing';
    assert.equal(this.mmuext(UNPIN, frame) === 0, expected, what);
    return what;
  }

  private mayBeTable(tables: PageTables, mfn: number): boolean {
    return mfn < tables.frameCount && tables.frame(mfn).owner === this.me.domain;
  }

  private newBase(): string {
    const frame = this.pick([
      this.firstBase,
      this.someFrame(),
      this.me.frame(this.page()) & ~3,
      this.prepared,
      this.prepared,
    ]);
    const tables = this.view();
    const code = (mfn: number): number | undefined =>
      mfn + 4 <= tables.frameCount ? tables.words(mfn, 4)[CODE_SLOT] : 0;
    // A table of its own that does not map its code would be taken, and be its end.
    if (this.mayBeTable(tables, frame) && code(frame) !== code(this.firstBase)) return 'nothing';
    const result = this.mmuext(NEW_BASEPTR, (frame << 12) >>> 0);
    return `new_baseptr ${frame.toString(16)}: ${result}`;
  }

  /** Writes into a page while it is ordinary memory that the guest could reach: descriptors, for later. */
  private scribble(): string {
    const page = this.page();
    const mfn = this.me.frame(page);
    const { owner, type, count } = this.view().frame(mfn);
    if (owner !== this.me.domain || (count > 0 && type !== 'writable')) return 'nothing';
    const words = new Array<number>(1024).fill(0);
    for (let i = this.random(4); i > 0; i--) words[this.random(1024)] = this.someDescriptor();
    this.me.write(page, words);
    return `write descriptors into frame ${mfn.toString(16)}`;
  }

  /** Takes away all mappings of four frames, and copies the present first-level table there, perhaps with a mistake. */
  private prepareTable(): string {
    const first = PLAYGROUND + 4096 * 4 * this.random(PLAYGROUND_PAGES / 4);
    for (let page = 0; page < 4; page++) this.me.call(UPDATE_VA_MAPPING, first + 4096 * page, 1, 0, 0);
    const tables = this.view();
    const frames = Array.from({ length: 4 }, (_, i) => tables.frame(this.me.frame(first) + i));
    if (frames.some(({ owner, count }) => owner !== this.me.domain || count > 0)) return 'unmap four pages';
    const copy = tables.words(this.base(), 4);
    if (this.random(2) === 0) {
      const index = (this.pick(NEW_GROUPS) >>> 20) + this.random(4);
      copy[index] = this.someSlot(index);
    }
    this.me.write(first, [...copy]);
    this.prepared = this.me.frame(first);
    return `copy the table to ${this.me.frame(first).toString(16)}`;
  }

  private reservation(): string {
    const frame = this.someFrame();
    const increase = this.random(2) === 0;
    this.me.write(SCRATCH + 64, [frame]);
    this.me.write(SCRATCH, [SCRATCH + 64, 1, 0, 0, DOMID_SELF]);
    const result = this.me.call(MEMORY_OP, increase ? 0 : 1, SCRATCH);
    return `memory_op ${increase ? 'increase' : `decrease ${frame.toString(16)}`}: ${result}`;
  }
}

describe('Hypervisor: page tables under random requests', () => {
  for (const seed of [1, 20_081_210])
    it(`keeps every count right and every table unmapped (seed ${seed})`, () => {
      const { xen, guests } = drivenGuests(2, { memoryBytes: 2 << 20 });
      const [first, second] = guests as [DrivenGuest, DrivenGuest];
      const random = randomNumbers(seed);
      const players = [new Player(first, second, random), new Player(second, first, random)];
      const history: string[] = [];
      const audit = (): string[] =>
        new PageTables(xen).faults(guests.map((guest) => domainView(xen, guest.domain, guest.vcpu)));
      assert.deepEqual(audit(), [], 'after boot');
      for (let turn = 0; turn < 8; turn++)
        for (let step = 0; step < 30; step++) {
          history.push(`${turn % 2}: ${players[turn % 2]!.step()}`);
          assert.deepEqual(audit(), [], history.slice(-5).join('\n'));
        }
      assert.doesNotMatch(xen.console, /panic|crashed/);
    });
});
