import { defineRequest } from './handler';

export const configurationDone = defineRequest<object, void>({
  command: 'configurationDone',
  purpose: 'The client has set its breakpoints: the machine starts, as `stopOnEntry` says.',
  phase: 'launched',
  capabilities: { supportsConfigurationDoneRequest: true },
  handle(session) {
    const { debuggee } = session;
    debuggee.begin();
    session.afterResponse(() => debuggee.start());
  },
});
