/** `restartFrame`: back in time to where a function of the stack was entered. Nothing is made undone by hand: it is the past that is gone to. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../../debugger/types';
import { defineRequest } from './handler';

export const restartFrame = defineRequest<DebugProtocol.RestartFrameArguments, void>({
  command: 'restartFrame',
  purpose:
    'Goes back in time to the first instruction of a frame’s function, as it was called: registers, memory, devices and all domains as they were then.',
  phase: 'stopped',
  shape: { frameId: 'number' },
  capabilities: { supportsRestartFrame: true },
  handle(session, { frameId }) {
    const { debuggee } = session;
    const frame = debuggee.frame(frameId);
    if (frame.kind === 'label')
      throw new UserError(`"${frame.name}" marks a border between two stacks: choose a frame above or below it.`);
    const stack = debuggee.stack(frame.threadId);
    // Frames are numbered anew each time; a stack pointer and a pc are of one frame only.
    const index = stack.findIndex(
      ({ kind, pc, registers }) => kind === frame.kind && pc === frame.pc && registers[13] === frame.registers[13],
    );
    const caller = stack.slice(index + 1).find(({ kind }) => kind !== 'label');
    const motion = debuggee.engine.past.frameStart(frame, caller);
    session.afterResponse(() => debuggee.move(motion, `Going back to the beginning of ${frame.name}`));
  },
});
