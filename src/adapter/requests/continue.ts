import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const continueRequest = defineRequest<DebugProtocol.ContinueArguments, DebugProtocol.ContinueResponse['body']>({
  command: 'continue',
  purpose: 'Lets the whole machine run. After the machine has halted, it ends the session instead.',
  phase: 'stopped',
  shape: { threadId: 'number?' },
  handle(session) {
    const { debuggee } = session;
    if (debuggee.lastStop?.reason === 'halted') session.afterResponse(() => void session.end());
    else session.afterResponse(() => debuggee.move(() => debuggee.engine.resume()));
    return { allThreadsContinued: true };
  },
});
