/** The experiment of the paper: what is counted, against counts made by hand and against a machine that nobody watches. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { CASES, PAPER } from '../../src/cli/experiment/cases';
import { measureFigure4 } from '../../src/cli/experiment/figure4';
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
    for (const [index, each] of cases.slice(1).entries()) {
      assert.ok(each.instructionsPerTask! > cases[index]!.instructionsPerTask!, 'more domains take more');
    }
    assert.match(stdout, /^native +[\d,]+ +[\d,]+ +\d\.\d{4} +1\.60 +0\.000 % +0 % +4$/m);
    assert.match(stdout, /^hypercall console_io\(write\) +2\.00 /m);
    const picture = readFileSync(svg, 'utf8');
    assert.match(picture, /^<svg [\s\S]*<\/svg>\n$/);
    assert.match(picture, /1\.89/);
  });

  it('says in one sentence what is wrong with an option', async () => {
    for (const [option, value, sentence] of [
      ['--cases', 'dom7', '--cases has "dom7": there are native, dom0, dom0+1, dom0+1+2.'],
      ['--tick-model', 'arm', '--tick-model is "arm": it must be goldfish, goldfish-dcache, arm926ejs.'],
      ['--optimise', 'O3', '--optimise is "O3": it must be O0, O2, O0-today.'],
      ['--rounds', '0', '--rounds is "0": it must be a whole number from 1 to 1000.'],
      ['--svg', '', '--svg is empty: give the name of a file to write.'],
    ] as const) {
      const { code, stderr } = await armvisor(['experiment', 'figure4', option, value], process.cwd());
      assert.deepEqual([code, stderr.trim()], [1, `armvisor: ${sentence}`]);
    }
  });
});
