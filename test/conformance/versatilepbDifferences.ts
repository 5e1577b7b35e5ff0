/**
 * Where the registers of our versatilepb board differ from QEMU's (7.2), and why. In most the manual says "reserved, reads as zero"
 * and QEMU keeps whatever was written; there the bits that exist are compared. Checked by `versatilepbRegisters.test.ts`.
 */

/** Devices of the real board that QEMU leaves out, the Ethernet controller unless a network is asked for. */
export const absentInQemu: ReadonlySet<string> = new Set([
  'smc91x',
  'sp810',
  'sp805',
  'pl022',
  'pl131',
  'pl093',
  'pl172',
]);

export interface Difference {
  /** The bits that are alike; 0 when none are. */
  readonly compared: number;
  readonly why: string;
}

const reserved = (compared: number): Difference => ({
  compared,
  why: 'reserved bits read as zero by the manual; QEMU keeps them',
});
const absent: Difference = { compared: 0, why: 'QEMU does not have this register' };
const differs = (why: string, compared = 0): Difference => ({ compared, why });

/** By "device.REGISTER". */
export const documentedDifferences: ReadonlyMap<string, Difference> = new Map(
  Object.entries({
    'pl011.ILPR': reserved(0xff),
    'pl011.IBRD': reserved(0xffff),
    'pl011.FBRD': reserved(0x3f),
    'pl011.LCR_H': reserved(0xff),
    'pl011.CR': reserved(0xff87),
    'pl011.IFLS': reserved(0x3f),
    'pl011.IMSC': reserved(0x7ff),
    'pl011.DMACR': reserved(7),
    'pl031.DR': differs('our calendar starts at a fixed date, QEMU’s with the host’s clock'),
    'pl041.KEPT': differs('of this device we have the identification only'),
    'pl050.CR': reserved(0x3f),
    'pl050.CLKDIV': reserved(0xf),
    'pl061.RIS': differs(
      'QEMU pulls the open lines up and keeps level interrupts; ours read 0 and follow the line (DDI 0190 3.3.7)',
    ),
    'pl061.MIS': differs('as RIS'),
    'pl080.CONFIG': reserved(7),
    'pl080.SYNC': reserved(0xffff),
    'pl080.CONFIGURATION': reserved(0x7_fffe),
    'pl080.ENBLDCHNS': differs('we do no DMA: no channel is ever enabled'),
    'pl110.TIMING0': reserved(0xffff_fffc),
    'pl110.TIMING3': reserved(0x1_ffff),
    'pl110.UPBASE': reserved(0xffff_fffc),
    'pl110.LPBASE': reserved(0xffff_fffc),
    'pl110.CONTROL': reserved(0x1_ffff),
    'pl110.IMSC': reserved(0x1e),
    'pl110.UPCURR': differs('QEMU reads 0 here and UPBASE at LPCURR; ours UPBASE (DDI 0161 3.2.11)'),
    'pl110.LPCURR': differs('as UPCURR'),
    'pl181.CLOCK': reserved(0xff),
    'pl181.COMMAND': reserved(0x3ff),
    'pl181.DATACTRL': differs('as STATUS; QEMU then clears the enable bit', 0xfe),
    'pl181.MASK0': reserved(0x3f_ffff),
    'pl181.MASK1': reserved(0x3f_ffff),
    'pl181.STATUS': differs('QEMU ends a data transfer of 0 bytes at once; without a card ours never begins', 0xff),
    'pl181.SELECT': absent,
    'pl190.SLOTCNTL': reserved(0x3f),
    'pl190.ITCR': absent,
    'sp804.VALUE': differs(
      'after reset the counter is all ones (DDI 0271 3.2.2), in QEMU 0; in free-running mode QEMU ignores what LOAD says',
    ),
    'sp804.RIS': differs('with a load of 0 QEMU interrupts when the timer is enabled, ours one clock later'),
    'sp804.MIS': differs('as RIS'),
    'sp804.ITCR': absent,
    'sp804.CONTROL': reserved(0xff),
    'versatile_i2c.CONTROL': differs('open lines are high; QEMU reads them low until they are driven once'),
    'versatile_pci.IMAP': reserved(0xf),
    'versatile_pci.SELFID': reserved(0x1f),
    'versatile_pci.FLAGS': reserved(0xff),
    'versatile_sic.RAWSTAT': differs('QEMU has no software interrupts here: the write enables input 0 instead'),
    'versatile_sic.SOFTINTSET': differs('as RAWSTAT'),
    'versatile_sic.ENABLE': differs('as RAWSTAT', 0xffff_fffe),
    'versatile_sysregs.LED': reserved(0xff),
    'versatile_sysregs.CLCD': reserved(0x1f3f),
    'versatile_sysregs.CLCDSER': absent,
    'versatile_sysregs.DMAPSR': absent,
    'versatile_sysregs.FLASH': absent,
    'versatile_sysregs.OSCRESET': absent,
  } satisfies Record<string, Difference>),
);

/** By "device.REGISTER": not written, and why. */
export const notWritten: ReadonlyMap<string, string> = new Map([
  ['pl050.DATA', 'a command to the keyboard, which QEMU takes with all 32 bits; the program keyboard.c sends commands'],
]);
