/**
 * Whether a booting Linux is the same every time: two boots compared in every byte, one of them run in other slices, stopped for
 * snapshots and set back on the way.
 */
import type { Finding } from './checks';
import { type LinuxImages, LinuxSession } from './session';
import { stateDigest } from './stateDigest';

const SLICES = [1, 7_919, 1_000_003, 123_457];

/** Runs so many instructions in slices of many lengths. */
function runUnevenly(session: LinuxSession, instructions: number): void {
  for (let left = instructions, turn = 0; left > 0; turn++) {
    const slice = Math.min(left, SLICES[turn % SLICES.length]);
    session.machine.run(slice);
    left -= slice;
  }
}

const digest = (session: LinuxSession): string => stateDigest(session.machine.snapshot());

/** Everything that was typed in a session, typed again at the same instructions in a machine that is run in other slices. */
export function checkReplay(images: LinuxImages, session: LinuxSession): Finding {
  const { instructionCount: end, inputLog } = session.machine;
  const again = new LinuxSession(images);
  again.machine.replayInputs(inputLog);
  const part = Math.floor(end / 5);
  runUnevenly(again, part);
  again.machine.run(end - part);
  const passed = digest(again) === digest(session);
  return { passed, detail: `${inputLog.length} inputs in ${end} instructions${passed ? '' : ': another state'}` };
}

/**
 * @param atPrompt the digest of the first boot when it came to its prompt
 * @param instructions when that was
 */
export function checkDeterminism(
  images: LinuxImages,
  atPrompt: string,
  instructions: number,
): readonly { readonly name: string; readonly finding: Finding }[] {
  const session = new LinuxSession(images);
  const third = Math.floor(instructions / 3);
  runUnevenly(session, third);
  const start = session.machine.snapshot();

  session.machine.run(third);
  const once = digest(session);
  session.machine.restore(start);
  runUnevenly(session, third);
  const again = digest(session);
  session.machine.run(instructions - 2 * third);
  const end = digest(session);

  const prompt = session.machine.snapshot();
  const answer = (): string => `${session.command('echo $((6*7))') ?? 'nothing'} ${digest(session)}`;
  const first = answer();
  session.machine.restore(prompt);
  const second = answer();
  const compare = (left: string, right: string, detail: string): Finding =>
    left === right ? { passed: true, detail } : { passed: false, detail: `${left} and ${right}` };

  return [
    {
      name: 'run, snapshot, run, restore, run: every byte is the same',
      finding: compare(once, again, `after ${2 * third} instructions: ${once.slice(0, 16)}`),
    },
    {
      name: 'a second boot, in other slices, with a restore on the way, is the same',
      finding: compare(atPrompt, end, `after ${instructions} instructions: ${end.slice(0, 16)}`),
    },
    {
      name: 'a command typed after a restore runs as it ran before',
      finding: compare(first, second, first.slice(-64, -48)),
    },
  ];
}
