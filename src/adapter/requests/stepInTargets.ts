/** `stepInTargets`: what the line of a frame can be stepped into; `stepIn` takes one by its number (step.ts). */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const stepInTargets = defineRequest<
  DebugProtocol.StepInTargetsArguments,
  DebugProtocol.StepInTargetsResponse['body']
>({
  command: 'stepInTargets',
  purpose:
    'What the line can be stepped into: each of its calls, the handler of a hypercall in the hypervisor, the system call in the guest’s kernel, the next upcall.',
  phase: 'stopped',
  shape: { frameId: 'number' },
  capabilities: { supportsStepInTargetsRequest: true },
  handle(session, { frameId }) {
    const { debuggee } = session;
    const targets = debuggee.stepTargets(debuggee.frame(frameId));
    return {
      targets: targets.map(({ label, line, column }, index) => ({
        id: index + 1,
        label,
        ...(line !== undefined && { line: session.paths.toClientLine(line) }),
        ...(column !== undefined && { column: session.paths.toClientColumn(column) }),
      })),
    };
  },
});
