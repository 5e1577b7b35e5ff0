import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen, type Module } from '../support/bootXen';
import { arm, call, tinyGuest } from '../support/tinyGuest';

const DOM0_OP = 7;
const ADJUSTDOM = 7;
const INTERFACE_VERSION = 0x0300_0000;
const SCRATCH = 0xc010_0000;
const SEDF = 4;
const CREDIT = 5;
const MILLISECOND = 1_000_000;
/** A tick takes so long that ten seconds of machine time are few instructions; the hypervisor's own work weighs more then. */
const NS_PER_TICK = 200;

/** Writes words to SCRATCH and calls dom0_op on them. */
const dom0Op = (...words: number[]): number[] => [
  ...words.flatMap((value, i) => [...arm.constant(0, SCRATCH + 4 * i), ...arm.constant(1, value), arm.store(1, 0)]),
  ...call(DOM0_OP, SCRATCH),
];

const adjust = (scheduler: number, domain: number, ...parameters: number[]): number[] =>
  dom0Op(ADJUSTDOM, INTERFACE_VERSION, scheduler, 0, domain, 0, ...parameters);

/** A domain that wants all the CPU it can get, after these calls. */
const busy = (...calls: number[][]): Module => ({ elf: tinyGuest([...calls.flat(), arm.loop]) });

/** A domain that sleeps for ever after these calls. */
const asleep = (...calls: number[][]): Module => ({
  elf: tinyGuest([...calls.flat(), ...call(29, 1, 0), arm.loop]),
});

/**
 * Ten seconds of machine time; gives each domain's share of the CPU, by id, as the hypervisor has charged it. The clock
 * that counts is the machine's.
 */
function shares(commandLine: string, modules: readonly Module[]): number[] {
  const xen = new BootedXen(modules, { commandLine, nsPerTick: NS_PER_TICK });
  xen.runTo('restore', 5_000_000);
  xen.machine.run(1_000_000);
  const cpuTime = (): number[] => {
    const times: number[] = [];
    const nextInList = xen.offset('domain', 'next_in_list');
    for (let d = xen.word(xen.symbol('domain_list')); d !== 0; d = xen.word(d + nextInList)) {
      const at = xen.word(d + xen.offset('domain', 'vcpu')) + xen.offset('vcpu', 'cpu_time');
      times.push(xen.word(at) + xen.word(at + 4) * 2 ** 32);
    }
    return times;
  };
  const start = { ticks: xen.machine.ticks, times: cpuTime() };
  const end = start.ticks + 10_000 * (MILLISECOND / NS_PER_TICK);
  while (xen.machine.ticks < end) xen.machine.run(1_000_000);
  const elapsed = (xen.machine.ticks - start.ticks) * NS_PER_TICK;
  return cpuTime().map((time, id) => (time - start.times[id]!) / elapsed);
}

function within(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const text = actual.map((share) => share.toFixed(4)).join(' ');
  expected.forEach((share, id) => assert.ok(Math.abs(actual[id]! - share) <= tolerance, text));
}

describe('Hypervisor: schedulers', () => {
  it('names the scheduler in use, and those that there are when the name is wrong', () => {
    for (const [line, said] of [
      ['', /Using scheduler: Borrowed Virtual Time \(bvt\)/],
      ['quiet sched=sedf', /Using scheduler: Simple EDF \(sedf\)/],
      ['sched=credit', /Using scheduler: Credit \(credit\)/],
      ['sched=fifo', /There is no scheduler "fifo": use sched=bvt, sched=sedf or sched=credit\n.*\(bvt\)/],
    ] as const) {
      const xen = new BootedXen([busy()], { commandLine: line });
      xen.runTo('restore', 5_000_000);
      assert.match(xen.console, said);
    }
  });

  for (const scheduler of ['bvt', 'sedf', 'credit']) {
    it(`${scheduler}: gives n equal domains 1/n ± 1 % of ten seconds each`, () => {
      for (const n of [2, 3, 5])
        within(
          shares(
            `sched=${scheduler}`,
            Array.from({ length: n }, () => busy()),
          ),
          new Array<number>(n).fill(1 / n),
          0.01 / n + 0.001,
        );
    });
  }

  it('sedf: guarantees a slice in each period, and divides the rest by weight', () => {
    const rest = 1 - 0.2;
    const dom0 = asleep(
      adjust(SEDF, 1, 50 * MILLISECOND, 0, 10 * MILLISECOND, 0, 0 | (256 << 16)),
      adjust(SEDF, 3, 100 * MILLISECOND, 0, 0, 0, 1 | (768 << 16)),
    );
    within(shares('sched=sedf', [dom0, busy(), busy(), busy()]), [0, 0.2, rest / 4, (rest * 3) / 4], 0.01);
  });

  it('bvt: gives a domain whose virtual time runs at half the pace twice the share', () => {
    const dom0 = asleep(adjust(0, 1, 5));
    within(shares('sched=bvt', [dom0, busy(), busy()]), [0, 2 / 3, 1 / 3], 0.01);
  });

  it('credit: divides by weight, and holds a cap even when the CPU is idle', () => {
    within(shares('sched=credit', [asleep(adjust(CREDIT, 1, 512)), busy(), busy()]), [0, 2 / 3, 1 / 3], 0.01);
    within(shares('sched=credit', [asleep(adjust(CREDIT, 1, 256 | (25 << 16))), busy()]), [0, 0.25], 0.01);
  });
});
