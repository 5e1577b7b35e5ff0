/** What an exception filter can see at its place: the calling guest, its registers, the fault, the two vCPUs of a switch. Reads only. */
import { instructionAt } from '../target/instruction';
import { CONTEXTS, contextNamed, HYPERCALL_IMMEDIATE } from '../../hypervisor/contexts';
import { describeResult } from '../../hypervisor/errorNumbers';
import { describeHypercall, hypercallNumbered } from '../../hypervisor/hypercalls';
import { isMissing } from '../../hypervisor/types';
import type { FilterSighting } from '../exceptionFilters';
import { dataAccessOf, type DataAccess } from '../dataAccess';
import { explainWalk } from '../explainWalk';
import { describeFsr, DOMAIN_ACCESS } from '../registers/fields';
import { describeSystemCall, swiImmediate, systemCallNumber } from '../stack/borderLabels';
import type { StackBuilder } from '../stack/stackBuilder';
import type { CoherenceKind, CoherenceReport, WatchHit } from '../../machine/types';
import type { Target } from '../target/target';
import type { FaultingAccess, Frame } from '../types';
import { hex32 } from '../values/format';

const THUMB = 0x20;
const IDLE = 0x7fff;
/** By the entry point that serves it. */
const FAULTS: Readonly<Record<string, string>> = {
  __dabt_usr: 'data_abort',
  __pabt_usr: 'prefetch_abort',
  __und_usr: 'undefined_instruction',
};
/** Their numbers in conditions. */
export const coherenceKinds: Readonly<Record<CoherenceKind, number>> = {
  alias: 0,
  homonym: 1,
  'missing-clean': 2,
  'missing-invalidate': 3,
  'missing-drain': 4,
  'lost-store': 5,
};
/** Who touches a page; their numbers in conditions. */
export const touchedBy = { kernel: 0, user: 1, hypervisor: 2 } as const;
const MMU_DOMAINS = 16;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What the machine has said, for filters that stand at no address. */
export interface FilterReports {
  readonly coherence?: () => CoherenceReport | undefined;
  readonly touch?: () => WatchHit | undefined;
}

export class FilterScene {
  constructor(
    private readonly target: Target,
    private readonly stacks: StackBuilder,
    private readonly currentThread: () => number,
    /** The symbol that was found and armed. */
    private readonly symbol: string,
    private readonly reported: FilterReports = {},
  ) {}

  coherence(): FilterSighting | undefined {
    const report = this.reported.coherence?.();
    if (!report) return undefined;
    const { kind, physicalAddress, read, text } = report;
    const va = read.virtualAddress ?? physicalAddress;
    return {
      variables: { kind: coherenceKinds[kind], pa: physicalAddress, va, dom: this.domainId() ?? -1 },
      description: `Coherence: stale data read at ${hex32(va)}`,
      text,
    };
  }

  hypercall(): FilterSighting | undefined {
    const guest = this.guest();
    const dom = this.domainId();
    if (!guest || dom === undefined || this.immediate(guest) !== HYPERCALL_IMMEDIATE) return undefined;
    if (this.symbol === 'vector_swi' && guest.kind === 'guestUser') return undefined;
    const number = guest.registers[7] ?? -1;
    const op = this.subOperation(number, guest);
    const opText = op?.name ? `, ${op.name}` : '';
    return {
      variables: { ...registersOf(guest), nr: number, op: op?.value ?? -1, dom },
      description: `Hypercall ${describeHypercall(number)}${opText} from ${this.target.domainName(dom)}`,
      text: this.callText(number, guest),
    };
  }

  hypercallResult(): FilterSighting | undefined {
    const guest = this.guest();
    const dom = this.domainId();
    if (!guest || dom === undefined || this.immediate(guest) !== HYPERCALL_IMMEDIATE) return undefined;
    const number = guest.registers[7] ?? -1;
    const op = this.subOperation(number, guest);
    const result = this.target.machine.cpu.getRegister(0) | 0;
    const what = `${describeHypercall(number)}${op?.name ? `, ${op.name},` : ''} of ${this.target.domainName(dom)}`;
    return {
      variables: { ...registersOf(guest), nr: number, op: op?.value ?? -1, result, dom },
      description: `Hypercall ${what} has the result ${describeResult(result)}`,
      text: this.callText(number, guest),
    };
  }

