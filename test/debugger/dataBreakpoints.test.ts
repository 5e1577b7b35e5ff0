/** Data breakpoints in the machine with two domains: who is meant, what counts as a change, what a stop says. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DataBreakpointRequest, DataTarget, DebugEngine, StopEvent } from '../../src/debugger/types';
import { runningThread, session } from './support/session';

const guest = (domainId: number) => ({ kind: 'domain', domainId }) as const;

/** Where a value stands, as the Variables view would watch it. */
function storage(engine: DebugEngine, expression: string): DataTarget {
  const frame = engine.stack(runningThread(engine))[0];
  const found = engine.evaluate(expression, frame).storage;
  assert.ok(found, expression);
  return found;
}

const watch = (target: DataTarget, name: string, more: Partial<DataBreakpointRequest> = {}): DataBreakpointRequest => ({
  target,
  name,
  access: 'write',
  ...more,
});

/** Both domains are built and mini-OS of both has begun. */
async function bothRunning(): Promise<DebugEngine> {
  const engine = await session();
  engine.setFunctionBreakpoints([{ name: 'dom1:run_workload' }]);
  await engine.resume();
  engine.setFunctionBreakpoints([]);
  return engine;
}

const nameOf = (engine: DebugEngine, stop: StopEvent): string =>
  engine.threads().find(({ id }) => id === stop.threadId)!.name;

describe('Data breakpoints', () => {
  it('stop when a global of one domain changes, with both values and the instruction that wrote it, and not in another domain', async () => {
    const engine = await bothRunning();
    const target = storage(engine, 'dom1:tick_count');
    const [state] = engine.setDataBreakpoints([watch(target, 'dom1:tick_count')]);
    assert.equal(state!.verified, true);
    for (let count = 0; count < 3; count++) {
      const before = Number(engine.evaluate('dom1:tick_count', undefined).text);
      const stop = await engine.resume();
      assert.equal(stop.reason, 'dataBreakpoint');
      assert.deepEqual(stop.breakpointIds, [state!.id]);
      assert.equal(nameOf(engine, stop), 'guest1');
      assert.equal(Number(engine.evaluate('dom1:tick_count', undefined).text), before + 1);
      assert.match(stop.text!, /^Written by the instruction at dom1:0x[0-9a-f]{8} \(\w+\+0x[0-9a-f]+\), 4 bytes at 0x/);
    }
  });

  it('of the hypervisor’s own structures stop while it works for anybody', async () => {
    const engine = await bothRunning();
    engine.setDataBreakpoints([watch(storage(engine, 'xen:schedule_data[0].curr'), 'curr')]);
    const names = new Set<string>();
    for (let count = 0; count < 4; count++) {
      const stop = await engine.resume();
      assert.match(stop.description, /^curr changed from \d+ \(0xff[0-9a-f]+\) to \d+ \(0xff[0-9a-f]+\)$/);
      names.add(nameOf(engine, stop));
    }
    assert.ok(names.size >= 2, [...names].join());
  });

  it('of a virtual register stop where the hypervisor writes it', async () => {
    const engine = await bothRunning();
    engine.setDataBreakpoints([watch(storage(engine, '$dom1.vksp'), '$dom1.vksp')]);
    const stop = await engine.resume();
    assert.equal(stop.reason, 'dataBreakpoint');
    assert.match(stop.text!, /by the instruction at xen:/);
  });

  it('at a virtual address count one domain’s accesses, or every domain’s', async () => {
    const engine = await bothRunning();
    const target = storage(engine, 'dom1:tick_count');
    assert.equal(target.kind, 'memory');
    const seen = async (scope: 'domain' | 'everyDomain'): Promise<Set<string>> => {
      engine.setDataBreakpoints([watch({ ...target, scope } as DataTarget, 'tick_count', { access: 'readWrite' })]);
      const names = new Set<string>();
      for (let count = 0; count < 12; count++) names.add(nameOf(engine, await engine.resume()));
      return names;
    };
    assert.deepEqual([...(await seen('domain'))], ['guest1']);
    assert.deepEqual([...(await seen('everyDomain'))].sort(), ['Domain-0', 'guest1']);
  });

  it('of a register of a domain stop behind the instruction that changes it, in that guest only', async () => {
    const engine = await bothRunning();
    engine.setFunctionBreakpoints([{ name: 'dom1:printk' }]);
    await engine.resume();
    engine.setFunctionBreakpoints([]);
    const target = storage(engine, '$sp');
    assert.deepEqual(target, { kind: 'register', space: guest(1), name: 'r13' });
    const before = engine.stack(runningThread(engine))[0]!.registers[13]!;
    engine.setDataBreakpoints([watch(target, '$sp')]);
    const stop = await engine.resume();
    const now = engine.stack(runningThread(engine))[0]!.registers[13]!;
    assert.notEqual(now, before);
    assert.equal(stop.description, `$sp changed from 0x${before.toString(16)} to 0x${now.toString(16)}`);
  });

  it('ask conditions and count hits', async () => {
    const engine = await bothRunning();
    const target = storage(engine, 'dom1:tick_count');
    engine.setDataBreakpoints([watch(target, 'ticks', { condition: 'tick_count % 3 == 0', hitCondition: '== 2' })]);
    await engine.resume();
    assert.equal(Number(engine.evaluate('dom1:tick_count', undefined).text) % 3, 0);
  });

  it('follow a mapping that is made only later', async () => {
    const engine = await session({ stopOnEntry: 'guest1' });
    const sharedInfo = 0xfbf01000;
    assert.equal(engine.readMemory(guest(1), sharedInfo, 4), undefined);
    const target = { kind: 'memory', space: guest(1), address: sharedInfo, byteLength: 64, scope: 'memory' } as const;
    engine.setDataBreakpoints([watch(target, 'shared info')]);
    const stop = await engine.resume();
    assert.equal(stop.reason, 'dataBreakpoint');
    assert.ok(engine.readMemory(guest(1), sharedInfo, 64)!.some((byte) => byte !== 0));
  });

  it('are asked by a step, too', async () => {
    const engine = await bothRunning();
    engine.setDataBreakpoints([watch(storage(engine, 'dom1:tick_count'), 'ticks')]);
    const { instructionCount } = await engine.resume();
    await engine.restart();
    await engine.start();
    await engine.resume({ untilInstruction: instructionCount - 1 });
    const stop = await engine.step(runningThread(engine), 'over', 'instruction');
    assert.equal(stop.reason, 'dataBreakpoint');
    assert.equal(stop.instructionCount, instructionCount);
  });

  it('say why something cannot be watched', async () => {
    const engine = await bothRunning();
    const memory = { kind: 'memory', space: guest(1), address: 0xc0100000, byteLength: 4, scope: 'memory' } as const;
    const states = engine.setDataBreakpoints([
      watch({ ...memory, byteLength: 0 }, 'x'),
      watch({ ...memory, address: 0xfffffffe }, 'x'),
      watch({ ...memory, space: guest(7) }, 'x'),
      watch({ kind: 'register', space: guest(1), name: 'r0' }, '$r0', { access: 'read' }),
      watch(memory, 'x', { condition: 'a +' }),
    ]);
    assert.deepEqual(
      states.map(({ verified }) => verified),
      [false, false, false, false, false],
    );
    assert.deepEqual(
      states.slice(0, 4).map(({ message }) => message),
      [
        'A data breakpoint watches 1 to 1048576 bytes, not 0',
        'x goes beyond the end of the address space',
        'There is no domain 7',
        'Reading $r0 cannot be seen, only its change: choose "write"',
      ],
    );
  });
});
