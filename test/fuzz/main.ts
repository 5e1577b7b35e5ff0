/**
 * `npm run fuzz:machine`: cases one after the other until the time is over. A finding ends it with the command that reproduces it.
 * Options: `--seed S` (first seed), `--minutes N`, `--cases N`, `--board NAME`, `--json` (last line: one object).
 */
import { parseArgs } from 'node:util';
import { boardNames } from '../../src/machine/boards';
import { fuzzMachine } from './machineFuzz';
import { usedBytes } from './memoryUse';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1' },
    cases: { type: 'string' },
    board: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [firstSeed, minutes] = [Number(values.seed), Number(values.minutes)];
const mostCases = values.cases === undefined ? Infinity : Number(values.cases);
if (![firstSeed, minutes].every(Number.isFinite) || Number.isNaN(mostCases)) {
  console.error('fuzz:machine: --seed, --minutes and --cases take numbers.');
  process.exit(2);
}
if (values.board !== undefined && !boardNames.includes(values.board)) {
  console.error(`fuzz:machine: there is no board "${values.board}". Use one of: ${boardNames.join(', ')}.`);
  process.exit(2);
}

/** Growth is measured from here, after caches have filled; more than this between there and the end is a leak. */
const WARM_CASES = 100;
const MOST_GROWTH_BYTES = 64 << 20;

const until = performance.now() + minutes * 60_000;
const sum = { cases: 0, instructions: 0, runs: 0, slowestSeconds: 0 };
let warmBytes: number | undefined;
let told = performance.now();
let finding: string | undefined;
for (let seed = firstSeed; sum.cases < mostCases && performance.now() < until; seed++) {
  try {
    const { instructions, runs, slowestSeconds } = fuzzMachine(seed, values.board);
    sum.cases++;
    sum.instructions += instructions;
    sum.runs += runs;
    sum.slowestSeconds = Math.max(sum.slowestSeconds, slowestSeconds);
  } catch (error) {
    const board = values.board === undefined ? '' : ` --board ${values.board}`;
    finding = `seed ${seed}: ${(error as Error).message}\n  again: npm run fuzz:machine -- --seed ${seed} --cases 1${board}`;
    break;
  }
  if (sum.cases === WARM_CASES) warmBytes = usedBytes();
  if (performance.now() - told > 30_000) {
    told = performance.now();
    console.log(
      `${sum.cases} cases, ${sum.instructions} instructions, ${(usedBytes() / 1048576).toFixed(0)} MB in use`,
    );
  }
}
const growthBytes = warmBytes === undefined ? 0 : usedBytes() - warmBytes;
if (finding === undefined && growthBytes > MOST_GROWTH_BYTES) finding = `memory grew by ${growthBytes} bytes`;
if (finding !== undefined) console.error(finding);
const result = { ...sum, growthBytes, finding: finding ?? null };
if (values.json) console.log(JSON.stringify(result));
else
  console.log(
    `${sum.cases} cases, ${sum.instructions} instructions in ${sum.runs} runs, the slowest ${sum.slowestSeconds.toFixed(2)} s, ` +
      `memory grew by ${(growthBytes / 1048576).toFixed(1)} MB: ${finding === undefined ? 'nothing found' : 'a finding'}`,
  );
process.exit(finding === undefined ? 0 : 1);
