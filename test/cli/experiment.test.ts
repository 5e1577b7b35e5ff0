/** The experiment of the paper: what is counted, against counts made by hand and against a machine that nobody watches. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { CASES, PAPER } from '../../src/cli/experiment/cases';
import { figure4, measureFigure4 } from '../../src/cli/experiment/figure4';
import { scaling, measureScaling } from '../../src/cli/experiment/scaling';
import { measureCosts } from '../../src/cli/experiment/costs';
import { boot, configuration, measureCase } from '../../src/cli/experiment/measure';
import { readWorkload } from '../../src/cli/experiment/options';
import { armvisor } from '../support/cli';

const LOOPS = 2;
const TURNS = 100_000;
/** Instructions of one turn of the workload's loop, as the disassembly of each image shows them. */
const PER_TURN = { O0: 10, 'O0-today': 7, O2: 2 } as const;
/** Two prints, the mark, schedule() and a timer interrupt now and then. */
const REST = 1500;
const silent = (): void => {};
const once = (more: object = {}) => readWorkload({ rounds: '1', ...more }, 1);

describe('armvisor experiment figure4', function () {
  this.timeout(60_000);

  for (const [optimise, perTurn] of Object.entries(PER_TURN)) {
    it(`counts natively what the disassembly of ${optimise} says: two loops of 100,000 turns of ${perTurn} instructions`, async () => {
      const { total, tasks, each } = await measureCase('native', 0, once({ optimise }), silent);
      assert.equal(tasks, 4);
      assert.equal(each.length, 4);
      const rest = total.instructions / tasks - LOOPS * TURNS * perTurn;
      assert.ok(rest > 200 && rest < REST, `${rest} instructions beside the loops`);
    });
  }

  it('charges each instruction to one task: all of them together are all that was executed', async () => {
    for (const domains of [0, 1]) {
      const costs = await measureCase('case', domains, once({ optimise: 'O2' }), silent);
      assert.deepEqual(costs.total, costs.elapsed);
      const visits = [...costs.causes.values()].reduce((sum, { instructions }) => sum + instructions, 0);
      const functions = [...costs.functions.values()].reduce((sum, { instructions }) => sum + instructions, 0);
      assert.equal(costs.guest.instructions + visits, costs.total.instructions);
      assert.equal(functions, visits);
    }
  });

  it('changes nothing by looking: a machine that nobody watches has the same ticks at the last mark', async () => {
    const workload = once({ optimise: 'O2' });
    const costs = await measureCase('dom0', 1, workload, silent);
    const { engine } = await boot(configuration(1, workload));
    const start = engine.images.find(({ name }) => name !== 'builtin:xen')!.functionNamed('unit_task')!.lowPc;
    engine.machine.setBreakpoints([start]);
    engine.machine.run(100_000_000);
    const { instructionCount, ticks } = engine.machine;
    engine.machine.setBreakpoints([]);
    engine.machine.run(costs.elapsed.instructions);
    assert.equal(engine.machine.instructionCount, instructionCount + costs.elapsed.instructions);
    assert.equal(engine.machine.ticks, ticks + costs.elapsed.ticks);
    engine.dispose();
  });

  it('has one mark, two prints and, with several domains, switches for each task', async () => {
    const { costs } = (await measureFigure4([CASES[2]!], once({ optimise: 'O2' }), silent)).measured[0]!;
    assert.equal(costs.tasks, 8);
    assert.equal(costs.causes.get('hypercall console_io(write)')!.visits, 16);
    // The last mark of each domain belongs to no task.
    assert.equal(costs.causes.get('system call')!.visits, 6);
    assert.ok(costs.elapsed.instructions >= costs.total.instructions);
  });

  it('gives the same numbers twice', async () => {
    const twice = [once({ optimise: 'O2' }), once({ optimise: 'O2' })].map((workload) =>
      measureFigure4(CASES, workload, silent),
    );
    const [first, second] = await Promise.all(twice);
    assert.deepEqual(first, second);
  });

  it('prints a table, writes a chart, and ends with one JSON object of the promised form', async () => {
    const svg = path.join(mkdtempSync(path.join(os.tmpdir(), 'armvisor-')), 'figure4.svg');
    const { code, stdout } = await armvisor(
      ['experiment', 'figure4', '--rounds', '1', '--optimise', 'O2', '--explain', '--json', '--svg', svg],
      process.cwd(),
    );
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    const { cases, paper } = JSON.parse(lines.at(-1)!) as { cases: Record<string, number>[]; paper: unknown };
    assert.deepEqual(paper, PAPER);
    assert.deepEqual(
      cases.map(({ name }) => name),
      ['native', 'dom0', 'dom0+1', 'dom0+1+2'],
    );
    const members = ['name', 'instructionsPerTask', 'ticksPerTask', 'cpi', 'overheadPercent', 'tasks'];
    for (const each of cases) {
      assert.deepEqual(Object.keys(each), members);
      assert.equal(each.cpi, each.ticksPerTask! / each.instructionsPerTask!);
    }
    assert.deepEqual(
      cases.map(({ tasks }) => tasks),
      [4, 4, 8, 12],
    );
    assert.equal(cases[0]!.overheadPercent, 0);
    for (const each of cases.slice(1)) assert.ok(each.overheadPercent! > 0 && each.overheadPercent! < 20);
    assert.match(stdout, /^native +[\d,]+ +[\d,]+ +\d\.\d{4} +1\.60 +0\.000 % +0 % +4$/m);
    assert.match(stdout, /^hypercall console_io\(write\) +2\.00 /m);
    const picture = readFileSync(svg, 'utf8');
    assert.match(picture, /^<svg [\s\S]*<\/svg>\n$/);
    assert.match(picture, /1\.89/);
  });

  it('says in one sentence what is wrong with an option', async () => {
    for (const [option, value, sentence] of [
      ['cases', 'dom7', '--cases has "dom7": there are native, dom0, dom0+1, dom0+1+2.'],
      ['tickModel', 'arm', '--tick-model is "arm": it must be goldfish, goldfish-dcache, arm926ejs.'],
      ['optimise', 'O3', '--optimise is "O3": it must be O0, O2, O0-today.'],
      ['rounds', '0', '--rounds is "0": it must be a whole number from 1 to 1000.'],
      ['svg', '', '--svg is empty: give the name of a file to write.'],
    ] as const) {
      await assert.rejects(figure4({ [option]: value }), { name: 'Error', message: sentence });
    }
    const { code, stderr } = await armvisor(['experiment', 'figure4', '--cases', 'dom7']);
    assert.deepEqual([code, stderr], [1, 'armvisor: --cases has "dom7": there are native, dom0, dom0+1, dom0+1+2.\n']);
  });
});

