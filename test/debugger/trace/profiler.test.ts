/** Profiles that last: memory is bounded, and what every function took stays exact. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { cpuProfile, profileRows } from '../../../src/debugger/trace/exports';
import { Profiler, type ProfileNode } from '../../../src/debugger/trace/profiler';
import { Timeline } from '../../../src/debugger/trace/timeline';
import type { Frame } from '../../../src/debugger/types';

const node = (name: string): ProfileNode => ({
  name,
  who: 'Kernel',
  children: new Map(),
  selfInstructions: 0,
  selfTicks: 0,
});
const nodes = ['idle', 'memcpy', 'schedule', 'printk'].map(node);

const ticksOf = (timeline: Timeline, of: ProfileNode): number =>
  timeline.samples.filter((sample) => sample.node === of).reduce((sum, { ticks }) => sum + ticks, 0);

describe('The timeline of a profile', () => {
  it('never has more entries than it may, and keeps the time of each stack to the tick', () => {
    const looks = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 1000 })), { maxLength: 500 });
    fc.assert(
      fc.property(looks, (taken) => {
        const timeline = new Timeline(8);
        const wanted = nodes.map(() => 0);
        for (const [index, ticks] of taken) {
          timeline.add(nodes[index]!, 2 * ticks, ticks);
          wanted[index]! += ticks;
          assert.ok(timeline.samples.length <= 8);
        }
        assert.equal(timeline.looks, taken.length);
        assert.deepEqual(
          nodes.map((each) => ticksOf(timeline, each)),
          wanted,
        );
        assert.ok(timeline.samples.every(({ instructions, ticks }) => instructions === 2 * ticks));
      }),
    );
  });

  it('counts the same stack on end once, and gives no order up while there is room', () => {
    const timeline = new Timeline(8);
    const [idle, memcpy] = nodes as [ProfileNode, ProfileNode];
    for (let look = 0; look < 1000; look++) timeline.add(look === 500 ? memcpy : idle, 10, 10);
    assert.deepEqual(
      timeline.samples.map(({ node: { name }, ticks }) => [name, ticks]),
      [
        ['idle', 5000],
        ['memcpy', 10],
        ['idle', 4990],
      ],
    );
    assert.equal(timeline.window, 1);
  });

  it('stays in order from window to window', () => {
    const timeline = new Timeline(16);
    // The first half alternates between two stacks, the second between two others.
    for (let look = 0; look < 1024; look++) timeline.add(nodes[(look % 2) + (look < 512 ? 0 : 2)]!, 1, 1);
    assert.ok(timeline.window > 1 && timeline.window <= 256, String(timeline.window));
    const order = timeline.samples.map(({ node: each }) => (nodes.indexOf(each) < 2 ? 0 : 1));
    assert.deepEqual(order, [...order].sort());
  });
});

describe('A profiler', () => {
  const frame = (name: string) => ({ name, kind: 'native', space: { kind: 'pa' } }) as Frame;

  function profiled(looks: number, stackAt: (look: number) => readonly string[]) {
    const machine = { instructionCount: 0, ticks: 0 };
    let look = 0;
    const stack = () => stackAt(look++).map(frame).reverse();
    const profiler = new Profiler(
      machine,
      stack,
      () => 'Kernel',
      () => false,
      { nodes: 6, samples: 12 },
    );
    profiler.start(1000);
    for (let run = 0; run < looks; run++) {
      const most = profiler.before(1_000_000);
      machine.instructionCount += most;
      machine.ticks += 3 * most;
      profiler.after();
    }
    profiler.stop();
    const all = profileRows(profiler.root).reduce((sum, { selfInstructions }) => sum + selfInstructions, 0);
    assert.equal(all, machine.instructionCount, 'every instruction is somewhere');
    const { nodes: rows, endTime } = JSON.parse(
      cpuProfile(profiler.root, profiler.samples, { nsPerTick: 5, domainName: String }),
    ) as { nodes: object[]; endTime: number };
    assert.equal(rows.length <= 6 && profiler.samples.length <= 12, true);
    assert.ok(Math.abs(endTime - (machine.ticks * 5) / 1000) < 1e-3);
    return profiler;
  }

  it('says nothing of what it has not given up', () => {
    assert.deepEqual(profiled(5, (look) => ['main', `part${look % 3}`]).notes, []);
  });

  it('tells that looks are taken together once it is long', () => {
    const { notes } = profiled(5000, (look) => ['main', `part${look % 3}`]);
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /^It is long: \d+ looks at a time are taken together\. What each stack took is exact/);
  });

  it('counts stacks that have no room to who called, and says how often', () => {
    const profiler = profiled(10, (look) => ['main', `part${look}`]);
    // The root, main, and four parts.
    assert.deepEqual(profiler.notes, [
      'There are more than 6 different stacks: at 6 of 10 looks the innermost functions were counted to those that called them.',
    ]);
    const main = profileRows(profiler.root).find(({ name }) => name === 'main')!;
    assert.ok(main.selfInstructions > 0);
  });

  it('forgets what it gave up when it begins anew', () => {
    const profiler = profiled(5000, (look) => ['main', `part${look % 20}`]);
    assert.equal(profiler.notes.length, 2);
    profiler.start(1000);
    assert.deepEqual(profiler.notes, []);
    assert.equal(profiler.samples.length, 0);
  });
});
