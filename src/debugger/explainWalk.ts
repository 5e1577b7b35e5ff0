/**
 * A page-table walk in words, one sentence a step, the verdict last: "L1[0xC00] at 0x00014000 is a section ...". For the permissions
 * view and for the description of a fault. Rules: ARM DDI 0100 B4.3 and B4.7, ARM DDI 0198D 3.2-3.5.
 */
import type { Walk, WalkStep } from '../machine/types';
import { DOMAIN_ACCESS } from './registers/fields';

export interface WalkContext {
  readonly access: 'read' | 'write' | 'fetch';
  /** Who asks: hypervisor, kernel or user. Only the hypervisor is privileged. */
  readonly as: string;
}

const hex = (value: number): string => `0x${(value >>> 0).toString(16).toUpperCase()}`;
const address = (value: number): string => `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;

const PAGE_WORDS: Readonly<Record<WalkStep['type'], string>> = {
  fault: 'a fault entry: nothing is mapped',
  section: 'a section (1 MB)',
  coarse: 'a coarse second-level table',
  fine: 'a fine second-level table',
  large: 'a large page (64 KB)',
  small: 'a small page (4 KB)',
  tiny: 'a tiny page (1 KB)',
};

/** What AP allows (ARM DDI 0100 B4.3.2); index is AP, S and R decide for 0. */
function apRights(ap: number, system: boolean, rom: boolean): { readonly privileged: string; readonly user: string } {
  if (ap === 1) return { privileged: 'rw', user: '-' };
  if (ap === 2) return { privileged: 'rw', user: 'r' };
  if (ap === 3) return { privileged: 'rw', user: 'rw' };
  return { privileged: system || rom ? 'r' : '-', user: rom ? 'r' : '-' };
}

export function explainWalk(walk: Walk, context: WalkContext): readonly string[] {
  if (!walk.mmuEnabled) return [`The MMU is off: ${address(walk.virtualAddress)} is the physical address.`];
  return [
    ...fcse(walk),
    ...walk.steps.map((step) => describeStep(walk, step)),
    ...describeDomain(walk),
    ...describeRights(walk, context),
    verdict(walk, context),
  ];
}

function fcse(walk: Walk): readonly string[] {
  if (walk.modifiedVirtualAddress === walk.virtualAddress) return [];
  return [
    `The FCSE process identifier makes ${address(walk.virtualAddress)} into ${address(walk.modifiedVirtualAddress)}.`,
  ];
}

function describeStep(walk: Walk, step: WalkStep): string {
  const index =
    step.level === 1 ? walk.modifiedVirtualAddress >>> 20 : (step.descriptorAddress & indexMask(walk)) >>> 2;
  const domain = step.level === 1 && step.type !== 'fault' ? `, MMU domain ${(step.descriptor >>> 5) & 15}` : '';
  return `L${step.level}[${hex(index)}] at ${address(step.descriptorAddress)} = ${address(step.descriptor)}: ${PAGE_WORDS[step.type]}${domain}.`;
}

/** Entries of a coarse table are chosen by address bits 19-12, of a fine one by 19-10. */
const indexMask = (walk: Walk): number => (walk.steps[0]?.type === 'fine' ? 0xfff : 0x3ff);

function describeDomain(walk: Walk): readonly string[] {
  if (walk.mmuDomain === undefined || walk.domainAccess === undefined) return [];
  const meaning = ['nobody may access it', 'AP decides', 'the value is reserved', 'AP is not asked'][walk.domainAccess];
  return [`DACR says ${DOMAIN_ACCESS[walk.domainAccess]} for D${walk.mmuDomain}: ${meaning}.`];
}

function describeRights(walk: Walk, context: WalkContext): readonly string[] {
  if (walk.ap === undefined || walk.domainAccess !== 1) return [];
  const rights = apRights(walk.ap, walk.systemBit, walk.romBit);
  const bits = walk.ap.toString(2).padStart(2, '0');
  const extra = walk.ap === 0 ? ` with S=${Number(walk.systemBit)} R=${Number(walk.romBit)}` : '';
  const say = (right: string) => ({ rw: 'read and write', r: 'read only', '-': 'no access' })[right]!;
  const guest = context.as === 'hypervisor' ? '' : ` A guest's ${context.as} runs in CPU mode USR.`;
  return [`AP=${bits}${extra}: privileged ${say(rights.privileged)}, user ${say(rights.user)}.${guest}`];
}

function verdict(walk: Walk, context: WalkContext): string {
  const who = `${context.as} ${context.access}`;
  if (!walk.fault) {
    const cache = walk.cacheable ? 'cached' : walk.bufferable ? 'buffered' : 'uncached';
    return `${who} allowed: physical ${address(walk.physicalAddress ?? 0)}, ${cache}.`;
  }
  const { kind, level, status } = walk.fault;
  const what = kind === 'alignment' ? 'alignment fault' : `${level === 1 ? 'section' : 'page'} ${kind} fault`;
  return `${who} denied: ${what} (FSR status ${hex(status)}).`;
}
