/** Reports of the machine's coherence check in a session: told as they come, and an exception filter that stops right after the read. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CoherenceWatch } from '../../src/debugger/run/coherence';
import { cacheValues } from '../../src/debugger/values/caches';
import type { CoherenceReport, MachineFace } from '../../src/machine/types';
import { launch } from '../../src/debugger/launch';
import type { DebugEngine, LaunchSettings } from '../../src/debugger/types';
import { endlessLoop, tinyElf } from '../support/elf';
import { fileHost, session, settings } from './support/session';

function reportingMachine() {
  let listener: (report: CoherenceReport) => void = () => undefined;
  let stopsAsked = 0;
  const machine = {
    onCoherenceReport(each: typeof listener) {
      listener = each;
      return () => undefined;
    },
    requestStop: () => stopsAsked++,
  } as unknown as MachineFace;
  const report = (text: string) => listener({ text } as CoherenceReport);
  return { machine, report, stops: () => stopsAsked };
}

/** Maps a frame at two addresses, has both in the data cache, stores through one and reads through the other. */
const ALIASING = [
  0xe3a00602, // mov r0, #0x00200000
  0xee020f10, // mcr p15, 0, r0, c2, c0, 0: TTBR
  0xe3e00000, // mvn r0, #0
  0xee030f10, // mcr p15, 0, r0, c3, c0, 0: DACR, all manager
  0xee110f10, // mrc p15, 0, r0, c1, c0, 0
  0xe3800a01, // orr r0, r0, #0x1000: I
  0xe3800005, // orr r0, r0, #5: M, C
  0xee010f10, // mcr p15, 0, r0, c1, c0, 0
  0xe3a01603, // mov r1, #0x00300000
  0xe3a02501, // mov r2, #0x00400000, the same frame
  0xe5913000, // ldr r3, [r1]
  0xe5923000, // ldr r3, [r2]
  0xe3a04055, // mov r4, #0x55
  0xe5814000, // str r4, [r1]
  0xe5925000, // ldr r5, [r2]
  0xe3a06001, // mov r6, #1
  endlessLoop,
];
const CODE = 0x10000;
const READ = CODE + 14 * 4;

/** Sections, cacheable and bufferable, each where it is but for the fourth megabyte, which is the third again. */
function aliasingTable(): Uint8Array {
  const table = Uint32Array.from({ length: 4096 }, (_, index) => ((index === 4 ? 3 : index) << 20) | 0xc1e);
  return new Uint8Array(table.buffer);
}

async function aliasing(changes: Partial<LaunchSettings>): Promise<DebugEngine> {
  const files = new Map([
    ['alias.elf', tinyElf(ALIASING, CODE)],
    ['table.bin', aliasingTable()],
  ]);
  const host = { ...fileHost, readFile: async (path: string) => files.get(path)! };
  const native = { hypervisor: undefined, domains: [], kernel: 'alias.elf', stopOnEntry: false };
  return launch(settings({ ...native, load: [{ file: 'table.bin', address: 0x00200000 }], ...changes }), host);
}

