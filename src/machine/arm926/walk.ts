/**
 * The translation table walk and its checks (ARM DDI 0100 B4.3-B4.7, ARM DDI 0198D chapter 3): the one place with these
 * rules. Pure: it reads descriptors through a function it is given and writes only the record it is given. The TLB
 * refill (memory.ts) and the debugger's `Machine.walk` both call it.
 */

/** FSR status bits (ARM DDI 0100 table B4-1; ARM DDI 0198D table 3-9). */
export const Status = {
  ALIGNMENT: 0x1,
  TRANSLATION_SECTION: 0x5,
  TRANSLATION_PAGE: 0x7,
  EXTERNAL_SECTION: 0x8,
  DOMAIN_SECTION: 0x9,
  EXTERNAL_PAGE: 0xa,
  DOMAIN_PAGE: 0xb,
  EXTERNAL_WALK_1: 0xc,
  PERMISSION_SECTION: 0xd,
  EXTERNAL_WALK_2: 0xe,
  PERMISSION_PAGE: 0xf,
} as const;

/** Bits of the CP15 control register (ARM DDI 0198D 2.3.2). */
export const Control = { M: 1, A: 2, C: 4, S: 1 << 8, R: 1 << 9, I: 1 << 12, V: 1 << 13, RR: 1 << 14 } as const;

export const READ = 1;
export const WRITE = 2;

/** Descriptor types by the two low bits, on each level. */
export const LEVEL1_TYPES = ['fault', 'coarse', 'section', 'fine'] as const;
export const LEVEL2_TYPES = ['fault', 'large', 'small', 'tiny'] as const;

/** Where each kind of second-level page keeps what it says: size, bits of the subpage index, first AP bit. */
const PAGES = [
  { bytes: 0, subpageShift: 0, subpageMask: 0 },
  { bytes: 0x10000, subpageShift: 14, subpageMask: 3 },
  { bytes: 0x1000, subpageShift: 10, subpageMask: 3 },
  { bytes: 0x400, subpageShift: 10, subpageMask: 0 },
] as const;

/**
 * Access rights by AP (ARM DDI 0100 table B4-2), as READ | WRITE. AP 0 asks the S and R bits; S = R = 1 is reserved
 * and gives no access.
 * Index: privileged * 16 + AP * 4 + R * 2 + S.
 */
const RIGHTS = new Uint8Array(32);
const AP_ZERO = { user: [0, 0, READ, 0], privileged: [0, READ, READ, 0] };
for (let sr = 0; sr < 4; sr++) {
  RIGHTS.set([AP_ZERO.user[sr]!], sr);
  RIGHTS.set([AP_ZERO.privileged[sr]!], 16 + sr);
  const user = [0, 0, READ, READ | WRITE];
  for (let ap = 1; ap < 4; ap++) {
    RIGHTS[ap * 4 + sr] = user[ap]!;
    RIGHTS[16 + ap * 4 + sr] = READ | WRITE;
  }
}

/** READ | WRITE that a client of the MMU domain has. */
export function accessRights(ap: number, control: number, privileged: boolean): number {
  return RIGHTS[(privileged ? 16 : 0) + ap * 4 + ((control >>> 8) & 3)]!;
}

/** Everything a walk finds out. Reused from call to call by the refill; numbers only. -1 stands for "not reached". */
export class WalkRecord {
  mva = 0;
  mmuEnabled = false;
  level1Address = -1;
  level1 = 0;
  level2Address = -1;
  level2 = 0;
  mmuDomain = -1;
  domainAccess = -1;
  ap = -1;
  /** C and B as bits 1 and 0; -1 where no mapping exists. */
  cacheBits = -1;
  pageBytes = 0;
  /** Mapped by a section, so that faults have the codes of the first level. */
  section = false;
  /** Unsigned; -1 where no mapping exists. */
  physical = -1;
  /** READ | WRITE in the asked privilege, after domain and AP. */
  rights = 0;
  /** True when all of the 4 KB around the address has these rights and lies in one piece. */
  uniform = false;
  /** 0 when the access is allowed. */
  status = 0;
}

/** Reads a descriptor at a physical address; undefined where nothing answers. */
export type DescriptorReader = (physical: number) => number | undefined;

/** FCSE (ARM DDI 0198D 2.3.13): addresses below 32 MB are moved by the PID. */
export function modifiedAddress(virtual: number, fcsePid: number): number {
  return (virtual >>> 25 === 0 ? virtual + (fcsePid & 0xfe000000) : virtual) >>> 0;
}

