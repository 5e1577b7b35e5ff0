/** Runs call frame instructions (DWARF 6.4.2) up to a pc: the rules by which a caller's registers are found there. */
import { Cursor } from '../cursor';
import { hex, ImageError } from '../errors';
import type { CommonInformation, FrameDescription } from './frameTable';

/** How the caller's value of a register is found (DWARF 6.4.1). A register without a rule is as the architecture says. */
export type RegisterRule =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'sameValue' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'valueOffset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'expression'; readonly expression: Uint8Array }
  | { readonly kind: 'valueExpression'; readonly expression: Uint8Array };

export type CfaRule =
  | { readonly kind: 'register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'expression'; readonly expression: Uint8Array };

export interface FrameRules {
  readonly cfa: CfaRule | undefined;
  readonly registers: ReadonlyMap<number, RegisterRule>;
}

interface State {
  cfa: CfaRule | undefined;
  registers: Map<number, RegisterRule>;
}

/** By address, for the frames that were asked about: a debugger comes back to the same places at every stop. */
const known = new WeakMap<FrameDescription, Map<number, FrameRules>>();

/** The row of the frame's table that holds at `pc`; throws ImageError when the instructions are damaged. */
export function rulesAt(frame: FrameDescription, pc: number): FrameRules {
  let rows = known.get(frame);
  if (!rows) known.set(frame, (rows = new Map()));
  const row = rows.get(pc) ?? interpreted(frame, pc);
  rows.set(pc, row);
  return row;
}

function interpreted(frame: FrameDescription, pc: number): FrameRules {
  const state: State = { cfa: undefined, registers: new Map() };
  run(frame.common.instructions, frame.common, state, frame.low, Infinity, undefined);
  const initial = { cfa: state.cfa, registers: new Map(state.registers) };
  run(frame.instructions, frame.common, state, frame.low, pc, initial);
  return state;
}

function run(
  instructions: Uint8Array,
  common: CommonInformation,
  state: State,
  start: number,
  pc: number,
  initial: State | undefined,
): void {
  const cursor = new Cursor(instructions, 'call frame information');
  const remembered: State[] = [];
  let location = start;
  const advance = (delta: number) => (location += delta * common.codeAlignment);
  const set = (register: number, rule: RegisterRule) => state.registers.set(register, rule);
  const offsetRule = (factored: number): RegisterRule => ({ kind: 'offset', offset: factored * common.dataAlignment });
  const restore = (register: number) => {
    const rule = initial?.registers.get(register);
    if (rule === undefined) state.registers.delete(register);
    else state.registers.set(register, rule);
  };
  const withOffset = (offset: number) => {
    if (state.cfa?.kind === 'register') state.cfa = { ...state.cfa, offset };
  };
  const block = () => {
    const bytes = cursor.take(cursor.uleb());
    return bytes.bytes.subarray(bytes.position, bytes.end);
  };

  while (!cursor.atEnd) {
    const byte = cursor.u8();
    const operand = byte & 0x3f;
    // The three instructions that carry an operand in their low six bits.
    if (byte >= 0xc0) {
      restore(operand);
      continue;
    }
    if (byte >= 0x80) {
      set(operand, offsetRule(cursor.uleb()));
      continue;
    }
    if (byte >= 0x40) {
      advance(operand);
      if (location > pc) return;
      continue;
    }
    switch (byte) {
      case 0x00: // nop
        break;
      case 0x01: // set_loc
        location = cursor.unsigned(common.addressBytes);
        break;
      case 0x02: // advance_loc1
        advance(cursor.u8());
        break;
      case 0x03: // advance_loc2
        advance(cursor.u16());
        break;
      case 0x04: // advance_loc4
        advance(cursor.u32());
        break;
      case 0x05: // offset_extended
        set(cursor.uleb(), offsetRule(cursor.uleb()));
        break;
      case 0x06: // restore_extended
        restore(cursor.uleb());
        break;
      case 0x07: // undefined
        set(cursor.uleb(), { kind: 'undefined' });
        break;
      case 0x08: // same_value
        set(cursor.uleb(), { kind: 'sameValue' });
        break;
      case 0x09: // register
        set(cursor.uleb(), { kind: 'register', register: cursor.uleb() });
        break;
      case 0x0a: // remember_state
        remembered.push({ cfa: state.cfa, registers: new Map(state.registers) });
        break;
      case 0x0b: {
        // restore_state
        const saved = remembered.pop();
        if (saved !== undefined) Object.assign(state, saved);
        break;
      }
      case 0x0c: // def_cfa
        state.cfa = { kind: 'register', register: cursor.uleb(), offset: cursor.uleb() };
        break;
      case 0x0d: // def_cfa_register
        state.cfa = {
          kind: 'register',
          register: cursor.uleb(),
          offset: state.cfa?.kind === 'register' ? state.cfa.offset : 0,
        };
        break;
      case 0x0e: // def_cfa_offset
        withOffset(cursor.uleb());
        break;
      case 0x0f: // def_cfa_expression
        state.cfa = { kind: 'expression', expression: block() };
        break;
      case 0x10: // expression
        set(cursor.uleb(), { kind: 'expression', expression: block() });
        break;
      case 0x11: // offset_extended_sf
        set(cursor.uleb(), offsetRule(cursor.sleb()));
        break;
      case 0x12: // def_cfa_sf
        state.cfa = { kind: 'register', register: cursor.uleb(), offset: cursor.sleb() * common.dataAlignment };
        break;
      case 0x13: // def_cfa_offset_sf
        withOffset(cursor.sleb() * common.dataAlignment);
        break;
      case 0x14: // val_offset
        set(cursor.uleb(), { kind: 'valueOffset', offset: cursor.uleb() * common.dataAlignment });
        break;
      case 0x15: // val_offset_sf
        set(cursor.uleb(), { kind: 'valueOffset', offset: cursor.sleb() * common.dataAlignment });
        break;
      case 0x16: // val_expression
        set(cursor.uleb(), { kind: 'valueExpression', expression: block() });
        break;
      case 0x2e: // GNU_args_size
        cursor.uleb();
        break;
      case 0x2f: // GNU_negative_offset_extended
        set(cursor.uleb(), offsetRule(-cursor.uleb()));
        break;
      default:
        throw new ImageError(`call frame information uses the unknown instruction ${hex(byte)}; compile with -g.`);
    }
    if (location > pc) return;
  }
}
