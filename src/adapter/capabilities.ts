/** The capabilities that `initialize` answers with: what the handlers imply, all together, and nothing else. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ExceptionFilter } from '../debugger/types';
import type { RequestHandler } from './requests/handler';

export function capabilitiesOf(
  handlers: Iterable<RequestHandler>,
  filters: readonly ExceptionFilter[],
): DebugProtocol.Capabilities {
  const parts = [...handlers].map((handler) => handler.capabilities(filters));
  return Object.assign({}, ...parts) as DebugProtocol.Capabilities;
}
