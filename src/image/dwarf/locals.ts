/** Parameters and local variables in scope at a frame's pc, each with its location there. */
import type { CType, LocalVariable, Location, MemoryReader, RegisterSet } from '../types';
import { At, Tag } from './constants';
import type { DebugInfo } from './debugInfo';
import type { Entry } from './entry';
import type { ExpressionContext } from './expression';
import { evaluateLocation, evaluateValue } from './expression';
import type { Functions, Scope } from './functions';
import type { Globals } from './globals';
import { expressionAt } from './locationLists';
import type { Types } from './types';
import type { EntryId } from './unit';

/** A stopped frame, as far as variables depend on it. */
export interface FrameState {
  readonly registers: RegisterSet;
  readonly readMemory: MemoryReader;
  /** An address inside the statement that runs: the pc of a top frame, the byte before a return address otherwise. */
  readonly lookupPc: number;
  /** The canonical frame address, from call frame information. */
  readonly cfa: () => number | undefined;
}

/** What of the image the variables are read with. */
interface Sources {
  readonly info: DebugInfo;
  readonly functions: Functions;
  readonly types: Types;
  readonly globals: Globals;
}

/** A parameter or variable of a scope as its entry declares it, whatever frame it is of. */
interface Declared {
  readonly name: string;
  readonly entry: Entry;
  readonly isParameter: boolean;
}

const DAMAGED: Location = { kind: 'unavailable', reason: 'its description is damaged' };

/** Scopes whose declarations are kept: more than the stacks of all domains at one stop have. */
const MOST_KEPT = 512;

export class Locals {
  private readonly kept = new Map<EntryId, readonly Declared[]>();

  constructor(private readonly from: Sources) {}

  /**
   * Parameters first, then variables from the outermost scope inwards; of a name that hides another only the inner one. Each is located when its
   * location is asked for: an expression wants one of them, and a stop asks many times.
   */
  at(frame: FrameState): readonly LocalVariable[] {
    const scopes = this.from.functions.scopesAt(frame.lookupPc);
    if (scopes.length === 0) return [];
    const visible = new Map<string, LocalVariable>();
    const context = this.contextOf(scopes[0].entry, frame);
    for (const scope of scopes) {
      for (const declared of this.declaredIn(scope)) {
        visible.delete(declared.name);
        visible.set(declared.name, this.variable(declared, frame, context));
      }
    }
    const all = [...visible.values()];
    return [...all.filter(({ isParameter }) => isParameter), ...all.filter(({ isParameter }) => !isParameter)];
  }

  private declaredIn({ entry, kind }: Scope): readonly Declared[] {
    const known = this.kept.get(entry.id);
    if (known !== undefined) return known;
    const { info, functions } = this.from;
    const found: Declared[] = [];
    info.tolerate(() => {
      for (const child of info.children(entry)) {
        if (child.tag !== Tag.formalParameter && child.tag !== Tag.variable) continue;
        const name = info.tolerate(() => functions.stringThroughOrigins(child), undefined);
        const isParameter = child.tag === Tag.formalParameter && kind === 'function';
        if (name !== undefined) found.push({ name, entry: child, isParameter });
      }
    }, undefined);
    if (this.kept.size >= MOST_KEPT) this.kept.clear();
    this.kept.set(entry.id, found);
    return found;
  }

  private variable(
    { name, entry, isParameter }: Declared,
    frame: FrameState,
    context: ExpressionContext,
  ): LocalVariable {
    const { info, functions, types } = this.from;
    let location: Location | undefined;
    const locate = () => this.locate(entry, name, frame, context);
    const type = (): CType => {
      const typed = functions.withAttribute(entry, At.type);
      return typed === undefined ? { kind: 'void' } : types.typeOf(typed);
    };
    return {
      name,
      isParameter,
      get location() {
        return (location ??= info.tolerate(locate, DAMAGED));
      },
      get type() {
        return type();
      },
    };
  }

  private locate(entry: Entry, name: string, frame: FrameState, context: ExpressionContext): Location {
    const { info, functions, globals } = this.from;
    const located = functions.withAttribute(entry, At.location);
    if (located !== undefined) {
      const expression = expressionAt(info, located, At.location, frame.lookupPc);
      return expression === undefined
        ? { kind: 'unavailable', reason: 'optimised out here' }
        : evaluateLocation(expression, context);
    }
    const constant = functions.withAttribute(entry, At.constValue);
    if (constant !== undefined) return constantOf(constant);
    if (functions.withAttribute(entry, At.declaration)?.flag(At.declaration)) {
      // `extern int x;` inside a function: the variable itself is elsewhere.
      const address = globals.named(name)?.address;
      if (address !== undefined) return { kind: 'memory', address };
      return { kind: 'unavailable', reason: 'only declared in this image' };
    }
    return { kind: 'unavailable', reason: 'optimised out' };
  }

  private contextOf(functionEntry: Entry, frame: FrameState): ExpressionContext {
    const { info } = this.from;
    const { unit } = functionEntry;
    const plain: ExpressionContext = {
      registers: frame.registers,
      readMemory: frame.readMemory,
      addressBytes: unit.addressBytes,
      cfa: frame.cfa,
      indexedAddress: (index) => info.addressOf(unit, index),
    };
    const frameBase = () => {
      const expression = expressionAt(info, functionEntry, At.frameBase, frame.lookupPc);
      return expression && evaluateValue(expression, plain);
    };
    return { ...plain, frameBase };
  }
}

/** DW_AT_const_value: a number, or the bytes of the object in memory order. */
function constantOf(entry: Entry): Location {
  const block = entry.block(At.constValue);
  if (block !== undefined) {
    if (block.length > 8) return { kind: 'unavailable', reason: 'a constant that is too large to show' };
    return { kind: 'constant', value: block.reduceRight((value, byte) => value * 256 + byte, 0) };
  }
  const text = entry.string(At.constValue);
  const value = entry.constant(At.constValue);
  if (value === undefined) return { kind: 'unavailable', reason: `a constant string${text ? ` "${text}"` : ''}` };
  return { kind: 'constant', value };
}
