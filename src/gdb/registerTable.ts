/** The registers that GDB is offered, as one table in the order of their numbers, and the target description that is made of it. */
import { isMissing } from '../hypervisor/types';
import type { CpuMode, Cp15Registers } from '../machine/types';
import type { VirtualRegisters } from '../hypervisor/types';
import { CP15_ROWS, VIRTUAL_ROWS } from '../debugger/registers/names';
import type { DebugEngine, Frame } from '../debugger/types';
import { domainOf, engineThread, type GdbThread } from './inferiors';

/** Where the value of a thread's register comes from, and how it is written. */
export type RegisterSource =
  | { readonly kind: 'general'; readonly index: number }
  | { readonly kind: 'cpsr' }
  | { readonly kind: 'cp15'; readonly key: keyof Cp15Registers; readonly writable: boolean }
  | { readonly kind: 'virtual'; readonly key: keyof VirtualRegisters }
  | { readonly kind: 'banked'; readonly mode: CpuMode; readonly index: number | 'spsr' };

export interface GdbRegister {
  readonly name: string;
  readonly feature: string;
  readonly type?: 'data_ptr' | 'code_ptr';
  readonly source: RegisterSource;
}

const CORE = 'org.gnu.gdb.arm.core';
const CP15 = 'org.armvisor.cp15';
const VIRTUAL = 'org.armvisor.virtual';
const BANKED = 'org.armvisor.banked';
const FIQ_BANKED: readonly number[] = [8, 9, 10, 11, 12];
const BANKS: readonly CpuMode[] = ['usr', 'svc', 'abt', 'und', 'irq', 'fiq'];
const identifier = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');

function core(index: number): GdbRegister {
  const names: Readonly<Record<number, Pick<GdbRegister, 'name' | 'type'>>> = {
    13: { name: 'sp', type: 'data_ptr' },
    14: { name: 'lr' },
    15: { name: 'pc', type: 'code_ptr' },
  };
  return { feature: CORE, ...(names[index] ?? { name: `r${index}` }), source: { kind: 'general', index } };
}

export const gdbRegisters: readonly GdbRegister[] = [
  ...Array.from({ length: 16 }, (_, index) => core(index)),
  { name: 'cpsr', feature: CORE, source: { kind: 'cpsr' } },
  ...CP15_ROWS.map(({ name, key, writable }): GdbRegister => ({
    name: identifier(name),
    feature: CP15,
    source: { kind: 'cp15', key, writable },
  })),
  ...VIRTUAL_ROWS.map(({ name, key }): GdbRegister => ({
    name: identifier(name),
    feature: VIRTUAL,
    source: { kind: 'virtual', key },
  })),
  ...BANKS.flatMap((mode): readonly GdbRegister[] => [
    { name: `sp_${mode}`, feature: BANKED, source: { kind: 'banked', mode, index: 13 } },
    { name: `lr_${mode}`, feature: BANKED, source: { kind: 'banked', mode, index: 14 } },
    ...(mode === 'usr'
      ? []
      : [{ name: `spsr_${mode}`, feature: BANKED, source: { kind: 'banked', mode, index: 'spsr' } } as const]),
  ]),
  ...FIQ_BANKED.map((index): GdbRegister => ({
    name: `r${index}_fiq`,
    feature: BANKED,
    source: { kind: 'banked', mode: 'fiq', index },
  })),
];

/** target.xml (GDB manual, appendix G). */
export function targetDescription(): string {
  const features = [...new Set(gdbRegisters.map(({ feature }) => feature))].map((feature) => {
    const registers = gdbRegisters.flatMap((register, number) => {
      if (register.feature !== feature) return [];
      const type = register.type ? ` type="${register.type}"` : '';
      const group = feature === CORE ? '' : ' group="system"';
      return [`    <reg name="${register.name}" bitsize="32" regnum="${number}"${type}${group}/>`];
    });
    return `  <feature name="${feature}">\n${registers.join('\n')}\n  </feature>`;
  });
  return `<?xml version="1.0"?>\n<!DOCTYPE target SYSTEM "gdb-target.dtd">\n<target version="1.0">\n  <architecture>armv5te</architecture>\n${features.join('\n')}\n</target>\n`;
}

/** Undefined where a register has no value: of another's, or not saved. */
export function readRegister(
  engine: DebugEngine,
  thread: GdbThread,
  frame: Frame | undefined,
  { source }: GdbRegister,
): number | undefined {
  const { cpu } = engine.machine;
  switch (source.kind) {
    case 'general':
      return frame ? frame.registers[source.index] : idleRegister(engine, thread, source.index);
    case 'cpsr':
      if (!frame) return domainOf(thread) === undefined ? cpu.getSpsr('svc') : undefined;
      return Number(engine.evaluate('$cpsr', frame).textAs?.('hexadecimal'));
    case 'cp15':
      return cpu.getCp15()[source.key];
    case 'virtual':
      return virtualRegister(engine, thread, source.key);
    case 'banked':
      return source.index === 'spsr' ? cpu.getSpsr(source.mode) : cpu.getRegister(source.index, source.mode);
  }
}

/** False when it cannot be written. */
export function writeRegister(
  engine: DebugEngine,
  frame: Frame | undefined,
  { name, source }: GdbRegister,
  value: number,
): boolean {
  const { cpu } = engine.machine;
  if (source.kind === 'banked') {
    if (source.index === 'spsr') cpu.setSpsr(source.mode, value);
    else cpu.setRegister(source.index, value, source.mode);
    return true;
  }
  // The names of CP15 registers that can be written are those of the CPU's face.
  if (source.kind === 'cp15') {
    if (source.writable) cpu.setCp15(source.key as Parameters<typeof cpu.setCp15>[0], value);
    return source.writable;
  }
  if (!frame) return false;
  const target = engine.evaluate(source.kind === 'general' ? `$r${source.index}` : `$${name}`, frame);
  target.set?.(`0x${value.toString(16)}`);
  return target.set !== undefined;
}

/**
 * While a guest executes, of the hypervisor there is only the stack that it will enter with, and where it will. A domain that is not made
 * yet has nothing; GDB wants a pc all the same.
 */
function idleRegister({ machine: { cpu }, images }: DebugEngine, thread: GdbThread, index: number): number | undefined {
  if (domainOf(thread) !== undefined) return index === 15 ? 0 : undefined;
  if (index === 13 || index === 14) return cpu.getRegister(index, 'svc');
  return index === 15 ? images.flatMap((image) => image.symbol('vector_swi')?.address ?? [])[0] : undefined;
}

function virtualRegister(engine: DebugEngine, thread: GdbThread, key: keyof VirtualRegisters): number | undefined {
  const domains = engine.domains();
  const domainId = domainOf(thread) ?? engineThread(engine, thread)?.domainId;
  if (isMissing(domains) || domainId === undefined) return undefined;
  const vcpu = domains.find(({ id }) => id === domainId)?.vcpus[domainOf(thread) === undefined ? 0 : thread.tid - 1];
  const value = vcpu?.virtualRegisters[key];
  return value === undefined || isMissing(value) ? undefined : value;
}
