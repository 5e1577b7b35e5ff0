// Limits of a policy against denial of service: a greedy domain is bounded, its neighbour keeps its share.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compilePolicy } from '../../src/hypervisor/policy/compile';
import { BootedXen, type Module } from '../support/bootXen';
import { drivenGuests, SCRATCH } from '../support/drivenGuest';
import { arm, call, tinyGuest } from '../support/tinyGuest';
import { DOMID_SELF, Errno } from '../support/xenInterface';

const XEN_VERSION = 17;
const EVENT_CHANNEL_OP = 16;
const GRANT_TABLE_OP = 20;
const MULTICALL = 13;
const SCHED_OP = 29;
const DOM0_OP = 7;
const DOM0_INTERFACE = 0x0300_0000;
const DESTROY = 9;
const PAUSE = 10;
const UNPAUSE = 11;
const POLL = 3;
const BIND_IPI = 7;
const SEND = 4;
const ALLOC_UNBOUND = 6;
const GNTST_NO_DEVICE_SPACE = -7;
/** A tick takes so long that a second of machine time is 10 million ticks. */
const NS_PER_TICK = 100;
const TICKS_A_SECOND = 1e9 / NS_PER_TICK;
/** Where a greedy guest counts what it has done. */
const COUNTER = SCRATCH + 0x800;

const policy = (limits: string): Uint8Array =>
  compilePolicy(
    'test.policy',
    `type free_t, greedy_t; domain 0 is free_t; default greedy_t; limit greedy_t { ${limits} }
     allow * * : core *, sched *, event *, virq *, time *, console *, grant *, memory *;`,
  ).bytes;

/** Branches back over these words and itself (ARM DDI 0100 A4.1.5: the offset counts from two words on). */
const forever = (words: readonly number[]): number[] => [
  ...words,
  (0xea00_0000 | (-(words.length + 2) & 0xff_ffff)) >>> 0,
];
const stored = (at: number, words: readonly number[]): number[] =>
  words.flatMap((value, i) => [...arm.constant(0, at + 4 * i), ...arm.constant(1, value), arm.store(1, 0)]);
const counting = [...arm.constant(8, COUNTER), arm.load(9, 8), arm.addImmediate(9, 9, 1), arm.store(9, 8)];

/** A domain that does this again and again, and counts how often. */
const greedy = (body: readonly number[], before: readonly number[] = []): Module => ({
  elf: tinyGuest([...stored(COUNTER, [0]), ...before, ...forever([...counting, ...body])]),
});
const busy: Module = { elf: tinyGuest([arm.loop]) };
const asleep: Module = { elf: tinyGuest([...call(SCHED_OP, 1, 0), arm.loop]) };

/** A second of machine time, after the boot. Gives shares of the CPU, and what each has counted in a second. */
function measured(
  modules: readonly Module[],
  limits: string,
  commandLine = '',
): { shares: number[]; counts: number[]; console: string } {
  const xen = new BootedXen(modules, { policy: policy(limits), nsPerTick: NS_PER_TICK, commandLine });
  xen.runTo('restore', 5_000_000);
  xen.machine.run(1_000_000);
  const look = (): { time: number; count: number }[] => {
    const found: { time: number; count: number }[] = [];
    for (let d = xen.word(xen.symbol('domain_list')); d !== 0; d = xen.word(d + xen.offset('domain', 'next_in_list'))) {
      const at = xen.word(d + xen.offset('domain', 'vcpu')) + xen.offset('vcpu', 'cpu_time');
      const memory = 0xff00_0000 + (xen.word(d + xen.offset('domain', 'min_mfn')) << 12);
      const count = xen.word(memory + COUNTER - 0xc000_0000);
      found.push({ time: xen.word(at) + xen.word(at + 4) * 2 ** 32, count });
    }
    return found;
  };
  const start = { ticks: xen.machine.ticks, seen: look() };
  while (xen.machine.ticks < start.ticks + TICKS_A_SECOND) xen.machine.run(200_000);
  const seconds = (xen.machine.ticks - start.ticks) / TICKS_A_SECOND;
  const seen = look();
  return {
    shares: seen.map(({ time }, id) => (time - start.seen[id]!.time) / (seconds * 1e9)),
    counts: seen.map(({ count }, id) => (count - start.seen[id]!.count) / seconds),
    console: xen.console,
  };
}

const around = (value: number, from: number, to: number): void =>
  assert.ok(value >= from && value <= to, `${value} is not within ${from} to ${to}`);

