import type { DebugProtocol } from '@vscode/debugprotocol';
import { resolveLaunch } from '../launchConfiguration/resolve';
import { defineRequest } from './handler';

export const restart = defineRequest<DebugProtocol.RestartArguments, void>({
  command: 'restart',
  purpose: 'Starts anew with the same breakpoints; images that were rebuilt meanwhile are loaded again.',
  phase: 'launched',
  shape: { arguments: 'object?' },
  capabilities: { supportsRestartRequest: true },
  async handle(session, { arguments: configuration }) {
    const { debuggee } = session;
    const known = await debuggee.restart(configuration && resolveLaunch(configuration));
    session.afterResponse(() => known.forEach((state) => session.events.breakpoint(state)));
    session.afterResponse(() => debuggee.start());
  },
});
