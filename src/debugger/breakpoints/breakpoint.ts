/** A breakpoint as the debugger keeps it: places in images or address spaces, and what must hold there. Types only. */
import type { AddressSpace } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { FaultingAccess, StopReason } from '../types';

/** An address, and for whom it counts (design decision 6). */
export type Place =
  /** Code of an image, in one domain or wherever the image runs. Linked address. */
  | { readonly kind: 'image'; readonly image: ImageFace; readonly address: number; readonly domainId?: number }
  /** An address of a space, whatever image is there. */
  | { readonly kind: 'space'; readonly space: AddressSpace; readonly address: number };

/** What a hit means beyond "pc is here": exception filters look at the state and may decline. */
export interface Sighting {
  readonly description: string;
  readonly text?: string;
  readonly fault?: FaultingAccess;
}

export interface Breakpoint {
  readonly id: number;
  readonly reason: StopReason;
  readonly places: readonly Place[];
  readonly description: string;
  /** The only domain that it counts for: while it executes, or the hypervisor for it. */
  readonly domainId?: number;
  /** Throws UserError when the condition cannot be evaluated here. */
  readonly condition?: () => boolean;
  readonly hitCondition?: (hits: number) => boolean;
  /** A log point: the text to say instead of stopping. */
  readonly log?: () => string;
  /** Looks closer; undefined when this is not what was meant. */
  readonly sight?: () => Sighting | undefined;
  /** Asked when the machine reports something, beside its places. */
  readonly atReports?: true;
  /** Asked when a page is touched for the first time. */
  readonly atFirstTouches?: true;
  hits: number;
  /** Instruction count of the last hit that was counted: standing there, it is among `hits`. */
  countedAt?: number;
}
