/**
 * Who owns physical memory: a device of the board, the hypervisor, a domain. Read from the hypervisor's frame table when its
 * image describes its entries (`struct page_info`), else told from whose page tables map a frame for guest use. What neither
 * tells is "unknown", never a guess.
 */
import { TypedMemory, typeBytes, memberNamed, stripType } from '../../hypervisor/typedMemory';
import { isMissing, type DomainView } from '../../hypervisor/types';
import type { ImageFace } from '../../image/face';
import type { CType } from '../../image/types';
import { placeDevices, type BoardLayout } from '../../machine/boards/boardLayout';
import { goldfishLayout } from '../../machine/boards/goldfish';
import { deviceCatalogue } from '../../machine/devices';
import type { DebugEngine } from '../types';
import { figure2 } from './figure2';
import { readMappings } from './mappings';

const FRAME = 4096;
const MOST_NAMED_DEVICES = 3;

/** Tells the owner of the frame at a physical address (any address in it). */
export type OwnerOf = (physical: number) => string;

/** The layouts of the boards, for the names of their devices. */
const boardLayouts: Readonly<Record<string, () => BoardLayout>> = { goldfish: goldfishLayout };

/** The hypervisor's image: the one that describes its list of domains. */
export function hypervisorImage(engine: DebugEngine): ImageFace | undefined {
  return engine.images.find((image) => image.globalNamed('domain_list') !== undefined);
}

/** Looks at the machine as it stands; use it for one picture, then make a new one. */
export function readOwners(engine: DebugEngine): OwnerOf {
  const { ramBase, ramBytes } = engine.machine;
  const hypervisor = hypervisorImage(engine);
  const domains = engine.domains();
  const known = isMissing(domains) ? [] : domains;
  const isInImage = imageRange(hypervisor);
  const domainOf = (hypervisor && fromFrameTable(engine, hypervisor, known)) ?? fromPageTables(engine, known);
  const deviceAt = devicesOf(engine.machine.boardName);
  return (physical) => {
    if (physical < ramBase || physical >= ramBase + ramBytes) return deviceAt(physical) ?? 'no device';
    if (isInImage(physical)) return 'Xen image';
    return domainOf(physical) ?? (hypervisor === undefined ? 'RAM' : 'Xen');
  };
}

/** First address above `physical` at which its owner can change. */
export function nextOwnerBorder(physical: number): number {
  return physical - (physical % FRAME) + FRAME;
}

function imageRange(image: ImageFace | undefined): (physical: number) => boolean {
  // Whole frames: what stands beside an image in its last frame belongs to it too.
  const ranges = (image?.segments ?? []).map(({ physicalAddress, memoryBytes }) => ({
    start: physicalAddress - (physicalAddress % FRAME),
    end: nextOwnerBorder(physicalAddress + memoryBytes - 1),
  }));
  return (physical) => ranges.some(({ start, end }) => physical >= start && physical < end);
}

/** Frame numbers to domains by `struct page_info`; undefined when the image describes no such table or it is not mapped yet. */
function fromFrameTable(
  engine: DebugEngine,
  image: ImageFace,
  domains: readonly DomainView[],
): ((physical: number) => string | undefined) | undefined {
  const { ramBase, ramBytes } = engine.machine;
  const memory = new TypedMemory(image, (address, byteLength) =>
    engine.readMemory({ kind: 'xen' }, address, byteLength),
  );
  const table = frameTable(memory);
  if (table === undefined) return undefined;
  const { address, element } = table;
  const entryBytes = typeBytes(element);
  const ownerOffset = ownerMemberOffset(element);
  if (entryBytes === undefined || ownerOffset === undefined) return undefined;
  const entries = engine.readMemory({ kind: 'xen' }, address, (ramBytes / FRAME) * entryBytes);
  if (entries === undefined) return undefined;
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  const names = new Map(domains.map(({ address, name }) => [address, name]));
  return (physical) => {
    const frame = Math.floor((physical - ramBase) / FRAME);
    return names.get(view.getUint32(frame * entryBytes + ownerOffset, true));
  };
}

/** The table as a variable, or at its place in Figure 2 when the hypervisor has it as a macro and describes only its entries. */
function frameTable(memory: TypedMemory): { readonly address: number; readonly element: CType } | undefined {
  const variable = memory.global('frame_table');
  if (isMissing(variable)) {
    const element = memory.image.typeNamed('struct page_info') ?? memory.image.typeNamed('page_info');
    const area = figure2.find(({ name }) => name === 'Frame table');
    return element && area && { address: area.start, element };
  }
  const table = stripType(variable.type).kind === 'pointer' ? memory.target(variable) : variable;
  if (isMissing(table)) return undefined;
  const bare = stripType(table.type);
  return { address: table.address, element: bare.kind === 'array' ? bare.element : table.type };
}

/** Where `struct page_info` keeps its domain: `owner`, or Xen 3.0's `u.inuse._domain`. */
function ownerMemberOffset(element: CType): number | undefined {
  for (const path of [['owner'], ['_domain'], ['u', 'inuse', '_domain']]) {
    let type: CType | undefined = element;
    let offset = 0;
    for (const name of path) {
      const member: ReturnType<typeof memberNamed> = type && memberNamed(type, name);
      offset += member?.byteOffset ?? 0;
      type = member?.type;
    }
    if (type !== undefined) return offset;
  }
  return undefined;
}

/** MMU domains whose pages are a guest's own: kernel and user (paper, Table 1). */
const guestMmuDomains: ReadonlySet<number> = new Set([1, 3]);

/** A frame belongs to the domains that map it for their kernel or their processes. */
function fromPageTables(engine: DebugEngine, domains: readonly DomainView[]): (physical: number) => string | undefined {
  const owners = new Map<number, string>();
  for (const { name, vcpus } of domains) {
    const ttbr = vcpus[0]?.ttbr;
    if (ttbr === undefined || isMissing(ttbr)) continue;
    const frames = new Set<number>();
    for (const { start, end, physical, mmuDomain } of readMappings(engine.machine, ttbr).runs) {
      if (!guestMmuDomains.has(mmuDomain)) continue;
      const first = Math.floor(physical / FRAME);
      const last = Math.floor((physical + (end - start) - 1) / FRAME);
      for (let frame = first; frame <= last; frame++) frames.add(frame);
    }
    for (const frame of frames) {
      const others = owners.get(frame);
      owners.set(frame, others === undefined ? name : `${others}, ${name}`);
    }
  }
  return (physical) => owners.get(Math.floor(physical / FRAME));
}

/** The devices whose registers stand in the frame of an address; undefined when there are none. */
function devicesOf(boardName: string): (physical: number) => string | undefined {
  const layout = boardLayouts[boardName]?.();
  const windows = (layout === undefined ? [] : placeDevices(layout)).map(({ instance, base, entry }) => ({
    // Every device of a board begins with its name; what is told apart by is the rest.
    name: instance.replace(`${boardName}_`, ''),
    start: base,
    end: base + deviceCatalogue[entry.device].table.windowBytes,
  }));
  return (physical) => {
    const frame = { start: physical - (physical % FRAME), end: nextOwnerBorder(physical) };
    const here = windows.filter(({ start, end }) => start < frame.end && end > frame.start);
    if (here.length === 0) return undefined;
    const names = here.slice(0, MOST_NAMED_DEVICES).map(({ name }) => name);
    return `device ${names.join(', ')}${here.length > MOST_NAMED_DEVICES ? ' …' : ''}`;
  };
}
