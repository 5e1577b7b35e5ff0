import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import type { CpuView } from '../../src/machine/types';
import { type BootedMachine, bootXen, readImage } from './boot';
import { callers } from './stack';

const FIFTY_MILLION = 50_000_000;
const round = [1, 2, 3, 4].flatMap((n) => [`${n} thread`, `After ${n} thread`]);

const ended = (booted: BootedMachine, domain: number) => () =>
  booted.lines(domain).at(-1)?.endsWith('shutting down') ?? false;

function bootTwo(): BootedMachine {
  const booted = bootXen([
    { image: 'mini-os', commandLine: 'rounds=2' },
    { image: 'mini-os', commandLine: 'rounds=2 name=guest' },
  ]);
  assert.ok(
    booted.runUntil(() => ended(booted, 0)() && ended(booted, 1)(), FIFTY_MILLION),
    booted.pieces.map((piece) => `${piece.from}| ${piece.text}`).join(''),
  );
  return booted;
}

describe('mini-OS under the hypervisor', () => {
  let two: BootedMachine;
  before(() => {
    two = bootTwo();
  });

  it('prints its name, its threads in turn and its end, in each of two domains', () => {
    ['Domain-0', 'guest'].forEach((name, domain) => {
      const printed = two.lines(domain);
      assert.equal(printed[0], `mini-OS on Xen: ${name}, domain ${domain}`);
      assert.match(printed[1]!, /^mini-OS: 1\d{4} KB free, 4 threads, rounds=2$/);
      assert.deepEqual(printed.slice(2, -1), [...round, ...round]);
      assert.match(printed.at(-1)!, new RegExp(`^mini-OS: ${name}: 4 threads done in \\d+ ticks, shutting down$`));
    });
  });

  it('prints a whole line in each console write', () => {
    for (const { from, text } of two.pieces.filter((piece) => piece.from !== 'xen'))
      assert.match(text, /^[^\n]+\n$/, `domain ${from}`);
  });

  it('takes turns with the other domain: neither waits until the other has ended', () => {
    const first = two.pieces.findIndex((piece) => piece.from === 1 && piece.text === '1 thread\n');
    const last = two.pieces.findLastIndex((piece) => piece.from === 0 && piece.text === 'After 4 thread\n');
    assert.ok(first < last);
  });

  it('does the same at the same instructions in two runs', () => {
    assert.deepEqual(bootTwo().pieces, two.pieces);
  });

  it('can be unwound from an upcall into the interrupted thread', () => {
    const { machine } = bootXen([{ image: 'mini-os', commandLine: 'rounds=1' }]);
    const image = Image.parse('mini-os', readImage('mini-os'));
    machine.setBreakpoints([image.functionNamed('guest_upcall')!.bodyPc]);
    let names: string[] = [];
    for (let upcalls = 0; upcalls < 20 && !names.includes('mark'); upcalls++) {
      assert.equal(machine.run(FIFTY_MILLION).kind, 'breakpoint');
      names = callers(machine, image);
    }
    assert.deepEqual(names, [
      'guest_upcall',
      'hypervisor_callback',
      'mark',
      'unit_task',
      'workload_thread',
      'thread_starter',
    ]);
  });

  /** Two domains; whichever comes to `mark` first has `damage` done to its registers there. */
  function withDamage(damage: (cpu: CpuView) => void) {
    const booted = bootXen([0, 1].map(() => ({ image: 'mini-os', commandLine: 'rounds=1' })));
    const { machine } = booted;
    machine.setBreakpoints([Image.parse('mini-os', readImage('mini-os')).symbol('mark')!.address]);
    assert.equal(machine.run(FIFTY_MILLION).kind, 'breakpoint');
    const victim = booted.pieces.at(-1)!.from as number;
    damage(machine.cpu);
    machine.setBreakpoints([]);
    assert.ok(booted.runUntil(ended(booted, 1 - victim), FIFTY_MILLION), 'the other domain has gone on to its end');
    return { lines: booted.lines(victim), xenLines: booted.lines('xen'), victim };
  }

  it('says where it faulted, with VFAR and VFSR, and ends; the other domain goes on', () => {
    const { lines, xenLines, victim } = withDamage((cpu) => cpu.setRegister(15, 0x5000_0000));
    assert.match(
      lines.at(-1)!,
      /^mini-OS: fault at pc 0x50000000: prefetch abort \(CTX 0x0c\), VFAR 0x50000000 VFSR 0x005, in thread thread1/,
    );
    assert.ok(xenLines.some((line) => line.startsWith(`(XEN) Domain-${victim} `) && line.endsWith('crash')));
  });

  it('is ended by the hypervisor when its stack cannot take an upcall; the other domain goes on', () => {
    const { xenLines, victim } = withDamage((cpu) => cpu.setRegister(13, 0x5000_0100));
    assert.ok(xenLines.some((line) => line.startsWith(`(XEN) Domain-${victim} `) && line.includes('stack unusable')));
  });
});
