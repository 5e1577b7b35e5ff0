import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../../debugger/types';
import { shownText } from '../variables';
import { defineRequest } from './handler';

export const setExpression = defineRequest<
  DebugProtocol.SetExpressionArguments,
  DebugProtocol.SetExpressionResponse['body']
>({
  command: 'setExpression',
  purpose: 'Writes to what an expression names, as in the Watch view.',
  phase: 'stopped',
  shape: { expression: 'string', value: 'string', frameId: 'number?', format: 'object?' },
  capabilities: { supportsSetExpression: true },
  handle(session, { expression, value, frameId, format }) {
    const { debuggee } = session;
    const frame = frameId === undefined ? debuggee.currentFrame() : debuggee.frame(frameId);
    const target = debuggee.engine.evaluate(expression, frame);
    if (!target.set)
      throw new UserError(
        target.readOnlyReason
          ? `"${expression}" cannot be changed: ${target.readOnlyReason}.`
          : `"${expression}" is a computed value: only registers and memory can be written.`,
      );
    target.set(value);
    const written = debuggee.engine.evaluate(expression, frame);
    session.afterResponse(() => session.events.written(written.memory));
    return { value: shownText(written, format), ...debuggee.variables.describe(written) };
  },
});
