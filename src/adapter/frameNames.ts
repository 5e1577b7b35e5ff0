/** What a stack frame is called, in the form that the client asks for (StackFrameFormat). */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugEngine, Frame, Value } from '../debugger/types';
import { hex } from './memoryReferences';
import { shownText } from './variables';

/** `printk(char *format = 0xc0101234 "hello")`, `printk at 0xc0101230 line 12 [builtin:mini-os]`; the plain name without a wish. */
export function frameName(
  frame: Frame,
  format: DebugProtocol.StackFrameFormat | undefined,
  engine: DebugEngine,
): string {
  const { name, source, image, kind } = frame;
  if (!format || kind === 'label') return name;
  const parameters = format.parameters
    ? `(${parametersOf(frame, engine)
        .map((each) => parameterText(each, format))
        .join(', ')})`
    : '';
  const line = format.line && source ? ` Line ${source.line}` : '';
  const module = format.module && image ? `${image.name}!` : '';
  const address = format.line && !source ? ` at ${hex(frame.pc)}` : '';
  return `${module}${name}${parameters}${line}${address}`;
}

function parametersOf(frame: Frame, engine: DebugEngine): readonly Value[] {
  const locals = engine.scopes(frame).find(({ name }) => name === 'Locals');
  return (locals?.values() ?? []).filter(({ isParameter }) => isParameter);
}

function parameterText(value: Value, format: DebugProtocol.StackFrameFormat): string {
  const named = [format.parameterTypes ? value.type : undefined, format.parameterNames ? value.name : undefined]
    .filter((part) => part !== undefined)
    .join(' ');
  if (!format.parameterValues) return named;
  return `${named}${named ? ' = ' : ''}${shownText(value, format)}`;
}