/**
 * Walks for `virtual` and judges an access of `kind` (READ or WRITE; a fetch is a READ).
 * The order of the checks is that of ARM DDI 0100 figure B4-2: external abort on the walk, translation, MMU domain, permission.
 * Alignment is checked before, by the caller, who knows the access size.
 */
export function walk(
  record: WalkRecord,
  read: DescriptorReader,
  regime: { readonly control: number; readonly ttbr: number; readonly dacr: number; readonly fcsePid: number },
  virtual: number,
  kind: number,
  privileged: boolean,
): void {
  const r = record;
  const mva = modifiedAddress(virtual, regime.fcsePid);
  r.mva = mva;
  r.level1Address = r.level2Address = r.mmuDomain = r.domainAccess = r.ap = r.cacheBits = r.physical = -1;
  r.level1 = r.level2 = r.pageBytes = r.rights = r.status = 0;
  r.uniform = r.section = false;
  r.mmuEnabled = (regime.control & Control.M) !== 0;
  if (!r.mmuEnabled) {
    r.physical = mva;
    r.rights = READ | WRITE;
    r.uniform = true;
    return;
  }

  r.level1Address = ((regime.ttbr & 0xffffc000) | ((mva >>> 20) << 2)) >>> 0;
  const level1 = read(r.level1Address);
  if (level1 === undefined) return fault(r, Status.EXTERNAL_WALK_1);
  r.level1 = level1;
  const type = level1 & 3;
  if (type === 0) return fault(r, Status.TRANSLATION_SECTION);
  r.mmuDomain = (level1 >>> 5) & 15;

  r.section = type === 2;
  if (r.section) {
    r.pageBytes = 0x100000;
    r.physical = ((level1 & 0xfff00000) | (mva & 0xfffff)) >>> 0;
    r.ap = (level1 >>> 10) & 3;
    r.cacheBits = (level1 >>> 2) & 3;
    r.uniform = true;
  } else {
    const fine = type === 3;
    r.level2Address = fine
      ? ((level1 & 0xfffff000) | ((mva >>> 8) & 0xffc)) >>> 0
      : ((level1 & 0xfffffc00) | ((mva >>> 10) & 0x3fc)) >>> 0;
    const level2 = read(r.level2Address);
    r.domainAccess = (regime.dacr >>> (r.mmuDomain * 2)) & 3;
    if (level2 === undefined) return fault(r, Status.EXTERNAL_WALK_2);
    r.level2 = level2;
    const pageType = level2 & 3;
    // A tiny page in a coarse table is UNPREDICTABLE (ARM DDI 0100 B4.7.5); here it maps nothing.
    if (pageType === 0 || (pageType === 3 && !fine)) return fault(r, Status.TRANSLATION_PAGE);
    const page = PAGES[pageType]!;
    const subpage = (mva >>> page.subpageShift) & page.subpageMask;
    r.pageBytes = page.bytes;
    r.physical = ((level2 & ~(page.bytes - 1)) | (mva & (page.bytes - 1))) >>> 0;
    r.ap = (level2 >>> (4 + 2 * subpage)) & 3;
    r.cacheBits = (level2 >>> 2) & 3;
    r.uniform = pageType === 1 || (pageType === 2 && ((level2 >>> 4) & 0xff) === r.ap * 0x55);
  }

  judge(r, regime, kind, privileged);
}

/** The checks of MMU domain and permission on a mapping that is in the record, from tables or from a TLB entry. */
export function judge(
  r: WalkRecord,
  { control, dacr }: { readonly control: number; readonly dacr: number },
  kind: number,
  privileged: boolean,
): void {
  r.domainAccess = (dacr >>> (r.mmuDomain * 2)) & 3;
  // 2 is reserved and denies like 0 (ARM DDI 0198D table 3-10).
  if (r.domainAccess === 3) r.rights = READ | WRITE;
  else if (r.domainAccess === 1) r.rights = accessRights(r.ap, control, privileged);
  else return fault(r, r.section ? Status.DOMAIN_SECTION : Status.DOMAIN_PAGE);
  if ((r.rights & kind) === 0) fault(r, r.section ? Status.PERMISSION_SECTION : Status.PERMISSION_PAGE);
}

function fault(record: WalkRecord, status: number): void {
  record.status = status;
}
