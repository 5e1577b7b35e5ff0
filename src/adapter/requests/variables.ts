import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const variables = defineRequest<DebugProtocol.VariablesArguments, DebugProtocol.VariablesResponse['body']>({
  command: 'variables',
  purpose:
    'The values of a scope or of an expanded value, piece by piece if asked; bit fields of registers are children.',
  phase: 'stopped',
  shape: { variablesReference: 'number', start: 'number?', count: 'number?' },
  handle(session, { variablesReference, start = 0, count = 0 }) {
    const containers = session.debuggee.variables;
    const values = containers.values(variablesReference);
    const page = values.slice(start, count > 0 ? start + count : undefined);
    return { variables: page.map((value) => containers.variable(value)) };
  },
});
