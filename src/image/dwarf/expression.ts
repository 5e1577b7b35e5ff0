/**
 * DWARF expressions and location descriptions (DWARF 5, 2.5 and 2.6): the stack machine that says where a variable is. Unwinding
 * uses it too. Runs on untrusted bytes: bounded steps, unreadable memory ends in "unavailable".
 */
import { Cursor } from '../cursor';
import { hex, ImageError } from '../errors';
import type { Location, MemoryReader, RegisterSet } from '../types';

/** What an expression may ask for. Functions are called only by expressions that need them. */
export interface ExpressionContext {
  readonly registers: RegisterSet;
  readonly readMemory: MemoryReader;
  readonly addressBytes: number;
  /** Value of DW_AT_frame_base; undefined when it cannot be told. */
  readonly frameBase?: () => number | undefined;
  /** Canonical frame address; undefined when it cannot be told. */
  readonly cfa?: () => number | undefined;
  /** Entry of .debug_addr. */
  readonly indexedAddress?: (index: number) => number;
}

const MAX_STEPS = 2000;
const MAX_DEPTH = 256;

/** Ends an evaluation with the reason for which the value cannot be shown. */
class Unavailable extends Error {}

/** Where the object is. `initial` is what the stack holds at the start (unwinding pushes the CFA). */
export function evaluateLocation(expression: Uint8Array, context: ExpressionContext, initial?: number): Location {
  if (expression.length === 0) return { kind: 'unavailable', reason: 'optimised out here' };
  try {
    return new Evaluation(expression, context, initial).run();
  } catch (error) {
    if (error instanceof Unavailable || error instanceof ImageError)
      return { kind: 'unavailable', reason: error.message };
    throw error;
  }
}

/** The number that an expression computes: an address, or a register's or constant's value; undefined when it cannot. */
export function evaluateValue(
  expression: Uint8Array,
  context: ExpressionContext,
  initial?: number,
): number | undefined {
  const location = evaluateLocation(expression, context, initial);
  switch (location.kind) {
    case 'memory':
      return location.address;
    case 'constant':
      return location.value >>> 0;
    case 'register':
      return context.registers[location.register];
    default:
      return undefined;
  }
}

class Evaluation {
  private readonly stack: number[];
  private readonly cursor: Cursor;
  /** Set by operations that name a place other than memory. */
  private place: Location | undefined;

  constructor(
    expression: Uint8Array,
    private readonly context: ExpressionContext,
    initial: number | undefined,
  ) {
    this.cursor = new Cursor(expression, 'a location expression');
    this.stack = initial === undefined ? [] : [initial];
  }

  run(): Location {
    for (let steps = 0; !this.cursor.atEnd; steps++) {
      if (steps === MAX_STEPS) throw new Unavailable('its location expression does not end');
      if (this.stack.length > MAX_DEPTH) throw new Unavailable('its location expression needs too deep a stack');
      this.step(this.cursor.u8());
    }
    return this.place ?? { kind: 'memory', address: this.pop() };
  }

  private step(operation: number): void {
    const { cursor } = this;
    if (operation >= 0x30 && operation <= 0x4f) return this.push(operation - 0x30); // lit0..lit31
    if (operation >= 0x50 && operation <= 0x6f) return this.inRegister(operation - 0x50); // reg0..reg31
    if (operation >= 0x70 && operation <= 0x8f) return this.push(this.register(operation - 0x70) + cursor.sleb()); // breg
    const binary = binaryOperations[operation];
    if (binary !== undefined) {
      const right = this.pop();
      return this.push(binary(this.pop(), right));
    }
    switch (operation) {
      case 0x03: // addr
        return this.push(cursor.unsigned(this.context.addressBytes));
      case 0x06: // deref
        return this.push(this.load(4));
      case 0x94: // deref_size
        return this.push(this.load(cursor.u8()));
      case 0x08: // const1u
        return this.push(cursor.u8());
      case 0x09: // const1s
        return this.push(cursor.s8());
      case 0x0a: // const2u
        return this.push(cursor.u16());
      case 0x0b: // const2s
        return this.push((cursor.u16() << 16) >> 16);
      case 0x0c: // const4u
      case 0x0d: // const4s
        return this.push(cursor.u32());
      case 0x0e: // const8u
      case 0x0f: // const8s
        return this.push(cursor.u64());
      case 0x10: // constu
        return this.push(cursor.uleb());
      case 0x11: // consts
        return this.push(cursor.sleb());
      case 0x12: // dup
        return this.push(this.pick(0));
      case 0x13: // drop
        this.pop();
        return;
      case 0x14: // over
        return this.push(this.pick(1));
      case 0x15: // pick
        return this.push(this.pick(cursor.u8()));
      case 0x16: {
        // swap
        const [top, second] = [this.pop(), this.pop()];
        this.push(top);
        return this.push(second);
      }
      case 0x17: {
        // rot
        const [top, second, third] = [this.pop(), this.pop(), this.pop()];
        this.push(top);
        this.push(third);
        return this.push(second);
      }
      case 0x19: // abs
        return this.push(Math.abs(this.pop() | 0));
      case 0x1f: // neg
        return this.push(-this.pop());
      case 0x20: // not
        return this.push(~this.pop());
      case 0x23: // plus_uconst
        return this.push(this.pop() + cursor.uleb());
      case 0x28: {
        // bra
        const distance = (cursor.u16() << 16) >> 16;
        if (this.pop() !== 0) this.jump(distance);
        return;
      }
      case 0x2f: // skip
        return this.jump((cursor.u16() << 16) >> 16);
      case 0x90: // regx
        return this.inRegister(cursor.uleb());
      case 0x91: {
        // fbreg
        const offset = cursor.sleb();
        return this.push(this.need(this.context.frameBase?.(), 'the frame of its function is not known') + offset);
      }
      case 0x92: {
        // bregx
        const register = cursor.uleb();
        return this.push(this.register(register) + cursor.sleb());
      }
      case 0x93: // piece
      case 0x9d: // bit_piece
        return this.piece(operation === 0x93 ? cursor.uleb() : cursor.uleb() + cursor.uleb());
      case 0x96: // nop
        return;
      case 0x9c: // call_frame_cfa
        return this.push(this.need(this.context.cfa?.(), 'the frame of its function is not known'));
      case 0x9e: // implicit_value
        return this.implicitValue(cursor.take(cursor.uleb()));
      case 0x9f: // stack_value
        this.place = { kind: 'constant', value: this.pop() };
        return;
      case 0xa1: // addrx
      case 0xa2: // constx
      case 0xfb: // GNU_addr_index
      case 0xfc: // GNU_const_index
        return this.push(this.need(this.context.indexedAddress?.(cursor.uleb()), 'it is kept by an address index'));
      case 0xa3: // entry_value
      case 0xf3: // GNU_entry_value
        throw new Unavailable('optimised out here (only its value on entry to the function was described)');
      case 0xa0: // implicit_pointer
      case 0xf2: // GNU_implicit_pointer
        throw new Unavailable('optimised out here (a pointer to something that has no address)');
      case 0x9b: // form_tls_address
      case 0xe0: // GNU_push_tls_address
        throw new Unavailable('it is thread-local');
      default:
        throw new Unavailable(`its location uses the DWARF operation ${hex(operation)}, which is not supported`);
    }
  }

