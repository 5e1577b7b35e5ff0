/**
 * Reads and writes memory by address space, the way an outside observer does: page tables are walked by the debugger itself,
 * never with the privilege the CPU happens to have. So hypervisor memory is readable while a guest executes.
 * Not a CPU access: no TLB entry, no fault register, no device side effect.
 */
import type { ImageFace } from '../image/face';
import type { MemoryReader } from '../image/types';
import type { MachineFace } from '../machine/types';
import type { AddressSpace } from './types';

/** Every MMU domain a manager: a debugger looks through AP bits and DACR alike. */
const ALL_MANAGER = 0xffffffff;
const MMU_ENABLE = 1;
/** The smallest page of the ARM926 (a tiny page); no mapping changes inside such a block. */
const SMALLEST_PAGE = 1024;
/** More than this in one request is a mistake of the caller (or of a hostile guest's structure), not a wish. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Translates one virtual address; undefined when nothing is mapped there. */
export type Translate = (address: number) => number | undefined;

/** Reads `byteLength` bytes that may cross pages; undefined when any of them is not mapped memory. */
export function readThrough(
  machine: MachineFace,
  translate: Translate,
  address: number,
  byteLength: number,
): Uint8Array | undefined {
  if (byteLength < 0 || byteLength > MOST_BYTES) return undefined;
  // Most reads are of one scalar.
  if ((address % SMALLEST_PAGE) + byteLength <= SMALLEST_PAGE)
    return readPiece(machine, translate(address), byteLength);
  const result = new Uint8Array(byteLength);
  let done = 0;
  while (done < byteLength) {
    const at = (address + done) >>> 0;
    const chunk = Math.min(byteLength - done, SMALLEST_PAGE - (at % SMALLEST_PAGE));
    const bytes = readPiece(machine, translate(at), chunk);
    if (!bytes) return undefined;
    result.set(bytes, done);
    done += chunk;
  }
  return result;
}

/** Of memory or a device, where one place leads to. */
function readPiece(machine: MachineFace, physical: number | undefined, byteLength: number): Uint8Array | undefined {
  if (physical === undefined) return undefined;
  return machine.readPhysical(physical, byteLength) ?? readDevice(machine, physical, byteLength);
}

/**
 * Bytes of a device's window as loads would give them, without their side effects: 0 where no readable register stands.
 * Undefined outside of any device.
 */
function readDevice(machine: MachineFace, physical: number, byteLength: number): Uint8Array | undefined {
  const device = machine.devices.find(
    ({ base, table }) => physical >= base && physical + byteLength <= base + table.windowBytes,
  );
  if (!device) return undefined;
  return Uint8Array.from({ length: byteLength }, (_, index) => {
    const offset = physical - device.base + index;
    // A halfword register between two words answers for itself.
    const half = offset & 2 ? device.peek(offset & ~1) : undefined;
    return half !== undefined ? half >>> ((offset & 1) * 8) : (device.peek(offset & ~3) ?? 0) >>> ((offset & 3) * 8);
  });
}

/** Writes bytes that may cross pages. All or nothing: the whole range is checked before the first byte changes. */
export function writeThrough(machine: MachineFace, translate: Translate, address: number, bytes: Uint8Array): boolean {
  const pieces: { physical: number; bytes: Uint8Array }[] = [];
  let done = 0;
  while (done < bytes.length) {
    const at = (address + done) >>> 0;
    const chunk = Math.min(bytes.length - done, SMALLEST_PAGE - (at % SMALLEST_PAGE));
    const physical = translate(at);
    if (physical === undefined || !machine.readPhysical(physical, chunk)) return false;
    pieces.push({ physical, bytes: bytes.subarray(done, done + chunk) });
    done += chunk;
  }
  return pieces.every((piece) => machine.writePhysical(piece.physical, piece.bytes));
}

/** A mapped page, or as much of it as is known to be mapped alike. */
interface MappedPage {
  readonly start: number;
  readonly bytes: number;
  readonly physical: number;
}

/** The page around an address by the table at `ttbr` (default: the CPU's), with every right; the identity while the MMU is off. */
function mappedPage(machine: MachineFace, address: number, ttbr?: number): MappedPage | undefined {
  // Word-aligned, so that a set alignment-check bit cannot speak up.
  const aligned = (address & ~3) >>> 0;
  const regime = ttbr === undefined ? { dacr: ALL_MANAGER } : { dacr: ALL_MANAGER, ttbr };
  const { physicalAddress, pageBytes = SMALLEST_PAGE } = machine.walk(aligned, 'read', true, regime);
  if (physicalAddress === undefined) return undefined;
  const inside = aligned % pageBytes;
  return { start: aligned - inside, bytes: pageBytes, physical: physicalAddress - inside };
}

const inPage = ({ start, physical }: MappedPage, address: number): number => (physical + (address - start)) >>> 0;

/** Through the page table at `ttbr` (default: the CPU's), with every right; the identity while the MMU is off. */
export function throughPageTable(machine: MachineFace, ttbr?: number): Translate {
  return (address) => {
    const page = mappedPage(machine, address, ttbr);
    return page && inPage(page, address);
  };
}

/**
 * The hypervisor's own view. Before it has switched the MMU on, its linked addresses are found through its ELF segments
 * (virtual to physical), so that its variables can be shown from the first instruction on.
 */
export function hypervisorView(machine: MachineFace, image: ImageFace): Translate {
  const walked = remembered(machine);
  return (address) => {
    if (machine.cpu.getCp15().control & MMU_ENABLE) return walked(address);
    return loadAddress(image, address) ?? address;
  };
}

/**
 * Through the CPU's page table, which is asked once for each page as long as the machine stands: a list of domains is hundreds of reads from
 * few pages.
 */
function remembered(machine: MachineFace): Translate {
  let pages: MappedPage[] = [];
  let [count, changes, restores] = [-1, -1, -1];
  return (address) => {
    if (machine.instructionCount !== count || machine.outsideChanges !== changes || machine.restores !== restores) {
      pages = [];
      [count, changes, restores] = [machine.instructionCount, machine.outsideChanges, machine.restores];
    }
    for (const page of pages)
      if (address >= page.start && address - page.start < page.bytes) return inPage(page, address);
    const found = mappedPage(machine, address);
    if (found === undefined) return undefined;
    pages.push(found);
    return inPage(found, address);
  };
}

/** Where the loader put a linked address: the segment's physical address. */
export function loadAddress(image: ImageFace, address: number): number | undefined {
  const segment = image.segments.find(
    ({ virtualAddress, memoryBytes }) => address >= virtualAddress && address < virtualAddress + memoryBytes,
  );
  return segment && (address - segment.virtualAddress + segment.physicalAddress) >>> 0;
}

/** The inverse: which linked address stands at a physical one. */
export function linkAddress(image: ImageFace, physical: number): number | undefined {
  const segment = image.segments.find(
    ({ physicalAddress, memoryBytes }) => physical >= physicalAddress && physical < physicalAddress + memoryBytes,
  );
  return segment && (physical - segment.physicalAddress + segment.virtualAddress) >>> 0;
}

/** A reader bound to one translation. */
export function readerThrough(machine: MachineFace, translate: Translate): MemoryReader {
  return (address, byteLength) => readThrough(machine, translate, address, byteLength);
}

export const mmuEnabled = (machine: MachineFace): boolean => (machine.cpu.getCp15().control & MMU_ENABLE) !== 0;

export function sameSpace(left: AddressSpace, right: AddressSpace): boolean {
  if (left.kind !== 'domain' || right.kind !== 'domain') return left.kind === right.kind;
  return left.domainId === right.domainId;
}
