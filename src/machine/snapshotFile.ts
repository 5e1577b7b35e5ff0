/**
 * A snapshot as the bytes of a file, and back. Whatever is not exactly such a file is refused with one sentence. Nothing here
 * touches files, and what a snapshot holds is snapshot.ts.
 *
 * Layout, little-endian: 8 bytes "ARMVSNAP"; u32 format version; u32 number of sections; u32 CRC-32 of these 16 bytes. Then
 * the sections: 4 bytes name, u32 length, u32 CRC-32 of name, length and content, content. INFO is what the snapshot is of,
 * STAT the snapshot (both plainData.ts). Nothing follows the last one.
 */
import { decodePlainData, encodePlainData, PlainDataError } from './plainData';
import { SNAPSHOT_VERSION, type MachineState } from './snapshot';
import type { MachineFace, MachineSnapshot } from './types';

/** One sentence about a file that cannot be used, with the remedy. */
export class SnapshotFileError extends Error {}

/** What a snapshot file is of, without its state. */
export interface SnapshotInfo {
  readonly snapshotVersion: number;
  readonly board: string;
  readonly ramBytes: number;
  readonly tickModel: string;
  /** Cache mode and sizes, TLB and VFP, in words. */
  readonly memorySystem: string;
  readonly instructionCount: number;
  readonly ticks: number;
}

export const SNAPSHOT_FILE_VERSION = 1;

const MAGIC = 'ARMVSNAP';
const HEADER_BYTES = 20;
const SECTION_HEADER_BYTES = 12;
const SECTIONS = ['INFO', 'STAT'] as const;
type SectionName = (typeof SECTIONS)[number];

/** CRC-32 as of ISO 3309 (ITU-T V.42), reflected, 0xEDB88320. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(...pieces: readonly Uint8Array[]): number {
  let crc = -1;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at++) crc = CRC_TABLE[(crc ^ piece[at]!) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function infoOf(snapshot: MachineSnapshot): SnapshotInfo {
  const { ramBytes, tickModel, memorySystem, instructionCount, ticks } = snapshot.state as MachineState;
  const { version: snapshotVersion, board } = snapshot;
  return { snapshotVersion, board, ramBytes, tickModel, memorySystem, instructionCount, ticks };
}

/** The bytes of a file with this snapshot. */
export function encodeSnapshot(snapshot: MachineSnapshot): Uint8Array {
  const contents: Record<SectionName, Uint8Array> = {
    INFO: encodePlainData(infoOf(snapshot)),
    STAT: encodePlainData(snapshot),
  };
  const total = SECTIONS.reduce((sum, name) => sum + SECTION_HEADER_BYTES + contents[name].length, HEADER_BYTES);
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  file.set(ascii(MAGIC));
  view.setUint32(8, SNAPSHOT_FILE_VERSION, true);
  view.setUint32(12, SECTIONS.length, true);
  view.setUint32(16, crc32(file.subarray(0, 16)), true);
  let at = HEADER_BYTES;
  for (const name of SECTIONS) {
    const content = contents[name];
    file.set(ascii(name), at);
    view.setUint32(at + 4, content.length, true);
    view.setUint32(at + 8, crc32(file.subarray(at, at + 8), content), true);
    file.set(content, at + SECTION_HEADER_BYTES);
    at += SECTION_HEADER_BYTES + content.length;
  }
  return file;
}

const refuse = (what: string, remedy = 'save the snapshot again'): never => {
  throw new SnapshotFileError(`${what}; ${remedy}.`);
};

function checkHeader(bytes: Uint8Array, view: DataView): void {
  const start = textOf(bytes.subarray(0, MAGIC.length));
  if (bytes.length === 0) refuse('The snapshot file is empty');
  if (start !== MAGIC.slice(0, start.length)) {
    refuse('This is not a snapshot file of Armvisor', 'name a file that --save-snapshot has written');
  }
  if (bytes.length < HEADER_BYTES) refuse('The snapshot file is cut off in its header');
  if (view.getUint32(16, true) !== crc32(bytes.subarray(0, 16))) refuse('The header of the snapshot file is damaged');
  const version = view.getUint32(8, true);
  if (version !== SNAPSHOT_FILE_VERSION) {
    refuse(
      `The snapshot file has format ${version}; this Armvisor reads format ${SNAPSHOT_FILE_VERSION}`,
      version > SNAPSHOT_FILE_VERSION ? 'use the newer Armvisor that wrote it' : 'save the snapshot again',
    );
  }
}

