/**
 * Why an access is denied, or allowed: the walk entry by entry with who wrote each, the MMU domain, the DACR, AP, the verdict. For the
 * exception widget, the console's `why` and hovers. Puts together; the walk is the machine's, the words are explainWalk.ts's.
 */
import { instructionAt } from './target/instruction';
import { isMissing } from '../hypervisor/types';
import type { WalkStep } from '../machine/types';
import { dataAccessOf } from './dataAccess';
import type { DebugEngine, FaultingAccess, Frame } from './types';
import { actorDacrs, dacrFor } from './views/dacr';
import { hex32 } from './values/format';

const DESCRIPTOR_BYTES = 4;
/** FSR status bits that tell a fault; 0 says that there was none (ARM DDI 0198D, table 3-9). */
const STATUS_BITS = 0xf;

export interface FaultReport {
  readonly fault: FaultingAccess;
  /** One for each entry of the walk, the DACR, AP, and the verdict last. */
  readonly sentences: readonly string[];
  /** The entries that the walk read, in its order. */
  readonly entries: readonly WalkStep[];
}

/** Undefined where the address space has no page table that can be read. */
export function reportFault(engine: DebugEngine, fault: FaultingAccess): FaultReport | undefined {
  const { space, address, access, as, dacr } = fault;
  const walk = engine.walk(space, address, access, as === 'hypervisor', dacr);
  return walk && { fault, sentences: engine.explainWalk(walk, fault), entries: walk.mmuEnabled ? walk.steps : [] };
}

/**
 * Who wrote each entry of the walk last, in sentences.
 * @param most how many instructions to look back; an entry that is older is left out
 */
export async function writersOf(engine: DebugEngine, { entries }: FaultReport, most?: number): Promise<string[]> {
  const writers: string[] = [];
  for (const { level, descriptorAddress } of entries) {
    const text = await engine.past.whoWrote([{ address: descriptorAddress, byteLength: DESCRIPTOR_BYTES }], most);
    if (text !== undefined) writers.push(`The L${level} entry at pa:${hex32(descriptorAddress)}: ${text}.`);
  }
  return writers;
}

/** The last abort that the domain of a frame has had, as its VFAR and VFSR tell; a native kernel's by FAR and FSR. Undefined: none. */
export function lastFault(engine: DebugEngine, frame: Frame | undefined): FaultingAccess | undefined {
  const domains = engine.domains();
  const { space } = frame ?? { space: { kind: 'xen' } as const };
  const domainId = space.kind === 'domain' ? space.domainId : engine.currentVcpu()?.domainId;
  const vcpu = isMissing(domains) ? undefined : domains.find(({ id }) => id === domainId)?.vcpus[0];
  if (!vcpu) {
    const { far, dfsr, dacr } = engine.machine.cpu.getCp15();
    if (!isMissing(domains) || (dfsr & STATUS_BITS) === 0) return undefined;
    return { space: { kind: 'xen' }, address: far, access: 'read', as: 'hypervisor', dacr };
  }
  const { vfar, vfsr } = vcpu.virtualRegisters;
  if (isMissing(vfar) || isMissing(vfsr) || (vfsr & STATUS_BITS) === 0) return undefined;
  const guest = engine.stack(frame?.threadId ?? engine.threads().find(({ running }) => running)?.id ?? 1);
  // Behind the upcall stands who was interrupted; the nearest guest frame after the label.
  const label = guest.findIndex(({ kind, name }) => kind === 'label' && /abort/.test(name));
  const faulting = guest.slice(label + 1).find(({ kind }) => kind === 'guestUser' || kind === 'guestKernel');
  const as = faulting?.kind === 'guestUser' ? 'user' : 'kernel';
  const own = { kind: 'domain', domainId: vcpu.domainId } as const;
  // Long after the fault nobody knows any more which instruction it was.
  const interrupted = label < 0 ? undefined : faulting;
  const access = interrupted?.pc === vfar ? 'fetch' : (accessOf(engine, interrupted) ?? 'read');
  const dacr = dacrFor(actorDacrs(engine), as, vcpu.domainId)?.dacr ?? engine.machine.cpu.getCp15().dacr;
  return { space: own, address: vfar, access, as, dacr };
}

/** What the instruction at a frame does to memory. */
function accessOf(engine: DebugEngine, frame: Frame | undefined): 'read' | 'write' | undefined {
  if (!frame) return undefined;
  const { thumb } = frame;
  const read = (address: number, byteLength: number) => engine.readMemory(frame.space, address, byteLength);
  const instruction = instructionAt(read, frame.pc, thumb);
  return instruction === undefined ? undefined : dataAccessOf(instruction, thumb);
}
