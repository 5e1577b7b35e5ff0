/** Reports of the machine's coherence check in a session: told as they come, and an exception filter that stops right after the read. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CoherenceWatch } from '../../src/debugger/run/coherence';
import { cacheValues } from '../../src/debugger/values/caches';
import type { CoherenceReport, MachineFace } from '../../src/machine/types';
import { session } from './support/session';

function reportingMachine() {
  let listener: (report: CoherenceReport) => void = () => undefined;
  let stopsAsked = 0;
  const machine = {
    onCoherenceReport(each: typeof listener) {
      listener = each;
      return () => undefined;
    },
    requestStop: () => stopsAsked++,
  } as unknown as MachineFace;
  const report = (text: string) => listener({ text } as CoherenceReport);
  return { machine, report, stops: () => stopsAsked };
}

describe('Coherence reports', () => {
  it('are told in words, and stop nobody who has not asked', () => {
    const { machine, report, stops } = reportingMachine();
    const told: string[] = [];
    const watch = new CoherenceWatch(
      machine,
      (text) => told.push(text),
      () => false,
    );
    report('stale.');
    assert.deepEqual(told, ['Coherence: stale.']);
    assert.equal(stops(), 0);
    assert.equal(
      watch.ask(() => 'stop'),
      undefined,
    );
  });

  it('are shown to the filters one by one at the next boundary, until one stops', () => {
    const { machine, report, stops } = reportingMachine();
    const watch = new CoherenceWatch(
      machine,
      () => undefined,
      () => true,
    );
    report('first');
    report('second');
    assert.equal(stops(), 2);
    const seen: (string | undefined)[] = [];
    const stop = watch.ask(() => {
      seen.push(watch.current?.text);
      return seen.length === 2 ? 'stopped' : undefined;
    });
    assert.deepEqual([stop, seen, watch.current], ['stopped', ['first', 'second'], undefined]);
    assert.equal(
      watch.ask(() => 'again'),
      undefined,
    );
  });

  it('without end are told a hundred times, and then no more', () => {
    const { machine, report } = reportingMachine();
    const told: string[] = [];
    new CoherenceWatch(
      machine,
      (text) => told.push(text),
      () => false,
    );
    for (let count = 0; count < 1000; count++) report('stale.');
    assert.equal(told.length, 101);
    assert.match(told.at(-1)!, /further ones are counted under Machine/);
  });

  it('cannot be stopped at where caches keep no data, and the filter says so', async () => {
    const engine = await session();
    const [state] = engine.setExceptionFilters([{ id: 'coherence' }]);
    assert.equal(state!.verified, false);
    assert.match(state!.message!, /needs "cache": "coherence" in the launch configuration/);
    assert.deepEqual(cacheValues(engine.machine), []);
  });
});
