/**
 * One case of the machine's fuzzer: everything in it follows from its seed. Two machines get the same guest, the same input and the same
 * stores from outside. The second may translate, and takes each run in another way: in two parts, with breakpoints armed, or with a snapshot,
 * a stray run and the way back. After each action both have to be in the same state. Nothing may throw, and every run has to come back in time.
 */
import { boardNamed, boardNames } from '../../src/machine/boards';
import { createMachine, type MachineOptions } from '../../src/machine/machine';
import type { DeviceInput, MachineFace, RunStop, TickModelName } from '../../src/machine/types';
import { Random } from '../conformance/random';
import { address, ARENA_BYTES, prepare } from './programs';
import { combined, stateHashes } from './stateHash';

export interface CaseResult {
  readonly instructions: number;
  readonly runs: number;
  /** Longest time that one `run` took on the host. */
  readonly slowestSeconds: number;
  readonly stateHash: string;
}

/** A finding, with what was done so far. */
export class Finding extends Error {}

/** The longest run, and how long one may take on a slow host with everything switched on. */
const MOST_INSTRUCTIONS = 4000;
const MOST_SECONDS = 10;
const ACTIONS = 12;
const RAM_BYTES = 4 << 20;

const tickModels: readonly TickModelName[] = ['goldfish', 'goldfish-dcache', 'arm926ejs'];

function optionsOf(random: Random, boardName: string): MachineOptions {
  const board = boardNamed(boardName);
  if ('error' in board) throw new Error(board.error);
  return {
    board,
    ramBytes: RAM_BYTES,
    tickModel: random.pick(tickModels),
    cache: random.pick(['off', 'off', 'timing', 'coherence'] as const),
    tlb: random.pick(['fast', 'arm926'] as const),
    vfp: random.pick(['none', 'vfp9'] as const),
  };
}

/** What a translator serves; with the other options it interprets. */
const translatable = (options: MachineOptions): MachineOptions => ({
  ...options,
  tickModel: 'goldfish',
  cache: options.cache === 'coherence' ? 'off' : options.cache,
  tlb: 'fast',
});

/** The second machine of half of the cases translates: at the first entry, or when code has been entered a few times. */
function otherEngine(options: MachineOptions, program: number): MachineOptions {
  const translateAfter = [undefined, undefined, 1, 3][program % 4];
  return translateAfter === undefined ? options : { ...translatable(options), engine: 'translator', translateAfter };
}

/** Input of any shape; devices say themselves what they take. */
function deviceInput(random: Random): DeviceInput {
  const bytes = Uint8Array.from({ length: random.below(64) }, () => random.bits(8));
  const number = random.operand();
  return random.pick<DeviceInput>([
    { type: random.below(8), code: random.below(0x300), value: number },
    { frame: bytes },
    { pcm: bytes },
    { [random.pick(['capacity', 'ac', 'status', 'present', 'on', 'state', 'switch', 'index', 'name'])]: number },
    { name: 'a', value: number, on: random.below(2), x: number, y: number, pressed: 1 },
  ]);
}

/** A pair of machines under the same treatment, and the checks on every step. */
class Pair {
  instructions = 0;
  runs = 0;
  slowestSeconds = 0;
  readonly done: string[] = [];

  constructor(
    readonly first: MachineFace,
    readonly second: MachineFace,
    private readonly random: Random,
  ) {}

  both(what: string, action: (machine: MachineFace) => unknown): void {
    this.done.push(what);
    const [a, b] = [action(this.first), action(this.second)];
    if (typeof a !== 'object' && a !== b) throw new Finding(`${what}: ${String(a)} and ${String(b)}`);
  }

  /** One `run` with its own checks: the time, the count, and the reason for the stop. */
  private timedRun(machine: MachineFace, count: number, armed?: ReadonlySet<number>): { stop: RunStop; used: number } {
    const [before, ticks, start] = [machine.instructionCount, machine.ticks, performance.now()];
    const stop = machine.run(count);
    const seconds = (performance.now() - start) / 1000;
    const used = machine.instructionCount - before;
    this.slowestSeconds = Math.max(this.slowestSeconds, seconds);
    this.runs++;
    if (seconds > MOST_SECONDS) throw new Finding(`run(${count}) took ${seconds.toFixed(1)} s`);
    if (used < 0 || used > count || (stop.kind === 'count' && used !== count))
      throw new Finding(`run(${count}) ended with "${stop.kind}" after ${used} instructions`);
    if (!Number.isSafeInteger(machine.ticks) || machine.ticks < ticks)
      throw new Finding(`ticks went from ${ticks} to ${machine.ticks}`);
    if (stop.kind === 'breakpoint' && (stop.pc !== machine.cpu.getRegister(15) || !armed?.has(stop.pc)))
      throw new Finding(`stopped at 0x${stop.pc.toString(16)}, which is not armed or not the pc`);
    return { stop, used };
  }

