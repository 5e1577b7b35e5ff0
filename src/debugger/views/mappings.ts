/**
 * Walks whole page tables into runs of equally mapped addresses. The rules are the machine's own (arm926/walk.ts), asked once
 * for each piece that they can differ in. Knows no domain and no owner. Tables are hostile input: the work is bounded.
 */
import { READ, WalkRecord, walk } from '../../machine/arm926/walk';
import type { MachineFace } from '../../machine/types';

/** A run of addresses that map to consecutive physical ones with equal attributes. */
export interface Mapping {
  readonly start: number;
  /** First address after it; up to 2^32. */
  readonly end: number;
  readonly physical: number;
  readonly pageBytes: number;
  readonly mmuDomain: number;
  readonly ap: number;
  readonly cacheable: boolean;
  readonly bufferable: boolean;
}

export interface Mappings {
  readonly runs: readonly Mapping[];
  /** Set when the tables hold more than is looked at: the address from which on nothing is known. */
  readonly stoppedAt?: number;
}

const SECTION = 1 << 20;
const PAGE = 1 << 12;
const TINY = 1 << 10;
const ADDRESS_SPACE = 2 ** 32;
/** Enough for every page of 1 GB of guests; fine tables full of tiny pages would be four million. */
const MOST_PIECES = 1 << 19;
export const MOST_RUNS = 4096;

/** All that the tables at `ttbr` (physical) map, lowest address first. */
export function readMappings(machine: MachineFace, ttbr: number): Mappings {
  const { control } = machine.cpu.getCp15();
  const regime = { control, ttbr, dacr: 0xffffffff, fcsePid: 0 };
  const read = blockReader(machine);
  const record = new WalkRecord();
  const runs: Mapping[] = [];
  let pieces = 0;
  for (let address = 0; address < ADDRESS_SPACE;) {
    if (pieces++ > MOST_PIECES || runs.length >= MOST_RUNS) return { runs, stoppedAt: address };
    walk(record, read, regime, address, READ, true);
    const end = address + pieceBytes(record);
    if (record.physical >= 0) append(runs, pieceOf(record, address, end));
    address = end;
  }
  return { runs };
}

/** How far what the walk says reaches: the block that its last descriptor is about. */
function pieceBytes(record: WalkRecord): number {
  if (record.level2Address < 0) return SECTION;
  const inFineTable = (record.level1 & 3) === 3;
  if (record.physical < 0) return inFineTable ? TINY : PAGE;
  // A descriptor of a fine table stands for 1 KB, whatever the size of its page.
  return record.uniform && !inFineTable ? PAGE : TINY;
}

function pieceOf(record: WalkRecord, start: number, end: number): Mapping {
  return {
    start,
    end,
    physical: record.physical,
    pageBytes: record.pageBytes,
    mmuDomain: record.mmuDomain,
    ap: record.ap,
    cacheable: (record.cacheBits & 2) !== 0,
    bufferable: (record.cacheBits & 1) !== 0,
  };
}

function append(runs: Mapping[], piece: Mapping): void {
  const last = runs.at(-1);
  if (last !== undefined && continues(last, piece)) runs[runs.length - 1] = { ...last, end: piece.end };
  else runs.push(piece);
}

function continues(before: Mapping, next: Mapping): boolean {
  return (
    before.end === next.start &&
    before.physical + (before.end - before.start) === next.physical &&
    before.pageBytes === next.pageBytes &&
    before.mmuDomain === next.mmuDomain &&
    before.ap === next.ap &&
    before.cacheable === next.cacheable &&
    before.bufferable === next.bufferable
  );
}

/** Reads words of physical memory, keeping the last block: descriptors that follow each other are read together. */
function blockReader(machine: MachineFace): (physical: number) => number | undefined {
  let blockStart = -1;
  let block: DataView | undefined;
  return (physical) => {
    const start = physical - (physical % TINY);
    if (start !== blockStart) {
      const bytes = machine.readPhysical(start, TINY);
      block = bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      blockStart = start;
    }
    return block?.getUint32(physical - start, true);
  };
}
