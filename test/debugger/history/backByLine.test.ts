/** Steps back by line: where steps forward have been, in the other order. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugEngine } from '../../../src/debugger/types';
import { runningThread, session } from '../support/session';

const place = (engine: DebugEngine): string => {
  const [top] = engine.stack(runningThread(engine));
  return `${top!.name} ${top!.source?.path.split('/').pop()}:${top!.source?.line}`;
};

const step = (engine: DebugEngine, kind: 'in' | 'over' | 'out') => engine.step(runningThread(engine), kind, 'line');
const back = (engine: DebugEngine, kind: 'in' | 'over' | 'out') => engine.stepBack(runningThread(engine), kind, 'line');

async function at(name: string): Promise<DebugEngine> {
  const engine = await session();
  engine.setFunctionBreakpoints([{ name }]);
  await engine.resume();
  engine.setFunctionBreakpoints([]);
  return engine;
}

/** Lines forward from a function's beginning, and the same lines back. */
async function mirrors(name: string, lines: number): Promise<void> {
  const engine = await at(name);
  const forwards = [place(engine)];
  const counts = [engine.machine.instructionCount];
  for (let count = 0; count < lines; count++) {
    await step(engine, 'over');
    forwards.push(place(engine));
    counts.push(engine.machine.instructionCount);
  }
  const backwards = [place(engine)];
  for (let count = 0; count < lines; count++) {
    await back(engine, 'over');
    backwards.push(place(engine));
    assert.ok(counts.includes(engine.machine.instructionCount), `${place(engine)} is where a step forward has been`);
  }
  assert.deepEqual(backwards.reverse(), forwards);
}

describe('A step back by line', function () {
  this.timeout(60_000);

  for (const [name, lines] of [
    ['dom1:run_workload', 6],
    ['do_console_io', 5],
    ['dom0:run_workload', 3],
  ] as const) {
    it(`leads through the lines of ${name} as steps forward did, over calls and hypercalls`, () =>
      mirrors(name, lines));
  }

  it('out leads to the call, from which a step in leads to the same place', async () => {
    const engine = await at('do_console_io');
    const inside = engine.machine.instructionCount;
    await step(engine, 'over');
    await back(engine, 'out');
    const caller = place(engine);
    assert.doesNotMatch(caller, /^do_console_io/);
    assert.ok(engine.machine.instructionCount < inside);
    engine.setFunctionBreakpoints([{ name: 'do_console_io' }]);
    assert.equal((await engine.resume()).instructionCount, inside);
  });

  it('over the beginning of a function leads to the line that called it', async () => {
    const engine = await at('dom1:create_thread');
    const [, caller] = engine.stack(runningThread(engine));
    for (let count = 0; count < 3 && place(engine).startsWith('create_thread'); count++) await back(engine, 'over');
    assert.equal(place(engine), `${caller!.name} ${caller!.source!.path.split('/').pop()}:${caller!.source!.line}`);
  });

  it('in leads into the end of what was called', async () => {
    const engine = await at('dom1:create_thread');
    await step(engine, 'out');
    const after = place(engine);
    await back(engine, 'in');
    // Whatever it ended in: it may have called something last.
    assert.match(place(engine), /^create/);
    for (let outs = 0; outs < 2 && place(engine) !== after; outs++) await step(engine, 'out');
    assert.equal(place(engine), after);
  });

  it('refuses to go out of the outermost frame, and stays where it is', async () => {
    const engine = await session();
    const { instructionCount } = engine.machine;
    await assert.rejects(back(engine, 'out'), /no caller to go back to/);
    assert.equal(engine.machine.instructionCount, instructionCount);
  });
});
