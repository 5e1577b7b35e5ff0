import type { DebugProtocol } from '@vscode/debugprotocol';
import { clipboardText } from '../clipboardText';
import { shownText } from '../variables';
import { defineRequest } from './handler';

export const evaluate = defineRequest<DebugProtocol.EvaluateArguments, DebugProtocol.EvaluateResponse['body']>({
  command: 'evaluate',
  purpose:
    'The value of an expression over registers, variables and memory of a frame: for Watch, hovers and the console.',
  phase: 'stopped',
  shape: { expression: 'string', frameId: 'number?', context: 'string?', format: 'object?' },
  capabilities: { supportsEvaluateForHovers: true, supportsClipboardContext: true },
  handle(session, { expression, frameId, context, format }) {
    const { debuggee } = session;
    const frame = frameId === undefined ? debuggee.currentFrame() : debuggee.frame(frameId);
    const value = debuggee.engine.evaluate(expression.trim(), frame);
    if (context === 'clipboard') return { result: clipboardText(value), variablesReference: 0 };
    return { result: shownText(value, format), ...debuggee.variables.describe(value) };
  },
});
