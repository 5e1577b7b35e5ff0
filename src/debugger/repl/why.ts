/** The console's command about faults: why an access is denied, and who wrote the page-table entries that deny it. */
import { lastFault, reportFault, writersOf, type FaultReport } from '../faultReport';
import { explainAccess } from '../views/permissions';
import { UserError, type FaultingAccess } from '../types';
import { hex } from './columns';
import type { ReplCommand, ReplContext, ReplValues } from './command';
import { actorOf, ACCESSES, ACTORS, addressOf } from './places';

function asked(context: ReplContext, { address: text, access = 'read', actor }: ReplValues): FaultReport {
  const { space, address } = addressOf(context, String(text));
  const as = (actor as FaultingAccess['as'] | undefined) ?? actorOf(context, space);
  const { walk, sentences } = explainAccess(context.engine, space, address, access as FaultingAccess['access'], as);
  const fault = { space, address, access: access as FaultingAccess['access'], as, dacr: 0 };
  return { fault, sentences, entries: walk.mmuEnabled ? walk.steps : [] };
}

function last(context: ReplContext): FaultReport {
  const fault = context.stop?.fault ?? lastFault(context.engine, context.frame);
  const report = fault && reportFault(context.engine, fault);
  if (!report)
    throw new UserError('Nothing has faulted here yet: name an address, such as "why dom1:0xC0008000 write user"');
  return report;
}

async function explain(context: ReplContext, report: FaultReport): Promise<string> {
  const { space, address, access, as } = report.fault;
  const where = space.kind === 'domain' ? `dom${space.domainId}:` : space.kind === 'pa' ? 'pa:' : 'xen:';
  const lines = [`${as} ${access} of ${where}${hex(address)}`, ...report.sentences];
  const { start, instruction } = context.engine.past.status();
  if (start === instruction) return lines.join('\n');
  return [...lines, ...(await writersOf(context.engine, report))].join('\n');
}

export const whyCommand: ReplCommand = {
  name: 'why',
  arguments: [
    { name: 'address', type: 'word', optional: true },
    { name: 'access', type: 'word', optional: true, choices: ACCESSES },
    { name: 'actor', type: 'word', optional: true, choices: ACTORS },
  ],
  help: 'Why the last abort happened, or an access would: the walk entry by entry, MMU domain, DACR, AP, the verdict, and who wrote each entry last.',
  example: 'why dom1:0xC0008000 write user',
  run(context, values) {
    const report = values.address === undefined ? last(context) : asked(context, values);
    return { later: () => explain(context, report) };
  },
};
