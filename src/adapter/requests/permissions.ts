/** `armvisor/permissions`: the DACR of every actor against Table 1, and the walk for an address, for the view and any client. */
import { explainAccess, readPermissions, type Column } from '../../debugger/views/permissions';
import type { AccessKind } from '../../machine/types';
import { UserError, type DebugEngine } from '../../debugger/types';
import type { Actor } from '../../debugger/views/dacr';
import { chooseSpace, spaceChoices } from '../../debugger/views/spaces';
import { formatSpace, parseReference } from '../memoryReferences';
import { address } from '../viewAddress';
import type { PermissionColumn, PermissionsArguments, PermissionsBody } from '../viewProtocol';
import { defineRequest } from './handler';

const accessKinds: readonly AccessKind[] = ['read', 'write', 'fetch'];
const actors: readonly Actor[] = ['hypervisor', 'kernel', 'user'];

export const permissions = defineRequest<PermissionsArguments, PermissionsBody>({
  command: 'armvisor/permissions',
  purpose:
    'The DACR as a matrix against Table 1, and why an access is allowed or denied (src/adapter/viewProtocol.ts).',
  phase: 'launched',
  shape: { address: 'string?', access: 'string?', as: 'string?' },
  handle: (session, args) => permissionsOf(session.debuggee.engine, args),
});

/** The body of the request; the tour in the terminal draws it too. */
export function permissionsOf(engine: DebugEngine, args: PermissionsArguments = {}): PermissionsBody {
  const { liveDacr, mmuDomains, columns, notice } = readPermissions(engine);
  return {
    liveDacr: address(liveDacr),
    mmuDomains,
    columns: columns.map(toProtocol),
    ...(typeof args.address === 'string' && explain(engine, args.address, args)),
    instructionCount: engine.machine.instructionCount,
    ...(notice !== undefined && { notice }),
  };
}

function toProtocol({ title, actor, domain, dacr, source, origin, fields }: Column): PermissionColumn {
  return {
    title,
    ...(domain && { domain: `dom${domain.id}` }),
    mode: actor,
    dacr: address(dacr),
    live: source === 'live',
    source,
    origin,
    fields,
  };
}

/** The walk, or why there is none: a mistyped address must not take the matrix away. */
function explain(
  engine: DebugEngine,
  text: string,
  args: PermissionsArguments,
): Pick<PermissionsBody, 'walk' | 'walkProblem'> {
  const access = oneOf('access', accessKinds, args.access ?? 'read');
  const actor = oneOf('as', actors, args.as ?? 'user');
  try {
    const place = parseReference(text, chooseSpace(spaceChoices(engine), undefined).space);
    const { walk, sentences } = explainAccess(engine, place.space, place.address, access, actor);
    return {
      walk: {
        address: `${formatSpace(place.space)}:${address(place.address)}`,
        access,
        as: actor,
        sentences,
        allowed: walk.fault === undefined,
        ...(walk.physicalAddress !== undefined && { physical: address(walk.physicalAddress) }),
      },
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { walkProblem: error.message };
  }
}

function oneOf<T extends string>(name: string, values: readonly T[], text: string): T {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UserError(`"${name}" is "${text}": it must be one of ${values.join(', ')}.`);
}
