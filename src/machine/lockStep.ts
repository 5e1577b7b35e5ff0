/**
 * Two machines that are given the same and have to stay the same: one translates, one interprets. Everything that acts on a
 * machine is done to both; what is read is read from the translating one. A difference ends the run with a sentence that
 * names where it began. For finding faults of the translator (`armvisor run --verify-translator`), at about a third of the interpreter's speed.
 */
import { Machine } from './machine';
import type { MachineOptions } from './machineOptions';
import type { MachineFace, MachineSnapshot, RunStop } from './types';

/** Instructions between two comparisons of registers, and slices between two of everything. */
const SLICE = 20_000;
const FULL_EVERY = 50;

class LockStep {
  private slices = 0;
  private before: readonly [MachineSnapshot, MachineSnapshot] | undefined;

  constructor(
    private readonly translated: Machine,
    private readonly reference: Machine,
  ) {}

  run(most: number): RunStop {
    for (let left = most; left > 0;) {
      const slice = Math.min(left, SLICE);
      if (this.slices++ % FULL_EVERY === 0) this.before = [this.translated.snapshot(), this.reference.snapshot()];
      const start = this.translated.instructionCount;
      const stop = this.translated.run(slice);
      const used = this.translated.instructionCount - start;
      left -= used;
      // Who asked to stop asked one machine.
      const other = this.reference.run(stop.kind === 'asked' ? used : slice);
      const same = stop.kind === 'asked' || JSON.stringify(stop) === JSON.stringify(other);
      const whole = this.slices % FULL_EVERY === 0 || stop.kind !== 'count';
      const difference = this.translated.firstDifference(this.reference, whole);
      if (!same || difference !== undefined) {
        const how = difference ?? `the runs ended with "${stop.kind}" and "${other.kind}"`;
        throw new Error(`Translated code differs from the interpreter${this.whereItBegan()}: ${how}.`);
      }
      if (stop.kind !== 'count') return stop;
    }
    return { kind: 'count' };
  }

  /** Goes back to the last states that were kept and halves the way until the first instruction with a difference is found. */
  private whereItBegan(): string {
    if (this.before === undefined) return '';
    const start = (this.before[0].state as { instructionCount: number }).instructionCount;
    let equal = 0;
    let different = Math.max(this.translated.instructionCount, this.reference.instructionCount) - start;
    let pc = 0;
    while (different - equal > 1) {
      const middle = (equal + different) >>> 1;
      this.translated.restore(this.before[0]);
      this.reference.restore(this.before[1]);
      this.translated.run(middle);
      this.reference.run(middle);
      if (this.translated.firstDifference(this.reference, true) === undefined) {
        equal = middle;
        pc = this.reference.cpu.getRegister(15);
      } else {
        different = middle;
      }
    }
    return ` after instruction ${start + equal}, at pc 0x${pc.toString(16)}`;
  }
}

/** What acts on a machine, beside `run`. */
const ACTIONS: ReadonlySet<string | symbol> = new Set<keyof MachineFace>([
  'setBreakpoints',
  'setWatches',
  'writePhysical',
  'boot',
  'sendConsoleInput',
  'pokeDevice',
  'sendDeviceInput',
  'restore',
  'replayInputs',
  'holdInput',
]);

/** Does to both what is done to one. */
function twin<T extends object>(first: T, second: T, acts: (name: string | symbol) => boolean): T {
  return new Proxy(first, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!acts(name)) return (value as (...given: unknown[]) => unknown).bind(target);
      return (...given: unknown[]): unknown => {
        (Reflect.get(second, name, second) as (...given: unknown[]) => unknown).apply(second, given);
        return (value as (...given: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}

/** A machine that checks itself. Its `run` throws an Error with a sentence at the first difference. */
export function createLockStepMachine(options: MachineOptions): MachineFace {
  const translated = new Machine({ ...options, engine: 'translator' });
  const { board, ramBytes, tickModel, nsPerTick, cache, cacheSizes, tlb, vfp } = options;
  const reference = new Machine({ board, ramBytes, tickModel, nsPerTick, cache, cacheSizes, tlb, vfp });
  const lockStep = new LockStep(translated, reference);
  const cpu = twin(translated.cpu, reference.cpu, (name) => String(name).startsWith('set'));
  const face = twin<MachineFace>(translated, reference, (name) => ACTIONS.has(name));
  return new Proxy(face, {
    get: (target, name) =>
      name === 'run'
        ? (most: number) => lockStep.run(most)
        : name === 'cpu'
          ? cpu
          : (Reflect.get(target, name) as unknown),
  });
}
