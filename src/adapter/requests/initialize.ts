import type { DebugProtocol } from '@vscode/debugprotocol';
import { PathMapping } from '../paths';
import { defineRequest } from './handler';

export const initialize = defineRequest<DebugProtocol.InitializeRequestArguments, DebugProtocol.Capabilities>({
  command: 'initialize',
  purpose: 'Learns what the client can do, and answers with the capabilities.',
  phase: 'always',
  shape: { linesStartAt1: 'boolean?', columnsStartAt1: 'boolean?', pathFormat: 'string?' },
  // Names of consoles are coloured, for clients that say the same of themselves.
  capabilities: { supportsANSIStyling: true },
  handle(session, args) {
    session.client = args;
    session.paths = new PathMapping(args);
    return session.capabilities;
  },
});
