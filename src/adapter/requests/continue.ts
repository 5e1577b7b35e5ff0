import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const continueRequest = defineRequest<DebugProtocol.ContinueArguments, DebugProtocol.ContinueResponse['body']>({
  command: 'continue',
  purpose:
    'Lets the whole machine run, or (`singleThread`) one domain while the others are frozen. After the machine has halted, it ends the session instead.',
  phase: 'stopped',
  shape: { threadId: 'number?', singleThread: 'boolean?' },
  capabilities: { supportsSingleThreadExecutionRequests: true },
  handle(session, { threadId, singleThread = false }) {
    const { debuggee } = session;
    if (debuggee.lastStop?.reason === 'halted') session.afterResponse(() => void session.end());
    else {
      const alone = singleThread ? debuggee.threadId(threadId) : undefined;
      session.afterResponse(() => debuggee.move(() => debuggee.engine.resume(undefined, alone)));
    }
    return { allThreadsContinued: !singleThread };
  },
});
