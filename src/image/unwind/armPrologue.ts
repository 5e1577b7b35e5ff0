/** Follows what ARM instructions (ARM DDI 0100, A3 and A4) do to the stack, as far as compilers' and people's prologues go. */
import type { StackState } from './stackState';

const SP = 13;
const PC = 15;

/** Whether control never goes on to the next instruction: a jump or a return. */
export function armFlowEnds(instruction: number): boolean {
  if (instruction >>> 28 !== 0xe) return false;
  const isBranch = (instruction & 0x0f000000) === 0x0a000000;
  const isBranchExchange = (instruction & 0x0ffffff0) === 0x012fff10;
  const loadsPc = (instruction & 0x0e108000) === 0x08108000;
  const writesPc = destinationOf(instruction) === PC;
  return isBranch || isBranchExchange || loadsPc || writesPc;
}

/** Applies one instruction. Conditional ones may not run, so only what they could spoil counts. */
export function stepArm(state: StackState, instruction: number): void {
  const isCall = (instruction & 0x0f000000) === 0x0b000000 || (instruction & 0x0ffffff0) === 0x012fff30;
  if (isCall || instruction >>> 25 === 0x7d) {
    state.call();
  } else if (armFlowEnds(instruction)) {
    state.flowEnds();
    return;
  } else if (instruction >>> 28 !== 0xe) {
    spoil(state, instruction);
  } else if ((instruction & 0x0fff0000) === 0x092d0000) {
    state.push(registerList(instruction)); // stmfd sp!, {...}
  } else if ((instruction & 0x0fff0000) === 0x08bd0000) {
    state.pop(registerList(instruction)); // ldmfd sp!, {...}
  } else if ((instruction & 0x0ff00000) === 0x08800000) {
    // stmia rn, {...}
    registerList(instruction).forEach((register, index) => state.store(register, field(instruction, 16), 4 * index));
  } else if ((instruction & 0x0fff0fff) === 0x052d0004) {
    state.push([field(instruction, 12)]); // str rd, [sp, #-4]!
  } else if ((instruction & 0x0fff0fff) === 0x049d0004) {
    state.pop([field(instruction, 12)]); // ldr rd, [sp], #4
  } else if ((instruction & 0x0f700000) === 0x05000000) {
    // str rd, [rn, #+/-offset]
    const offset = instruction & 0xfff;
    state.store(field(instruction, 12), field(instruction, 16), instruction & 0x00800000 ? offset : -offset);
  } else if ((instruction & 0x0ff00000) === 0x02800000) {
    state.derive(field(instruction, 12), field(instruction, 16), immediate(instruction)); // add rd, rn, #n
  } else if ((instruction & 0x0ff00000) === 0x02400000) {
    state.derive(field(instruction, 12), field(instruction, 16), -immediate(instruction)); // sub rd, rn, #n
  } else if ((instruction & 0x0fff0ff0) === 0x01a00000) {
    state.derive(field(instruction, 12), instruction & 15, 0); // mov rd, rm
  } else {
    spoil(state, instruction);
  }
  state.settle();
}

function spoil(state: StackState, instruction: number): void {
  const destination = destinationOf(instruction);
  if (destination !== undefined) state.write(destination);
  const writesBack = (instruction & 0x0c200000) === 0x04200000 || (instruction & 0x0e200000) === 0x08200000;
  if (writesBack && field(instruction, 16) === SP) state.write(SP);
  const isLoadMultiple = (instruction & 0x0e100000) === 0x08100000;
  if (isLoadMultiple) registerList(instruction).forEach((register) => state.write(register));
}

/** The register that a data-processing instruction or a load writes, where its place is bits 15-12. */
function destinationOf(instruction: number): number | undefined {
  const kind = (instruction >>> 26) & 3;
  if (kind === 1) return instruction & 0x00100000 ? field(instruction, 12) : undefined;
  if (kind !== 0) return undefined;
  const isExtra = (instruction & 0x02000090) === 0x00000090;
  if (isExtra) {
    const isMultiplyOrSwap = (instruction & 0x60) === 0;
    if (isMultiplyOrSwap) return field(instruction, (instruction & 0x01000000) === 0 ? 16 : 12);
    return instruction & 0x00100000 ? field(instruction, 12) : undefined;
  }
  // tst, teq, cmp, cmn write flags only; the same opcodes without S are mrs, msr, bx, clz and the like.
  const opcode = (instruction >>> 21) & 15;
  if (opcode >= 8 && opcode <= 11) {
    const isMoveFromStatus = (instruction & 0x0fbf0fff) === 0x010f0000;
    return isMoveFromStatus ? field(instruction, 12) : undefined;
  }
  return field(instruction, 12);
}

function registerList(instruction: number): number[] {
  return Array.from({ length: 16 }, (_, register) => register).filter((register) => instruction & (1 << register));
}

function field(instruction: number, shift: number): number {
  return (instruction >>> shift) & 15;
}

/** An 8-bit constant rotated right by an even amount (ARM DDI 0100, A5.1.3). */
function immediate(instruction: number): number {
  const rotation = ((instruction >>> 8) & 15) * 2;
  const byte = instruction & 0xff;
  return rotation === 0 ? byte : ((byte >>> rotation) | (byte << (32 - rotation))) >>> 0;
}
