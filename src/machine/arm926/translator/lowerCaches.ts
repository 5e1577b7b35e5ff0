/**
 * Lines of the caches in the intermediate form, where caches are modelled as tags (cache/tagCaches.ts): what a hint knows to be there is counted
 * here. What none knows of data is asked of the model. That is a call, which the rest of the translator avoids (lowerMemory.ts has the price), but
 * leaving to the interpreter for every line that is not there cost twice as much as all else. A line of code that is not there
 * leaves: a loop of code without data then has no call in it, and runs twice as fast.
 */
import { HALF_BYTES, LINE_BYTES } from '../cache/geometry';
import { STORE_HITS } from '../cache/hints';
import { HINTS } from '../layout';
import { THROUGH_CACHE } from '../tlb';
import type { Context } from './context';
import { Local, Op, binary, constant, load, local, set, when, type Expr, type Statement } from './intermediate';

const address = local(Local.ADDRESS);

/** The hint about the line (or half line) that a virtual address is in. `unit`: bytes of either. */
function hintOf(
  { OFFSET, WORDS }: { readonly OFFSET: number; readonly WORDS: number },
  unit: number,
  virtual: Expr,
): Expr {
  const shifted = binary(Op.SHR_U, virtual, constant(29 - Math.clz32(unit)));
  return load(Op.LOAD, binary(Op.AND, shifted, constant((WORDS - 1) * 4)), OFFSET);
}

const startOf = (virtual: Expr, unit: number): Expr => binary(Op.AND, virtual, constant(-unit));

const add = (to: number, value: Expr): Statement => set(to, binary(Op.ADD, local(to), value));

/** Before each instruction: leaves when its line is not known to be in the instruction cache. */
export function lookUpFetch(context: Context): void {
  const { pc, index } = context;
  if (index > 0 && (pc & (LINE_BYTES - 1)) >= context.block.step) return;
  const { OFFSET, WORDS } = HINTS.FETCHES;
  const hint = load(Op.LOAD, constant(0), OFFSET + ((pc >>> 5) & (WORDS - 1)) * 4);
  context.out.push(when(binary(Op.NE, hint, constant(pc & -LINE_BYTES)), [context.leave()]));
}

/** Each line, or half line, that an access of so many bytes at ADDRESS may touch, as distances in bytes. */
function* reach(bytes: number, unit: number): Generator<number> {
  for (let distance = 0; distance < bytes - 4; distance += unit) yield distance;
  yield Math.max(0, bytes - 4);
}

/** Not 0 where a hint is missing for any of the bytes at ADDRESS. `state`: of the hints. */
function unknown(hints: typeof HINTS.LOADS | typeof HINTS.STORES, unit: number, bytes: number, state: number): Expr {
  let all: Expr | undefined;
  for (const distance of reach(bytes, unit)) {
    const at = binary(Op.ADD, address, constant(distance));
    const expected = binary(Op.OR, startOf(at, unit), constant(state));
    const differs = binary(Op.XOR, hintOf(hints, unit, at), expected);
    all = all === undefined ? differs : binary(Op.OR, all, differs);
  }
  return all!;
}

const askLoads = (words: Expr): Statement => ({ kind: 'call', imported: 'loads', operands: [address, words] });

function askStores(words: Expr): Statement {
  return { kind: 'call', imported: 'stores', operands: [address, words, load(Op.LOAD, local(Local.ENTRY), 12)] };
}

function loads(bytes: number): Statement[] {
  const words = constant(Math.ceil(bytes / 4));
  const ask = askLoads(words);
  return [when(unknown(HINTS.LOADS, LINE_BYTES, bytes, 0), [ask], [add(Local.DATA_HITS, words)])];
}

function stores(bytes: number): Statement[] {
  const words = constant(Math.ceil(bytes / 4));
  const ask = askStores(words);
  if (bytes > 4) {
    return [when(unknown(HINTS.STORES, HALF_BYTES, bytes, STORE_HITS), [ask], [add(Local.DATA_HITS, words)])];
  }
  // STORE_HITS is 1 and STORE_MISSES is 2: what is left of the hint says which is counted.
  const state = local(Local.VALUE);
  return [
    set(Local.VALUE, binary(Op.XOR, hintOf(HINTS.STORES, HALF_BYTES, address), startOf(address, HALF_BYTES))),
    when(
      binary(Op.LT_U, binary(Op.SUB, state, constant(1)), constant(2)),
      [
        add(Local.DATA_HITS, binary(Op.AND, state, constant(1))),
        add(Local.DATA_MISSES, binary(Op.SHR_U, state, constant(1))),
      ],
      [ask],
    ),
  ];
}

/**
 * An access of so many bytes at ADDRESS, whose TLB entry is ENTRY, and TAG what its tag says besides the page. Most pages are cached and permit it
 * without more ado, so that one comparison is enough. `others`: leaves where TAG forbids the access.
 */
export function lookUpData(write: boolean, bytes: number, others: readonly Statement[]): Statement {
  const tag = local(Local.TAG);
  const words = constant(Math.ceil(bytes / 4));
  const rest = when(binary(Op.AND, tag, constant(THROUGH_CACHE)), [write ? askStores(words) : askLoads(words)]);
  const plain = binary(Op.EQ, tag, constant(THROUGH_CACHE));
  return when(plain, write ? stores(bytes) : loads(bytes), [...others, rest]);
}
