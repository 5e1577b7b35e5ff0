import { defineRequest } from './handler';

/** Beyond DAP: docs/protocol.md. */
export const consoleInput = defineRequest<{ readonly text: string }, void>({
  command: 'armvisor/consoleInput',
  purpose: "Types text at the machine's console; the guest sees it as input of its terminal.",
  phase: 'launched',
  shape: { text: 'string' },
  handle(session, { text }) {
    session.debuggee.engine.sendConsoleInput(text);
  },
});
