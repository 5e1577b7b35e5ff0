import { defineRequest } from './handler';

export const pause = defineRequest<object, void>({
  command: 'pause',
  purpose: 'Stops the running machine within 50 ms; `stopped` follows. A machine that stands already stays so.',
  phase: 'launched',
  handle(session) {
    const { engine } = session.debuggee;
    session.afterResponse(() => {
      if (engine.running) engine.pause();
    });
  },
});
