import { defineRequest } from './handler';

export const terminate = defineRequest<object, void>({
  command: 'terminate',
  purpose: 'Ends the machine; `terminated` follows.',
  phase: 'launched',
  capabilities: { supportsTerminateRequest: true },
  handle(session) {
    session.afterResponse(() => void session.end());
  },
});
