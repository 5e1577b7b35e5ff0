/**
 * The caller of code without call frame information: follows the instructions from the start of the function to the pc. A
 * guess by nature, but one that gives nothing rather than a stale link register (a wrong caller is worse than none).
 */
import type { MemoryReader, RegisterSet, UnwindResult } from '../types';
import { armFlowEnds, stepArm } from './armPrologue';
import { readWord } from './cfi';
import { StackState } from './stackState';
import { stepThumb, thumbFlowEnds } from './thumbPrologue';

/** What the scan asks of the image. */
export interface CodeSource {
  /** Instructions of the image; undefined outside it. */
  readCode(address: number, byteLength: number): Uint8Array | undefined;
  contentAt(address: number): 'arm' | 'thumb' | 'data';
  /** Start of the function or label that covers an address, and whether it is a mere label that code may fall into. */
  startOf(address: number): { readonly address: number; readonly isLabel: boolean } | undefined;
}

const SP = 13;
const LR = 14;
/** Frame pointers that compilers use when the stack pointer moves by unknown amounts: r11 in ARM code, r7 in Thumb code. */
const FRAME_POINTERS = [11, 7];
const FIRST_PRESERVED = 4;
const LAST_PRESERVED = 11;
const MAX_SCAN_BYTES = 0x8000;
const MAX_LABELS = 64;

/** @param mayUseLink true for a frame that runs at `registers`, whose r14 may be the return address still */
export function unwindByPrologue(
  source: CodeSource,
  lookupPc: number,
  registers: RegisterSet,
  readMemory: MemoryReader,
  mayUseLink: boolean,
): UnwindResult | undefined {
  const start = codeStart(source, lookupPc);
  const state = start === undefined ? new StackState() : follow(source, start, registers[15] ?? lookupPc);
  if (state === undefined) return undefined;
  const cfa = entryStackPointer(state, registers);
  if (cfa === undefined) return undefined;
  const savedAt = state.saved.get(LR);
  const usesLink = savedAt === undefined && mayUseLink && state.linkIsLive;
  const returnAddress =
    savedAt !== undefined ? readWord(readMemory, cfa + savedAt) : usesLink ? registers[LR] : undefined;
  if (returnAddress === undefined) return undefined;
  const caller: (number | undefined)[] = new Array<number | undefined>(16).fill(undefined);
  for (let register = FIRST_PRESERVED; register <= LAST_PRESERVED; register++) {
    const at = state.saved.get(register);
    caller[register] = at === undefined ? registers[register] : readWord(readMemory, cfa + at);
  }
  caller[SP] = cfa;
  caller[15] = (returnAddress & ~1) >>> 0;
  return { caller, cfa, method: usesLink ? 'link-register' : 'prologue' };
}

/** The state just before the instruction at `pc`; undefined when there are no instructions to follow. */
function follow(source: CodeSource, start: number, pc: number): StackState | undefined {
  const state = new StackState();
  let address = start;
  while (address < pc) {
    const content = source.contentAt(address);
    const byteLength = content === 'thumb' ? 2 : 4;
    if (content !== 'data') {
      const instruction = instructionAt(source, address, byteLength);
      if (instruction === undefined) return undefined;
      if (content === 'thumb') stepThumb(state, instruction);
      else stepArm(state, instruction);
    }
    address += byteLength;
  }
  return state;
}

/** Goes back over labels that the code before them falls into: they are inside the function, not its start. */
function codeStart(source: CodeSource, pc: number): number | undefined {
  let start = source.startOf(pc);
  for (let count = 0; start?.isLabel && count < MAX_LABELS && pc - start.address < MAX_SCAN_BYTES; count++) {
    const content = source.contentAt(start.address - 1);
    const byteLength = content === 'thumb' ? 2 : 4;
    const before = content === 'data' ? undefined : instructionAt(source, start.address - byteLength, byteLength);
    if (before === undefined || (content === 'thumb' ? thumbFlowEnds(before) : armFlowEnds(before))) break;
    const earlier = source.startOf(start.address - 1);
    if (earlier === undefined) break;
    start = earlier;
  }
  return start !== undefined && pc - start.address < MAX_SCAN_BYTES ? start.address : undefined;
}

function entryStackPointer(state: StackState, registers: RegisterSet): number | undefined {
  for (const register of [SP, ...FRAME_POINTERS]) {
    const offset = state.offsetIn(register);
    const value = registers[register];
    if (offset !== undefined && value !== undefined) return (value - offset) >>> 0;
  }
  return undefined;
}

function instructionAt(source: CodeSource, address: number, byteLength: number): number | undefined {
  const bytes = source.readCode(address, byteLength);
  if (bytes === undefined) return undefined;
  return byteLength === 2
    ? bytes[0] | (bytes[1] << 8)
    : (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0;
}
