/** `armvisor trace`: where traces are written. Pieces are written at once, so that a long trace needs no memory. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../debugger/types';
import { Qtrace, QTRACE_FILES, type QtraceName } from '../../machine/trace/qtrace';
import { TextTrace } from '../../machine/trace/text';
import type { InstructionListener } from '../../machine/trace/listener';
import type { DeviceInput } from '../../machine/types';

export interface TraceSink {
  readonly listener: InstructionListener;
  deviceOutput(output: DeviceInput, ticks: number): void;
  /** Completes what is written. */
  close(ticks: number): void;
}

const STANDARD_OUTPUT = 1;
const RETRY_MILLISECONDS = 5;

/** Writes all of it, also to a pipe that is full for the moment. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(file, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN')
        throw new UserError(`The trace cannot be written (${code ?? String(error)}): make room for it.`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MILLISECONDS);
    }
  }
}

function open(name: string): number {
  try {
    return openSync(name, 'w');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UserError(`-o: ${name} cannot be written (${code}): name a file in a folder that exists.`);
  }
}

/** @param output a file; "-" is standard output */
export function textSink(output: string): TraceSink {
  const file = output === '-' ? STANDARD_OUTPUT : open(output);
  const trace = new TextTrace((bytes) => writeAll(file, bytes));
  return {
    listener: trace,
    deviceOutput: () => {},
    close: () => {
      trace.flush();
      if (file !== STANDARD_OUTPUT) closeSync(file);
    },
  };
}

/** @param folder made when it is not there; gets qtrace.static and so on */
export function qtraceSink(folder: string): TraceSink {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new UserError(`-o: the folder ${folder} cannot be made (${code}): name another.`);
  }
  const files = new Map<QtraceName, number>(
    QTRACE_FILES.map((name) => [name, open(path.join(folder, `qtrace.${name}`))]),
  );
  const trace = new Qtrace((name, bytes) => writeAll(files.get(name)!, bytes));
  return {
    listener: trace,
    deviceOutput: (output, ticks) => trace.deviceOutput(output, ticks),
    close: (ticks) => {
      trace.close(ticks);
      for (const file of files.values()) closeSync(file);
    },
  };
}
