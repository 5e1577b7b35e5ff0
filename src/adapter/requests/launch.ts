import type { DebugProtocol } from '@vscode/debugprotocol';
import { resolveLaunch } from '../launchConfiguration/resolve';
import { defineRequest } from './handler';

export const launch = defineRequest<DebugProtocol.LaunchRequestArguments, void>({
  command: 'launch',
  purpose:
    'Checks the launch configuration and loads the machine; `initialized` follows, so that breakpoints resolve at once.',
  phase: 'always',
  shape: { noDebug: 'boolean?' },
  async handle(session, args) {
    const resolved = resolveLaunch(args);
    for (const warning of resolved.warnings) session.events.message(warning, 'warning');
    await session.launch(
      args.noDebug
        ? { ...resolved, settings: { ...resolved.settings, stopOnEntry: false, historyBytes: 0 } }
        : resolved,
    );
    const { engine, breakpoints } = session.debuggee;
    breakpoints.ignored = args.noDebug === true;
    for (const { name, limitations } of engine.images) {
      if (limitations.length > 0) session.events.message(`${name}: ${limitations.join('; ')}.`, 'warning');
    }
    // A client that hears it shows no buttons for what cannot be done.
    if (session.debuggee.settings.historyBytes === 0)
      session.afterResponse(() => session.sendEvent('capabilities', { capabilities: { supportsStepBack: false } }));
    session.afterResponse(() => session.sendEvent('initialized'));
  },
});
