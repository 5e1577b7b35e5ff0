/**
 * What a client keeps of a data breakpoint: one text that says all of it, because a client may hold it over a restart and gives nothing
 * else back. `memory dom1:0xc0010000/4 counter`, `register dom1 r4 $r4`. What it means is the engine's.
 */
import { UserError, type DataTarget } from '../debugger/types';
import type { AddressSpace } from '../hypervisor/types';
import { formatReference, formatSpace, parseReference } from './memoryReferences';

export interface NamedTarget {
  readonly target: DataTarget;
  readonly name: string;
}

export const dataScopes = ['memory', 'domain', 'everyDomain'] as const satisfies readonly Extract<
  DataTarget,
  { kind: 'memory' }
>['scope'][];

export function formatDataId({ target, name }: NamedTarget): string {
  if (target.kind === 'register') return `register ${formatSpace(target.space)} ${target.name} ${name}`;
  return `${target.scope} ${formatReference(target.space, target.address)}/${target.byteLength} ${name}`;
}

/** @throws UserError for what `formatDataId` has not made */
export function parseDataId(text: string): NamedTarget {
  const register = /^register (xen|pa|dom\d{1,5}) (\w+) (.+)$/s.exec(text);
  if (register) {
    const space = parseReference(`${register[1]}:0`, { kind: 'xen' }).space;
    return { target: { kind: 'register', space, name: register[2]! }, name: register[3]! };
  }
  const memory = /^(\w+) (\S+)\/(\d{1,9}) (.+)$/s.exec(text);
  const scope = dataScopes.find((each) => each === memory?.[1]);
  if (!memory || !scope) throw new UserError(`"${text}" is not an identifier that dataBreakpointInfo has given.`);
  const { space, address } = parseReference(memory[2]!, { kind: 'xen' } satisfies AddressSpace);
  return { target: { kind: 'memory', space, address, byteLength: Number(memory[3]), scope }, name: memory[4]! };
}
