/**
 * What all PrimeCell peripherals have alike: eight identification registers at the end of their 4 KB window, by which
 * a kernel's AMBA bus finds the driver (ARM IHI 0029, "peripheral and component identification").
 */

import type { RegisterDeclaration } from './registerTable';

export const PRIMECELL_WINDOW_BYTES = 0x1000;

/** PrimeCell identification 0-3, the same for all of them. */
const COMPONENT_ID = [0x0d, 0xf0, 0x05, 0xb1];

/** The two register arrays; spread into a table's `registers`. */
export const primeCellIdRegisters = {
  PeriphID: {
    offset: 0xfe0,
    access: 'r',
    count: 4,
    doc: 'Peripheral identification 0-3, a byte each: part number, designer (0x41, ARM), revision, configuration.',
  },
  PCellID: { offset: 0xff0, access: 'r', count: 4, doc: 'PrimeCell identification 0-3, a byte each: 0xB105F00D.' },
} as const satisfies Record<string, RegisterDeclaration>;

/**
 * Their read handlers. `peripheralId` is the 32-bit number that the four bytes make, as the AMBA bus matches it:
 * bits 11:0 part number, 19:12 designer, 23:20 revision, 31:24 configuration.
 */
export const primeCellIdReads = (peripheralId: number) => ({
  PeriphID: (index: number) => (peripheralId >>> (index * 8)) & 0xff,
  PCellID: (index: number) => COMPONENT_ID[index]!,
});
