import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { UserError, type DebugEngine, type Frame, type Value } from '../../src/debugger/types';
import { runningThread, session } from './support/session';

const N_FLAG = 0x8000_0000;
const VALUE = 0x1234_5678;

const guestFrame = (engine: DebugEngine, threadId: number): Frame =>
  engine.stack(threadId).find(({ kind }) => kind === 'guestKernel' || kind === 'guestUser')!;

const register = (engine: DebugEngine, frame: Frame, name: string): Value =>
  engine
    .scopes(frame)
    .find((scope) => scope.name === 'Registers')!
    .values()
    .find((value) => value.name === name)!;

/** Runs until the domain itself executes the instruction at the address. */
async function runTo(engine: DebugEngine, domainId: number, address: number): Promise<void> {
  engine.setFunctionBreakpoints([]);
  engine.setInstructionBreakpoints([{ space: { kind: 'domain', domainId }, address }]);
  const stop = await engine.resume({ untilInstruction: 40_000_000 });
  assert.equal(stop.reason, 'instructionBreakpoint');
  assert.equal(engine.machine.cpu.mode, 'usr');
}

/** In a hypercall of Domain-0; the other domain has run, and was interrupted somewhere. */
async function interrupted(): Promise<{ engine: DebugEngine; other: Frame }> {
  const engine = await session();
  engine.setFunctionBreakpoints([{ name: 'do_console_io' }]);
  for (let stops = 0; stops < 200; stops++) {
    await engine.resume();
    const other = engine.threads().find(({ running, domainId }) => !running && domainId === 1);
    const frame = other && guestFrame(engine, other.id);
    if (frame && frame.name === 'unit_task') return { engine, other: frame };
  }
  throw new Error('the other domain was never interrupted');
}

describe('Registers of a guest that the hypervisor has saved', () => {
  it('are changed where a domain waits, and the guest goes on with them', async () => {
    const { engine, other } = await interrupted();
    register(engine, other, 'r0').set!(`${VALUE}`);
    assert.match(register(engine, other, 'r0').text, /^0x12345678/);
    assert.match(engine.evaluate('$dom1.r0', undefined).text, /^0x12345678/);
    await runTo(engine, 1, other.pc);
    assert.equal(engine.machine.cpu.getRegister(0), VALUE);
  });

  it('are changed by their name in an expression too', async () => {
    const { engine, other } = await interrupted();
    engine.evaluate('$dom1.r3', undefined).set!('$dom1.r3 + 5');
    const wanted = (other.registers[3]! + 5) >>> 0;
    await runTo(engine, 1, other.pc);
    assert.equal(engine.machine.cpu.getRegister(3), wanted);
  });

  it('are changed before the first instruction of a domain that has never run', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'do_console_io' }]);
    await engine.resume();
    const other = engine.threads().find(({ domainId }) => domainId === 1)!;
    const frame = guestFrame(engine, other.id);
    assert.equal(frame.name, '_start');
    register(engine, frame, 'r5').set!(`${VALUE}`);
    await runTo(engine, 1, frame.pc);
    assert.equal(engine.machine.cpu.getRegister(5), VALUE);
  });

  it('are changed below the border of the running one', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'do_console_io' }]);
    await engine.resume();
    const frame = guestFrame(engine, runningThread(engine));
    register(engine, frame, 'r12').set!(`${VALUE}`);
    await runTo(engine, 0, frame.pc);
    assert.equal(engine.machine.cpu.getRegister(12), VALUE);
  });

  it('have flags that can be changed, and mode bits that cannot', async () => {
    const { engine, other } = await interrupted();
    const psr = engine.evaluate('$dom1.psr', undefined);
    const old = Number.parseInt(psr.text, 16);
    register(engine, other, 'cpsr').set!('$cpsr ^ 0x80000000');
    assert.throws(
      () => register(engine, other, 'cpsr').set!('$cpsr ^ 3'),
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /Only the flags .* can be changed: its mode bits/);
        return true;
      },
    );
    await runTo(engine, 1, other.pc);
    assert.equal((engine.machine.cpu.getCpsr() & N_FLAG) >>> 0, ((old ^ N_FLAG) & N_FLAG) >>> 0);
    // Now the guest executes: its flags are the CPU's, and its mode is still not to be changed.
    const top = guestFrame(engine, runningThread(engine));
    register(engine, top, 'cpsr').set!('$cpsr ^ 0x80000000');
    assert.equal((engine.machine.cpu.getCpsr() & N_FLAG) >>> 0, (old & N_FLAG) >>> 0);
    assert.throws(() => register(engine, top, 'cpsr').set!('$cpsr ^ 3'), /Only the flags/);
    assert.equal(engine.machine.cpu.mode, 'usr');
  });

  it('say why they cannot be changed where they are only reconstructed, or not saved yet', async () => {
    const { engine } = await interrupted();
    const frames = engine.stack(runningThread(engine)).filter(({ kind }) => kind === 'guestKernel');
    const caller = register(engine, frames[1]!, 'sp');
    assert.equal(caller.set, undefined);
    assert.match(caller.readOnlyReason!, /reconstructed from the stack/);
    const running = engine.evaluate('$dom0.r4', undefined);
    assert.equal(running.set, undefined);
    assert.match(running.readOnlyReason!, /below the border/);
    engine.setFunctionBreakpoints([{ name: 'vector_swi' }]);
    await engine.resume();
    await engine.resume();
    const entering = guestFrame(engine, runningThread(engine));
    assert.equal(register(engine, entering, 'r4').set, undefined, 'the frame does not belong to this call yet');
  });
});
