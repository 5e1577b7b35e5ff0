/** `armvisor campaign isolation`: runs campaigns, and says what came out, for people and as JSON. docs/isolation.md */
import { ENGINE_MODES } from '../../machine/machineOptions';
import { exitCodes } from '../exitCodes';
import { progressOn } from '../experiment/figure4';
import { oneOf, SCHEDULERS, wholeNumber } from '../experiment/options';
import { table, whole } from '../experiment/table';
import { Campaign, type CampaignResult, type Check } from './campaign';

export interface IsolationOptions {
  readonly seed?: string;
  readonly seeds?: string;
  readonly count?: string;
  readonly engine?: string;
  readonly scheduler?: string;
  readonly json?: boolean;
}

const MOST_SEED = 4_000_000_000;

/** Gives the exit code: 0 when isolation held in all campaigns, else 1. */
export async function isolation(options: IsolationOptions): Promise<number> {
  const first = wholeNumber('--seed', options.seed, 1, 0, MOST_SEED);
  const seeds = wholeNumber('--seeds', options.seeds, 1, 1, 1000);
  const count = wholeNumber('--count', options.count, 1_000_000, 1, 100_000_000);
  const engine = oneOf('--engine', options.engine ?? 'auto', ENGINE_MODES);
  const scheduler = oneOf('--scheduler', options.scheduler ?? 'bvt', SCHEDULERS);
  const out = (text: string): void => void process.stdout.write(text);
  const results: CampaignResult[] = [];
  for (let index = 0; index < seeds; index++) {
    // Each adversary takes the next number: seeds of campaigns lie far apart, so that none repeats another's.
    const seed = first + index * SEED_STEP;
    const begun = performance.now();
    const result = await Campaign.run({ seed, count, engine, scheduler }, progressOn(process.stderr));
    results.push(result);
    out(`${report(result, (performance.now() - begun) / 1000)}\n`);
    if (!result.ok) out(`${reproduce(result, scheduler)}\n`);
  }
  if (options.json === true) out(`${JSON.stringify(asJson(results))}\n`);
  return results.every(({ ok }) => ok) ? exitCodes.reached : exitCodes.badInput;
}

const SEED_STEP = 100_000;

function report(result: CampaignResult, seconds: number): string {
  const { seed, hypercalls, refused, crashes, adversaries, instructions, attacks, checks, ok } = result;
  const head = `Campaign ${seed}: ${whole(hypercalls)} hypercalls, ${whole(refused)} of them refused, by ${whole(adversaries)} adversaries, ${whole(crashes)} of which crashed; ${whole(instructions / 1e6)} million instructions in ${seconds.toFixed(1)} s`;
  const classes = table(
    ['attacks', 'begun'],
    Object.entries(attacks).map(([name, count]) => [name, whole(count)]),
  );
  const marks = checks.map(({ name, ok: held, detail }) => `${held ? '  held   ' : '  BROKEN '} ${name}: ${detail}`);
  return `${head}\n\n${classes}\n${marks.join('\n')}\n\nIsolation ${ok ? 'held' : 'is BROKEN'}.\n`;
}

function reproduce({ seed, hypercalls, instructions }: CampaignResult, scheduler: string): string {
  const options = scheduler === 'bvt' ? '' : ` --scheduler ${scheduler}`;
  return `To see it again: armvisor campaign isolation --seed ${seed} --count ${hypercalls}${options}
It had executed ${instructions} instructions; each run is the same, instruction for instruction. docs/isolation.md says where to look.`;
}

/** One campaign as it is; of several the sums, with each of them in "campaigns". */
function asJson(results: readonly CampaignResult[]): unknown {
  if (results.length === 1) return results[0];
  const sum = (pick: (result: CampaignResult) => number): number =>
    results.reduce((total, result) => total + pick(result), 0);
  const first = results[0]!;
  const names = Object.keys(first.attacks);
  return {
    seed: first.seed,
    count: first.count,
    hypercalls: sum(({ hypercalls }) => hypercalls),
    attacks: Object.fromEntries(names.map((name) => [name, sum(({ attacks }) => attacks[name] ?? 0)])),
    refused: sum(({ refused }) => refused),
    crashes: sum(({ crashes }) => crashes),
    checks: first.checks.map(({ name }, index) => together(name, results, index)),
    ok: results.every(({ ok }) => ok),
    campaigns: results,
  };
}

function together(name: string, results: readonly CampaignResult[], index: number): Check {
  const each = results.map(({ seed, checks }) => ({ seed, ...checks[index]! }));
  const broken = each.filter(({ ok }) => !ok);
  const shown = broken.length ? broken : each.slice(0, 1);
  return {
    name,
    ok: broken.length === 0,
    detail: shown.map(({ seed, detail }) => `seed ${seed}: ${detail}`).join('; '),
  };
}
