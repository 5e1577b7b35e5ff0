/** Addresses and registers as the views show them: 0x and eight upper-case digits. */
export function address(value: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}
