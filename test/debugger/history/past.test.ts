/** Searches through the past, and what a session does with it: who wrote last, what happened before, checkpoints, other futures. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'mocha';
import type { DebugEngine } from '../../../src/debugger/types';
import { runReplLine } from '../../../src/debugger/repl/commands';
import { domain, runningThread, session } from '../support/session';
import { stateHash } from './stateHash';

const threeDomains = { domains: [domain('Domain-0'), domain('guest1'), domain('proc', 'builtin:proc-os')] };

/** As typed into the debug console; the stop of a move, or the text. */
async function type(engine: DebugEngine, line: string): Promise<string> {
  const threadId = runningThread(engine);
  const result = runReplLine({ engine, threadId, frame: engine.stack(threadId)[0] }, line);
  assert.ok(result, line);
  if ('text' in result) return result.text;
  if ('later' in result) return result.later();
  const { description, text } = await result.move();
  return text === undefined ? description : `${description}. ${text}`;
}

const value = (engine: DebugEngine, expression: string): string => engine.evaluate(expression, undefined).text;

async function ranThrough(instructions: number): Promise<DebugEngine> {
  const engine = await session(threeDomains);
  await engine.resume({ untilInstruction: instructions });
  return engine;
}

describe('The past', function () {
  this.timeout(60_000);
  let engine: DebugEngine;

  before(async () => {
    engine = await ranThrough(6_000_000);
  });
  beforeEach(async () => {
    engine.setFunctionBreakpoints([]);
    await engine.past.goTo(6_000_000);
  });

  it('knows who wrote a variable last: the machine stands before that instruction', async () => {
    const ticks = Number(value(engine, 'dom1:tick_count'));
    assert.match(
      await type(engine, 'last-write dom1:tick_count'),
      /^The last write to dom1:tick_count\. Written by the instruction at dom1:0x[0-9a-f]{8} \(\w+\+0x[0-9a-f]+, \S+:\d+\), 4 bytes at pa:0x/,
    );
    assert.equal(Number(value(engine, 'dom1:tick_count')), ticks - 1);
    await engine.step(runningThread(engine), 'in', 'instruction');
    assert.equal(Number(value(engine, 'dom1:tick_count')), ticks);
  });

  it('knows what changed a register last', async () => {
    for (const register of ['r4', 'dacr', 'sp']) {
      const now = engine.machine.instructionCount;
      const before = value(engine, `$${register}`);
      assert.equal(await type(engine, `last-write $${register}`), `The last change of $${register}`);
      assert.ok(engine.machine.instructionCount < now);
      assert.notEqual(value(engine, `$${register}`), before);
      engine.machine.run(1);
      assert.equal(value(engine, `$${register}`), before);
    }
  });

  it('knows who wrote a page-table entry last', async () => {
    assert.match(
      await type(engine, 'last-write pte dom1:0xC0008000'),
      /^The last write to a page-table entry of dom1:0xc0008000\. Written by the instruction at xen:0xff[0-9a-f]{6} /,
    );
  });

  it('leads to the previous hypercall of a domain, call of a function, or switch, whatever breakpoints there are', async () => {
    const [state] = engine.setFunctionBreakpoints([{ name: 'do_console_io' }]);
    assert.ok(state!.verified);
    assert.match(await type(engine, 'previous hypercall of dom1'), /^Hypercall .* from guest1/);
    assert.equal(engine.currentVcpu()!.domainId, 1);
    await engine.past.goTo(6_000_000);
    assert.match(await type(engine, 'previous switch if from == 2'), /^Domain switch from proc/);
    await engine.past.goTo(6_000_000);
    assert.match(await type(engine, 'previous dom1:schedule'), /schedule/);
    assert.equal(engine.currentVcpu()!.domainId, 1);
    assert.equal(await type(engine, 'previous do_upcall if $r0 == 0x12345678'), 'Beginning of the history');
    assert.throws(
      () => runReplLine({ engine, threadId: 1, frame: undefined }, 'previous do_upcal'),
      /did you mean do_upcall/,
    );
  });

  it('has checkpoints, to which one goes back and forth, also when their time was given up', async () => {
    await engine.past.goTo(3_000_000);
    await type(engine, 'checkpoint three');
    const three = stateHash(engine.machine);
    await engine.resume({ untilInstruction: 5_000_000 });
    await type(engine, 'checkpoint five');
    const five = stateHash(engine.machine);
    assert.equal(await type(engine, 'goto-checkpoint three'), 'At checkpoint three');
    assert.equal(stateHash(engine.machine), three);
    await type(engine, 'goto-checkpoint five');
    assert.equal(stateHash(engine.machine), five);
    await type(engine, 'goto-checkpoint three');
    engine.sendConsoleInput('x');
    await engine.resume({ untilInstruction: 3_100_000 });
    assert.match(
      await type(engine, 'checkpoints'),
      /three +instruction 3,000,000\nfive +instruction 5,000,000 \(of a time/,
    );
    await type(engine, 'goto-checkpoint five');
    assert.equal(stateHash(engine.machine), five);
    await assert.rejects(async () => type(engine, 'goto-checkpoint six'), /no checkpoint "six": there are three, five/);
  });
});

describe('Another future', function () {
  this.timeout(60_000);

  it('begins with input that is typed in the past, and the session says so', async () => {
    const engine = await ranThrough(5_000_000);
    const told: string[] = [];
    engine.onMessage((text) => told.push(text));
    await engine.past.goTo(2_000_000);
    assert.equal(engine.past.status().latest, 5_000_000);
    engine.sendConsoleInput('x');
    await engine.resume({ untilInstruction: 2_500_000 });
    assert.deepEqual(told, [
      'The 3000000 instructions that came after this point are given up: input came in the past, so that from here on it is another history.',
    ]);
    assert.equal(engine.past.status().latest, 2_500_000);
    assert.equal(engine.machine.inputLog.length, 1);
    const after = stateHash(engine.machine);
    await engine.past.goTo(1_000_000);
    await engine.past.goTo(2_500_000);
    assert.equal(stateHash(engine.machine), after);
  });

  it('replays input that came on the way, also what had not been delivered', async () => {
    const engine = await ranThrough(2_000_000);
    engine.sendConsoleInput('abc\n');
    await engine.resume({ untilInstruction: 3_000_000 });
    engine.sendConsoleInput('def\n');
    await engine.past.goTo(1_500_000);
    await engine.resume({ untilInstruction: 4_000_000 });
    const again = stateHash(engine.machine);
    const straight = await ranThrough(2_000_000);
    straight.sendConsoleInput('abc\n');
    await straight.resume({ untilInstruction: 3_000_000 });
    straight.sendConsoleInput('def\n');
    await straight.resume({ untilInstruction: 4_000_000 });
    assert.equal(again, stateHash(straight.machine));
  });

  it('is not begun by going on: what the debugger changed on the way is changed again', async () => {
    const engine = await ranThrough(2_000_000);
    engine.evaluate('dom1:tick_count', undefined).set!('1000');
    engine.machine.cpu.setRegister(7, 0x1234);
    await engine.resume({ untilInstruction: 3_000_000 });
    const after = stateHash(engine.machine);
    await engine.past.goTo(2_000_000);
    assert.equal(value(engine, 'dom1:tick_count'), '1000 (0x3e8)');
    await engine.stepBack(runningThread(engine), 'in', 'instruction');
    assert.notEqual(value(engine, 'dom1:tick_count'), '1000 (0x3e8)');
    await engine.past.goTo(1_000_000);
    await engine.resume({ untilInstruction: 3_000_000 });
    assert.equal(stateHash(engine.machine), after);
    await type(engine, 'previous hypercall');
    await engine.past.goTo(3_000_000);
    assert.equal(stateHash(engine.machine), after);
  });

  it('begins with a change in the past', async () => {
    const engine = await ranThrough(3_000_000);
    await engine.past.goTo(1_000_000);
    engine.machine.writePhysical(0x5000000, Uint8Array.of(1, 2, 3, 4));
    await engine.resume({ untilInstruction: 1_200_000 });
    assert.equal(engine.past.status().latest, 1_200_000);
    await engine.past.goTo(900_000);
    assert.deepEqual([...engine.machine.readPhysical(0x5000000, 4)!], [0, 0, 0, 0]);
    await engine.past.goTo(1_200_000);
    assert.deepEqual([...engine.machine.readPhysical(0x5000000, 4)!], [1, 2, 3, 4]);
  });

  it('is what a restart makes: the history begins again', async () => {
    const engine = await ranThrough(2_000_000);
    await engine.restart();
    await engine.start();
    const { start, latest, instruction } = engine.past.status();
    assert.deepEqual([start, latest], [0, instruction]);
  });
});
