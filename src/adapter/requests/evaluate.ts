import type { DebugProtocol } from '@vscode/debugprotocol';
import { defineRequest } from './handler';

export const evaluate = defineRequest<DebugProtocol.EvaluateArguments, DebugProtocol.EvaluateResponse['body']>({
  command: 'evaluate',
  purpose:
    'The value of an expression over registers, variables and memory of a frame: for Watch, hovers and the console.',
  phase: 'stopped',
  shape: { expression: 'string', frameId: 'number?', context: 'string?' },
  capabilities: { supportsEvaluateForHovers: true },
  handle(session, { expression, frameId }) {
    const { debuggee } = session;
    const frame = frameId === undefined ? debuggee.currentFrame() : debuggee.frame(frameId);
    const value = debuggee.engine.evaluate(expression.trim(), frame);
    return { result: value.text, ...debuggee.variables.describe(value) };
  },
});