  /** At the function that marks a port: vCPU and port are its arguments. */
  event(): FilterSighting | undefined {
    const { cpu } = this.target.machine;
    const [dom, port] = [this.target.hypervisor?.domainIdOfVcpu(cpu.getRegister(0)), cpu.getRegister(1)];
    if (dom === undefined) return undefined;
    const from = this.domainId() ?? IDLE;
    const sender = from === IDLE ? 'the hypervisor' : this.target.domainName(from);
    return {
      variables: { port, from, dom },
      description: `Event at port ${port} of ${this.target.domainName(dom)}, while ${sender} has the CPU`,
    };
  }

  /** At an instruction that writes the DACR. */
  permissionChange(): FilterSighting | undefined {
    const { cpu } = this.target.machine;
    const word = this.word({ space: this.target.spaceOf(this.target.execution()) }, cpu.getRegister(15));
    if (word === undefined) return undefined;
    const [before, after] = [cpu.getCp15().dacr, cpu.getRegister((word >>> 12) & 15)];
    const fields = Array.from({ length: MMU_DOMAINS }, (_, index) => index).flatMap((index) => {
      const [old, now] = [(before >>> (2 * index)) & 3, (after >>> (2 * index)) & 3];
      return old === now ? [] : [{ index, text: `D${index} from ${DOMAIN_ACCESS[old]} to ${DOMAIN_ACCESS[now]}` }];
    });
    if (fields.length === 0) return undefined;
    const changed = fields.reduce((mask, { index }) => mask | (1 << index), 0);
    return {
      variables: { old: before, new: after, changed, dom: this.domainId() ?? -1 },
      description: `DACR changes from ${hex32(before)} to ${hex32(after)}`,
      text: `${capital(fields.map(({ text }) => text).join(', '))}.`,
    };
  }

  /** Behind the instruction that has touched a page. */
  firstTouch(): FilterSighting | undefined {
    const hit = this.reported.touch?.();
    if (!hit || hit.by === 'device') return undefined;
    const execution = this.target.execution();
    const isGuest = execution.kind === 'guest';
    const by = !isGuest ? 'hypervisor' : this.stacks.top().kind === 'guestUser' ? 'user' : 'kernel';
    const va = hit.virtualAddress ?? hit.address;
    const dom = this.domainId() ?? -1;
    const who = isGuest
      ? `${by === 'user' ? 'a process' : 'the kernel'} of ${this.target.domainName(dom)}`
      : 'the hypervisor';
    const verb = hit.access === 'write' ? 'written' : 'read';
    return {
      variables: { pa: hit.address, va, write: Number(hit.access === 'write'), by: touchedBy[by], dom },
      description: `First touch of page ${hex32(hit.address & ~0xfff)}: ${hex32(va)} ${verb} by ${who}`,
    };
  }

  systemCall(): FilterSighting | undefined {
    const guest = this.guest();
    const dom = this.domainId();
    if (!guest || dom === undefined) return undefined;
    const immediate = this.immediate(guest);
    if (immediate === undefined || (immediate === HYPERCALL_IMMEDIATE && guest.kind === 'guestKernel'))
      return undefined;
    const who = guest.kind === 'guestUser' ? 'a process' : 'the kernel';
    return {
      variables: { ...registersOf(guest), nr: systemCallNumber(immediate, guest.registers) ?? -1, dom },
      description: `${capital(describeSystemCall(immediate, guest.registers))} from ${who} of ${this.target.domainName(dom)}`,
    };
  }

  upcall(): FilterSighting | undefined {
    const current = this.target.current();
    const vcpu = current && this.target.vcpu(current.domainId, current.vcpuId);
    if (!vcpu || isMissing(vcpu.savedFrame)) return undefined;
    const { context, registers } = vcpu.savedFrame;
    const cause = contextNamed(context)?.label ?? `context 0x${context.toString(16)}`;
    return {
      variables: { ...registersOf({ registers }), cause: context, dom: vcpu.domainId },
      description: `Upcall to ${this.target.domainName(vcpu.domainId)} (${cause})`,
    };
  }

