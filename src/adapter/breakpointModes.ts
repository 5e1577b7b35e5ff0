/** The modes that breakpoints of several kinds can have, as the protocol offers them (`breakpointModes`): one table for all requests. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { BREAKPOINT_SCOPES, UserError, type BreakpointScope } from '../debugger/types';
import { dataScopes } from './dataIds';

type Mode = (typeof dataScopes)[number];

export const modeWords: Readonly<Record<Mode, { readonly label: string; readonly description: string }>> = {
  memory: {
    label: 'Physical memory',
    description:
      'The memory that stands there now, whoever reaches it by whatever address: every domain, the hypervisor, devices.',
  },
  domain: {
    label: 'This domain',
    description:
      'Only while this domain executes, or the hypervisor for it. For code it is the domain that the CPU works for when the breakpoint is set.',
  },
  everyDomain: {
    label: 'Every domain',
    description: 'At this virtual address, or wherever an image runs, whichever domain executes.',
  },
};

const isCodeScope = (mode: string): mode is BreakpointScope => (BREAKPOINT_SCOPES as readonly string[]).includes(mode);

export const breakpointModes: readonly DebugProtocol.BreakpointMode[] = dataScopes.map((mode) => ({
  mode,
  ...modeWords[mode],
  appliesTo: isCodeScope(mode) ? ['data', 'source', 'instruction'] : ['data'],
}));

/** Of a breakpoint on code. @throws UserError for a mode that it cannot have */
export function scopeOfCode(mode: string | undefined): { readonly scope?: BreakpointScope } {
  if (mode === undefined) return {};
  if (isCodeScope(mode)) return { scope: mode };
  throw new UserError(`A breakpoint on code has no mode "${mode}": there are ${BREAKPOINT_SCOPES.join(', ')}.`);
}
