/** `terminateThreads`: a thread is a domain's vCPU, so that its end is that of the domain. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError, type StopEvent } from '../../debugger/types';
import { defineRequest } from './handler';

export const terminateThreads = defineRequest<DebugProtocol.TerminateThreadsArguments, void>({
  command: 'terminateThreads',
  purpose:
    'Destroys domains, by the hypervisor’s own function: their memory is free again and the others go on. The machine runs for it as far as it must.',
  phase: 'stopped',
  shape: { threadIds: 'array' },
  capabilities: { supportsTerminateThreadsRequest: true },
  handle(session, { threadIds = [] }) {
    const { debuggee } = session;
    if (threadIds.length === 0) throw new UserError('"terminateThreads" needs the numbers of threads in "threadIds".');
    const ids = threadIds.map((id) => debuggee.threadId(Number(id)));
    session.afterResponse(() =>
      debuggee.move(async () => {
        let stop: StopEvent | undefined;
        for (const id of ids) stop = await debuggee.engine.destroyDomain(id);
        return stop!;
      }),
    );
  },
});
