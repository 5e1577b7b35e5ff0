/** A debugger's hand on whole domains: one runs alone, one is destroyed; the hypervisor's own books stay true, and the past comes back. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ConsoleOutput, DebugEngine } from '../../src/debugger/types';
import { domain, runningStack, runningThread, session } from './support/session';

const three = { domains: ['Domain-0', 'guest1', 'guest2'].map((name) => domain(name, 'builtin:mini-os', 8)) };
const RUNNING = 4_000_000;

const idOf = (engine: DebugEngine, wanted: string): number => engine.threads().find(({ name }) => name === wanted)!.id;
const names = (engine: DebugEngine): readonly string[] => engine.threads().map(({ name }) => name);

/** All three domains have begun to print. */
async function running(): Promise<{ readonly engine: DebugEngine; readonly speakers: () => ReadonlySet<string> }> {
  const engine = await session({ ...three, stopOnEntry: true });
  let heard: ConsoleOutput['from'][] = [];
  engine.onConsole(({ from }) => heard.push(from));
  await engine.resume({ untilInstruction: RUNNING });
  const speakers = () => {
    const spoke = new Set(heard.flatMap((from) => (typeof from === 'object' ? [from.name] : [])));
    heard = [];
    return spoke;
  };
  assert.deepEqual([...speakers()].sort(), ['Domain-0', 'guest1', 'guest2']);
  return { engine, speakers };
}

describe('One domain alone', function () {
  this.timeout(60_000);

  it('runs while the others are frozen, until a run of all', async () => {
    const { engine, speakers } = await running();
    const alone = idOf(engine, 'guest1');
    await engine.resume({ untilInstruction: 30_000_000 }, alone);
    assert.deepEqual([...speakers()], ['guest1']);
    assert.deepEqual(
      engine.threads().flatMap(({ name, state }) => (state === 'paused' ? [name] : [])),
      ['Domain-0', 'guest2'],
    );
    await engine.resume({ untilInstruction: 60_000_000 });
    assert.deepEqual([...speakers()].sort(), ['Domain-0', 'guest1', 'guest2']);
    assert.ok(engine.threads().every(({ state }) => state !== 'paused'));
    engine.dispose();
  });

  it('is frozen from inside the hypervisor too, once that has come to rest', async () => {
    const { engine, speakers } = await running();
    engine.setFunctionBreakpoints([{ name: 'do_console_io', condition: '$dom2.vpsr != 0' }]);
    await engine.resume();
    engine.setFunctionBreakpoints([]);
    assert.equal(runningStack(engine)[0], 'do_console_io');
    speakers();
    await engine.step(runningThread(engine), 'over', 'line', true);
    assert.equal(runningStack(engine)[0], 'do_console_io');
    await engine.resume({ untilInstruction: engine.machine.instructionCount + 20_000_000 }, idOf(engine, 'guest2'));
    const spoke = new Set(speakers());
    spoke.delete('Domain-0');
    assert.ok(spoke.has('guest2') && spoke.size <= 2, [...spoke].join());
    engine.dispose();
  });
});

describe('A destroyed domain', function () {
  this.timeout(60_000);

  for (const current of [false, true]) {
    it(`is gone, gives back its memory and lets the others go on, ${current ? 'although it has' : 'when another has'} the CPU`, async () => {
      const { engine, speakers } = await running();
      const victim = current ? runningThread(engine) : engine.threads().find(({ running }) => !running)!.id;
      const name = engine.threads().find(({ id }) => id === victim)!.name;
      let text = '';
      engine.onConsole((output) => (text += output.text));
      const before = engine.machine.instructionCount;
      const stop = await engine.destroyDomain(victim);
      assert.equal(stop.description, `${name} is destroyed`);
      assert.deepEqual([...names(engine)].includes(name), false);
      const rest = three.domains.map((each) => each.name).filter((each) => each !== name);
      speakers();
      await engine.resume({ untilInstruction: engine.machine.instructionCount + 30_000_000 });
      assert.match(text, /Domain-\d .* is destroyed: \d+ KB are free again/);
      assert.doesNotMatch(text, /panic|crashed/i);
      assert.deepEqual([...speakers()].sort(), rest);
      await engine.past.goTo(before);
      assert.ok(names(engine).includes(name));
      engine.dispose();
    });
  }

  it('is gone although all others are frozen', async () => {
    const { engine } = await running();
    const victim = idOf(engine, 'guest1');
    await engine.resume({ untilInstruction: engine.machine.instructionCount + 2_000_000 }, victim);
    await engine.destroyDomain(victim);
    assert.deepEqual(
      engine.threads().flatMap(({ name, state }) => (name === 'Hypervisor' ? [] : [`${name} ${state}`])),
      ['Domain-0 paused', 'guest2 paused'],
    );
    engine.dispose();
  });

  it('is not the last one: that is said, and nothing changes', async () => {
    const engine = await session({ domains: [domain('only')] });
    await engine.resume({ untilInstruction: RUNNING });
    await assert.rejects(engine.destroyDomain(idOf(engine, 'only')), /only is the last domain that runs/);
    assert.equal(engine.machine.instructionCount, RUNNING);
    engine.dispose();
  });

  it('needs a hypervisor, while alone is what a native kernel is anyway', async () => {
    const engine = await session({ hypervisor: undefined, domains: [], kernel: 'builtin:mini-os-native' });
    await assert.rejects(engine.destroyDomain(1), /belongs to no domain/);
    assert.equal((await engine.resume({ untilInstruction: 1000 }, 1)).reason, 'count');
    engine.dispose();
  });
});
