/** A domain that does not run: its registers, locals and memory, read and changed where it is, and what it makes of that when it runs again. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugEngine, Frame, ThreadInfo, Value } from '../../src/debugger/types';
import { domain, session } from './support/session';

const DOM1 = { kind: 'domain', domainId: 1 } as const;
const threadOf = (engine: DebugEngine, domainId: number): ThreadInfo =>
  engine.threads().find((thread) => thread.domainId === domainId)!;

/** Two domains of which the second waits, in the middle of a thread of its kernel, while the first executes. */
async function secondWaits(): Promise<{ readonly engine: DebugEngine; readonly frames: readonly Frame[] }> {
  const engine = await session({ domains: [domain('Domain-0'), domain('Domain-1')] });
  engine.setFunctionBreakpoints([{ name: 'dom1:unit_task' }]);
  await engine.resume();
  engine.setFunctionBreakpoints([{ name: 'dom0:printk' }]);
  await engine.resume();
  engine.setFunctionBreakpoints([]);
  assert.equal(engine.currentVcpu()?.domainId, 0);
  return { engine, frames: engine.stack(threadOf(engine, 1).id) };
}

describe('A domain that does not run', function () {
  this.timeout(20_000);

  it('has its registers changed where they are saved, and goes on with them', async () => {
    const { engine, frames } = await secondWaits();
    const guest = frames.find(({ kind }) => kind === 'guestKernel')!;
    const before = engine.evaluate('$r11', guest);
    before.set!('0x12345678');
    assert.match(
      engine.evaluate(
        '$r11',
        engine.stack(threadOf(engine, 1).id).find(({ kind }) => kind === 'guestKernel'),
      ).text,
      /0x12345678/,
    );
    // The CPU itself has another's.
    assert.notEqual(engine.machine.cpu.getRegister(11), 0x12345678);
    engine.setInstructionBreakpoints([{ space: DOM1, address: guest.pc }]);
    const stop = await engine.resume();
    assert.equal(stop.reason, 'instructionBreakpoint');
    assert.equal(engine.machine.cpu.getRegister(11), 0x12345678);
  });

  it('has its variables changed, and those of the other domain that runs the same image stay', async () => {
    const { engine } = await secondWaits();
    const value = (space: string): Value => engine.evaluate(`${space}:tick_count`, undefined);
    const others = value('dom0').text;
    value('dom1').set!('77');
    assert.match(value('dom1').text, /^77\b/);
    assert.equal(value('dom0').text, others);
  });

  it('has the locals of its frames changed on its own stack', async () => {
    const { engine, frames } = await secondWaits();
    const found = frames.flatMap((frame) => {
      const locals = frame.kind === 'guestKernel' ? (engine.scopes(frame)[0]?.values() ?? []) : [];
      return locals.flatMap((local) => (local.set && local.storage?.kind === 'memory' ? [{ frame, local }] : []));
    });
    assert.ok(found.length > 0, frames.map(({ name }) => name).join(' < '));
    const { frame, local } = found[0]!;
    local.set!('3');
    assert.match(engine.evaluate(local.name, frame).text, /^(0x0000000)?3\b/);
  });
});
