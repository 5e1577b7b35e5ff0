/**
 * The words of a label frame at the border between hypervisor and guest. The hypervisor's own function names say why it was entered;
 * where they leave it open (the common way back) the saved frame's context number and the guest's `swi` decide.
 */
import { contextNamed, EVENT_CONTEXT, HYPERCALL_IMMEDIATE } from '../../hypervisor/contexts';
import { describeHypercall } from '../../hypervisor/hypercalls';
import type { MemoryReader } from '../../image/types';
import { ARM_BYTES, instructionAt, swiNumber, THUMB_BYTES } from '../target/instruction';

export interface Border {
  readonly text: string;
  /** The guest's pc stands behind the instruction that caused it. */
  readonly behind: boolean;
}

interface Crossing {
  /** Function names of the hypervisor's frames, innermost first. */
  readonly functions: readonly string[];
  readonly registers: readonly (number | undefined)[];
  /** Context number of the saved frame; undefined while it is not complete. */
  readonly context: number | undefined;
  readonly domain: string;
  readonly thumb: boolean;
  readonly readGuest: MemoryReader;
}

type Cause = 'swi' | 'interrupt' | 'dataAbort' | 'prefetchAbort' | 'undefined' | 'systemCall' | 'return';

/** By the outermost function of the hypervisor that says it; stubs and entry points of the 2008 names. */
const CAUSES: Readonly<Record<string, Cause>> = {
  vector_swi: 'swi',
  process_hypercalls: 'swi',
  ret_from_hypercall: 'swi',
  do_restore_guest_context: 'swi',
  system_call: 'systemCall',
  vector_irq: 'interrupt',
  __irq_usr: 'interrupt',
  vector_dabt: 'dataAbort',
  __dabt_usr: 'dataAbort',
  vector_pabt: 'prefetchAbort',
  __pabt_usr: 'prefetchAbort',
  vector_und: 'undefined',
  __und_usr: 'undefined',
  restore: 'return',
};

/** The exception vectors by address (ARM DDI 0100 A2.6), for the moment before any stub runs. */
export const VECTOR_CAUSES: Readonly<Record<number, Cause>> = {
  0x04: 'undefined',
  0x08: 'swi',
  0x0c: 'prefetchAbort',
  0x10: 'dataAbort',
  0x18: 'interrupt',
  0x1c: 'interrupt',
};

const WORDS: Readonly<Record<Exclude<Cause, 'swi' | 'systemCall' | 'return'>, string>> = {
  interrupt: 'interrupt in',
  dataAbort: 'data abort in',
  prefetchAbort: 'prefetch abort in',
  undefined: 'undefined instruction in',
};

export function describeBorder(crossing: Crossing, vectorCause?: Cause): Border {
  const cause = vectorCause ?? causeOf(crossing);
  const { domain } = crossing;
  if (cause === 'return') return { text: `return to ${domain}`, behind: false };
  if (cause === 'swi' || cause === 'systemCall') return swiBorder(crossing, cause);
  return { text: `${WORDS[cause]} ${domain}`, behind: cause === 'undefined' };
}

function causeOf(crossing: Crossing): Cause {
  for (const name of [...crossing.functions].reverse()) {
    const cause = CAUSES[name];
    if (cause) return cause;
  }
  const context = contextNamed(crossing.context ?? EVENT_CONTEXT)?.word;
  if (context === 'system_call') return 'systemCall';
  if (context === 'data_abort') return 'dataAbort';
  if (context === 'prefetch_abort') return 'prefetchAbort';
  if (context === 'undefined_instruction') return 'undefined';
  if (crossing.functions.length === 1 && crossing.functions[0] === 'ret_to_user') return 'return';
  return swiImmediate(crossing) === HYPERCALL_IMMEDIATE ? 'swi' : 'interrupt';
}

function swiBorder(crossing: Crossing, cause: Cause): Border {
  const immediate = swiImmediate(crossing);
  const isHypercall = cause === 'swi' && immediate === HYPERCALL_IMMEDIATE;
  // Inside hypercall 31 the frame is being replaced by the one it returns to.
  if (crossing.functions.includes('do_restore_guest_context'))
    return { text: `hypercall ${describeHypercall(31)} from ${crossing.domain}`, behind: isHypercall };
  if (isHypercall) {
    const number = crossing.registers[7];
    const what = number === undefined ? '' : ` ${describeHypercall(number)}`;
    return { text: `hypercall${what} from ${crossing.domain}`, behind: true };
  }
  return { text: `${describeSystemCall(immediate, crossing.registers)} from ${crossing.domain}`, behind: true };
}

/** Immediate of the `swi` before the guest's pc; undefined when there is none. */
export function swiImmediate(crossing: Pick<Crossing, 'registers' | 'thumb' | 'readGuest'>): number | undefined {
  const pc = crossing.registers[15];
  if (pc === undefined) return undefined;
  const { thumb, readGuest } = crossing;
  const before = instructionAt(readGuest, pc - (thumb ? THUMB_BYTES : ARM_BYTES), thumb);
  return before === undefined ? undefined : swiNumber(before, thumb);
}

/** Calls with an immediate carry their number there; `swi 0` says it in r7 (the convention of the ARM EABI for Linux). */
export function systemCallNumber(immediate: number, registers: readonly (number | undefined)[]): number | undefined {
  return immediate === 0 ? registers[7] : immediate;
}

/** `system call 4`, `system call 0xffffab`. */
export function describeSystemCall(immediate: number | undefined, registers: readonly (number | undefined)[]): string {
  const number = immediate === undefined ? undefined : systemCallNumber(immediate, registers);
  if (number === undefined) return 'system call';
  return `system call ${number < 1000 ? number : `0x${number.toString(16)}`}`;
}

/** What the guest's callback was called for, by the context number in the frame on its stack. */
export function describeUpcall(
  context: number | undefined,
  immediate: number | undefined,
  registers: readonly (number | undefined)[],
): string {
  const known = context === undefined ? undefined : contextNamed(context);
  if (!known) return 'upcall';
  return `upcall: ${known.word === 'system_call' ? describeSystemCall(immediate, registers) : known.label}`;
}
