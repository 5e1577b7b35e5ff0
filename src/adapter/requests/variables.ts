import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const variables = defineRequest<DebugProtocol.VariablesArguments, DebugProtocol.VariablesResponse['body']>({
  command: 'variables',
  purpose:
    'The values of a scope or of an expanded value, piece by piece if asked; bit fields of registers are children. A device is looked at without side effects.',
  phase: 'stopped',
  shape: { variablesReference: 'number', filter: 'string?', start: 'number?', count: 'number?', format: 'object?' },
  capabilities: { supportsValueFormattingOptions: true },
  handle(session, { variablesReference, filter, start = 0, count = 0, format }) {
    const containers = session.debuggee.variables;
    const all = containers.values(variablesReference);
    // Children are either all elements of an array, or all named.
    const isArray = all[0] !== undefined && /^\[\d+\]$/.test(all[0].name);
    const values = filter === undefined || (filter === 'indexed') === isArray ? all : [];
    const page = values.slice(start, count > 0 ? start + count : undefined);
    return { variables: page.map((value) => containers.variable(value, format)) };
  },
});
