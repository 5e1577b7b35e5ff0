/** mini-OS tests itself, under the hypervisor and on the bare board; what it says of time is held against the machine's. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'mocha';
import { type BootedMachine, bootNative, bootXen } from './boot';

const FORTY_MILLION = 40_000_000;
const NS_PER_TICK = 5;

/** `format <%6d|> of <-42> is <   -42|> 7`: what mini-OS's printk made of a value, and how long it said that was. */
const FORMATTED = /^format <(.*)> of <(.*)> is <(.*)> (\d+)$/;

/** The same by the C library of this machine, through its printf command, which has no l suffixes of constants. */
function formattedHere(format: string, value: string): string {
  return execFileSync('/usr/bin/printf', [format, value.replace(/(?<=\d)[ul]+$/, '')], { encoding: 'latin1' });
}

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

    it('passes every check of threads, waiting, time, memory and events', () => {
      const printed = booted.lines(0);
      assert.deepEqual(
        printed.filter((line) => line.startsWith('FAILED')),
        [],
      );
      const passed = printed.filter((line) => line.startsWith('ok: ')).length;
      assert.ok(passed >= 44, printed.join('\n'));
      assert.equal(printed.at(-1), `mini-OS: selftest: ${passed} checks, 0 failed`);
    });

    it('prints numbers and texts as the C library of this machine does', () => {
      const rows = booted.lines(0).flatMap((line) => {
        const row = FORMATTED.exec(line);
        return row ? [row.slice(1)] : [];
      });
      assert.ok(rows.length >= 40, `${rows.length} rows`);
      for (const [format, value, printed, length] of rows) {
        assert.equal(printed, formattedHere(format!, value!), `${format} of ${value}`);
        assert.equal(Number(length), printed!.length, `${format} of ${value}`);
      }
    });

    it('sleeps 50 ms of the machine’s time, and hardly executes anything meanwhile', () => {
      const [[from, before] = [0, 0], [to, after] = [0, 0]] = asleep;
      const milliseconds = (to - from) / 1e6;
      assert.ok(milliseconds >= 50 && milliseconds < 50.5, `${milliseconds} ms`);
      assert.ok(after - before < 30_000, `${after - before} instructions`);
    });
  });
}

describe('mini-OS beside a driver domain', () => {
  it('passes its checks of the directory: entries, numbers, a watch, removal', () => {
    const booted = bootXen([
      { image: 'driver-domain', commandLine: '' },
      { image: 'mini-os', commandLine: 'selftest=1' },
    ]);
    booted.runUntil(() => booted.lines(1).some((line) => line.startsWith('mini-OS: selftest: ')), 2 * FORTY_MILLION);
    const printed = booted.lines(1);
    assert.ok(printed.includes('ok: a watch tells of a change'), printed.join('\n'));
    assert.match(printed.at(-1)!, /^mini-OS: selftest: \d+ checks, 0 failed$/);
  });
});
