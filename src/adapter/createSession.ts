/** A session over the real engine: what every entry point (worker, stdio, TCP) starts. */
import { launch } from '../debugger/launch';
import { exceptionFilters } from '../debugger/exceptionFilters';
import { requestHandlers } from './requests/table';
import { Session, type SessionEnvironment } from './session';

export function createSession(outside: Pick<SessionEnvironment, 'host' | 'send' | 'ended'>): Session {
  return new Session({ ...outside, launch, exceptionFilters }, requestHandlers);
}
