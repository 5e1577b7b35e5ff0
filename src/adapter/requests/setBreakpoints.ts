import type { DebugProtocol } from '@vscode/debugprotocol';
import { scopeOfCode } from '../breakpointModes';
import { toProtocolBreakpoint } from '../breakpointSets';
import { defineRequest } from './handler';
import { modifiersOf } from './modifiers';

export const setBreakpoints = defineRequest<
  DebugProtocol.SetBreakpointsArguments,
  DebugProtocol.SetBreakpointsResponse['body']
>({
  command: 'setBreakpoints',
  purpose: 'Replaces the breakpoints of one source file; conditions, hit counts and log messages included.',
  phase: 'launched',
  shape: { source: 'object', breakpoints: 'array?' },
  capabilities: {
    supportsConditionalBreakpoints: true,
    supportsHitConditionalBreakpoints: true,
    supportsLogPoints: true,
  },
  handle(session, { source, breakpoints = [] }) {
    const requests = breakpoints.map((breakpoint) => ({
      line: session.paths.fromClientLine(Number(breakpoint.line)),
      ...scopeOfCode(breakpoint.mode),
      ...modifiersOf(breakpoint),
    }));
    const states = session.debuggee.breakpoints.setSource(session.paths.path(source), requests);
    return {
      breakpoints: states.map((state, index) => {
        const breakpoint = toProtocolBreakpoint(state, session.paths);
        return breakpoint.source ? breakpoint : { ...breakpoint, source, line: breakpoints[index].line };
      }),
    };
  },
});
