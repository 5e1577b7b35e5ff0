/**
 * Device time: nanoseconds since the machine was switched on, derived from the tick counter alone, and the way back
 * from a deadline in nanoseconds to the first tick at which it has passed.
 */

import type { DeviceHost } from '../bus';

/** Whole nanoseconds since reset. */
export function nowNs(host: DeviceHost): number {
  return Math.floor(host.ticks * host.nsPerTick);
}

/** First tick at which `nowNs` is at least `deadlineNs`. */
export function ticksAtNs(host: DeviceHost, deadlineNs: number): number {
  return Math.ceil(deadlineNs / host.nsPerTick);
}

export const lowWord = (value: number): number => (value % 2 ** 32) >>> 0;
export const highWord = (value: number): number => Math.floor(value / 2 ** 32) >>> 0;
