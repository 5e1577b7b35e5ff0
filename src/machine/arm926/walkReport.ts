/** Turns a walk's record into the `Walk` that the layers above read: every step, and the verdict. */
import type { AccessKind, FaultKind, TranslationRegime, Walk, WalkStep } from '../types';
import type { Core } from './core';
import { Word } from './layout';
import { Control, LEVEL1_TYPES, LEVEL2_TYPES, READ, Status, WRITE, WalkRecord, walk } from './walk';

const FAULTS: ReadonlyMap<number, { readonly kind: FaultKind; readonly level: 1 | 2 }> = new Map([
  [Status.TRANSLATION_SECTION, { kind: 'translation', level: 1 }],
  [Status.TRANSLATION_PAGE, { kind: 'translation', level: 2 }],
  [Status.DOMAIN_SECTION, { kind: 'domain', level: 1 }],
  [Status.DOMAIN_PAGE, { kind: 'domain', level: 2 }],
  [Status.PERMISSION_SECTION, { kind: 'permission', level: 1 }],
  [Status.PERMISSION_PAGE, { kind: 'permission', level: 2 }],
  [Status.EXTERNAL_WALK_1, { kind: 'external', level: 1 }],
  [Status.EXTERNAL_WALK_2, { kind: 'external', level: 2 }],
]);

/** Undefined for -1, which a record uses for "not reached". */
const reached = (value: number): number | undefined => (value < 0 ? undefined : value);

/** Walks without side effects with the CPU's registers, or those that `regime` gives instead. */
export function describeWalk(
  { s, ram }: Core,
  virtualAddress: number,
  access: AccessKind,
  privileged: boolean,
  regime: TranslationRegime,
): Walk {
  const read = (physical: number): number | undefined => {
    const offset = ram.offsetOf(physical);
    return offset < 0 ? undefined : ram.words[offset >>> 2]!;
  };
  const control = regime.control ?? s[Word.CONTROL]!;
  const ttbr = regime.ttbr ?? s[Word.TTBR]!;
  const dacr = regime.dacr ?? s[Word.DACR]!;
  const fcsePid = regime.fcsePid ?? s[Word.FCSE_PID]!;
  return walkThrough(read, { control, ttbr, dacr, fcsePid }, virtualAddress, access, privileged);
}

/** The same for any memory: `read` gives the word at a physical address, undefined where there is no memory. */
export function walkThrough(
  read: (physical: number) => number | undefined,
  regime: Required<TranslationRegime>,
  virtualAddress: number,
  access: AccessKind,
  privileged: boolean,
): Walk {
  const { control } = regime;
  const record = new WalkRecord();
  walk(record, read, regime, virtualAddress >>> 0, access === 'write' ? WRITE : READ, privileged);
  const fault = FAULTS.get(record.status);
  return {
    virtualAddress: virtualAddress >>> 0,
    modifiedVirtualAddress: record.mva,
    mmuEnabled: record.mmuEnabled,
    steps: stepsOf(record),
    mmuDomain: reached(record.mmuDomain),
    domainAccess: reached(record.domainAccess),
    ap: reached(record.ap),
    systemBit: (control & Control.S) !== 0,
    romBit: (control & Control.R) !== 0,
    cacheable: record.cacheBits < 0 ? undefined : (record.cacheBits & 2) !== 0,
    bufferable: record.cacheBits < 0 ? undefined : (record.cacheBits & 1) !== 0,
    pageBytes: record.pageBytes === 0 ? undefined : record.pageBytes,
    physicalAddress: reached(record.physical),
    fault: fault && { ...fault, status: record.status },
  };
}

function stepsOf(record: WalkRecord): WalkStep[] {
  const steps: WalkStep[] = [];
  if (record.level1Address >= 0 && record.status !== Status.EXTERNAL_WALK_1) {
    steps.push({
      level: 1,
      descriptorAddress: record.level1Address,
      descriptor: record.level1 >>> 0,
      type: LEVEL1_TYPES[record.level1 & 3]!,
    });
  }
  if (record.level2Address >= 0 && record.status !== Status.EXTERNAL_WALK_2) {
    const type = LEVEL2_TYPES[record.level2 & 3]!;
    const inCoarse = (record.level1 & 3) === 1;
    steps.push({
      level: 2,
      descriptorAddress: record.level2Address,
      descriptor: record.level2 >>> 0,
      // A tiny page has no meaning in a coarse table.
      type: type === 'tiny' && inCoarse ? 'fault' : type,
    });
  }
  return steps;
}
