/** Steps back in real machines, against states that were noted on the way forward. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { domain, runningThread, session } from '../support/session';
import { stateHash } from './stateHash';
import type { LaunchSettings } from '../../../src/debugger/types';

const threeDomains = { domains: [domain('Domain-0'), domain('guest1'), domain('proc', 'builtin:proc-os')] };
const native = { hypervisor: undefined, domains: [], kernel: 'builtin:mini-os-native' };

/** Points spread without order over a run, the same in every run of the test. */
function* scattered(least: number, most: number, count: number): Generator<number> {
  for (let index = 0, seed = 12345; index < count; index++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    yield least + (seed % (most - least));
  }
}

async function comesBack(changes: Partial<LaunchSettings>, most: number, count = 8): Promise<void> {
  const points = [...new Set(scattered(1000, most, count))].sort((left, right) => left - right);
  const noted = new Map<number, string>();
  // The states are of another session, which never looks back.
  const witness = await session(changes);
  for (const point of points) {
    await witness.resume({ untilInstruction: point });
    noted.set(point, stateHash(witness.machine));
  }
  const engine = await session(changes);
  await engine.resume({ untilInstruction: most });
  for (const point of points.slice().sort((left, right) => (left % 97) - (right % 97))) {
    await engine.past.goTo(point + 1);
    const stop = await engine.stepBack(runningThread(engine), 'in', 'instruction');
    assert.equal(stop.reason, 'step');
    assert.equal(stop.instructionCount, point);
    assert.equal(stateHash(engine.machine), noted.get(point), `instruction ${point}`);
  }
}

describe('A step back by one instruction', function () {
  this.timeout(60_000);

  it('is refused where nothing is recorded, and the machine goes on', async () => {
    const engine = await session({ ...native, historyBytes: 0 });
    await assert.rejects(engine.stepBack(1, 'in', 'instruction'), /The past is not recorded/);
    assert.equal(engine.running, false);
    assert.equal((await engine.resume({ untilInstruction: 1000 })).reason, 'count');
  });

  for (const engine of ['interpreter', 'translator']) {
    it(`leads to exactly the state before it, with three domains (${engine})`, () =>
      comesBack({ ...threeDomains, engine }, 6_000_000));
    it(`leads to exactly the state before it, in a native kernel (${engine})`, () =>
      comesBack({ ...native, engine }, 5_000_000));
  }

  it('leads to exactly the state before it, with caches that keep data, the TLB of the chip and its ticks', () =>
    comesBack({ cache: 'coherence', tlb: 'arm926', tickModel: 'arm926ejs' }, 250_000, 4));

  it('leads back from where the CPU waits for good, and forwards to it again', async () => {
    const engine = await session({ ...native, commandLine: 'rounds=1' });
    const { reason, instructionCount } = await engine.resume({ untilInstruction: 30_000_000 });
    assert.equal(reason, 'waiting');
    const waiting = stateHash(engine.machine);
    const before = await engine.stepBack(runningThread(engine), 'in', 'instruction');
    assert.equal(before.instructionCount, instructionCount - 1);
    const again = await engine.resume();
    assert.deepEqual([again.reason, again.instructionCount], [reason, instructionCount]);
    assert.equal(stateHash(engine.machine), waiting);
  });

  it('stops where the history begins', async () => {
    const engine = await session(native);
    const { instructionCount } = engine.machine;
    await engine.resume({ untilInstruction: instructionCount + 2 });
    for (let count = instructionCount + 1; count > 0; count--)
      await engine.stepBack(runningThread(engine), 'in', 'instruction');
    for (const count of [0, 0]) {
      const stop = await engine.stepBack(runningThread(engine), 'in', 'instruction');
      assert.equal(stop.instructionCount, count);
    }
  });
});
