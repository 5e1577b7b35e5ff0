/** mini-OS tests itself, under the hypervisor and on the bare board; what it says of time is held against the machine's. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type BootedMachine, bootNative, bootXen } from './boot';

const FORTY_MILLION = 40_000_000;
const NS_PER_TICK = 5;

const platforms: readonly (readonly [string, () => BootedMachine])[] = [
  ['under the hypervisor', () => bootXen([{ image: 'mini-os', commandLine: 'selftest=1' }])],
  ['on the bare board', () => bootNative('mini-os-native', 'selftest=1')],
];

for (const [where, boot] of platforms) {
  describe(`mini-OS tests itself ${where}`, () => {
    let booted: BootedMachine;
    let asleep: readonly [ns: number, instructions: number][];
    before(() => {
      booted = boot();
      const times: [number, number][] = [];
      const { machine } = booted;
      machine.onConsoleOutput((_port, bytes) => {
        if (/selftest: (sleeping|awake)/.test(Buffer.from(bytes).toString('latin1')))
          times.push([machine.ticks * NS_PER_TICK, machine.instructionCount]);
      });
      booted.runUntil(() => booted.lines(0).some((line) => line.startsWith('mini-OS: selftest: ')), FORTY_MILLION);
      asleep = times;
    });

    it('passes every check of threads, waiting, time and memory', () => {
      const printed = booted.lines(0);
      assert.deepEqual(
        printed.filter((line) => line.startsWith('FAILED')),
        [],
      );
      const passed = printed.filter((line) => line.startsWith('ok: ')).length;
      assert.ok(passed >= 35, printed.join('\n'));
      assert.equal(printed.at(-1), `mini-OS: selftest: ${passed} checks, 0 failed`);
    });

    it('sleeps 50 ms of the machine’s time, and hardly executes anything meanwhile', () => {
      const [[from, before] = [0, 0], [to, after] = [0, 0]] = asleep;
      const milliseconds = (to - from) / 1e6;
      assert.ok(milliseconds >= 50 && milliseconds < 50.5, `${milliseconds} ms`);
      assert.ok(after - before < 30_000, `${after - before} instructions`);
    });
  });
}
