/** The RTOS guest: its own tests, and how late its real-time task is beside two busy domains, seen from outside. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { BootedXen, firmwareImage } from '../support/bootXen';

const NS_PER_TICK = 5;
const PERIOD_NS = 1_000_000;
const guest = (commandLine: string) => ({ elf: firmwareImage('rtos'), memoryBytes: 4 << 20, commandLine });
const busy = { elf: firmwareImage('mini-os'), memoryBytes: 4 << 20 };

/** By the hypervisor's own account. */
function runningDomain(xen: BootedXen): number {
  const vcpu = xen.word(xen.symbol('schedule_data') + xen.offset('schedule_data', 'curr'));
  const domain = xen.word(vcpu + xen.offset('vcpu', 'domain'));
  return xen.word(domain + xen.offset('domain', 'domain_id')) & 0xffff;
}

describe('RTOS guest', () => {
  it('passes its own tests of every service: order of tasks, timeouts, inherited priorities, faults', () => {
    const xen = new BootedXen([guest('mode=test')]);
    xen.runUntilConsole('has shut down', 60_000_000);
    assert.match(xen.console, /rtos: \d\d checks, 0 failed\n/);
    assert.doesNotMatch(xen.console, /FAILED/);
    assert.match(xen.console, /has shut down: power off/);
  });

  it('ticks by the machine’s time, whatever the rate', () => {
    for (const hz of [10, 100, 2000]) {
      const xen = new BootedXen([guest(`mode=demo rounds=8 hz=${hz}`)]);
      const tick = Image.parse('rtos.elf', firmwareImage('rtos')).symbol('OSTimeTick')!.address;
      xen.machine.setBreakpoints([tick]);
      const times = Array.from({ length: 21 }, () => {
        assert.equal(xen.machine.run(50_000_000).kind, 'breakpoint');
        return (xen.machine.ticks * NS_PER_TICK) / 1e9;
      });
      const seconds = times[20]! - times[0]!;
      assert.ok(Math.abs(seconds * hz - 20) < 0.05, `${hz} Hz: 20 ticks in ${seconds} s`);
    }
  });

  it('sleeps when it has nothing to do', () => {
    const xen = new BootedXen([guest('mode=demo rounds=4 hz=10')]);
    xen.runUntilConsole('rtos: tick 20', 100_000_000);
    assert.ok(xen.machine.instructionCount < 1_500_000, String(xen.machine.instructionCount));
  });

  for (const [scheduler, wish] of [
    ['sedf', 'sedf=1000/200'],
    ['bvt', 'allowance=100'],
  ] as const) {
    it(`starts its real-time task on time beside two busy domains when ${scheduler} is told so (${wish})`, () => {
      const rtos = Image.parse('rtos.elf', firmwareImage('rtos'));
      const xen = new BootedXen([guest(`mode=jitter hz=1000 samples=60 ${wish}`), busy, busy], {
        commandLine: `sched=${scheduler}`,
      });
      // `note` is called with the lateness in microseconds, as the first act of each release.
      xen.machine.setBreakpoints([rtos.symbol('note')!.address]);
      const releases: { readonly at: number; readonly late: number }[] = [];
      while (releases.length < 60) {
        const stop = xen.machine.run(50_000_000);
        assert.equal(stop.kind, 'breakpoint', xen.console);
        // The busy domains have code there, too.
        if (runningDomain(xen) === 0)
          releases.push({ at: xen.machine.ticks * NS_PER_TICK, late: xen.machine.cpu.getRegister(0) });
      }
      const settled = releases.slice(5);
      const phases = settled.map(({ at }) => at % PERIOD_NS);
      const spread = Math.max(...phases) - Math.min(...phases);
      assert.ok(spread < 60_000, `spread ${spread} ns`);
      assert.ok(
        settled.every(({ late }) => late < 60),
        settled.map(({ late }) => late).join(' '),
      );
    });
  }
});
