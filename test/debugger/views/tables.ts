/** Page tables written by hand into a real machine, and just enough of an engine around it for the views. */
import { Machine } from '../../../src/machine/machine';
import { goldfish } from '../../../src/machine/boards/goldfish';
import type { DebugEngine } from '../../../src/debugger/types';
import type { AddressSpace, DomainView, VirtualMode } from '../../../src/hypervisor/types';
import type { ImageFace } from '../../../src/image/face';

export const level1 = 0x4000;

export function machineWithMmu(control = 1): Machine {
  const machine = new Machine({ board: goldfish, ramBytes: 16 << 20 });
  machine.cpu.setCp15('ttbr', level1);
  machine.cpu.setCp15('dacr', 0x55);
  machine.cpu.setCp15('control', control);
  return machine;
}

export function writeWord(machine: Machine, physical: number, value: number): void {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  machine.writePhysical(physical, bytes);
}

/** Writes the first-level descriptor of an address. */
export function level1Entry(machine: Machine, address: number, descriptor: number, table = level1): void {
  writeWord(machine, table + (address >>> 20) * 4, descriptor);
}

/** ARM DDI 0198D figure 3-5: section descriptor. */
export const section = (physical: number, mmuDomain: number, ap: number, cb = 0): number =>
  (physical | (ap << 10) | (mmuDomain << 5) | 0x10 | (cb << 2) | 2) >>> 0;
export const coarse = (table: number, mmuDomain: number): number => (table | (mmuDomain << 5) | 0x10 | 1) >>> 0;
export const fine = (table: number, mmuDomain: number): number => (table | (mmuDomain << 5) | 0x10 | 3) >>> 0;
/** Small page with the same AP in its four subpages, or one for each. */
export const small = (physical: number, ap: number | readonly number[], cb = 0): number => {
  const aps = typeof ap === 'number' ? [ap, ap, ap, ap] : ap;
  return (physical | aps.reduce((bits, each, index) => bits | (each << (4 + 2 * index)), 0) | (cb << 2) | 2) >>> 0;
};

export interface FakeDomain {
  readonly id: number;
  readonly ttbr?: number;
  readonly mode?: VirtualMode;
  readonly vdacr?: number;
  readonly running?: boolean;
}

const unread = { missing: 'not read in this test' };

function domainView({ id, ttbr, mode, vdacr, running = false }: FakeDomain): DomainView {
  const registers = { vpsr: unread, vsp: unread, vksp: unread, vusp: unread, vfar: unread, vfsr: unread };
  return {
    id,
    address: 0xff100000 + id * 0x100,
    name: `Domain-${id}`,
    vcpus: [
      {
        domainId: id,
        vcpuId: 0,
        address: 0xff200000 + id * 0x100,
        running,
        state: running ? 'running' : 'runnable',
        virtualMode: mode ?? unread,
        virtualRegisters: { ...registers, vdacr: vdacr ?? unread },
        savedFrame: unread,
        switchedOut: unread,
        ttbr: ttbr ?? unread,
      },
    ],
  };
}

/** A hypervisor's image as far as the views look: that it has a list of domains, and where it was loaded. */
const hypervisor = {
  name: 'builtin:xen',
  segments: [
    {
      virtualAddress: 0xff010000,
      physicalAddress: 0x10000,
      bytes: new Uint8Array(),
      memoryBytes: 0x2000,
      flags: { read: true, write: true, execute: true },
    },
  ],
  globalNamed: (name: string) =>
    name === 'domain_list' ? { name, address: 0xff011000, type: { kind: 'void' } } : undefined,
  symbol: () => undefined,
  typeNamed: () => undefined,
} as unknown as ImageFace;

/** An engine over a machine; without domains it is a native one. */
export function engineOver(machine: Machine, domains: readonly FakeDomain[] = []): DebugEngine {
  const views = domains.map(domainView);
  const current = views.flatMap(({ vcpus }) => vcpus).find((vcpu) => vcpu.running);
  const ttbrOf = (space: AddressSpace) =>
    space.kind === 'domain' ? domains.find(({ id }) => id === space.domainId)?.ttbr : undefined;
  const engine: Partial<DebugEngine> = {
    machine,
    images: domains.length > 0 ? [hypervisor] : [],
    domains: () => (domains.length > 0 ? views : { missing: 'there is no hypervisor on this machine' }),
    currentVcpu: () => current,
    readMemory: () => undefined,
    walk: (space, address, access, privileged, dacr) => {
      const ttbr = ttbrOf(space);
      return machine.walk(address, access, privileged, {
        ...(ttbr !== undefined && { ttbr }),
        ...(dacr !== undefined && { dacr }),
      });
    },
    explainWalk: (walk) => [walk.fault === undefined ? 'allowed' : `${walk.fault.kind} fault`],
  };
  return engine as DebugEngine;
}
