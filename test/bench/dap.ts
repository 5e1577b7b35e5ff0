/**
 * `npm run bench:dap`: what a person waits for while debugging, beside what they have today: cdt-gdb-adapter with gdb-multiarch and
 * qemu-system-arm. Both adapters are processes of their own on stdio, and both debug the same hypervisor ELF, in turns; QEMU's board is another one, so
 * that the hypervisor comes no further than its first lines there, and ours has three domains besides. Prints medians and ratios; with --json the last
 * line is one object. Asserts nothing.
 */
import { createServer } from 'node:net';
import path from 'node:path';
import { median } from './support/threeDomains';
import { DapClient } from '../support/dapClient';

const ROUNDS = 7;
const STEPS = 40;
const LOOKS = 10;
const EVALUATIONS = 100;
const HYPERVISOR = 'firmware/images/xen.elf';
/** Where both stop first: the hypervisor's first line of output. A function with parameters and variables, three frames deep. */
const FIRST_STOP = 'vsnprintf';
const EXPRESSION = 'idle_vcpu.vcpu_flags';

const OPERATIONS = ['launch to first stop', 'instruction step', 'stackTrace + scopes + variables', 'evaluate'] as const;
type Operation = (typeof OPERATIONS)[number];
type Samples = Readonly<Record<Operation, number[]>>;

interface ScopeOfFrame {
  readonly name: string;
  readonly variablesReference: number;
}

interface Contender {
  start(): DapClient;
  launchArguments(): Promise<object>;
}

const ours: Contender = {
  start: () => new DapClient(undefined, [path.resolve('dist/cli.js'), 'dap']),
  launchArguments: () =>
    Promise.resolve({
      hypervisor: 'builtin:xen',
      domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:mini-os' }, { kernel: 'builtin:proc-os' }],
      stopOnEntry: false,
    }),
};

/** A port of the loopback interface that nobody has now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

const theirs: Contender = {
  // QEMU's board has a sound chip, which looks for the computer's sound otherwise.
  start: () =>
    new DapClient(undefined, [path.resolve('node_modules/cdt-gdb-adapter/dist/debugTargetAdapter.js')], {
      QEMU_AUDIO_DRV: 'none',
    }),
  async launchArguments() {
    const port = String(await freePort());
    const board = ['-M', 'versatilepb', '-m', '128', '-nographic', '-monitor', 'none', '-serial', 'null'];
    return {
      gdb: 'gdb-multiarch',
      program: path.resolve(HYPERVISOR),
      target: {
        type: 'remote',
        host: '127.0.0.1',
        port,
        server: 'qemu-system-arm',
        serverParameters: [...board, '-S', '-gdb', `tcp:127.0.0.1:${port}`, '-kernel', path.resolve(HYPERVISOR)],
      },
    };
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** One session of one contender; its times are added to the samples. */
async function measure(contender: Contender, samples: Samples): Promise<void> {
  const client = contender.start();
  const numbering = { linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path' };
  await client.body('initialize', { adapterID: 'bench', ...numbering });
  const launchArguments = await contender.launchArguments();
  let threadId = 0;
  samples['launch to first stop'].push(
    await timed(async () => {
      const initialized = client.nextEvent('initialized');
      const stopped = client.nextEvent('stopped');
      const launched = client.body('launch', launchArguments);
      await Promise.race([initialized, launched.then(() => initialized)]);
      await client.body('setFunctionBreakpoints', { breakpoints: [{ name: FIRST_STOP }] });
      await Promise.all([client.body('configurationDone'), launched]);
      threadId = ((await stopped).body as { threadId: number }).threadId;
    }),
  );
  for (let step = 0; step < STEPS; step++) {
    const next = () => client.until('next', { threadId, granularity: 'instruction' });
    samples['instruction step'].push(await timed(next));
  }
  let frameId = 0;
  const look = async (): Promise<void> => {
    const { stackFrames } = await client.body<{ stackFrames: { id: number }[] }>('stackTrace', { threadId });
    frameId = stackFrames[0]!.id;
    const { scopes } = await client.body<{ scopes: ScopeOfFrame[] }>('scopes', { frameId });
    // They have no scope of the globals.
    const compared = scopes.filter(({ name }) => name !== 'Globals');
    for (const { variablesReference } of compared) await client.body('variables', { variablesReference });
  };
  for (let each = 0; each < LOOKS; each++) {
    samples['stackTrace + scopes + variables'].push(await timed(look));
    // A look at the same stop again may be answered from what is remembered: a step is between two looks, not timed.
    await client.until('next', { threadId, granularity: 'instruction' });
  }
  await look();
  for (let each = 0; each < EVALUATIONS; each++) {
    const evaluate = async (): Promise<void> => {
      const asked = { expression: EXPRESSION, frameId, context: 'watch' };
      const { result } = await client.body<{ result: string }>('evaluate', asked);
      if (Number.isNaN(Number(result))) throw new Error(`${EXPRESSION} is answered with ${result}`);
    };
    samples.evaluate.push(await timed(evaluate));
  }
  await client.close();
}

const noSamples = (): Samples => Object.fromEntries(OPERATIONS.map((each) => [each, []])) as unknown as Samples;
const rounded = (value: number): number => Number(value.toPrecision(3));

const [our, their] = [noSamples(), noSamples()];
for (let round = 0; round < ROUNDS; round++) {
  await measure(theirs, their);
  await measure(ours, our);
}

const results = OPERATIONS.map((operation) => {
  const [oursMs, theirsMs] = [median(our[operation]), median(their[operation])];
  return { operation, oursMs: rounded(oursMs), theirsMs: rounded(theirsMs), ratio: rounded(theirsMs / oursMs) };
});
console.log(
  `medians of ${ROUNDS} sessions each, in turns: ours with three domains; cdt-gdb-adapter, gdb and QEMU with none`,
);
for (const { operation, oursMs, theirsMs, ratio } of results)
  console.log(
    `${operation.padEnd(34)} ours ${`${oursMs} ms`.padStart(9)}   theirs ${`${theirsMs} ms`.padStart(9)}   ${ratio} x`,
  );
if (process.argv.includes('--json')) console.log(JSON.stringify({ results }));
