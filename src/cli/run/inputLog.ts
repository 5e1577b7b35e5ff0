/** `--record-input FILE` and `--replay-input FILE`. What stands in such a file is src/machine/inputLog.ts. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { UserError, type LaunchSettings } from '../../debugger/types';
import { encodeInputLog, InputLogError, replayInputLog, type InputLogOrigin } from '../../machine/inputLog';
import type { MachineFace } from '../../machine/types';

/** What a machine is before its first instruction: two with the same get the same session out of the same input. */
export function originOf(machine: MachineFace, settings: LaunchSettings): InputLogOrigin {
  const hash = createHash('sha256');
  for (const { base, bytes } of machine.memoryBanks) {
    hash.update(`${base} ${bytes} `);
    hash.update(machine.readPhysical(base, bytes) ?? '');
  }
  const { cache, cacheSizes, tlb, vfp, nsPerTick, board } = settings;
  const registers = Array.from({ length: 16 }, (_, register) => machine.cpu.getRegister(register));
  hash.update(JSON.stringify([registers, cache, cacheSizes, tlb, vfp, nsPerTick, board]));
  return { board: machine.boardName, tickModel: settings.tickModel, start: hash.digest('hex').slice(0, 16) };
}

/** @throws UserError when the file cannot be read, is no log, or was recorded on another machine */
export function loadInputLog(machine: MachineFace, origin: InputLogOrigin, file: string): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UserError(`The input log ${file} cannot be read (${code}): name one that --record-input has written.`);
  }
  try {
    replayInputLog(machine, origin, text);
  } catch (error) {
    if (error instanceof InputLogError) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}

/** @throws UserError when the file cannot be written */
export function saveInputLog(machine: MachineFace, origin: InputLogOrigin, file: string): void {
  try {
    writeFileSync(file, encodeInputLog(origin, machine.inputLog));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UserError(`--record-input: ${file} cannot be written (${code}): name a file in a folder that exists.`);
  }
}
