/** Runs engines in turns, so that a computer whose speed drifts slows all of them, and makes rows of the medians. */
import { peersOfOurs, QEMU, QEMU_ICOUNT, type Engine, type Measured, type Task } from './engines';
import type { Program } from './programs';
import { median } from './threeDomains';

/** One line of the table, and of `--json`. Ratios are absent where QEMU has nothing to be compared with. */
export interface Row {
  readonly program: string;
  readonly engine: string;
  readonly mips: number;
  /** Of whole systems, what a person waits for. */
  readonly seconds?: number;
  readonly ratioToQemu?: number;
  readonly ratioToQemuIcount?: number;
}

export const rounded = (value: number): number => Number(value.toPrecision(3));

export interface Contest {
  readonly name: string;
  readonly program: Program;
  /** Where the program begins. */
  readonly start: number;
  readonly millions: number;
  readonly rounds: number;
  readonly engines: readonly Engine[];
  /** Gets each measurement of ours. */
  readonly look?: (engine: Engine, measured: Measured) => void;
}

/** QEMU takes part in each contest, with and without counting. The instructions of a program are counted by one of ours. */
export async function compete({ name, program, start, millions, rounds, engines, look }: Contest): Promise<Row[]> {
  const all = [...engines, ...peersOfOurs];
  const nanoseconds = new Map<Engine, number[]>(all.map((engine) => [engine, []]));
  const turns = millions * program.turnsPerMillion;
  let perTurn = 0;
  for (let round = 0; round < rounds; round++) {
    for (const engine of all) {
      const task: Task = { program, start, turns: Math.max(1, Math.round(turns * engine.share)) };
      const measured = await engine.run(task);
      if (measured.instructions !== undefined) perTurn = measured.instructions / task.turns;
      nanoseconds.get(engine)!.push((measured.seconds * 1e9) / task.turns);
      look?.(engine, measured);
    }
  }
  const mips = new Map(all.map((engine) => [engine.name, (perTurn * 1000) / median(nanoseconds.get(engine)!)]));
  return [...mips].map(([engine, rate]) => ({
    program: name,
    engine,
    mips: rounded(rate),
    ratioToQemu: rounded(rate / mips.get(QEMU)!),
    ratioToQemuIcount: rounded(rate / mips.get(QEMU_ICOUNT)!),
  }));
}
