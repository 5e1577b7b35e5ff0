/** `gotoTargets` and `goto`: continuing somewhere else, without executing what lies between. Only the pc is changed. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError, type Frame } from '../../debugger/types';
import { SourcePaths } from '../../debugger/target/sourcePaths';
import { formatReference, hex } from '../memoryReferences';
import type { Session } from '../session';
import { defineRequest } from './handler';

export const gotoTargets = defineRequest<DebugProtocol.GotoTargetsArguments, DebugProtocol.GotoTargetsResponse['body']>(
  {
    command: 'gotoTargets',
    purpose: 'The instructions where a line begins, in the images that were built from it.',
    phase: 'stopped',
    shape: { source: 'object', line: 'number' },
    capabilities: { supportsGotoTargetsRequest: true },
    handle(session, args) {
      const { engine } = session.debuggee;
      const file = new SourcePaths(session.environment.host.builtinSourceRoot).toDwarf(session.paths.path(args.source));
      const wanted = session.paths.fromClientLine(args.line);
      const places = engine.images.flatMap((image) => {
        const { actualLine, addresses } = image.addressesForLine(file, wanted);
        return addresses.map((address) => ({ image, line: actualLine, address }));
      });
      // The address is the number: it stays true whatever is asked between, and two domains may run one image.
      const targets = [...new Map(places.map((place) => [place.address, place])).values()].map(
        ({ image, line, address }) => ({
          id: address,
          label: `${image.functionAt(address)?.name ?? image.name} at ${hex(address)}`,
          line: session.paths.toClientLine(line),
          instructionPointerReference: hex(address),
        }),
      );
      return { targets };
    },
  },
);

export const goto = defineRequest<DebugProtocol.GotoArguments, void>({
  command: 'goto',
  purpose:
    'Sets the pc of a thread to a target of the same function. Registers and memory stay, so that what lies between is not executed and not undone.',
  phase: 'stopped',
  shape: { threadId: 'number', targetId: 'number' },
  handle(session, { threadId, targetId }) {
    const { debuggee } = session;
    const frame = debuggee.stack(threadId).find(({ kind }) => kind !== 'label');
    if (!frame) throw new UserError('This thread has no frame to continue elsewhere.');
    checkFunction(frame, targetId);
    const pc = debuggee.engine.evaluate('$pc', frame);
    if (!pc.set)
      throw new UserError(`The pc of this frame cannot be changed: ${pc.readOnlyReason ?? 'it is computed'}.`);
    pc.set(`0x${(targetId >>> 0).toString(16)}`);
    session.afterResponse(() => arrived(session, threadId, frame));
  },
});

/** In another function the frame on the stack would be another one's. */
function checkFunction(frame: Frame, address: number): void {
  const [here, there] = [frame.pc, address].map((pc) => frame.image?.functionAt(pc));
  if (there && here?.name === there.name && frame.image?.containsAddress(address)) return;
  throw new UserError(
    `${hex(address)} is in ${there?.name ?? 'no function'}, and this thread stands in ${here?.name ?? frame.name}: only lines of the same function can be continued at.`,
  );
}

function arrived(session: Session, threadId: number, { space, pc }: Frame): void {
  const { debuggee } = session;
  debuggee.stoppedElsewhere({
    reason: 'goto',
    threadId,
    description: `Continues elsewhere, instead of at ${formatReference(space, pc)}`,
    breakpointIds: [],
    instructionCount: debuggee.engine.machine.instructionCount,
  });
}