describe('Hypervisor: limits of a policy', function () {
  this.timeout(60_000);

  for (const scheduler of ['bvt', 'sedf', 'credit'])
    it(`${scheduler}: hold a domain to its share of the CPU, however it asks for more; its neighbour has the rest`, () => {
      const line = `sched=${scheduler}`;
      const { shares, console } = measured([busy, busy], 'cpu 20%;', line);
      around(shares[1]!, 0.18, 0.21);
      // CPU time is charged when a slice ends.
      around(shares[0]!, 0.76, 0.85);
      assert.equal(console.match(/Domain-1 \(greedy_t\) has reached its limit of CPU and waits/g)?.length, 1);
      around(measured([asleep, busy], 'cpu 20%;', line).shares[1]!, 0.18, 0.21);
      // Sleeps for a moment whenever it could be charged.
      const napping = greedy(call(SCHED_OP, POLL, SCRATCH), stored(SCRATCH, [0, 0, 1, 0]));
      around(measured([busy, napping], 'cpu 20%;', line).shares[1]!, 0, 0.21);
    });

  it('hold a domain to so many hypercalls a second; it waits, and no call fails', () => {
    const storm = greedy(call(XEN_VERSION, 0));
    const free = measured([busy, storm], 'cpu 100%;');
    assert.ok(free.counts[1]! > 10_000, `${free.counts[1]} without a limit`);
    const { counts, shares } = measured([busy, storm], 'hypercalls 1000/s;');
    around(counts[1]!, 900, 1_050);
    around(shares[0]!, 0.9, 1);
  });

  it('count each call of a batch', () => {
    const calls = Array.from({ length: 50 }, () => [XEN_VERSION, 0, 0, 0, 0, 0, 0, 0]).flat();
    const batch = greedy(call(MULTICALL, SCRATCH, 50), stored(SCRATCH, calls.slice(0, 50 * 8)));
    const { counts } = measured([busy, batch], 'hypercalls 1000/s;');
    around(counts[1]! * 51, 800, 1_300);
  });

  it('hold a domain to so many events a second, so that whom it wakes keeps its time', () => {
    const bind = [...stored(SCRATCH, [BIND_IPI, 0, 0]), ...call(EVENT_CHANNEL_OP, SCRATCH)];
    const port = 3;
    const storm = greedy(call(EVENT_CHANNEL_OP, SCRATCH), [...bind, ...stored(SCRATCH, [SEND, port])]);
    const { counts, shares } = measured([busy, storm], 'events 200/s;');
    around(counts[1]!, 180, 220);
    around(shares[0]!, 0.9, 1);
  });

  it('outlast what Domain-0 does meanwhile: pausing, unpausing, and the end of the domain that waits', () => {
    const { xen, guests } = drivenGuests(1, {
      policy: policy('cpu 1%; } allow free_t greedy_t : dom0 *; limit free_t { cpu 100%;'),
      nsPerTick: NS_PER_TICK,
      others: [busy],
    });
    const dom0 = guests[0]!;
    const op = (command: number): number => dom0.callWith(DOM0_OP, [command, DOM0_INTERFACE, 1]);
    xen.machine.setBreakpoints([]);
    xen.runUntilConsole('has reached its limit of CPU and waits', 5_000_000);
    const second = xen.word(dom0.domain + xen.offset('domain', 'next_in_list'));
    const vcpu = xen.word(second + xen.offset('domain', 'vcpu'));
    const pauses = (): number => xen.word(vcpu + xen.offset('vcpu', 'pause_count'));
    assert.equal(pauses(), 1);
    assert.deepEqual([op(PAUSE), pauses(), op(UNPAUSE), pauses()], [0, 2, 0, 1]);
    assert.equal(op(DESTROY), 0);
    const end = xen.machine.ticks + TICKS_A_SECOND / 4;
    while (xen.machine.ticks < end) xen.machine.run(100_000);
    assert.equal(dom0.call(XEN_VERSION, 0), 3 << 16);
    assert.doesNotMatch(xen.console, /panic/);
  });

  it('refuse event channels beyond a number, and others still get theirs', () => {
    const { guests } = drivenGuests(2, { policy: policy('ports 5;') });
    const alloc = (guest: (typeof guests)[0]): number =>
      guest.callWith(EVENT_CHANNEL_OP, [ALLOC_UNBOUND, DOMID_SELF | (DOMID_SELF << 16), 0]);
    // Two are those of the directory and the console.
    assert.deepEqual(
      [1, 2, 3, 4].map(() => alloc(guests[1]!)),
      [0, 0, 0, Errno.ENOSPC],
    );
    const port = guests[1]!.callWith(EVENT_CHANNEL_OP, [3, 4]);
    assert.deepEqual([port, alloc(guests[1]!), alloc(guests[1]!)], [0, 0, Errno.ENOSPC]);
    for (let i = 0; i < 10; i++) assert.equal(alloc(guests[0]!), 0);
  });

  it('refuse mappings of granted frames beyond a number', () => {
    const { xen, guests } = drivenGuests(2, { policy: policy('grants 2;') });
    const [granter, greedyGuest] = guests as [(typeof guests)[0], (typeof guests)[0]];
    const list = SCRATCH + 0x400;
    granter.write(SCRATCH, [DOMID_SELF, 1, 0, list]);
    assert.equal(granter.call(GRANT_TABLE_OP, 2, SCRATCH, 1), 0);
    const entries = [0, 1, 2].flatMap((i) => [1 | (1 << 16), granter.frame(SCRATCH + 0x2000 + i * 0x1000)]);
    xen.machine.writePhysical(granter.word(list) << 12, new Uint8Array(Uint32Array.from(entries).buffer));
    const map = (ref: number): number => {
      greedyGuest.write(SCRATCH, [0, 0, 1, ref, granter.id, 0, 0, 0, 0, 0]);
      assert.equal(greedyGuest.call(GRANT_TABLE_OP, 0, SCRATCH, 1), 0);
      return (greedyGuest.word(SCRATCH + 24) << 16) >> 16;
    };
    assert.deepEqual([0, 1, 2].map(map), [0, 0, GNTST_NO_DEVICE_SPACE]);
  });
});
