/** `dataBreakpointInfo` and `setDataBreakpoints`: what can be watched, and the breakpoints on it. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError, type DataTarget, type Value } from '../../debugger/types';
import { breakpointModes, modeWords } from '../breakpointModes';
import { toProtocolBreakpoint } from '../breakpointSets';
import { dataScopes, formatDataId, parseDataId, type NamedTarget } from '../dataIds';
import { formatReference, formatSpace, parseReference } from '../memoryReferences';
import type { Session } from '../session';
import { defineRequest } from './handler';
import { modifiersOf } from './modifiers';

/** What is watched where a client gives an address and no length. */
const WORD_BYTES = 4;

export const dataBreakpointInfo = defineRequest<
  DebugProtocol.DataBreakpointInfoArguments,
  DebugProtocol.DataBreakpointInfoResponse['body']
>({
  command: 'dataBreakpointInfo',
  purpose:
    'Whether a variable, a register, an expression or a range of addresses (`asAddress`, `bytes`) can be watched, and for which accesses.',
  phase: 'stopped',
  shape: {
    variablesReference: 'number?',
    name: 'string',
    frameId: 'number?',
    bytes: 'number?',
    asAddress: 'boolean?',
    mode: 'string?',
  },
  capabilities: {
    supportsDataBreakpointBytes: true,
    breakpointModes: [...breakpointModes],
  },
  handle(session, args) {
    const found = args.asAddress ? addressTarget(session, args) : variableTarget(session, args);
    if (typeof found === 'string') return { dataId: null, description: found };
    const { target } = found;
    const isRegister = target.kind === 'register';
    return {
      dataId: formatDataId(found),
      description: describe(found),
      accessTypes: isRegister ? ['write'] : ['read', 'write', 'readWrite'],
      canPersist: args.asAddress === true,
    };
  },
});

function addressTarget(
  session: Session,
  { name, bytes = WORD_BYTES, mode }: DebugProtocol.DataBreakpointInfoArguments,
): NamedTarget {
  const { debuggee } = session;
  const { space, address } = parseReference(name, debuggee.currentSpace());
  const target = { kind: 'memory', space, address, byteLength: bytes, scope: scopeOf(mode) } as const;
  return { target, name: formatReference(space, address) };
}

/** The reason, in a sentence, where there is nothing to watch. */
function variableTarget(session: Session, args: DebugProtocol.DataBreakpointInfoArguments): NamedTarget | string {
  const value = valueOf(session, args);
  const { storage } = value;
  const name = value.expression ?? value.name;
  if (!storage) return `"${name}" stands in no memory and in no register of this frame: it cannot be watched.`;
  if (storage.kind === 'register') return { target: storage, name };
  const { bytes = storage.byteLength, mode } = args;
  return { target: { ...storage, byteLength: bytes, scope: scopeOf(mode) }, name };
}

function valueOf(
  session: Session,
  { variablesReference, name, frameId }: DebugProtocol.DataBreakpointInfoArguments,
): Value {
  const { debuggee } = session;
  if (variablesReference !== undefined && variablesReference !== 0) {
    const found = debuggee.variables.values(variablesReference).find((value) => value.name === name);
    if (!found) throw new UserError(`There is no "${name}" here any more: open the variables again.`);
    return found;
  }
  return debuggee.engine.evaluate(name, frameId === undefined ? debuggee.currentFrame() : debuggee.frame(frameId));
}

function scopeOf(mode: string | undefined): Extract<DataTarget, { kind: 'memory' }>['scope'] {
  const scope = dataScopes.find((each) => each === (mode ?? 'memory'));
  if (!scope) throw new UserError(`There is no breakpoint mode "${mode}" for data: ${dataScopes.join(', ')}.`);
  return scope;
}

function describe({ target, name }: NamedTarget): string {
  if (target.kind === 'register') return `${name} (register ${target.name} of ${formatSpace(target.space)})`;
  const { space, address, byteLength, scope } = target;
  const where = `${byteLength} byte${byteLength === 1 ? '' : 's'} at ${formatReference(space, address)}`;
  return `${name} (${where}${scope === 'memory' ? '' : `, ${modeWords[scope].label.toLowerCase()}`})`;
}

export const setDataBreakpoints = defineRequest<
  DebugProtocol.SetDataBreakpointsArguments,
  DebugProtocol.SetDataBreakpointsResponse['body']
>({
  command: 'setDataBreakpoints',
  purpose:
    'Replaces the data breakpoints. The machine stops behind the instruction (or the device) that has changed, read or accessed what is watched.',
  phase: 'launched',
  shape: { breakpoints: 'array' },
  capabilities: { supportsDataBreakpoints: true },
  handle(session, { breakpoints }) {
    const requests = breakpoints.map((breakpoint) => ({
      ...parseDataId(String(breakpoint.dataId)),
      access: breakpoint.accessType ?? 'write',
      ...modifiersOf(breakpoint),
    }));
    const states = session.debuggee.breakpoints.setData(requests);
    return { breakpoints: states.map((state) => toProtocolBreakpoint(state, session.paths)) };
  },
});
