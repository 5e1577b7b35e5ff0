/**
 * `npm run bench -- history`: what the recorded past costs and how fast it answers, with three domains, on both engines. Recording is
 * compared in turns with a session that records nothing, by processor time; the rest is what a person waits for. Prints medians; with
 * --json the last line is one object. Asserts nothing.
 */
import { launch } from '../../src/debugger/launch';
import type { DebugEngine } from '../../src/debugger/types';
import { host, median, processorMs, threeDomains } from './support/threeDomains';

const ROUNDS = 7;
const BOOT = 20_000_000;
const RUN = 80_000_000;
const SEARCHED = 100_000_000;

const HISTORY_BYTES = 256 << 20;
const running = (engine: DebugEngine): number => engine.threads().find((thread) => thread.running)!.id;

/** What a person waits, and the processor time in it: the same on a computer that does nothing else. */
interface Wait {
  readonly waitMs: number;
  readonly processorMs: number;
}

async function waited(work: () => Promise<unknown>): Promise<Wait> {
  const before = performance.now();
  const ms = await processorMs(work);
  return { waitMs: performance.now() - before, processorMs: ms };
}

async function booted(engine: string, historyBytes: number): Promise<DebugEngine> {
  const session = await launch(threeDomains(engine, historyBytes), host);
  await session.resume({ untilInstruction: BOOT });
  return session;
}

/** Both sessions run on, in turns; the ratio of their times in each turn. */
async function recordingCost(engine: string): Promise<{ readonly mips: number; readonly percent: number }> {
  const [plain, recording] = [await booted(engine, 0), await booted(engine, HISTORY_BYTES)];
  const speeds: number[] = [];
  const costs: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const until = { untilInstruction: BOOT + round * RUN };
    // Whichever comes first in a round finds the computer as the other has left it.
    const [first, second] = round % 2 === 0 ? [plain, recording] : [recording, plain];
    const firstMs = await processorMs(() => first.resume(until));
    const secondMs = await processorMs(() => second.resume(until));
    const [without, withHistory] = first === plain ? [firstMs, secondMs] : [secondMs, firstMs];
    speeds.push(RUN / 1000 / without);
    costs.push((withHistory / without - 1) * 100);
  }
  return { mips: median(speeds), percent: median(costs) };
}

interface Row {
  readonly operation: string;
  readonly engine: string;
  readonly unit: 'ms' | '%';
  readonly median: number;
  readonly most?: number;
  /** Median of the processor time. */
  readonly processor?: number;
}

async function waits(engine: string): Promise<readonly Row[]> {
  const session = await booted(engine, HISTORY_BYTES);
  await session.resume({ untilInstruction: BOOT + SEARCHED });
  const step = (granularity: 'instruction' | 'line') => () =>
    session.stepBack(running(session), granularity === 'line' ? 'over' : 'in', granularity);
  const rows: Row[] = [];
  for (const granularity of ['instruction', 'line'] as const) {
    const first: Wait[] = [];
    const next: Wait[] = [];
    for (let index = 0; index < 15; index++) {
      // Somewhere in the present: the machine ran there and has stopped.
      const { latest } = session.past.status();
      await session.past.goTo(latest);
      await session.resume({ untilInstruction: latest + 1_234_567 + index * 98_765 });
      first.push(await waited(step(granularity)));
      next.push(await waited(step(granularity)));
    }
    const note = (operation: string, values: readonly Wait[]): void => {
      const waits = values.map(({ waitMs }) => waitMs);
      const processor = median(values.map((each) => each.processorMs));
      rows.push({ operation, engine, unit: 'ms', median: median(waits), most: Math.max(...waits), processor });
    };
    note(`step back (${granularity}), the first`, first);
    note(`step back (${granularity}), the next`, next);
  }
  session.setFunctionBreakpoints([{ name: 'start_xen' }]);
  const { latest } = session.past.status();
  await session.past.goTo(latest);
  const all = await waited(() => session.reverse());
  const share = SEARCHED / (latest - session.machine.instructionCount);
  const operation = 'reverse continue over 100 M';
  rows.push({ operation, engine, unit: 'ms', median: all.waitMs * share, processor: all.processorMs * share });
  return rows;
}

async function main(): Promise<void> {
  const results: Row[] = [];
  for (const engine of ['interpreter', 'translator']) {
    const { mips, percent } = await recordingCost(engine);
    console.log(`${engine}: ${mips.toFixed(0)} million instructions in a second without recording`);
    results.push({ operation: 'recording', engine, unit: '%', median: percent }, ...(await waits(engine)));
  }
  for (const { operation, engine, median: value, most, processor, unit } of results) {
    const worst = most === undefined ? '' : `, at most ${most.toFixed(1)} ms`;
    const more = processor === undefined ? '' : `   processor time ${processor.toFixed(1)} ms${worst}`;
    console.log(`${operation.padEnd(36)} ${engine.padEnd(12)} ${value.toFixed(1).padStart(8)} ${unit}${more}`);
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ results }));
}

await main();
