import type { DebugProtocol } from '@vscode/debugprotocol';
import { reportFault, writersOf } from '../../debugger/faultReport';
import { UserError, type Frame } from '../../debugger/types';
import { defineRequest } from './handler';

/** A client asks at every stop: who wrote an entry longer ago is what the console's `why` finds. */
const WRITER_INSTRUCTIONS = 10_000_000;

/** As clients make links of it. */
const stackText = (frames: readonly Frame[]): string =>
  frames
    .map(({ name, source, kind }) => {
      if (kind === 'label') return `-- ${name} --`;
      return `at ${name}${source ? ` (${source.path}:${source.line})` : ''}`;
    })
    .join('\n');

export const exceptionInfo = defineRequest<
  DebugProtocol.ExceptionInfoArguments,
  DebugProtocol.ExceptionInfoResponse['body']
>({
  command: 'exceptionInfo',
  purpose:
    'What made the machine stop: the hypercall, fault or upcall in words; for a fault the walk entry by entry, and who wrote the entries last.',
  phase: 'stopped',
  shape: { threadId: 'number' },
  capabilities: { supportsExceptionInfoRequest: true },
  async handle(session) {
    const stop = session.debuggee.lastStop;
    if (stop?.reason !== 'exception' && stop?.reason !== 'halted') {
      throw new UserError('The machine did not stop at an exception.');
    }
    const { engine } = session.debuggee;
    const report = stop.fault && reportFault(engine, stop.fault);
    const { start, instruction } = engine.past.status();
    const writers = report && start < instruction ? await writersOf(engine, report, WRITER_INSTRUCTIONS) : [];
    const text = report ? [...report.sentences, ...writers].join('\n') : stop.text;
    return {
      exceptionId: stop.description,
      ...(text !== undefined && { description: text }),
      breakMode: 'always',
      details: {
        message: text ?? stop.description,
        ...(report && { evaluateName: '$vfar', stackTrace: stackText(engine.stack(stop.threadId)) }),
      },
    };
  },
});
