import { defineRequest } from './handler';

export const disconnect = defineRequest<object, void>({
  command: 'disconnect',
  purpose: 'Ends the machine and the session; the transport closes after the answer.',
  phase: 'always',
  capabilities: { supportTerminateDebuggee: true },
  async handle(session) {
    await session.end();
    session.afterResponse(() => session.environment.ended());
  },
});