describe('armvisor experiment costs and scaling', function () {
  this.timeout(60_000);

  it('measures each cost over many, and the plain ones are the same each time', async () => {
    const results = await measureCosts({ tickModel: 'goldfish', nsPerTick: 5, count: 10 }, silent);
    const of = (name: string) => results.find((each) => each.name === name)!;
    assert.equal(of('hypercall').count, 10);
    assert.equal(of('hypercall').instructions.min, of('hypercall').instructions.max);
    assert.equal(of('upcall, in').count, 10);
    assert.equal(of('upcall, back').count, 10);
    // Each of the two domains has mapped its shared info page before.
    assert.equal(of('page-table update').count, 2 * 10 + 2);
    assert.equal(of('event').count, 10);
    assert.ok(of('system call').instructions.median > of('system call, hypervisor').instructions.median);
    assert.ok(of('domain switch').instructions.median > of('hypercall').instructions.median);
    for (const { name, instructions, ticks } of results) {
      assert.ok(instructions.min > 0 && instructions.min <= instructions.median, name);
      assert.ok(instructions.median <= instructions.max && ticks.median >= instructions.median, name);
    }
  });

  it('divides the CPU evenly among equal domains, and switches the more the more there are', async () => {
    const results = await measureScaling([1, 2, 4], ['bvt'], once({ optimise: 'O2', rounds: '4' }), silent);
    assert.deepEqual(
      results.map(({ tasks }) => tasks),
      [16, 32, 64],
    );
    assert.equal(results[0]!.switchesPerTask, 0);
    for (const { fairness } of results) assert.ok(fairness > 0.95 && fairness <= 1, String(fairness));
    assert.ok(results[2]!.switchesPerTask > 0);
  });

  it('says in one sentence which numbers of domains there can be', async () => {
    for (const domains of ['0', '17', '4..2', 'many', '1,'])
      await assert.rejects(scaling({ domains }), {
        message: `--domains is "${domains}": give numbers from 1 to 16, like 1..16 or 1,2,4.`,
      });
  });
});
