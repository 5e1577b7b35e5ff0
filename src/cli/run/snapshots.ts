/** Snapshot files of `armvisor run` and `armvisor snapshot info`. What stands in them is src/machine/snapshotFile.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../../debugger/types';
import { encodeSnapshot, readSnapshotInfo, restoreSnapshotFile, SnapshotFileError } from '../../machine/snapshotFile';
import type { MachineFace } from '../../machine/types';

const BYTES_PER_MEGABYTE = 1 << 20;

function withFile<T>(file: string, use: (bytes: Uint8Array) => T): T {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UserError(
      `The snapshot file ${file} cannot be read (${code}): name one that --save-snapshot has written.`,
    );
  }
  try {
    return use(bytes);
  } catch (error) {
    if (error instanceof SnapshotFileError) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}

/** @throws UserError; the machine then is as it was */
export function loadSnapshot(machine: MachineFace, file: string): void {
  withFile(file, (bytes) => restoreSnapshotFile(machine, bytes));
}

/** @throws UserError */
export function saveSnapshot(machine: MachineFace, file: string): void {
  try {
    writeFileSync(file, encodeSnapshot(machine.snapshot()));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UserError(`--save-snapshot: ${file} cannot be written (${code}): name a file in a folder that exists.`);
  }
}

/** What a snapshot file is of, in lines. @throws UserError */
export function describeSnapshot(file: string): string {
  const info = withFile(file, readSnapshotInfo);
  const rows = {
    board: info.board,
    memory: `${info.ramBytes / BYTES_PER_MEGABYTE} MB`,
    'tick model': info.tickModel,
    'memory system': info.memorySystem,
    instructions: info.instructionCount,
    ticks: info.ticks,
    version: info.snapshotVersion,
  };
  return Object.entries(rows)
    .map(([name, value]) => `${name.padEnd(14)} ${value}\n`)
    .join('');
}