  guestFault(): FilterSighting | undefined {
    const guest = this.guest();
    const dom = this.domainId();
    const word = FAULTS[this.symbol];
    const context = CONTEXTS.find((candidate) => candidate.word === word);
    if (!guest || dom === undefined || !context) return undefined;
    const { dfsr, ifsr, far } = this.target.machine.cpu.getCp15();
    const isData = word === 'data_abort';
    const address = isData ? far : (guest.registers[15] ?? 0);
    const fsr = isData ? dfsr : word === 'prefetch_abort' ? ifsr : 0;
    const where = `${capital(context.label)} in ${this.target.domainName(dom)} at ${hex32(guest.pc)} (${guest.name})`;
    const variables = { ...registersOf(guest), cause: context.code, far: address, fsr, dom };
    if (word === 'undefined_instruction') return { variables, description: where };
    const description = `${where}: ${isData ? 'VFAR' : 'address'} ${hex32(address)}, ${describeFsr(fsr)}`;
    const fault = this.fault(guest, address, isData ? this.dataAccess(guest) : 'fetch');
    const walk = this.target.walk(fault.space, address, fault.access, false, fault.dacr);
    const text = walk && explainWalk(walk, fault).join(' ');
    return { variables, description, fault, ...(text ? { text } : {}) };
  }

  domainSwitch(): FilterSighting | undefined {
    const { cpu } = this.target.machine;
    const [from, to] = [
      this.target.hypervisor?.domainIdOfVcpu(cpu.getRegister(0)),
      this.target.hypervisor?.domainIdOfVcpu(cpu.getRegister(1)),
    ];
    if (from === undefined || to === undefined || from === to) return undefined;
    const name = (domainId: number) => (domainId >= IDLE ? 'idle' : this.target.domainName(domainId));
    return {
      variables: { from: Math.min(from, IDLE), to: Math.min(to, IDLE), dom: to },
      description: `Domain switch from ${name(from)} to ${name(to)}`,
    };
  }

  /** The guest's frame behind the hypervisor's: across the border, at the very entry as well as later. */
  private guest(): Frame | undefined {
    return this.stacks.build(this.currentThread()).find(({ kind }) => kind === 'guestKernel' || kind === 'guestUser');
  }

  private domainId(): number | undefined {
    return this.target.current()?.domainId;
  }

  private immediate(guest: Frame): number | undefined {
    const psr = this.stacks.factory.detail(guest)?.psr ?? 0;
    const readGuest = this.target.reader(guest.space);
    return swiImmediate({ registers: guest.registers, thumb: (psr & THUMB) !== 0, readGuest });
  }

  private subOperation(number: number, guest: Frame): { readonly value: number; readonly name?: string } | undefined {
    const operations = hypercallNumbered(number)?.subOperations;
    if (!operations) return undefined;
    const register = guest.registers[operations.from === 'r1' ? 1 : 0] ?? 0;
    const value = operations.from === '*r0' ? this.word(guest, register) : register;
    if (value === undefined) return undefined;
    const name = Object.entries(operations.values).find(([, code]) => code === value)?.[0];
    return name ? { value, name } : { value };
  }

  private word(guest: Pick<Frame, 'space'>, address: number): number | undefined {
    const bytes = this.target.read(guest.space, address, 4);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  private callText(number: number, guest: Frame): string {
    const call = hypercallNumbered(number);
    if (!call) return `There is no hypercall ${number}: the hypervisor answers with an error.`;
    const values = call.arguments
      .slice(0, 4)
      .map(({ name }, index) => `${name} = ${hex32(guest.registers[index] ?? 0)}`);
    return `${call.name}(${values.join(', ')}) called from ${guest.name}. ${call.doc}`;
  }

  private fault(guest: Frame, address: number, access: FaultingAccess['access']): FaultingAccess {
    const { dacr } = this.target.machine.cpu.getCp15();
    return { space: guest.space, address, access, as: guest.kind === 'guestUser' ? 'user' : 'kernel', dacr };
  }

  /** What the guest's instruction did; a read where it cannot be read or is no load or store any more. */
  private dataAccess(guest: Frame): DataAccess {
    const thumb = ((this.stacks.factory.detail(guest)?.psr ?? 0) & THUMB) !== 0;
    const instruction = instructionAt(this.target.reader(guest.space), guest.pc, thumb);
    return (instruction === undefined ? undefined : dataAccessOf(instruction, thumb)) ?? 'read';
  }
}

function registersOf(frame: Pick<Frame, 'registers'>): Record<string, number> {
  const entries = frame.registers.flatMap((value, index) =>
    value === undefined ? [] : [[`r${index}`, value] as const],
  );
  const [sp, lr, pc] = [frame.registers[13] ?? 0, frame.registers[14] ?? 0, frame.registers[15] ?? 0];
  return { ...Object.fromEntries(entries), sp, lr, pc };
}
