/** What the trace device tells of processes and mappings, as records of qtrace.pid (goldfish.md B7). */
import type { DeviceInput } from '../types';
import type { QtraceFile } from './qtraceFile';

/** Record type and members, in the order of the file; texts with their length before them. */
const RECORDS: Readonly<Record<string, { readonly type: number; readonly members: readonly string[] }>> = {
  fork: { type: 1, members: ['threadGroup', 'pid'] },
  clone: { type: 2, members: ['threadGroup', 'pid'] },
  switch: { type: 3, members: ['pid'] },
  arguments: { type: 4, members: ['text'] },
  exec: { type: 5, members: ['start', 'end', 'pageOffset', 'path'] },
  map: { type: 5, members: ['start', 'end', 'pageOffset', 'path'] },
  exit: { type: 6, members: ['code'] },
  'thread-name': { type: 7, members: ['name'] },
  symbol: { type: 8, members: ['address', 'name'] },
  'symbol-removed': { type: 9, members: ['address'] },
  unmap: { type: 10, members: ['start', 'end'] },
  process: { type: 12, members: ['pid', 'name'] },
};

/** False when this output is no such event; then nothing is written. */
export function writeProcessEvent(file: QtraceFile, output: DeviceInput, timeDelta: number): boolean {
  const record = typeof output.event === 'string' ? RECORDS[output.event] : undefined;
  if (record === undefined) return false;
  file.unsigned(timeDelta);
  file.unsigned(record.type);
  for (const member of record.members) {
    const value = output[member];
    if (typeof value === 'string') file.text(value);
    else file.unsigned(typeof value === 'number' ? value >>> 0 : 0);
  }
  return true;
}
