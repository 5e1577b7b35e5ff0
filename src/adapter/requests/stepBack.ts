/** `stepBack`: the other direction of step.ts. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const stepBack = defineRequest<DebugProtocol.StepBackArguments, void>({
  command: 'stepBack',
  purpose: 'Goes back in time by one instruction, or to the beginning of the line before, over what it called.',
  phase: 'stopped',
  shape: { threadId: 'number', granularity: 'string?' },
  capabilities: { supportsStepBack: true, supportsSteppingGranularity: true },
  handle(session, { threadId, granularity }) {
    const { debuggee } = session;
    debuggee.threadId(threadId);
    const unit = granularity === 'instruction' ? 'instruction' : 'line';
    const kind = unit === 'instruction' ? 'in' : 'over';
    session.afterResponse(() => debuggee.move(() => debuggee.engine.stepBack(threadId, kind, unit), 'Stepping back'));
  },
});
