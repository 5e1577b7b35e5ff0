import type { DebugProtocol } from '@vscode/debugprotocol';
import { toProtocolBreakpoint } from '../breakpointSets';
import { UserError, type ExceptionOption } from '../../debugger/types';
import { defineRequest } from './handler';
import { modifiersOf } from './modifiers';

const BREAK_MODES: readonly ExceptionOption['breakMode'][] = ['never', 'always', 'unhandled', 'userUnhandled'];

/** @throws UserError for what is no `ExceptionOptions`: elements of lists are not checked with the arguments */
function optionOf({ path, breakMode }: Readonly<Partial<Record<'path' | 'breakMode', unknown>>>): ExceptionOption {
  const mode = BREAK_MODES.find((known) => known === breakMode);
  if (!mode) throw new UserError(`The "breakMode" of an exception option must be one of ${BREAK_MODES.join(', ')}.`);
  if (path === undefined || path === null) return { breakMode: mode };
  if (!Array.isArray(path) || !path.every(isSegment))
    throw new UserError('The "path" of an exception option must be a list of { "names": [text, ...], "negate" }.');
  return { path: path.map(({ names, negate }) => ({ names, negate: negate === true })), breakMode: mode };
}

function isSegment(value: unknown): value is DebugProtocol.ExceptionPathSegment {
  const names = typeof value === 'object' && value !== null && 'names' in value ? value.names : undefined;
  return Array.isArray(names) && names.every((name) => typeof name === 'string');
}

export const setExceptionBreakpoints = defineRequest<
  DebugProtocol.SetExceptionBreakpointsArguments,
  DebugProtocol.SetExceptionBreakpointsResponse['body']
>({
  command: 'setExceptionBreakpoints',
  purpose:
    'Chooses where the hypervisor stops by itself: hypercall, system call, upcall, guest fault, domain switch, each with a condition, or chosen in a tree.',
  phase: 'launched',
  shape: { filters: 'array?', filterOptions: 'array?', exceptionOptions: 'array?' },
  capabilities: (filters) => ({
    supportsExceptionFilterOptions: true,
    supportsExceptionOptions: true,
    exceptionBreakpointFilters: filters.map(({ id, label, description, conditionHelp }) => ({
      filter: id,
      label,
      description,
      conditionDescription: conditionHelp,
      supportsCondition: true,
      default: false,
    })),
  }),
  handle(session, { filters = [], filterOptions = [], exceptionOptions = [] }) {
    const requests = [
      ...filters.map((id) => ({ id: String(id) })),
      ...filterOptions.map((option) => ({ id: String(option.filterId), ...modifiersOf(option) })),
      ...exceptionOptions.map(optionOf),
    ];
    const states = session.debuggee.breakpoints.setFilters(requests);
    return { breakpoints: states.map((state) => toProtocolBreakpoint(state, session.paths)) };
  },
});
