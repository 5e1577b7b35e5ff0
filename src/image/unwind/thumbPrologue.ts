/** Follows what Thumb instructions of ARMv5TE (ARM DDI 0100, A6 and A7) do to the stack. */
import type { StackState } from './stackState';

const SP = 13;
const LR = 14;
const PC = 15;

export function thumbFlowEnds(instruction: number): boolean {
  const isBranch = (instruction & 0xf800) === 0xe000;
  const isBranchExchange = (instruction & 0xff80) === 0x4700;
  const popsPc = (instruction & 0xff00) === 0xbd00;
  const movesToPc = (instruction & 0xff87) === 0x4687;
  return isBranch || isBranchExchange || popsPc || movesToPc;
}

/** Applies one instruction. */
export function stepThumb(state: StackState, instruction: number): void {
  const low = instruction & 7;
  const byHigh = (instruction >>> 8) & 7;
  const high = low | ((instruction >>> 4) & 8);
  const source = (instruction >>> 3) & 15;
  if (thumbFlowEnds(instruction)) {
    state.flowEnds();
    return;
  }
  if ((instruction & 0xfe00) === 0xb400) {
    state.push([...lowRegisters(instruction), ...(instruction & 0x100 ? [LR] : [])]);
  } else if ((instruction & 0xfe00) === 0xbc00) {
    state.pop([...lowRegisters(instruction), ...(instruction & 0x100 ? [PC] : [])]);
  } else if ((instruction & 0xff00) === 0xb000) {
    // add or sub sp, #n
    const bytes = (instruction & 0x7f) * 4;
    state.derive(SP, SP, instruction & 0x80 ? -bytes : bytes);
  } else if ((instruction & 0xf800) === 0xa800) {
    state.derive(byHigh, SP, (instruction & 0xff) * 4); // add rd, sp, #n
  } else if ((instruction & 0xff00) === 0x4600) {
    state.derive(high, source, 0); // mov rd, rm
  } else if ((instruction & 0xf000) === 0x3000) {
    // add or sub rd, #n
    const bytes = instruction & 0xff;
    state.derive(byHigh, byHigh, instruction & 0x800 ? -bytes : bytes);
  } else if ((instruction & 0xf800) === 0x9000) {
    state.store(byHigh, SP, (instruction & 0xff) * 4); // str rd, [sp, #n]
  } else if ((instruction & 0xff80) === 0x4780 || (instruction & 0xe800) === 0xe800) {
    state.call(); // blx rm; second half of bl and blx
  } else if ((instruction & 0xff00) === 0x4400) {
    state.write(high); // add rd, rm
  } else if ((instruction & 0xe000) === 0x0000) {
    state.write(low); // shifts, three-operand add and sub
  } else if (
    (instruction & 0xf800) === 0x2000 ||
    (instruction & 0xf000) === 0xa000 ||
    (instruction & 0xf800) === 0x4800
  ) {
    state.write(byHigh); // mov rd, #n; add rd, pc, #n; ldr rd, [pc, #n]
  } else if ((instruction & 0xf800) === 0x9800) {
    state.write(byHigh); // ldr rd, [sp, #n]
  } else if ((instruction & 0xfc00) === 0x4000 || isLowLoad(instruction)) {
    state.write(low);
  }
  state.settle();
}

function isLowLoad(instruction: number): boolean {
  const registerOffset = (instruction & 0xf000) === 0x5000 && (instruction & 0x0e00) >= 0x0600;
  const immediateOffset = (instruction & 0xe800) === 0x6800 || (instruction & 0xf800) === 0x8800;
  return registerOffset || immediateOffset;
}

function lowRegisters(instruction: number): number[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((register) => instruction & (1 << register));
}
