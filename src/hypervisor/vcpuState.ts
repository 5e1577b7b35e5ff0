/**
 * Whether a vCPU runs, could run, or waits, from the flag words of its `struct vcpu` and `struct domain`. The bits have names only where
 * the hypervisor declares them as an enum (macros leave no trace in DWARF); without it a vCPU is simply "not running".
 */
import type { CType } from '../image/types';
import { stripType, type TypedMemory, type TypedPlace } from './typedMemory';
import { isMissing } from './types';

/** Flag, the word that a person reads, and whether the vCPU's or the domain's flag word holds it; the first that is set wins. */
const FLAGS: readonly { readonly owner: 'vcpu' | 'domain'; readonly flag: string; readonly state: string }[] = [
  { owner: 'domain', flag: 'DOMF_dying', state: 'dying' },
  { owner: 'domain', flag: 'DOMF_crashed', state: 'crashed' },
  { owner: 'domain', flag: 'DOMF_shutdown', state: 'shut down' },
  { owner: 'domain', flag: 'DOMF_ctrl_pause', state: 'paused' },
  { owner: 'domain', flag: 'DOMF_paused', state: 'paused' },
  { owner: 'vcpu', flag: 'VCPUF_down', state: 'down' },
  { owner: 'vcpu', flag: 'VCPUF_blocked', state: 'blocked' },
];
/** Enums that may declare the flags. */
const ENUMS = { vcpu: 'vcpu_flag', domain: 'domain_flag' } as const;

export function vcpuState(memory: TypedMemory, vcpu: TypedPlace, running: boolean): string {
  if (running) return 'running';
  let known = false;
  for (const { owner, flag, state } of FLAGS) {
    const mask = flagMask(memory, owner, flag);
    const word =
      owner === 'vcpu'
        ? memory.number(vcpu, 'vcpu_flags')
        : memory.number(memory.follow(vcpu, 'domain'), 'domain_flags');
    if (mask === undefined || isMissing(word)) continue;
    known = true;
    if (word & mask) return state;
  }
  return known ? 'runnable' : 'not running';
}

/** The bit of a flag word that a flag's name stands for; undefined where the hypervisor gives it none. */
export function flagMask(memory: TypedMemory, owner: 'vcpu' | 'domain', flag: string): number | undefined {
  const type = memory.image.typeNamed(`enum ${ENUMS[owner]}`) ?? memory.image.typeNamed(ENUMS[owner]);
  return type && enumConstant(type, flag);
}

function enumConstant(type: CType, name: string): number | undefined {
  const bare = stripType(type);
  return bare.kind === 'enum' ? bare.values.find((constant) => constant.name === name)?.value : undefined;
}
