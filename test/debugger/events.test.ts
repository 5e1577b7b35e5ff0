/** Stops at what happens between guests and hypervisor: results, events, permissions, first touches; as filters and by name. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugEngine, StopEvent } from '../../src/debugger/types';
import { domain, runningStack, session, valuesOf, withProcess } from './support/session';

const withDrivers = { domains: [domain('Domain-0'), domain('guest1')] };

async function stopAt(engine: DebugEngine, name: string, condition?: string): Promise<StopEvent> {
  const [state] = engine.setFunctionBreakpoints([{ name, ...(condition === undefined ? {} : { condition }) }]);
  assert.equal(state!.verified, true, state!.message);
  const stop = await engine.resume();
  assert.equal(stop.reason, 'functionBreakpoint', stop.description);
  assert.deepEqual(stop.breakpointIds, [state!.id]);
  return stop;
}

async function stopFor(engine: DebugEngine, id: string, condition?: string): Promise<StopEvent> {
  const [state] = engine.setExceptionFilters([{ id, ...(condition === undefined ? {} : { condition }) }]);
  assert.equal(state!.verified, true, state!.message);
  const stop = await engine.resume();
  assert.equal(stop.reason, 'exception', stop.description);
  return stop;
}

describe('A function breakpoint that names an event', function () {
  this.timeout(60_000);

  it('stops at a hypercall by name, number, argument and caller', async () => {
    const engine = await session(withDrivers);
    const named = await stopAt(engine, 'hypercall:event_channel_op');
    assert.match(named.description, /^Hypercall event_channel_op \(16\), \w+ from Domain-0$/);
    assert.match((await stopAt(engine, 'hypercall:18')).description, /^Hypercall console_io \(18\), write from/);
    const argument = await stopAt(engine, 'hypercall:console_io if r0 == 0 && r1 > 10');
    const caller = engine.stack(argument.threadId).find(({ kind }) => kind === 'guestKernel')!;
    assert.ok(Number(valuesOf(engine, caller, 'Registers').get('r1')?.split(' ')[0]) > 10);
    assert.match((await stopAt(engine, 'dom1:hypercall:*')).description, /from guest1$/);
    // The client's own field for conditions speaks the same words.
    const condition = 'dom == 1 && op == bind_virq';
    await engine.restart();
    assert.match((await stopAt(engine, 'hypercall:event_channel_op', condition)).description, /bind_virq from guest1/);
    engine.dispose();
  });

  it('stops at its result, by its value', async () => {
    const engine = await session(withDrivers);
    const stop = await stopAt(engine, 'result:console_io if result >= 0');
    assert.match(stop.description, /^Hypercall console_io \(18\), write, of Domain-0 has the result \d+$/);
    assert.equal(runningStack(engine)[0], 'ret_from_hypercall');
    const other = await stopAt(engine, 'result:* if result != 0');
    assert.match(other.description, /has the result (-E[A-Z]+|[1-9]\d*)$/);
    engine.dispose();
  });

  it('stops at upcalls and faults of a process by cause and address', async () => {
    const engine = await session(withProcess);
    assert.match((await stopAt(engine, 'upcall:system_call')).description, /^Upcall to proc \(system call\)$/);
    const fault = await stopAt(engine, 'fault:data_abort if far >= 0xC0000000');
    assert.match(fault.description, /^Data abort in proc .* VFAR 0xC0\w+/i);
    engine.dispose();
  });

  it('says in words what it does not know', async () => {
    const engine = await session(withDrivers);
    const messages = engine
      .setFunctionBreakpoints([{ name: 'hypercall:console_oi' }, { name: 'event:1 if prt == 2' }, { name: 'upcall:' }])
      .map(({ verified, message }) => (verified ? '' : message));
    assert.match(messages[0]!, /did you mean console_io/);
    assert.match(messages[1]!, /did you mean port/);
    assert.equal(messages[2], '');
    engine.dispose();
    const native = await session({ hypervisor: undefined, domains: [], kernel: 'builtin:mini-os-native' });
    assert.match(native.setFunctionBreakpoints([{ name: 'hypercall:18' }])[0]!.message!, /needs a hypervisor/);
    native.dispose();
  });
});

describe('Exception filters', function () {
  this.timeout(60_000);

  it('are few, and ask about more where a condition names it', async () => {
    const engine = await session(withProcess);
    assert.deepEqual(
      engine.exceptionFilters.map(({ id }) => id),
      ['hypercall', 'systemCall', 'upcall', 'guestFault', 'domainSwitch', 'coherence'],
    );
    assert.match((await stopFor(engine, 'hypercall', 'dom == 1')).description, /from proc$/);
    assert.match(
      (await stopFor(engine, 'hypercall', 'dom == 1 && result == 0')).description,
      /of proc has the result 0$/,
    );
    assert.match((await stopFor(engine, 'upcall', 'dom == 1 && port > 0')).description, /^Event at port \d+ of proc/);
    assert.match((await stopFor(engine, 'domainSwitch', 'changed != 0')).description, /^DACR changes from/);
    assert.match((await stopFor(engine, 'guestFault', 'dom == 1 && write == 1')).description, /^First touch of page/);
    engine.dispose();
  });

  it('stop when an event becomes pending at a port', async () => {
    const engine = await session(withDrivers);
    const stop = await stopFor(engine, 'event', 'dom == 1');
    assert.match(stop.description, /^Event at port \d+ of guest1, while .* has the CPU$/);
    const port = Number(/port (\d+)/.exec(stop.description)![1]);
    engine.setExceptionFilters([]);
    const again = await stopAt(engine, `event:${port} if dom == 1`);
    assert.match(again.description, new RegExp(`^Event at port ${port} of guest1`));
    engine.dispose();
  });

  it('stop before the DACR gets another value, and at no write that changes nothing', async () => {
    const engine = await session(withProcess);
    // The process's kernel opens the user's MMU domain and closes its own (Table 1).
    const stop = await stopFor(engine, 'permissionChange', 'dom == 1 && (changed & 2) != 0');
    const { dacr } = engine.machine.cpu.getCp15();
    const [, before, after] = /from 0x(\w+) to 0x(\w+)/.exec(stop.description)!.map((text) => parseInt(text, 16));
    assert.equal(before, dacr);
    assert.match(stop.text!, /D1 from \w+.* to \w+/);
    engine.machine.run(1);
    assert.equal(engine.machine.cpu.getCp15().dacr, after);
    assert.notEqual(before, after);
    engine.dispose();
  });

  it('stop at the first touch of a page, once for each page', async () => {
    const engine = await session(withProcess);
    await stopAt(engine, 'dom1:diver_main');
    engine.setFunctionBreakpoints([]);
    const seen = new Set<string>();
    let stop = await stopFor(engine, 'firstTouch', 'dom == 1 && write == 1');
    for (let count = 0; count < 3; count++, stop = await engine.resume()) {
      assert.match(stop.description, /written by (a process|the kernel) of proc$/);
      const page = /page (0x\w+)/.exec(stop.description)![1]!;
      assert.ok(!seen.has(page), page);
      seen.add(page);
    }
    assert.equal(stop.reason, 'exception');
    engine.dispose();
  });
});
