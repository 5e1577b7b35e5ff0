/** Numbers as people read them. Pure functions, used by both pages. */

const units = ['B', 'KB', 'MB', 'GB'] as const;

/** 4096 → "4 KB", 1572864 → "1.5 MB"; a sign before it tells when that is rounded: 989851648 → "≈944 MB". */
export function formatBytes(byteLength: number): string {
  let value = byteLength;
  let unit = 0;
  while (unit < units.length - 1 && value >= 1024) {
    value /= 1024;
    unit += 1;
  }
  const rounded = Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0));
  return `${rounded === value ? '' : '≈'}${rounded} ${units[unit]}`;
}

/** 0x-prefixed, eight digits, upper case: how addresses look everywhere in Armvisor. */
export function formatAddress(address: number): string {
  return `0x${address.toString(16).toUpperCase().padStart(8, '0')}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** The names of the MMU domains that the paper's Table 1 gives a use. */
const mmuDomainNames: readonly string[] = ['VMM', 'kernel', 'I/O', 'user'];

/** "D1 kernel"; "D7" for one that Table 1 does not name. */
export function mmuDomainLabel(mmuDomain: number): string {
  const name = mmuDomainNames[mmuDomain];
  return name === undefined ? `D${mmuDomain}` : `D${mmuDomain} ${name}`;
}

/** What the access strings of the protocol mean, in words. */
export function accessInWords(access: string): string {
  switch (access) {
    case 'rw':
      return 'read and write';
    case 'r':
      return 'read only';
    case '-':
      return 'no access';
    default:
      return access;
  }
}

/** The C and B bits in the words of the ARM926 (ARM DDI 0198D, table 4-1). */
export function cachePolicy(cacheable: boolean, bufferable: boolean): string {
  if (cacheable) return bufferable ? 'write-back cached' : 'write-through cached';
  return bufferable ? 'uncached, buffered' : 'uncached, unbuffered';
}
