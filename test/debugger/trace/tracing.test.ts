/** Traces and profiles: held against the hypervisor's own counters, against the machine's counts, and against the formats' rules. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DebugEngine } from '../../../src/debugger/types';
import { session, withProcess } from '../support/session';

const RUN = 12_000_000;

interface ChromeTrace {
  readonly traceEvents: readonly {
    readonly ph: string;
    readonly tid?: number;
    readonly name: string;
    readonly cat?: string;
    readonly ts?: number;
    readonly dur?: number;
    readonly args?: Record<string, unknown>;
  }[];
}
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly hitCount: number;
    readonly children: readonly number[];
    readonly callFrame: { functionName: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  readonly endTime: number;
}

async function traced(): Promise<DebugEngine> {
  const engine = await session(withProcess);
  engine.tracing.startTrace();
  await engine.resume({ untilInstruction: RUN });
  return engine;
}

const count = (engine: DebugEngine, kind: string): number =>
  engine.tracing.events.filter((event) => event.kind === kind).length;
const number = (engine: DebugEngine, expression: string): number =>
  Number(engine.evaluate(expression, undefined).textAs!('decimal'));

describe('A trace', function () {
  this.timeout(60_000);

  it('has as many events as the hypervisor itself counts, and the machine’s own order', async () => {
    const engine = await traced();
    assert.equal(count(engine, 'switch'), number(engine, 'xen:perf_counters.switches'));
    assert.equal(count(engine, 'interrupt'), number(engine, 'xen:perf_counters.timer_interrupts'));
    assert.ok(count(engine, 'hypercall') > 50 && count(engine, 'fault') > 3 && count(engine, 'upcall') > 20);
    assert.ok(count(engine, 'dacr') > 50 && count(engine, 'event') > 3 && count(engine, 'interrupt') > 3);
    const { events } = engine.tracing;
    assert.ok(events.every((event, index) => index === 0 || event.instruction >= events[index - 1]!.instruction));
    const fault = events.find(({ kind }) => kind === 'fault')!;
    assert.match(String(fault.values.status), /permission|translation/);
    engine.dispose();
  });

  it('changes nothing: the machine comes to the same state', async () => {
    const engine = await traced();
    const plain = await session(withProcess);
    await plain.resume({ untilInstruction: RUN });
    assert.equal(engine.machine.ticks, plain.machine.ticks);
    assert.ok(Buffer.from(engine.machine.readPhysical(0, 32 << 20)!).equals(plain.machine.readPhysical(0, 32 << 20)!));
    for (const each of [engine, plain]) each.dispose();
  });

  it('is not lengthened by going back and forth in time', async () => {
    const engine = await traced();
    const before = engine.tracing.events.length;
    await engine.past.goTo(RUN - 2_000_000);
    await engine.resume({ untilInstruction: RUN });
    assert.equal(engine.tracing.events.length, before);
    engine.tracing.stopTrace();
    await engine.resume({ untilInstruction: RUN + 1_000_000 });
    assert.equal(engine.tracing.events.length, before);
    engine.dispose();
  });

  it('begins anew when the session does', async () => {
    const engine = await traced();
    const before = engine.tracing.events.map(({ instruction, name }) => `${instruction} ${name}`);
    await engine.restart();
    assert.equal(engine.tracing.events.length, 0);
    await engine.resume({ untilInstruction: RUN });
    assert.deepEqual(
      engine.tracing.events.map(({ instruction, name }) => `${instruction} ${name}`),
      before,
    );
    engine.dispose();
  });

  it('becomes a trace for Perfetto: tracks by name, slices that do not overlap, all in order', async () => {
    const engine = await traced();
    const { traceEvents } = JSON.parse(engine.tracing.traceAs('json')) as ChromeTrace;
    const names = traceEvents.filter(({ name }) => name === 'thread_name').map(({ args }) => args!.name);
    assert.deepEqual(names, ['CPU', 'Domain-0', 'proc']);
    const cpu = traceEvents.filter(({ ph, tid }) => ph === 'X' && tid === 1);
    assert.ok(cpu.length > 5);
    cpu.forEach(({ ts, dur }, index) => {
      assert.ok(dur! >= 0);
      if (index > 0) assert.ok(ts! >= cpu[index - 1]!.ts! + cpu[index - 1]!.dur! - 1e-6);
    });
    const calls = traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'hypercall');
    const single = traceEvents.filter(({ ph, cat }) => ph === 'i' && cat === 'hypercall');
    assert.equal(calls.length + single.length, count(engine, 'hypercall'), 'none is lost');
    assert.ok(calls.some(({ name, args }) => name === 'console_io' && args!.result === '0'));
    assert.match(engine.tracing.traceAs('csv'), /^instruction,tick,kind,domain,name,values\n\d+,\d+,\w+,/);
    engine.dispose();
  });

  it('can be of some kinds only, and needs a hypervisor', async () => {
    const engine = await session(withProcess);
    engine.tracing.startTrace(new Set(['switch']));
    await engine.resume({ untilInstruction: 6_000_000 });
    assert.deepEqual([...new Set(engine.tracing.events.map(({ kind }) => kind))], ['switch']);
    engine.tracing.startTrace(new Set(['hypercall']));
    await engine.resume({ untilInstruction: 9_000_000 });
    const { traceEvents } = JSON.parse(engine.tracing.traceAs('json')) as ChromeTrace;
    assert.equal(traceEvents.filter(({ cat }) => cat === 'hypercall').length, count(engine, 'hypercall'));
    engine.dispose();
    const native = await session({ hypervisor: undefined, domains: [], kernel: 'builtin:mini-os-native' });
    assert.throws(() => native.tracing.startTrace(), /runs a kernel natively/);
    assert.throws(() => native.tracing.traceAs('json'), /The trace is empty/);
    native.dispose();
  });
});

describe('A profile', function () {
  this.timeout(60_000);

  it('puts every instruction and tick to some function of some domain, across the border', async () => {
    const engine = await session(withProcess);
    await engine.resume({ untilInstruction: 2_500_000 });
    const [instructions, ticks] = [engine.machine.instructionCount, engine.machine.ticks];
    engine.tracing.startProfile(3_001);
    await engine.resume({ untilInstruction: RUN });
    engine.tracing.stopProfile();
    const rows = engine.tracing.profile();
    const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
    assert.equal(
      sum(({ selfInstructions }) => selfInstructions),
      engine.machine.instructionCount - instructions,
    );
    assert.equal(
      sum(({ selfTicks }) => selfTicks),
      engine.machine.ticks - ticks,
    );
    assert.ok(rows.every(({ selfInstructions, totalInstructions }) => totalInstructions >= selfInstructions));
    const profile = JSON.parse(engine.tracing.profileAs('cpuprofile')) as CpuProfile;
    const ids = new Set(profile.nodes.map(({ id }) => id));
    assert.ok(
      profile.samples.every((id) => ids.has(id)) &&
        profile.nodes.every(({ children }) => children.every((id) => ids.has(id))),
    );
    assert.equal(profile.samples.length, profile.timeDeltas.length);
    assert.equal(
      profile.nodes.reduce((total, { hitCount }) => total + hitCount, 0),
      profile.samples.length,
    );
    assert.ok(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'unit_task [Domain-0]'));
    const nameOf = (id: number) => profile.nodes.find((node) => node.id === id)!.callFrame.functionName;
    const across = profile.nodes.some(
      ({ callFrame, children }) =>
        /\[(Domain-0|proc)\]$/.test(callFrame.functionName) &&
        children.some((id) => nameOf(id).endsWith('[Hypervisor]')),
    );
    assert.ok(across, 'the hypervisor works for the guest that called it');
    assert.match(engine.tracing.profileAs('csv'), /^domain,function,self instructions/);
    engine.dispose();
  });

  it('is of native kernels too', async () => {
    const engine = await session({ hypervisor: undefined, domains: [], kernel: 'builtin:mini-os-native' });
    engine.tracing.startProfile(5_000);
    await engine.resume({ untilInstruction: 2_000_000 });
    engine.tracing.stopProfile();
    assert.equal(engine.tracing.profile()[0]!.who, 'Kernel');
    engine.dispose();
  });
});