  /** The same count in another way. */
  private runOtherwise(machine: MachineFace, count: number): RunStop {
    const way = this.random.below(3);
    this.done.push(['in two parts', 'over breakpoints', 'after a way back'][way]!);
    if (way === 0) {
      const part = this.random.below(count + 1);
      const { stop } = this.timedRun(machine, part);
      return stop.kind === 'count' ? this.timedRun(machine, count - part).stop : stop;
    }
    if (way === 1) {
      const pc = machine.cpu.getRegister(15);
      const places = Array.from({ length: 20 }, (_, index) =>
        index < 10 ? pc + 4 * (index + 1) : machine.ramBase + this.random.below(ARENA_BYTES),
      );
      const armed = new Set(places.map((place) => (place & ~1) >>> 0));
      machine.setBreakpoints(armed);
      for (let left = count; ;) {
        const { stop, used } = this.timedRun(machine, left, armed);
        left -= used;
        if (stop.kind === 'breakpoint' && left > 0) continue;
        machine.setBreakpoints([]);
        return stop.kind === 'breakpoint' ? { kind: 'count' } : stop;
      }
    }
    const snapshot = structuredClone(machine.snapshot());
    this.timedRun(machine, this.random.below(count));
    machine.restore(snapshot);
    return this.timedRun(machine, count).stop;
  }

  run(): RunStop {
    const count = 1 + this.random.below(MOST_INSTRUCTIONS);
    this.done.push(`run(${count})`);
    const { stop, used } = this.timedRun(this.first, count);
    this.instructions += used;
    const other = this.runOtherwise(this.second, count);
    if (stop.kind !== other.kind) throw new Finding(`the runs ended with "${stop.kind}" and "${other.kind}"`);
    return stop;
  }

  compare(): string {
    const [a, b] = [stateHashes(this.first), stateHashes(this.second)];
    const differing = Object.keys(a).filter((part) => a[part] !== b[part]);
    if (differing.length > 0) throw new Finding(`the two machines differ in: ${differing.join(', ')}`);
    return combined(a);
  }
}

/** Looking must change nothing; `Pair.compare` sees it when only one of the two was looked at. */
function lookAround(machine: MachineFace, at: number): void {
  machine.displays();
  for (const device of machine.devices) {
    device.state();
    for (let offset = 0; offset < Math.min(device.table.windowBytes, 0x200); offset += 4) device.peek(offset);
  }
  machine.readPhysical(at, 64);
  machine.walk(at, 'read', true);
}

function act(random: Random, pair: Pair): void {
  const at = address(random, pair.first);
  switch (random.below(7)) {
    case 0: {
      const bytes = Uint8Array.from({ length: random.below(100) }, () => random.bits(8));
      const port = random.below(5);
      return pair.both(`input for port ${port}`, (machine) => machine.sendConsoleInput(port, bytes));
    }
    case 1: {
      const { instance } = random.pick(pair.first.devices);
      const input = deviceInput(random);
      return pair.both(`input for ${instance}`, (machine) => machine.sendDeviceInput(instance, input));
    }
    case 2:
    case 3: {
      const { instance, table } = random.pick(pair.first.devices);
      const { offset } = random.pick(Object.values(table.registers));
      const word = random.below(2) === 0 ? random.operand() : at;
      const what = `${instance} + 0x${offset.toString(16)} = 0x${(word >>> 0).toString(16)}`;
      return pair.both(what, (machine) => machine.pokeDevice(instance, offset, word >>> 0));
    }
    case 4: {
      const bytes = Uint8Array.from({ length: 4 * (1 + random.below(16)) }, () => random.bits(8));
      return pair.both(`store at 0x${at.toString(16)}`, (machine) => machine.writePhysical(at, bytes));
    }
    case 5:
      pair.done.push('look around');
      return lookAround(pair.first, at);
    default: {
      const index = random.below(15);
      const word = address(random, pair.first);
      return pair.both(`r${index} = 0x${word.toString(16)}`, ({ cpu }) => cpu.setRegister(index, word));
    }
  }
}

/** Runs the case of `seed`; throws a {@link Finding}, or whatever the machine threw, with what was done in the message. */
export function fuzzMachine(seed: number, boardName?: string): CaseResult {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995 || 1);
  for (let warm = 0; warm < 8; warm++) random.next();
  const name = random.pick(boardNames);
  const options = optionsOf(random, boardName ?? name);
  const program = random.next() || 1;
  const other = otherEngine(options, program);
  const machines = [
    createMachine(other.engine === 'translator' ? translatable(options) : options),
    createMachine(other),
  ] as const;
  const pair = new Pair(...machines, random);
  try {
    for (const machine of machines) prepare(new Random(program), machine);
    let stateHash = pair.compare();
    for (let action = 0; action < ACTIONS; action++) {
      for (let times = random.below(3); times > 0; times--) act(random, pair);
      const { kind } = pair.run();
      stateHash = pair.compare();
      if (kind === 'halted') break;
    }
    const { instructions, runs, slowestSeconds } = pair;
    return { instructions, runs, slowestSeconds, stateHash };
  } catch (error) {
    const text = error instanceof Finding ? error.message : error instanceof Error ? error.stack : String(error);
    const setting = `${other.board.name}, engine ${other.engine ?? 'interpreter'}, ticks ${other.tickModel}, cache ${other.cache}, tlb ${other.tlb}, vfp ${other.vfp}`;
    throw new Finding(`${text}\n  machine: ${setting}\n  done: ${pair.done.slice(-12).join('; ')}`, { cause: error });
  }
}
