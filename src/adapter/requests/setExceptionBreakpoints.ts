import type { DebugProtocol } from '@vscode/debugprotocol';
import { toProtocolBreakpoint } from '../breakpointSets';
import { defineRequest } from './handler';
import { modifiersOf } from './modifiers';

export const setExceptionBreakpoints = defineRequest<
  DebugProtocol.SetExceptionBreakpointsArguments,
  DebugProtocol.SetExceptionBreakpointsResponse['body']
>({
  command: 'setExceptionBreakpoints',
  purpose:
    'Chooses where the hypervisor stops by itself: hypercall, system call, upcall, guest fault, domain switch, each with a condition.',
  phase: 'launched',
  shape: { filters: 'array?', filterOptions: 'array?' },
  capabilities: (filters) => ({
    supportsExceptionFilterOptions: true,
    exceptionBreakpointFilters: filters.map(({ id, label, description, conditionHelp }) => ({
      filter: id,
      label,
      description,
      conditionDescription: conditionHelp,
      supportsCondition: true,
      default: false,
    })),
  }),
  handle(session, { filters = [], filterOptions = [] }) {
    const requests = [
      ...filters.map((id) => ({ id: String(id) })),
      ...filterOptions.map((option) => ({ id: String(option.filterId), ...modifiersOf(option) })),
    ];
    const states = session.debuggee.breakpoints.setFilters(requests);
    return { breakpoints: states.map((state) => toProtocolBreakpoint(state, session.paths)) };
  },
});
