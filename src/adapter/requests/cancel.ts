import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

/** The session itself marks the named request when this one arrives (it may stand before others in the queue). */
export const cancel = defineRequest<DebugProtocol.CancelArguments, void>({
  command: 'cancel',
  purpose: 'Takes back a request that was not begun yet, or ends work whose progress is shown.',
  phase: 'always',
  shape: { requestId: 'number?', progressId: 'string?' },
  capabilities: { supportsCancelRequest: true },
  handle() {},
});
