import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const threads = defineRequest<object, DebugProtocol.ThreadsResponse['body']>({
  command: 'threads',
  purpose: 'Lists the vCPUs of the domains, and the hypervisor itself while no domain is current.',
  phase: 'launched',
  handle(session) {
    return { threads: session.debuggee.engine.threads().map(({ id, name }) => ({ id, name })) };
  },
});
