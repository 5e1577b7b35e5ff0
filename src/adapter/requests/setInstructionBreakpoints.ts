import type { DebugProtocol } from '@vscode/debugprotocol';
import { scopeOfCode } from '../breakpointModes';
import { toProtocolBreakpoint } from '../breakpointSets';
import { parseReference } from '../memoryReferences';
import { defineRequest } from './handler';
import { modifiersOf } from './modifiers';

export const setInstructionBreakpoints = defineRequest<
  DebugProtocol.SetInstructionBreakpointsArguments,
  DebugProtocol.SetInstructionBreakpointsResponse['body']
>({
  command: 'setInstructionBreakpoints',
  purpose: 'Replaces the breakpoints on single instructions, each in its address space.',
  phase: 'launched',
  shape: { breakpoints: 'array' },
  capabilities: { supportsInstructionBreakpoints: true },
  handle(session, { breakpoints }) {
    const { debuggee } = session;
    const requests = breakpoints.map((breakpoint) => {
      const { instructionReference, offset = 0 } = breakpoint;
      const { space, address } = parseReference(String(instructionReference), debuggee.currentSpace());
      return {
        space,
        address: (address + Number(offset)) >>> 0,
        ...scopeOfCode(breakpoint.mode),
        ...modifiersOf(breakpoint),
      };
    });
    const states = debuggee.breakpoints.setInstructions(requests);
    return { breakpoints: states.map((state) => toProtocolBreakpoint(state, session.paths)) };
  },
});
