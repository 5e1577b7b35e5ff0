/**
 * The numbers that stand for expandable values in the protocol (`variablesReference`), and values as DAP variables.
 * Numbers live until the machine moves; then `clear` forgets them, so that a stale one is told and never misread.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError, type Value } from '../debugger/types';
import { formatReference } from './memoryReferences';

/** Long arrays are announced with their length, so that a client asks for them piece by piece. */
const pagedLength = 100;

/** What a value reads in the notation that the client asks for. */
export function shownText(value: Value, format: DebugProtocol.ValueFormat | undefined): string {
  return (format?.hex === true ? value.textAs?.('hexadecimal') : undefined) ?? value.text;
}

export class VariableContainers {
  private next = 1;
  private readonly containers = new Map<number, () => readonly Value[]>();

  add(values: () => readonly Value[]): number {
    const reference = this.next++;
    this.containers.set(reference, values);
    return reference;
  }

  /** The values behind a reference, read from the machine now. */
  values(reference: number): readonly Value[] {
    const values = this.containers.get(reference);
    if (!values) {
      throw new UserError('These variables are from before the machine moved: open them again.');
    }
    return values();
  }

  clear(): void {
    this.containers.clear();
  }

  /** What every answer about a value holds: its reference, and where it stands in memory. */
  describe(
    value: Value,
  ): Pick<
    DebugProtocol.Variable,
    'type' | 'variablesReference' | 'indexedVariables' | 'memoryReference' | 'presentationHint'
  > {
    const elements = value.indexed ?? Number(/\[(\d+)\]/.exec(value.type ?? '')?.[1] ?? 0);
    return {
      ...(value.type !== undefined && { type: value.type }),
      variablesReference: value.children ? this.add(value.children) : 0,
      ...(value.children && elements > pagedLength && { indexedVariables: elements }),
      ...(value.memory && { memoryReference: formatReference(value.memory.space, value.memory.address) }),
      ...(!value.set && { presentationHint: { attributes: ['readOnly'] } }),
    };
  }

  variable(value: Value, format?: DebugProtocol.ValueFormat): DebugProtocol.Variable {
    return {
      name: value.name,
      value: shownText(value, format),
      ...(value.expression !== undefined && { evaluateName: value.expression }),
      ...this.describe(value),
    };
  }
}
