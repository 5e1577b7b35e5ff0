import type { DebugProtocol } from '@vscode/debugprotocol';
import { toProtocolBreakpoint } from '../breakpointSets';
import { defineRequest } from './handler';
import { modifiersOf } from './modifiers';

export const setFunctionBreakpoints = defineRequest<
  DebugProtocol.SetFunctionBreakpointsArguments,
  DebugProtocol.SetFunctionBreakpointsResponse['body']
>({
  command: 'setFunctionBreakpoints',
  purpose: 'Replaces the breakpoints on functions and assembly labels, in every image that has the name.',
  phase: 'launched',
  shape: { breakpoints: 'array' },
  capabilities: { supportsFunctionBreakpoints: true },
  handle(session, { breakpoints }) {
    const requests = breakpoints.map((breakpoint) => ({ name: String(breakpoint.name), ...modifiersOf(breakpoint) }));
    const states = session.debuggee.breakpoints.setFunctions(requests);
    return { breakpoints: states.map((state) => toProtocolBreakpoint(state, session.paths)) };
  },
});
