/** One step outwards by call frame information: applies the rules of a frame to its registers and memory. */
import { evaluateLocation, evaluateValue } from '../dwarf/expression';
import type { MemoryReader, RegisterSet, UnwindResult } from '../types';
import type { CfaRule, RegisterRule } from './cfaProgram';
import { rulesAt } from './cfaProgram';
import type { FrameDescription } from './frameTable';

const SP = 13;
const LR = 14;
const PC = 15;
/** Registers that a function must hand back as it got them (AAPCS 5.1.1): without a rule they still hold the caller's value. */
const PRESERVED = new Set([4, 5, 6, 7, 8, 9, 10, 11]);

/** The frame's CFA at an address inside the statement that runs; undefined when it cannot be told. */
export function cfaOf(
  frame: FrameDescription,
  lookupPc: number,
  registers: RegisterSet,
  readMemory: MemoryReader,
): number | undefined {
  return computeCfa(rulesAt(frame, lookupPc).cfa, frame, registers, readMemory);
}

/**
 * The caller by the frame's rules; undefined at an outermost frame (no return address) or when memory that is needed cannot
 * be read. The step is made even when the stack does not move: the caller of this function judges that.
 */
export function unwindByCfi(
  frame: FrameDescription,
  lookupPc: number,
  registers: RegisterSet,
  readMemory: MemoryReader,
): UnwindResult | undefined {
  const rules = rulesAt(frame, lookupPc);
  const cfa = computeCfa(rules.cfa, frame, registers, readMemory);
  if (cfa === undefined) return undefined;
  const { returnColumn, isSignalFrame } = frame.common;
  // A frame that says where r15 itself was saved describes something interrupted: a trap, not a call.
  const interrupted = isSignalFrame || returnColumn === PC || rules.registers.has(PC);
  const valueOf = (register: number) => {
    const rule = rules.registers.get(register);
    if (rule !== undefined) return apply(rule, register, cfa, frame, registers, readMemory);
    if (register === SP) return cfa;
    return interrupted || PRESERVED.has(register) ? registers[register] : undefined;
  };
  const pcRule = rules.registers.get(PC) ?? rules.registers.get(returnColumn);
  const returnAddress = pcRule ? apply(pcRule, returnColumn, cfa, frame, registers, readMemory) : registers[LR];
  if (returnAddress === undefined) return undefined;
  const caller = Array.from({ length: 15 }, (_, register) => valueOf(register));
  caller.push((returnAddress & ~1) >>> 0);
  return interrupted ? { caller, cfa, method: 'cfi', interrupted } : { caller, cfa, method: 'cfi' };
}

function computeCfa(
  rule: CfaRule | undefined,
  frame: FrameDescription,
  registers: RegisterSet,
  readMemory: MemoryReader,
): number | undefined {
  if (rule === undefined) return undefined;
  if (rule.kind === 'expression') return evaluateValue(rule.expression, contextOf(frame, registers, readMemory));
  const base = registers[rule.register];
  return base === undefined ? undefined : (base + rule.offset) >>> 0;
}

function apply(
  rule: RegisterRule,
  register: number,
  cfa: number,
  frame: FrameDescription,
  registers: RegisterSet,
  readMemory: MemoryReader,
): number | undefined {
  const context = contextOf(frame, registers, readMemory);
  switch (rule.kind) {
    case 'undefined':
      return undefined;
    case 'sameValue':
      return registers[register];
    case 'offset':
      return readWord(readMemory, cfa + rule.offset);
    case 'valueOffset':
      return (cfa + rule.offset) >>> 0;
    case 'register':
      return registers[rule.register];
    case 'expression': {
      const location = evaluateLocation(rule.expression, context, cfa);
      if (location.kind === 'memory') return readWord(readMemory, location.address);
      return location.kind === 'register' ? registers[location.register] : undefined;
    }
    case 'valueExpression':
      return evaluateValue(rule.expression, context, cfa);
  }
}

function contextOf(frame: FrameDescription, registers: RegisterSet, readMemory: MemoryReader) {
  return { registers, readMemory, addressBytes: frame.common.addressBytes };
}

/** A little-endian word; undefined when it is not mapped. */
export function readWord(readMemory: MemoryReader, address: number): number | undefined {
  const bytes = readMemory(address >>> 0, 4);
  if (bytes === undefined || bytes.length < 4) return undefined;
  return (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0;
}
