/** What translating costs and how much of a run is translated, by program: from the translator's own counts, and one more run under a clock. */
import type { Machine } from '../../../src/machine/machine';
import { rounded } from './rates';

export interface TranslationRow {
  readonly program: string;
  /** Of all instructions, in percent. */
  readonly translated: number;
  readonly regions: number;
  readonly kilobytes: number;
  /** Calls of translated code from the loop of the interpreter, each of which ends in a leave. */
  readonly leavesPerMillion: number;
  /** Of the run's time, in percent. */
  readonly compiling: number;
}

/** @param compileSeconds in WebAssembly.Module and WebAssembly.Instance; what V8 does in other threads is not in it */
export function translationOf(
  program: string,
  machine: Machine,
  compileSeconds: number,
  seconds: number,
): TranslationRow {
  const { translated, regions, bytes, calls } = machine.translatorCounts!;
  const instructions = machine.instructionCount;
  return {
    program,
    translated: rounded((100 * translated) / instructions),
    regions,
    kilobytes: rounded(bytes / 1024),
    leavesPerMillion: rounded((calls / instructions) * 1e6),
    compiling: rounded((100 * compileSeconds) / seconds),
  };
}

/** Seconds that work spends in compiling modules and making instances of them, on the thread that runs the machine. */
export async function timeOfCompiling<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  const { Module, Instance } = WebAssembly;
  let nanoseconds = 0n;
  const timed = <C extends new (...args: never[]) => object>(constructor: C): C =>
    new Proxy(constructor, {
      construct(target, args: never[]) {
        const start = process.hrtime.bigint();
        const made = new target(...args);
        nanoseconds += process.hrtime.bigint() - start;
        return made;
      },
    });
  WebAssembly.Module = timed(Module);
  WebAssembly.Instance = timed(Instance);
  try {
    const result = await work();
    return { result, seconds: Number(nanoseconds) / 1e9 };
  } finally {
    WebAssembly.Module = Module;
    WebAssembly.Instance = Instance;
  }
}
