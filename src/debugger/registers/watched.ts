/** Registers of the CPU as one domain's code, or the hypervisor's, sees them over time: they are somebody's only while he executes. */
import type { Cp15Registers, MachineFace } from '../../machine/types';
import type { Target } from '../target/target';
import { UserError, type DataTarget } from '../types';
import { generalRegister } from './names';

export type RegisterTarget = Extract<DataTarget, { kind: 'register' }>;

/** @throws UserError when there is no such register */
export function registerValue({ cpu }: MachineFace, name: string): number {
  const index = generalRegister(name);
  if (index !== undefined) return cpu.getRegister(index);
  if (name === 'cpsr') return cpu.getCpsr();
  const value = cpu.getCp15()[name as keyof Cp15Registers];
  if (value === undefined) throw new UserError(`There is no register "${name}" to watch`);
  return value;
}

/** Undefined while somebody else executes. */
export function registerOf(target: Target, { space, name }: RegisterTarget): number | undefined {
  const execution = target.execution();
  const executes =
    space.kind === 'domain'
      ? execution.kind === 'guest' && execution.domainId === space.domainId
      : execution.kind !== 'guest';
  return executes ? registerValue(target.machine, name) : undefined;
}

/**
 * The same for who asks after every instruction: who executes is looked up only when the value is another. Undefined while the value
 * stays, and while it is somebody else's.
 */
export function watchedRegister(target: Target, register: RegisterTarget): () => number | undefined {
  let last: number | undefined;
  return () => {
    const now = registerValue(target.machine, register.name);
    if (now === last) return undefined;
    last = now;
    return registerOf(target, register);
  };
}
