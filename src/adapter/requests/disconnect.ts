import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const disconnect = defineRequest<DebugProtocol.DisconnectArguments, void>({
  command: 'disconnect',
  purpose:
    'Ends the machine, or lets go of one that was attached to, which then runs on, stands (`suspendDebuggee`) or ends (`terminateDebuggee`); the transport closes after the answer.',
  phase: 'always',
  shape: { terminateDebuggee: 'boolean?', suspendDebuggee: 'boolean?' },
  capabilities: { supportTerminateDebuggee: true },
  async handle(session, { terminateDebuggee, suspendDebuggee }) {
    const then = terminateDebuggee ? 'end' : suspendDebuggee ? 'suspend' : undefined;
    if (session.launched) session.debuggee.engine.machine.foreign?.release(then);
    await session.end();
    session.afterResponse(() => session.environment.ended());
  },
});
