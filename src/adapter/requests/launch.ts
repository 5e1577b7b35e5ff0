import type { DebugProtocol } from '@vscode/debugprotocol';
import { resolveLaunch, type ResolvedLaunch } from '../launchConfiguration/resolve';
import { resolveAttach } from '../launchConfiguration/resolveAttach';
import type { Session } from '../session';
import { defineRequest } from './handler';

/** What is otherwise with a machine that somebody else executes. */
const foreignCapabilities: DebugProtocol.Capabilities = {
  supportsRestartRequest: false,
  supportsRestartFrame: false,
  supportsTerminateRequest: false,
  supportSuspendDebuggee: true,
};

async function begin(session: Session, resolved: ResolvedLaunch, noDebug: boolean): Promise<void> {
  for (const warning of resolved.warnings) session.events.message(warning, 'warning');
  await session.launch(
    noDebug ? { ...resolved, settings: { ...resolved.settings, stopOnEntry: false, historyBytes: 0 } } : resolved,
  );
  const { engine, breakpoints, settings } = session.debuggee;
  breakpoints.ignored = noDebug;
  for (const { name, limitations } of engine.images) {
    if (limitations.length > 0) session.events.message(`${name}: ${limitations.join('; ')}.`, 'warning');
  }
  // A client that hears it shows no buttons for what cannot be done.
  const cannot = {
    ...(settings.historyBytes === 0 && { supportsStepBack: engine.machine.foreign?.back !== undefined }),
    ...(settings.stub && foreignCapabilities),
  };
  if (Object.keys(cannot).length > 0)
    session.afterResponse(() => session.sendEvent('capabilities', { capabilities: cannot }));
  session.afterResponse(() => session.sendEvent('initialized'));
}

export const launch = defineRequest<DebugProtocol.LaunchRequestArguments, void>({
  command: 'launch',
  purpose:
    'Checks the launch configuration and loads the machine; `initialized` follows, so that breakpoints resolve at once.',
  phase: 'always',
  shape: { noDebug: 'boolean?' },
  handle: (session, args) => begin(session, resolveLaunch(args), args.noDebug === true),
});

export const attach = defineRequest<DebugProtocol.AttachRequestArguments, void>({
  command: 'attach',
  purpose:
    'Connects to a machine that a GDB stub executes (QEMU), which stands then; `initialized` follows ([attach.md](attach.md)).',
  phase: 'always',
  handle: (session, args) => begin(session, resolveAttach(args), false),
});
