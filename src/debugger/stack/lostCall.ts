/**
 * A call to where no code is (a bad pointer, a function that was unmapped): nothing has been pushed there, so the link register still says
 * who called. Every walk asks this where no image knows the pc of code that executes or was interrupted.
 */
import type { RegisterSet, UnwindResult } from '../../image/types';

const SP = 13;
const LR = 14;

/** The caller by the link register; undefined where that does not lead to code either. */
export function lostCall(registers: RegisterSet, isCode: (pc: number) => boolean): UnwindResult | undefined {
  const link = registers[LR];
  const back = link === undefined ? undefined : (link & ~1) >>> 0;
  if (back === undefined || !isCode(back)) return undefined;
  const caller = [...registers.slice(0, LR), undefined, back];
  return { caller, cfa: registers[SP] ?? 0, method: 'link-register' };
}
