import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

/** The protocol wants at most one scope with the hint `registers`; virtual, banked and CP15 registers stand beside it. */
const hints: Readonly<Record<string, string>> = { Registers: 'registers', Locals: 'locals' };

export const scopes = defineRequest<DebugProtocol.ScopesArguments, DebugProtocol.ScopesResponse['body']>({
  command: 'scopes',
  purpose:
    'The groups of values that a frame has: locals, registers, virtual registers, CP15, banked registers, devices, the machine, globals.',
  phase: 'stopped',
  shape: { frameId: 'number' },
  handle(session, { frameId }) {
    const { debuggee } = session;
    const frame = debuggee.frame(frameId);
    if (frame.kind === 'label') return { scopes: [] };
    return {
      scopes: debuggee.engine.scopes(frame).map((scope) => ({
        name: scope.name,
        ...(hints[scope.name] && { presentationHint: hints[scope.name] }),
        variablesReference: debuggee.variables.add(scope.values),
        expensive: scope.expensive,
      })),
    };
  },
});
