/** Running backwards meets the same stops as running forwards, in the other order. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugEngine, StopEvent } from '../../../src/debugger/types';
import { domain, runningStack, runningThread, session } from '../support/session';

const threeDomains = { domains: [domain('Domain-0'), domain('guest1'), domain('proc', 'builtin:proc-os')] };

interface Seen {
  readonly at: number;
  readonly description: string;
  readonly breakpointIds: readonly number[];
  readonly stack: readonly string[];
}

const seen = (engine: DebugEngine, { instructionCount, description, breakpointIds }: StopEvent): Seen => ({
  at: instructionCount,
  description,
  breakpointIds,
  stack: runningStack(engine),
});

/** The same stops backwards as forwards, then the beginning. */
async function mirrors(engine: DebugEngine, stops: number): Promise<void> {
  const forwards: Seen[] = [];
  for (let count = 0; count < stops; count++) forwards.push(seen(engine, await engine.resume()));
  assert.equal(new Set(forwards.map(({ at }) => at)).size, stops);
  for (const expected of forwards.slice(0, -1).reverse())
    assert.deepEqual(seen(engine, await engine.reverse()), expected);
  const { description, instructionCount } = await engine.reverse();
  assert.deepEqual([description, instructionCount], ['Beginning of the history', 0]);
  assert.deepEqual(seen(engine, await engine.resume()), forwards[0]);
}

describe('Running backwards', function () {
  this.timeout(60_000);

  for (const mode of ['interpreter', 'translator']) {
    it(`meets function breakpoints again (${mode})`, async () => {
      const engine = await session({ ...threeDomains, engine: mode });
      engine.setFunctionBreakpoints([{ name: 'do_upcall' }, { name: 'dom1:schedule' }, { name: 'do_console_io' }]);
      await mirrors(engine, 20);
    });
  }

  it('meets what exception filters look for', async () => {
    const engine = await session(threeDomains);
    engine.setExceptionFilters([
      { id: 'hypercall', condition: 'sched_op' },
      { id: 'domainSwitch' },
      { id: 'guestFault' },
      { id: 'upcall', condition: 'dom == 2' },
    ]);
    await mirrors(engine, 15);
  });

  it('asks conditions and hit conditions as on the way forwards', async () => {
    const engine = await session(threeDomains);
    engine.setFunctionBreakpoints([
      { name: 'do_console_io', condition: 'count > 8', hitCondition: '% 3' },
      { name: 'do_upcall', hitCondition: '>= 10' },
    ]);
    await mirrors(engine, 12);
  });

  it('meets changes of watched memory', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:run_workload' }]);
    await engine.resume();
    engine.setFunctionBreakpoints([]);
    const frame = engine.stack(runningThread(engine))[0];
    const target = engine.evaluate('dom1:tick_count', frame).storage!;
    engine.setDataBreakpoints([{ target, access: 'write', name: 'tick_count' }]);
    const forwards: string[] = [];
    for (let count = 0; count < 6; count++) {
      const stop = await engine.resume();
      forwards.push(`${stop.instructionCount} ${stop.description}`);
    }
    for (const expected of forwards.slice(0, -1).reverse()) {
      const stop = await engine.reverse();
      assert.equal(`${stop.instructionCount} ${stop.description}`, expected);
    }
  });

  it('shows consoles nothing again until the past has been caught up with, and log points speak forwards only', async () => {
    const engine = await session();
    const said: string[] = [];
    const logged: string[] = [];
    engine.onMessage((text) => logged.push(text));
    engine.onConsole(({ text }) => said.push(text));
    engine.setFunctionBreakpoints([{ name: 'do_console_io', logMessage: 'console_io {count}' }, { name: 'unit_task' }]);
    await engine.resume();
    const once = said.length;
    const points = logged.slice();
    assert.ok(once > 2 && points.length > 0);
    await engine.reverse();
    assert.deepEqual(logged, points);
    const { instructionCount } = await engine.resume();
    assert.equal(said.length, once);
    assert.deepEqual(logged, [...points, ...points]);
    await engine.resume({ untilInstruction: instructionCount + 3_000_000 });
    assert.ok(said.length > once);
  });
});