/** The checked sections of a file. @throws SnapshotFileError */
function sectionsOf(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkHeader(bytes, view);
  const sections = new Map<string, Uint8Array>();
  let at = HEADER_BYTES;
  for (let left = view.getUint32(12, true); left > 0; left--) {
    if (bytes.length - at < SECTION_HEADER_BYTES) refuse('The snapshot file is cut off');
    const name = textOf(bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const start = at + SECTION_HEADER_BYTES;
    if (bytes.length - start < length) refuse('The snapshot file is cut off or damaged');
    const content = bytes.subarray(start, start + length);
    if (view.getUint32(at + 8, true) !== crc32(bytes.subarray(at, at + 8), content)) {
      refuse(`The snapshot file is damaged in its part "${name.replace(/[^ -~]/g, '?')}"`);
    }
    sections.set(name, content);
    at = start + length;
  }
  if (at !== bytes.length) refuse('Something else follows in the snapshot file');
  return sections;
}

function section(sections: ReadonlyMap<string, Uint8Array>, name: SectionName): unknown {
  const content = sections.get(name) ?? refuse(`The snapshot file has no part "${name}"`);
  try {
    return decodePlainData(content);
  } catch (error) {
    if (error instanceof PlainDataError) refuse(`The part "${name}" of the snapshot file cannot be read`);
    throw error;
  }
}

function checkInfo(info: unknown): SnapshotInfo {
  const kinds = {
    snapshotVersion: 'number',
    board: 'string',
    ramBytes: 'number',
    tickModel: 'string',
    memorySystem: 'string',
    instructionCount: 'number',
    ticks: 'number',
  } satisfies Record<keyof SnapshotInfo, string>;
  const members = Object(info) as Record<string, unknown>;
  for (const [name, kind] of Object.entries(kinds)) {
    if (typeof members[name] !== kind) refuse(`The snapshot file does not say its ${name}`);
  }
  return info as SnapshotInfo;
}

/** What a file is of; the whole file is checked. @throws SnapshotFileError */
export function readSnapshotInfo(bytes: Uint8Array): SnapshotInfo {
  return checkInfo(section(sectionsOf(bytes), 'INFO'));
}

/** The snapshot in a file. @throws SnapshotFileError, and nothing else, whatever the bytes are */
export function decodeSnapshot(bytes: Uint8Array): MachineSnapshot {
  const sections = sectionsOf(bytes);
  const { snapshotVersion } = checkInfo(section(sections, 'INFO'));
  if (snapshotVersion !== SNAPSHOT_VERSION) {
    refuse(
      `The snapshot has version ${snapshotVersion}; this Armvisor reads version ${SNAPSHOT_VERSION}`,
      'use the Armvisor that wrote it, or save the snapshot again',
    );
  }
  const snapshot = Object(section(sections, 'STAT')) as MachineSnapshot;
  if (snapshot.version !== snapshotVersion || typeof snapshot.state !== 'object' || snapshot.state === null) {
    refuse('The snapshot file holds no machine state');
  }
  return snapshot;
}

/**
 * Sets a machine to the state in a file. When that cannot be, the machine stays as it is.
 * @throws SnapshotFileError for a file that is none, or is of another kind of machine
 */
export function restoreSnapshotFile(machine: MachineFace, bytes: Uint8Array): void {
  const snapshot = decodeSnapshot(bytes);
  const before = machine.snapshot();
  try {
    machine.restore(snapshot);
  } catch (error) {
    machine.restore(before);
    const said = error instanceof Error && error.message.startsWith('The snapshot') ? error.message : undefined;
    refuse(
      said?.replace(/\.$/, '') ?? 'The snapshot file holds a state that this machine cannot have',
      'start the machine with the options it was saved with',
    );
  }
}
