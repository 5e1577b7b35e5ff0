/** What a hover adds to an address: why it cannot be accessed, entry by entry, each with its place in memory. Other values stay as they are. */
import { reportFault, lastFault } from '../debugger/faultReport';
import { actorDacrs, dacrFor } from '../debugger/views/dacr';
import type { DebugEngine, FaultingAccess, Frame, Value } from '../debugger/types';

/** Registers that hold the address of the last fault. */
const FAULT_ADDRESS = /(^|[$.\s])v?far$/i;

/** @param value that the expression under the pointer has in the frame */
export function explained(engine: DebugEngine, frame: Frame | undefined, value: Value): Value {
  const fault = FAULT_ADDRESS.test(value.expression ?? value.name)
    ? lastFault(engine, frame)
    : unmapped(engine, frame, value);
  const report = fault && reportFault(engine, fault);
  if (!report) return value;
  const { sentences, entries } = report;
  const children = (): readonly Value[] => [
    ...sentences.map((text, index) => {
      const entry = entries[index];
      const memory = entry && { memory: { space: { kind: 'pa' } as const, address: entry.descriptorAddress } };
      return {
        name: entry ? `L${entry.level} entry` : index === sentences.length - 1 ? 'verdict' : 'rights',
        text,
        ...memory,
      };
    }),
    ...(value.children?.() ?? []),
  ];
  return { ...value, text: `${value.text}: ${sentences.at(-1)}`, children };
}

/** A pointer into nothing, or to where its frame may not read. */
function unmapped(engine: DebugEngine, frame: Frame | undefined, { memory, type }: Value): FaultingAccess | undefined {
  if (!frame || !memory || memory.space.kind === 'pa' || !type?.includes('*')) return undefined;
  const domainId = memory.space.kind === 'domain' ? memory.space.domainId : undefined;
  const as = frame.kind === 'guestUser' ? 'user' : frame.kind === 'guestKernel' ? 'kernel' : 'hypervisor';
  const dacr = dacrFor(actorDacrs(engine), as, domainId)?.dacr ?? engine.machine.cpu.getCp15().dacr;
  const fault = { space: memory.space, address: memory.address, access: 'read', as, dacr } as const;
  return engine.walk(memory.space, memory.address, 'read', as === 'hypervisor', dacr)?.fault ? fault : undefined;
}
