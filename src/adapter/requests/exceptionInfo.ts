import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../../debugger/types';
import { defineRequest } from './handler';

export const exceptionInfo = defineRequest<
  DebugProtocol.ExceptionInfoArguments,
  DebugProtocol.ExceptionInfoResponse['body']
>({
  command: 'exceptionInfo',
  purpose: 'What made the machine stop: the hypercall, fault or upcall in words.',
  phase: 'stopped',
  shape: { threadId: 'number' },
  capabilities: { supportsExceptionInfoRequest: true },
  handle(session) {
    const stop = session.debuggee.lastStop;
    if (stop?.reason !== 'exception' && stop?.reason !== 'halted') {
      throw new UserError('The machine did not stop at an exception.');
    }
    return {
      exceptionId: stop.description,
      ...(stop.text !== undefined && { description: stop.text }),
      breakMode: 'always',
      details: { message: stop.text ?? stop.description },
    };
  },
});
