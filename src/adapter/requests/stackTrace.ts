import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Frame } from '../../debugger/types';
import { frameName } from '../frameNames';
import { formatReference } from '../memoryReferences';
import type { PathMapping } from '../paths';
import { defineRequest } from './handler';

export const stackTrace = defineRequest<DebugProtocol.StackTraceArguments, DebugProtocol.StackTraceResponse['body']>({
  command: 'stackTrace',
  purpose: 'The stack of a vCPU: hypervisor and guest frames in one list, a label at each border.',
  phase: 'stopped',
  shape: { threadId: 'number', startFrame: 'number?', levels: 'number?', format: 'object?' },
  capabilities: { supportsDelayedStackTraceLoading: true, supportedChecksumAlgorithms: ['MD5'] },
  handle(session, { threadId, startFrame = 0, levels = 0, format }) {
    const stack = session.debuggee.stack(threadId);
    const runs = session.debuggee.engine.threads().find(({ id }) => id === threadId)?.running ?? true;
    const page = stack.slice(startFrame, levels > 0 ? startFrame + levels : undefined);
    const named = (frame: Frame): Frame => ({ ...frame, name: frameName(frame, format, session.debuggee.engine) });
    const stackFrames = page.map((frame) => toStackFrame(named(frame), session.paths, runs));
    return { stackFrames, totalFrames: stack.length };
  },
});

function toStackFrame(frame: Frame, paths: PathMapping, runs: boolean): DebugProtocol.StackFrame {
  const { id, name, source } = frame;
  if (frame.kind === 'label') return { id, name, line: 0, column: 0, canRestart: false, presentationHint: 'label' };
  return {
    id,
    name,
    ...(source
      ? {
          source: paths.source(source.path, source.md5),
          line: paths.toClientLine(source.line),
          column: paths.toClientColumn(source.column),
        }
      : { line: 0, column: 0 }),
    instructionPointerReference: formatReference(frame.space, frame.pc),
    ...(frame.image && { moduleId: frame.image.name }),
    // Where the hypervisor switched a vCPU out is not what a person looks for there: clients focus the guest's frame.
    presentationHint: !runs && frame.kind === 'hypervisor' ? 'subtle' : 'normal',
  };
}
