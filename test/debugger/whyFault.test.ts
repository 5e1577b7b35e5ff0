/** Why an access faulted: the walk, the permission, the verdict, and who wrote the page-table entries; the machine stays where it is. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { explained } from '../../src/adapter/hoverExplanation';
import { runReplLine } from '../../src/debugger/repl/commands';
import { lastFault, reportFault, writersOf } from '../../src/debugger/faultReport';
import type { DebugEngine, StopEvent } from '../../src/debugger/types';
import { runningStack, session, withProcess } from './support/session';

/** At a user process's access to its kernel, which page permissions deny. */
async function atFault(condition: string): Promise<{ readonly engine: DebugEngine; readonly stop: StopEvent }> {
  const engine = await session(withProcess);
  const [state] = engine.setExceptionFilters([{ id: 'guestFault', condition }]);
  assert.ok(state!.verified, state!.message);
  return { engine, stop: await engine.resume() };
}

async function why(engine: DebugEngine, stop: StopEvent, line = 'why'): Promise<string> {
  const { threadId } = stop;
  const frame = engine.stack(threadId).find(({ kind }) => kind !== 'label');
  const result = runReplLine({ engine, threadId, frame, stop }, line)!;
  assert.ok('later' in result);
  return result.later();
}

describe('Why an access faulted', function () {
  this.timeout(60_000);

  it('is told by the walk, the DACR, AP and the verdict, with who wrote the entries', async () => {
    const { engine, stop } = await atFault('data_abort && far >= 0xC0000000');
    const before = engine.machine.instructionCount;
    const report = reportFault(engine, stop.fault!)!;
    assert.equal(stop.fault!.as, 'user');
    assert.match(report.sentences[0]!, /^L1\[0xC\w+\] at 0x\w+ = 0x\w+: .*MMU domain \d+/);
    assert.match(report.sentences.at(-1)!, /^user (read|write) denied: .* fault/);
    const writers = await writersOf(engine, report);
    assert.equal(writers.length, report.entries.length);
    assert.match(
      writers[0]!,
      /^The L1 entry at pa:0x\w+: Written by the instruction at xen:0x\w+ \(\w+\+0x\w+, .*\.c:\d+\)/,
    );
    assert.equal(engine.machine.instructionCount, before);
    assert.equal(runningStack(engine)[0], '__dabt_usr');
    const text = await why(engine, stop);
    for (const part of [...report.sentences, ...writers]) assert.ok(text.includes(part), part);
    engine.dispose();
  });

  it('is what the same walk says about an entry that nothing is mapped by', async () => {
    const { engine, stop } = await atFault('data_abort && fsr == 0x05 || data_abort && (fsr & 0xf) == 7');
    assert.match(
      await why(engine, stop),
      /a fault entry: nothing is mapped\.\n.*denied: (section|page) translation fault/,
    );
    engine.dispose();
  });

  it('is told afterwards too, from the domain’s VFAR and VFSR, and for any address', async () => {
    const { engine } = await atFault('data_abort && far >= 0xC0000000');
    engine.setExceptionFilters([]);
    engine.setFunctionBreakpoints([{ name: 'dom1:process_fault' }]);
    const stop = await engine.resume();
    const [frame] = engine.stack(stop.threadId);
    const fault = lastFault(engine, frame)!;
    assert.equal(fault.as, 'user');
    assert.match(await why(engine, stop), /denied/);
    assert.match(await why(engine, stop, 'why xen:0xFF010000 write user'), /^user write of xen:0xFF010000\n/);
    engine.dispose();
  });

  it('is shown under the pointer, entry by entry with its place in memory', async () => {
    const { engine, stop } = await atFault('data_abort && far >= 0xC0000000');
    const frame = engine.stack(stop.threadId)[0];
    const value = explained(engine, frame, engine.evaluate('$dom1.vfar', frame));
    // VFAR is written a few instructions later; until then there is nothing to explain.
    assert.ok(value.text.length > 0);
    engine.setExceptionFilters([]);
    engine.setFunctionBreakpoints([{ name: 'do_upcall' }]);
    const upcall = await engine.resume();
    const top = engine.stack(upcall.threadId)[0];
    const shown = explained(engine, top, engine.evaluate('$dom1.vfar', top));
    assert.match(shown.text, /denied/);
    const [entry] = shown.children!();
    assert.equal(entry!.name, 'L1 entry');
    assert.equal(entry!.memory!.space.kind, 'pa');
    const plain = engine.evaluate('$r0 + 1', top);
    assert.equal(explained(engine, top, plain), plain);
    engine.dispose();
  });

  it('is said to be nothing where nothing has faulted', async () => {
    const engine = await session(withProcess);
    await assert.rejects(
      async () => why(engine, await engine.resume({ untilInstruction: 1000 })),
      /Nothing has faulted here yet/,
    );
    engine.dispose();
  });
});
