/**
 * Why a guest was interrupted: the context number in the 72-byte frame (2008 ABI). One table for labels, conditions and filters.
 */
export interface InterruptContext {
  readonly code: number;
  /** Word in conditions: `cause == data_abort`. */
  readonly word: string;
  readonly label: string;
}

export const CONTEXTS: readonly InterruptContext[] = [
  { code: 0x04, word: 'undefined_instruction', label: 'undefined instruction' },
  { code: 0x08, word: 'system_call', label: 'system call' },
  { code: 0x0c, word: 'prefetch_abort', label: 'prefetch abort' },
  { code: 0x10, word: 'data_abort', label: 'data abort' },
  // Hypercalls carry the same number as interrupts; handed to the guest it means "event".
  { code: 0x18, word: 'event', label: 'event' },
];

export const contextNamed = (code: number): InterruptContext | undefined =>
  CONTEXTS.find((context) => context.code === code);

/** Code of an event, an interrupt or a hypercall. */
export const EVENT_CONTEXT = 0x18;
/** The immediate of a `swi` that is a hypercall. */
export const HYPERCALL_IMMEDIATE = 0x82;
/** Virtual modes in VPSR and in the frame's PSR. */
export const VIRTUAL_USER = 0x10;
export const VIRTUAL_KERNEL = 0x13;
/** Bytes of the frame: r0-r12, sp, lr, pc, psr, context. */
export const FRAME_BYTES = 72;
