import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const reverseContinue = defineRequest<DebugProtocol.ReverseContinueArguments, void>({
  command: 'reverseContinue',
  purpose: 'Goes back in time to the last stop that the breakpoints would have made, or to where the history begins.',
  phase: 'stopped',
  shape: { threadId: 'number?' },
  capabilities: { supportsStepBack: true },
  handle(session) {
    const { debuggee } = session;
    session.afterResponse(() => debuggee.move(() => debuggee.engine.reverse(), 'Going back to the last stop'));
  },
});
