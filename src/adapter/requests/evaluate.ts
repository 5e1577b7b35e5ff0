import type { DebugProtocol } from '@vscode/debugprotocol';
import { readNamed } from '../../debugger/loading/loadImages';
import { runReplLine } from '../../debugger/repl/commands';
import type { Frame } from '../../debugger/types';
import { explained } from '../hoverExplanation';
import { clipboardText } from '../clipboardText';
import { resolvePath } from '../launchConfiguration/values';
import { shownText } from '../variables';
import type { Session } from '../session';
import { defineRequest } from './handler';

export const evaluate = defineRequest<DebugProtocol.EvaluateArguments, DebugProtocol.EvaluateResponse['body']>({
  command: 'evaluate',
  purpose:
    'The value of an expression over registers, variables and memory of a frame: for Watch, hovers and the console, which also knows commands (`help`).',
  phase: 'stopped',
  shape: { expression: 'string', frameId: 'number?', context: 'string?', format: 'object?' },
  capabilities: { supportsEvaluateForHovers: true, supportsClipboardContext: true },
  async handle(session, { expression, frameId, context, format }) {
    const { debuggee } = session;
    const frame = frameId === undefined ? debuggee.currentFrame() : debuggee.frame(frameId);
    const done = context === 'repl' ? await runCommand(session, expression, frame) : undefined;
    if (done !== undefined) return { result: done, variablesReference: 0 };
    const value = debuggee.engine.evaluate(expression.trim(), frame);
    if (context === 'clipboard') return { result: clipboardText(value), variablesReference: 0 };
    const shown = context === 'hover' ? explained(debuggee.engine, frame, value) : value;
    return { result: shownText(shown, format), ...debuggee.variables.describe(shown) };
  },
});

/** What a command of the console answers; undefined when the line is an expression. A move goes on after the response. */
async function runCommand(session: Session, line: string, frame: Frame | undefined): Promise<string | undefined> {
  const { debuggee } = session;
  const { engine } = debuggee;
  const threadId = frame?.threadId ?? debuggee.lastStop?.threadId ?? engine.threads()[0]?.id ?? 1;
  const { host } = session.environment;
  const load = (file: string) => readNamed(host, resolvePath(file, debuggee.folder));
  const save = host.writeFile && ((file: string, text: string) => host.writeFile!(file, text));
  const result = runReplLine({ engine, frame, threadId, stop: debuggee.lastStop, load, save }, line);
  if (result === undefined || 'text' in result) return result?.text;
  if ('later' in result) return result.later().finally(session.takesLong(line.trim()));
  session.afterResponse(() =>
    debuggee.move(async () => {
      const stop = await result.move();
      session.events.message(`${stop.description}${stop.text === undefined ? '' : `. ${stop.text}`}.`, 'info');
      return stop;
    }, line.trim()),
  );
  return '';
}