  /** A value in one piece is whole; one in several has no single place. */
  private piece(byteLength: number): void {
    const first = this.place ?? (this.stack.length > 0 ? { kind: 'memory' as const, address: this.pop() } : undefined);
    if (byteLength > 0 && first !== undefined && this.cursor.atEnd) {
      this.place = first;
      return;
    }
    throw new Unavailable('split over several places (registers or memory)');
  }

  private implicitValue(bytes: Cursor): void {
    let value = 0;
    let scale = 1;
    while (!bytes.atEnd) {
      value += bytes.u8() * scale;
      scale *= 256;
    }
    this.place = { kind: 'constant', value };
  }

  private inRegister(register: number): void {
    if (register > 15) throw new Unavailable(`it is in DWARF register ${register}, which this CPU does not have`);
    if (this.context.registers[register] === undefined) throw this.lostRegister(register);
    this.place = { kind: 'register', register };
  }

  private register(register: number): number {
    const value = this.context.registers[register];
    if (value === undefined) throw this.lostRegister(register);
    return value;
  }

  private lostRegister(register: number): Unavailable {
    return new Unavailable(`it was in r${register}, which the functions called since did not save`);
  }

  private load(byteLength: number): number {
    const address = this.pop();
    if (byteLength > 4) throw new Unavailable('its location needs more than a word');
    const bytes = this.context.readMemory(address, byteLength);
    if (bytes === undefined || bytes.length < byteLength)
      throw new Unavailable(`memory at ${hex(address)} is not mapped`);
    let value = 0;
    for (let index = byteLength - 1; index >= 0; index--) value = value * 256 + bytes[index];
    return value;
  }

  private jump(distance: number): void {
    const target = this.cursor.position + distance;
    if (target < 0 || target > this.cursor.end) throw new Unavailable('its location expression is damaged');
    this.cursor.position = target;
  }

  private need(value: number | undefined, reason: string): number {
    if (value === undefined) throw new Unavailable(reason);
    return value;
  }

  private push(value: number): void {
    // Addresses are 32 bits wide; larger constants (long long) only come with stack_value and keep their low word.
    this.stack.push(value >>> 0);
  }

  private pop(): number {
    const value = this.stack.pop();
    if (value === undefined) throw new Unavailable('its location expression is damaged');
    return value;
  }

  private pick(depth: number): number {
    const value = this.stack[this.stack.length - 1 - depth];
    if (value === undefined) throw new Unavailable('its location expression is damaged');
    return value;
  }
}

/** Operations on the two topmost values (the right operand is the top); words wrap, comparisons are signed. */
const binaryOperations: Readonly<Record<number, (left: number, right: number) => number>> = {
  0x1a: (left, right) => left & right,
  0x1b: (left, right) => divide(left, right),
  0x1c: (left, right) => left - right,
  0x1d: (left, right) => (right === 0 ? 0 : left % right),
  0x1e: (left, right) => Math.imul(left, right),
  0x21: (left, right) => left | right,
  0x22: (left, right) => left + right,
  0x24: (left, right) => (right > 31 ? 0 : left << right),
  0x25: (left, right) => (right > 31 ? 0 : left >>> right),
  0x26: (left, right) => (left | 0) >> Math.min(right, 31),
  0x27: (left, right) => left ^ right,
  0x29: (left, right) => Number((left | 0) === (right | 0)),
  0x2a: (left, right) => Number((left | 0) >= (right | 0)),
  0x2b: (left, right) => Number((left | 0) > (right | 0)),
  0x2c: (left, right) => Number((left | 0) <= (right | 0)),
  0x2d: (left, right) => Number((left | 0) < (right | 0)),
  0x2e: (left, right) => Number((left | 0) !== (right | 0)),
};

function divide(left: number, right: number): number {
  if (right === 0) throw new Unavailable('its location divides by zero');
  return Math.trunc((left | 0) / (right | 0));
}
