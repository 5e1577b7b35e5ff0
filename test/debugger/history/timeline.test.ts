/** What is kept of the past when memory is short. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Timeline } from '../../../src/debugger/history/timeline';
import type { MachineSnapshot } from '../../../src/machine/types';
import { domain, session } from '../support/session';

const SIZE = 100;
const snapshot = { version: 0, board: 'none', state: undefined } as MachineSnapshot;

function recorded(mostMoments: number, moments: number): Timeline {
  const timeline = new Timeline(mostMoments * SIZE, () => SIZE);
  timeline.begin(0, snapshot);
  for (let count = 1; count < moments; count++) timeline.add({ epoch: 0, count: count * 1000 }, snapshot);
  return timeline;
}

/** Distances from each moment to the next, from the beginning. */
function distances(timeline: Timeline): readonly number[] {
  const counts: number[] = [];
  for (let moment = timeline.floor(timeline.start); moment; moment = timeline.after(moment)) counts.push(moment.count);
  return counts.slice(1).map((count, index) => count - counts[index]!);
}

describe('The timeline', () => {
  it('stays within its memory, keeps the beginning, and has the closest moments where the present is', () => {
    const timeline = recorded(50, 5000);
    assert.equal(timeline.size, 50);
    assert.equal(timeline.bytes, 50 * SIZE);
    assert.equal(timeline.start.count, 0);
    const gaps = distances(timeline);
    assert.deepEqual(gaps.slice(-5), [1000, 1000, 1000, 1000, 1000]);
    // Nowhere is the way from a moment longer than a fair part of how long ago it is.
    let ago = 0;
    for (const gap of gaps.slice().reverse()) {
      ago += gap;
      assert.ok(gap <= Math.max(1000, ago / 3), `${gap} of ${ago}`);
    }
  });

  it('keeps what is pinned, and gives up the beginning only when nothing else is left', () => {
    const timeline = recorded(10, 5);
    for (let count = 5; count < 40; count++) timeline.add({ epoch: 0, count: count * 1000 }, snapshot, count % 2 === 0);
    assert.equal(timeline.size, 10);
    assert.ok(timeline.start.count > 0);
    assert.deepEqual(new Set(distances(timeline).slice(0, -1)), new Set([2000]));
  });

  it('leads from any point to the last moment before it, after any additions and cuts', () => {
    const action = fc.record({ count: fc.integer({ min: 1, max: 300 }), cut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), fc.integer({ min: 0, max: 300 }), (actions, point) => {
        const timeline = new Timeline(1e9, () => SIZE);
        timeline.begin(0, snapshot);
        let expected = [0];
        for (const { count, cut } of actions) {
          if (cut) {
            timeline.cut({ epoch: 0, count });
            expected = expected.filter((each) => each <= count);
          } else {
            timeline.add({ epoch: 0, count }, snapshot);
            expected.push(count);
          }
        }
        assert.equal(
          timeline.floor({ epoch: 0, count: point })!.count,
          Math.max(...expected.filter((each) => each <= point)),
        );
        assert.equal(timeline.bytes, new Set(expected).size * SIZE);
      }),
      { numRuns: 200 },
    );
  });

  it('of a running machine stays within its memory too, and every point of it can be gone to', async () => {
    const engine = await session({ domains: [domain('Domain-0')], historyBytes: 5 << 20 });
    await engine.resume({ untilInstruction: 30_000_000 });
    const { bytes, mostBytes, start, moments } = engine.past.status();
    assert.ok(bytes <= mostBytes && moments > 4 && start === 0, `${moments} moments in ${bytes} bytes`);
    for (const count of [1, 2_345_678, 29_999_999])
      assert.equal((await engine.past.goTo(count)).instructionCount, count);
    assert.ok(engine.past.status().bytes <= mostBytes);
  }).timeout(30_000);
});
