/**
 * Addresses in the protocol: DAP has no word for address spaces, so a memory reference carries it as a prefix: `pa:0x100`,
 * `xen:0xFF010000`, `dom1:0xC0008000`. Addresses that a client computes with (`address` in answers) are bare.
 */
import { UserError } from '../debugger/types';
import type { AddressSpace } from '../hypervisor/types';
import { parseAddress } from './launchConfiguration/values';

export interface PlacedAddress {
  readonly space: AddressSpace;
  readonly address: number;
}

export function hex(address: number): string {
  return `0x${(address >>> 0).toString(16).padStart(8, '0')}`;
}

export function formatSpace(space: AddressSpace): string {
  return space.kind === 'domain' ? `dom${space.domainId}` : space.kind;
}

export function formatReference(space: AddressSpace, address: number): string {
  return `${formatSpace(space)}:${hex(address)}`;
}

/**
 * Reads a memory reference.
 * @param fallback the space of a reference without prefix, as a person types it
 * @throws UserError saying how references look
 */
export function parseReference(text: string, fallback: AddressSpace): PlacedAddress {
  const match = /^\s*(?:(pa|xen|dom(\d{1,5})):)?\s*(\S+)\s*$/i.exec(text);
  const address = match ? parseAddress(match[3]) : undefined;
  if (!match || address === undefined) {
    throw new UserError(`"${text}" is not an address: write 0xC0008000, or with a space dom1:0xC0008000, xen:…, pa:….`);
  }
  if (match[1] === undefined) return { space: fallback, address };
  if (match[2] !== undefined) return { space: { kind: 'domain', domainId: Number(match[2]) }, address };
  return { space: { kind: match[1].toLowerCase() as 'pa' | 'xen' }, address };
}
