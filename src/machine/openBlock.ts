/**
 * The block that the CPU stands in, handed over between a tick model that prices whole blocks and the same one while a trace
 * is made, which follows the blocks instruction by instruction. The models themselves are arm926/ticks/.
 */
import type { Core } from './arm926/core';
import { Word } from './arm926/layout';
import type { TickModel } from './arm926/ticks/model';
import type { BlockState } from './arm926/ticks/perInstruction';

/** Puts the block that is being traced where an untraced machine has it, for snapshots and the end of tracing. */
export function noteOpenBlock({ s, thumb }: Core, traceModel: TickModel): void {
  const { instructions, next, thumb: inThumb } = traceModel.observer!.capture() as BlockState;
  const open = next !== undefined && next === s[15] && inThumb === thumb;
  s[Word.BLOCK_OPEN] = open ? 1 : 0;
  if (open) s[Word.BLOCK_START] = next - instructions.length * (inThumb ? 2 : 4);
}

/** The other way round: tracing goes on in the block that an untraced machine was in. */
export function takeOpenBlock({ s, ram, memory, thumb }: Core, traceModel: TickModel, tickModel: TickModel): void {
  const pc = s[15]!;
  const start = s[Word.BLOCK_START]!;
  const inside = s[Word.BLOCK_OPEN] !== 0 && ((pc ^ start) & ~0x3ff) === 0 && pc > start;
  const place = inside ? memory.codePlace(start) : -1;
  const step = thumb ? 2 : 4;
  const instructions = Int32Array.from({ length: place < 0 ? 0 : (pc - start) / step }, (_, index) => {
    const at = place + (start & 0x3ff) + index * step;
    return thumb ? ram.halves[at >>> 1]! : ram.words[at >>> 2]!;
  });
  const state: BlockState = {
    instructions,
    thumb,
    next: place < 0 ? undefined : pc,
    inner: tickModel.observer?.capture(),
  };
  traceModel.observer!.restore(state);
}
