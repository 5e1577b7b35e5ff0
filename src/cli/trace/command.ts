/** `armvisor trace`: a run of `armvisor run` that writes each instruction down. When, where and in which format is here. */
import { UserError, type DebugEngine, type LaunchSettings } from '../../debugger/types';
import type { InstructionListener } from '../../machine/trace/listener';
import { runCommand, type RunOptions } from '../run/command';
import { placesOf } from '../run/untilPc';
import { qtraceSink, textSink, type TraceSink } from './sinks';

export interface TraceOptions extends RunOptions {
  readonly format?: string;
  readonly output?: string;
  readonly fromPc?: string;
  readonly waitForGuest?: boolean;
}

const FORMATS = ['text', 'qtrace'];

/** Returns the exit code. Throws UserError for bad input. */
export async function traceCommand(file: string | undefined, options: TraceOptions): Promise<number> {
  const { format = 'text', output } = options;
  if (!FORMATS.includes(format)) {
    throw new UserError(`--format is "${format}": it must be ${FORMATS.join(' or ')}.`);
  }
  if (format === 'qtrace' && (output === undefined || output === '-' || output === '')) {
    throw new UserError('--format qtrace writes several files: give -o FOLDER.');
  }
  if (output === '') throw new UserError('-o is empty: give a file to write, or - for standard output.');
  return runCommand(file, options, (engine, settings) => {
    const start = startOf(engine, settings, options);
    return attach(engine, format === 'qtrace' ? qtraceSink(output!) : textSink(output ?? '-'), start);
  });
}

/** When the writing begins: at once, at one of these addresses, or when the guest says so. */
type Start = 'now' | 'guest' | ReadonlySet<number>;

function startOf(engine: DebugEngine, settings: LaunchSettings, options: TraceOptions): Start {
  const { fromPc, waitForGuest } = options;
  if (fromPc === '') throw new UserError('--from-pc is empty: give an address or a symbol.');
  if (fromPc !== undefined) {
    return new Set(placesOf(engine, settings, fromPc, '--from-pc').map(({ address }) => address >>> 0));
  }
  return waitForGuest ? 'guest' : 'now';
}

/** Writes until the returned function is called. */
function attach({ machine }: DebugEngine, sink: TraceSink, start: Start): () => void {
  const { listener } = sink;
  let on = start === 'now';
  let until = typeof start === 'object' ? start : undefined;
  const filter: InstructionListener = {
    connect: (code) => listener.connect?.(code),
    instruction: (index, ticks, pc, opcode, thumb, beginsBlock, place) => {
      if (!on) {
        if (!until?.has(pc)) return;
        on = true;
        until = undefined;
      }
      listener.instruction(index, ticks, pc, opcode, thumb, beginsBlock, place);
    },
    exception: (pc, target, ticks) => on && listener.exception(pc, target, ticks),
  };
  const unsubscribe = machine.onDeviceOutput((_instance, output) => {
    // The guest's own switch (goldfish.md B6).
    if (typeof output.tracing === 'number') on = output.tracing !== 0;
    else if (on) sink.deviceOutput(output, machine.ticks);
  });
  machine.traceInstructions?.(filter);
  return () => {
    unsubscribe();
    machine.traceInstructions?.(undefined);
    sink.close(machine.ticks);
  };
}
