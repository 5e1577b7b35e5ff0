/**
 * `npm run bench -- trace`: what tracing and profiling cost, with three domains, on both engines: sessions with each run in turns beside
 * one without, by processor time. Prints medians; with --json the last line is one object. Asserts nothing.
 */
import { launch } from '../../src/debugger/launch';
import type { DebugEngine } from '../../src/debugger/types';
import { host, median, processorMs, threeDomains } from './support/threeDomains';

const ROUNDS = 5;
const BOOT = 20_000_000;
/** Instructions of a round: as long on both engines, so that what compiles our own code for the first events is over in the first. */
const RUN: Readonly<Record<string, number>> = { interpreter: 40_000_000, translator: 400_000_000 };

const modes: Readonly<Record<string, (engine: DebugEngine) => void>> = {
  off: () => undefined,
  trace: ({ tracing }) => tracing.startTrace(),
  profile: ({ tracing }) => tracing.startProfile(),
};

interface Row {
  readonly engine: string;
  readonly mode: string;
  readonly mips: number;
  readonly costPercent: number;
  readonly eventsPerMillion: number;
}

async function measure(engine: string): Promise<readonly Row[]> {
  const run = RUN[engine]!;
  const sessions = await Promise.all(
    Object.entries(modes).map(async ([mode, begin]) => {
      const session = await launch(threeDomains(engine, 0), host);
      await session.resume({ untilInstruction: BOOT });
      begin(session);
      return { mode, session, times: [] as number[] };
    }),
  );
  for (let round = 1; round <= ROUNDS; round++)
    for (const { session, times } of sessions)
      times.push(await processorMs(() => session.resume({ untilInstruction: BOOT + round * run })));
  const plain = sessions[0]!.times;
  return sessions.map(({ mode, session, times }) => ({
    engine,
    mode,
    mips: median(times.map((ms) => run / 1000 / ms)),
    costPercent: median(times.map((ms, round) => (ms / plain[round]! - 1) * 100)),
    eventsPerMillion: session.tracing.events.length / ((ROUNDS * run) / 1_000_000),
  }));
}

const results = [...(await measure('interpreter')), ...(await measure('translator'))];
for (const { engine, mode, mips, costPercent, eventsPerMillion } of results)
  console.log(
    `${engine.padEnd(12)} ${mode.padEnd(8)} ${mips.toFixed(1).padStart(7)} MIPS  ${costPercent.toFixed(1).padStart(6)} %  ${eventsPerMillion.toFixed(0)} events a million instructions`,
  );
if (process.argv.includes('--json')) console.log(JSON.stringify({ results }));