describe('Coherence in a session', () => {
  it('is told as important output, and the stale value is really read', async () => {
    const engine = await aliasing({ cache: 'coherence' });
    const told: string[] = [];
    engine.onMessage((text, severity) => severity === 'important' && told.push(text));
    await engine.start({ untilInstruction: 100 });
    assert.equal(told.length, 1);
    assert.match(
      told[0]!,
      /^Coherence: The load at 0x10038.* through 0x400000 .*stored through another virtual address/,
    );
    assert.equal(engine.machine.cpu.getRegister(5), 0);
  });

  it('stops right after the read when the filter is on, and only where its condition holds', async () => {
    const engine = await aliasing({ cache: 'coherence' });
    for (const [condition, stops] of [
      ['alias', true],
      ['missing_clean', false],
      ['kind == alias && va == 0x00400000 && pa == 0x00300000', true],
      ['pa == 0x00400000', false],
    ] as const) {
      const [state] = engine.setExceptionFilters([{ id: 'coherence', condition }]);
      assert.equal(state!.verified, true, state!.message);
      const stop = await engine.start({ untilInstruction: 100 });
      assert.equal(stop.reason, stops ? 'exception' : 'count', condition);
      if (stops) {
        assert.deepEqual(stop.breakpointIds, [state!.id]);
        assert.equal(stop.description, 'Coherence: stale data read at 0x00400000');
        assert.match(stop.text!, /was given 0x0 from the data cache/);
        assert.equal(engine.machine.cpu.getRegister(15), READ + 4, 'after the read, before what follows');
        assert.equal(engine.machine.cpu.getRegister(6), 0);
      }
      await engine.restart();
    }
  });

  it('is found by single steps too', async () => {
    const engine = await aliasing({ cache: 'coherence' });
    engine.setInstructionBreakpoints([{ space: { kind: 'xen' }, address: READ }]);
    engine.setExceptionFilters([{ id: 'coherence' }]);
    const { threadId } = await engine.start({ untilInstruction: 100 });
    assert.equal(engine.machine.cpu.getRegister(15), READ);
    assert.equal((await engine.step(threadId, 'in', 'instruction')).reason, 'exception');
  });

  it('shows the caches with their lines, and what was found', async () => {
    const engine = await aliasing({ cache: 'coherence' });
    await engine.start({ untilInstruction: 100 });
    const values = cacheValues(engine.machine);
    assert.deepEqual(
      values.map(({ name }) => name),
      ['instruction cache', 'data cache', 'coherence reports'],
    );
    assert.match(values[1]!.text, /^16 KB, \d+ hits, 2 misses$/);
    const lines = values[1]!.children!();
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['mva 0x00300000 pa 0x00300000 lower half dirty', 'mva 0x00400000 pa 0x00300000'],
    );
    assert.equal(lines[0]!.children!()[0]!.text, '0x00000055');
    assert.match(values[2]!.children!()[0]!.text, /^alias at 0x00300000/);
  });

  it('is not looked for with caches off or tags alone: the new value is read', async () => {
    for (const cache of ['off', 'timing']) {
      const engine = await aliasing({ cache, cacheSizes: { instructionBytes: 0x1000, dataBytes: 0x2000 } });
      await engine.start({ untilInstruction: 100 });
      assert.equal(engine.machine.cpu.getRegister(5), 0x55);
      const expected = cache === 'off' ? [] : ['4 KB', '8 KB'];
      assert.deepEqual(
        cacheValues(engine.machine).map(({ text }) => text.slice(0, 4)),
        expected,
      );
    }
  });

  it('wants sizes that the chip can have', async () => {
    await assert.rejects(
      aliasing({ cache: 'timing', cacheSizes: { instructionBytes: 0x4000, dataBytes: 5000 } }),
      /5000/,
    );
  });
});

describe('Coherence reports', () => {
  it('are told in words, and stop nobody who has not asked', () => {
    const { machine, report, stops } = reportingMachine();
    const told: string[] = [];
    const watch = new CoherenceWatch(
      machine,
      (text) => told.push(text),
      () => false,
    );
    report('stale.');
    assert.deepEqual(told, ['Coherence: stale.']);
    assert.equal(stops(), 0);
    assert.equal(
      watch.ask(() => 'stop'),
      undefined,
    );
  });

  it('are shown to the filters one by one at the next boundary, until one stops', () => {
    const { machine, report, stops } = reportingMachine();
    const watch = new CoherenceWatch(
      machine,
      () => undefined,
      () => true,
    );
    report('first');
    report('second');
    assert.equal(stops(), 2);
    const seen: (string | undefined)[] = [];
    const stop = watch.ask(() => {
      seen.push(watch.current?.text);
      return seen.length === 2 ? 'stopped' : undefined;
    });
    assert.deepEqual([stop, seen, watch.current], ['stopped', ['first', 'second'], undefined]);
    assert.equal(
      watch.ask(() => 'again'),
      undefined,
    );
  });

  it('without end are told a hundred times, and then no more', () => {
    const { machine, report } = reportingMachine();
    const told: string[] = [];
    new CoherenceWatch(
      machine,
      (text) => told.push(text),
      () => false,
    );
    for (let count = 0; count < 1000; count++) report('stale.');
    assert.equal(told.length, 101);
    assert.match(told.at(-1)!, /further ones are counted under Machine/);
  });

  it('cannot be stopped at where caches keep no data, and the filter says so', async () => {
    const engine = await session();
    const [state] = engine.setExceptionFilters([{ id: 'coherence' }]);
    assert.equal(state!.verified, false);
    assert.match(state!.message!, /needs "cache": "coherence" in the launch configuration/);
    assert.deepEqual(cacheValues(engine.machine), []);
  });
});
