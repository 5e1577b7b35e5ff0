/**
 * One virtual CPU as its `struct vcpu` describes it. Reads the 2008 names through DWARF types; a name that an image lacks becomes a
 * `Missing`, and everything else is still shown. Does not decide which vCPU runs: `hypervisor.ts` does.
 */
import { FRAME_BYTES, VIRTUAL_KERNEL, VIRTUAL_USER } from './contexts';
import type { TypedMemory, TypedPlace } from './typedMemory';
import {
  isMissing,
  type GuestFrame,
  type OrMissing,
  type VcpuView,
  type VirtualMode,
  type VirtualRegisters,
} from './types';

const MODE_BITS = 0x1f;
/** Bits of a first-level table's address (16 KB aligned, ARM DDI 0198D 2.3.4). */
const TABLE_MASK = 0xffffc000;

export interface VcpuSituation {
  readonly domainId: number;
  readonly vcpuId: number;
  readonly running: boolean;
  /** The CPU executes this vCPU's guest code at this moment, not the hypervisor on its behalf. */
  readonly inGuest: boolean;
  readonly state: string;
}

export function readVcpu(memory: TypedMemory, vcpu: TypedPlace, situation: VcpuSituation): VcpuView {
  const virtualRegisters = readVirtualRegisters(memory, vcpu);
  const { domainId, vcpuId, running, inGuest, state } = situation;
  return {
    domainId,
    vcpuId,
    address: vcpu.address,
    running,
    state,
    virtualRegisters,
    virtualMode: virtualMode(virtualRegisters.vpsr),
    savedFrame: inGuest
      ? { missing: 'the guest executes now: its registers are those of the CPU' }
      : readGuestFrame(memory, vcpu),
    switchedOut: running
      ? { missing: 'this vCPU is not switched out: its hypervisor side is on the CPU' }
      : readSwitchedOut(memory, vcpu),
    ttbr: readTableBase(memory, vcpu),
  };
}

function readVirtualRegisters(memory: TypedMemory, vcpu: TypedPlace): VirtualRegisters {
  const field = (name: string) => memory.number(vcpu, `arch.guest_context.sys_regs.${name}`);
  const [vpsr, vksp, vusp] = [field('vpsr'), field('vksp'), field('vusp')];
  const mode = virtualMode(vpsr);
  return {
    vpsr,
    vksp,
    vusp,
    vsp: isMissing(mode) ? mode : mode === 'kernel' ? vksp : vusp,
    vdacr: field('vdacr'),
    vfar: field('vfar'),
    vfsr: field('vfsr'),
  };
}

/** Which virtual mode a (virtual) PSR names. */
export function virtualMode(psr: OrMissing<number>): OrMissing<VirtualMode> {
  if (isMissing(psr)) return psr;
  const mode = psr & MODE_BITS;
  if (mode === VIRTUAL_KERNEL) return 'kernel';
  if (mode === VIRTUAL_USER) return 'user';
  return { missing: `VPSR mode bits 0x${mode.toString(16)} are neither kernel (0x13) nor user (0x10)` };
}

/** The frame at `arch.guest_frame`. Its place is fixed; whether it is complete at some pc is the caller's knowledge. */
function readGuestFrame(memory: TypedMemory, vcpu: TypedPlace): OrMissing<GuestFrame> {
  const frame = memory.target(memory.follow(vcpu, 'arch.guest_frame'));
  if (isMissing(frame)) return { missing: `no saved frame: ${frame.missing}` };
  return readFrameMembers(memory, frame);
}

const NAMES = [...Array.from({ length: 16 }, (_, index) => `r${index}`), 'psr', 'ctx'];

/** A `struct cpu_user_regs` wherever it stands, member by member. */
export function readFrameMembers(memory: TypedMemory, frame: TypedPlace): OrMissing<GuestFrame> {
  const words: number[] = [];
  for (const name of NAMES) {
    const value = memory.number(frame, name);
    if (isMissing(value)) return { missing: `${name} of the saved frame: ${value.missing}` };
    words.push(value >>> 0);
  }
  return { registers: words.slice(0, 16), psr: words[16]!, context: words[17]! };
}

/** The frame as eighteen words, for copies on a guest's own stack, where no type describes memory. */
export function decodeFrame(bytes: Uint8Array): GuestFrame | undefined {
  if (bytes.length < FRAME_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const words = Array.from({ length: 18 }, (_, index) => view.getUint32(index * 4, true));
  return { registers: words.slice(0, 16), psr: words[16]!, context: words[17]! };
}

/** `__switch_to` keeps r4-r11, r13 and r14 (where it will go on) of the hypervisor side in user_regs. */
function readSwitchedOut(memory: TypedMemory, vcpu: TypedPlace): OrMissing<readonly (number | undefined)[]> {
  const registers: (number | undefined)[] = new Array(16).fill(undefined);
  for (const index of [4, 5, 6, 7, 8, 9, 10, 11, 13, 14]) {
    const value = memory.number(vcpu, `arch.guest_context.user_regs.r${index}`);
    if (isMissing(value)) return { missing: `r${index} of the switched-out context: ${value.missing}` };
    registers[index] = value >>> 0;
  }
  registers[15] = registers[14];
  registers[14] = undefined;
  if (registers[13] === 0 || registers[15] === 0) return { missing: 'this vCPU has never been switched out' };
  return registers;
}

function readTableBase(memory: TypedMemory, vcpu: TypedPlace): OrMissing<number> {
  const base = memory.number(vcpu, 'arch.guest_table');
  if (isMissing(base)) return base;
  return base === 0 ? { missing: 'no page table yet' } : (base & TABLE_MASK) >>> 0;
}
