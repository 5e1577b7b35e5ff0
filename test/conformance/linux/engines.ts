/**
 * The translator held to the interpreter over a whole boot: two machines with the same kernel, stopped at the same random instructions. Registers
 * and ticks are compared at each stop, the whole state at some.
 */
import type { Machine } from '../../../src/machine/machine';
import type { CacheMode, EngineMode } from '../../../src/machine/types';
import { Random } from '../random';
import type { Finding } from './checks';
import { type LinuxImages, LinuxSession } from './session';
import { stateDigest } from './stateDigest';

const STOPS = 5000;
const WHOLE_EVERY = 500;
const CACHES: readonly CacheMode[] = ['off', 'timing'];

/** What is cheap to look at; hits and misses where caches are modelled. */
function outline({ cpu, ticks, instructionCount, caches }: Machine): string {
  const registers = Array.from({ length: 16 }, (_, index) => cpu.getRegister(index));
  const counts = [caches?.instruction, caches?.data].map((cache) => [cache?.hits, cache?.misses]);
  return JSON.stringify([instructionCount, ticks, registers, cpu.getCpsr(), counts]);
}

function compare(images: LinuxImages, cache: CacheMode, instructions: number): Finding {
  const [reference, translated] = (['interpreter', 'translator'] as const).map(
    (engine: EngineMode) => new LinuxSession(images, { engine, cache }).machine,
  ) as [Machine, Machine];
  const random = new Random(instructions);
  for (let stop = 1; stop <= STOPS; stop++) {
    const count = 1 + random.below(Math.floor((2 * instructions) / STOPS));
    reference.run(count);
    translated.run(count);
    const whole = stop % WHOLE_EVERY === 0;
    const look = (machine: Machine): string => outline(machine) + (whole ? stateDigest(machine.snapshot()) : '');
    if (look(reference) === look(translated)) continue;
    return { passed: false, detail: `different after ${reference.instructionCount} instructions (stop ${stop})` };
  }
  const share = translated.translatorCounts!.translated / translated.instructionCount;
  const detail = `${STOPS} stops in ${translated.instructionCount} instructions, ${(share * 100).toFixed(1)} % translated`;
  return { passed: share > 0.5, detail };
}

/** @param instructions of a boot to its prompt */
export function checkEngines(
  images: LinuxImages,
  instructions: number,
): readonly { readonly name: string; readonly finding: Finding }[] {
  return CACHES.map((cache) => ({
    name: `translated and interpreted, cache ${cache}: the same at random instructions`,
    finding: compare(images, cache, instructions),
  }));
}
