/** `next`, `stepIn` and `stepOut`: one definition, three requests. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest, type RequestHandler } from './handler';

const kinds = [
  {
    command: 'next',
    kind: 'over',
    purpose: 'Steps over: calls and hypercalls in the line (or instruction) run through.',
  },
  { command: 'stepIn', kind: 'in', purpose: 'Steps into calls, and across the border into the hypervisor.' },
  { command: 'stepOut', kind: 'out', purpose: 'Runs until the function returns to its caller.' },
] as const;

export const steps: readonly RequestHandler[] = kinds.map(({ command, kind, purpose }) =>
  defineRequest<DebugProtocol.NextArguments & DebugProtocol.StepInArguments, void>({
    command,
    purpose,
    phase: 'stopped',
    shape: {
      threadId: 'number',
      granularity: 'string?',
      singleThread: 'boolean?',
      ...(kind === 'in' && { targetId: 'number?' }),
    },
    capabilities: { supportsSteppingGranularity: true },
    handle(session, { threadId, granularity, targetId, singleThread = false }) {
      const { debuggee } = session;
      debuggee.threadId(threadId);
      if (kind === 'in' && targetId !== undefined) {
        const { step } = debuggee.stepTarget(targetId);
        session.afterResponse(() => debuggee.move(step));
        return;
      }
      const unit = granularity === 'instruction' ? 'instruction' : 'line';
      session.afterResponse(() => debuggee.move(() => debuggee.engine.step(threadId, kind, unit, singleThread)));
    },
  }),
);
