/**
 * A driven domain that calls hypercalls by their names, and notes which operation has worked and which has been refused.
 */
import { hypercallNamed, type Hypercall } from '../../../src/hypervisor/hypercalls';
import { drivenGuests, SCRATCH, type DrivenGuest } from '../../support/drivenGuest';
import { DOMID_SELF } from '../../support/xenInterface';

/** Addresses that cases use: in the hypervisor, where nothing is mapped, and two places of the guest beside SCRATCH. */
export const IN_XEN = 0xff01_0000;
export const NOWHERE = 0x5000_0000;
export const OTHER = SCRATCH + 0x1000;
export const PAGE = SCRATCH + 0x4000;
export const VERSION = 0x0300_0000;

/** Cases by what they show. */
export type Cases = Readonly<Record<string, () => void>>;

export const outcomes = new Map<string, Set<'works' | 'fails'>>();

export const numberOf = (call: Hypercall, operation: string): number => {
  const number = call.subOperations?.values[operation];
  if (number === undefined) throw new Error(`${call.name} has no operation ${operation}`);
  return number;
};

/** One domain, its hypercalls by name; what they answer is noted for the last test. */
export class Caller {
  constructor(readonly guest: DrivenGuest) {}

  private note(name: string, result: number): number {
    const seen = outcomes.get(name) ?? new Set();
    outcomes.set(name, seen.add(result < 0 ? 'fails' : 'works'));
    return result;
  }

  /** A hypercall without operations. */
  plain(name: string, ...args: number[]): number {
    return this.note(name, this.guest.call(hypercallNamed(name)!.number, ...args));
  }

  /** An operation whose number stands in r0. */
  operation(name: string, operation: string, ...args: number[]): number {
    const call = hypercallNamed(name)!;
    return this.note(`${name} ${operation}`, this.guest.call(call.number, numberOf(call, operation), ...args));
  }

  /** An operation whose number is the first of the words at SCRATCH; `rest` from r1 on. */
  structure(name: string, operation: string, words: readonly number[], ...rest: number[]): number {
    const call = hypercallNamed(name)!;
    return this.note(
      `${name} ${operation}`,
      this.guest.callWith(call.number, [numberOf(call, operation), ...words], ...rest),
    );
  }

  channel(operation: string, ...words: number[]): number {
    return this.structure('event_channel_op', operation, words);
  }

  dom0(operation: string, ...words: number[]): number {
    return this.structure('dom0_op', operation, [
      VERSION,
      ...words,
      ...new Array<number>(34 - 2 - words.length).fill(0),
    ]);
  }

  mmuext(operation: string, arg1 = 0, arg2 = 0): number {
    return this.structure('mmuext_op', operation, [arg1, arg2, 0], 1, 0, DOMID_SELF);
  }

  /** One element; the status in its structure, or the call's own error. */
  grant(operation: string, statusAt: number, words: readonly number[]): number {
    this.guest.write(SCRATCH, words);
    const result = this.guest.call(20, numberOf(hypercallNamed('grant_table_op')!, operation), SCRATCH, 1);
    const status = (this.guest.word(SCRATCH + (statusAt & ~3)) << (statusAt & 2 ? 0 : 16)) >> 16;
    return this.note(`grant_table_op ${operation}`, result || status);
  }

  /** Of a word behind SCRATCH. */
  word(offset: number): number {
    return this.guest.word(SCRATCH + offset);
  }
}

export function callers(): [domain0: Caller, domain1: Caller] {
  const { guests } = drivenGuests(2);
  return [new Caller(guests[0]!), new Caller(guests[1]!)];
}
