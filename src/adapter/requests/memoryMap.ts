/** `armvisor/memoryMap`: what the page tables of one address space map, for the view of that name and for any client. */
import { figure2 } from '../../debugger/views/figure2';
import { readMemoryMap, type Region } from '../../debugger/views/memoryMap';
import { address } from '../viewAddress';
import type { MemoryMapArguments, MemoryMapBody, MemoryRegion } from '../viewProtocol';
import { defineRequest } from './handler';

export const memoryMap = defineRequest<MemoryMapArguments, MemoryMapBody>({
  command: 'armvisor/memoryMap',
  purpose:
    'The live page tables of an address space as regions with owner, MMU domain and access (src/adapter/viewProtocol.ts).',
  phase: 'launched',
  shape: { space: 'string?' },
  handle(session, { space }) {
    const { engine } = session.debuggee;
    const map = readMemoryMap(engine, space ?? undefined);
    return {
      space: map.chosen.id,
      spaces: map.choices.map(({ id, name, running }) => ({ id, name, running })),
      ttbr: address(map.tableBase),
      areas: figure2.map(({ name, start, end }) => ({ name, start: address(start), byteLength: end - start })),
      regions: map.regions.map(toProtocol),
      instructionCount: engine.machine.instructionCount,
      ...(map.notice !== undefined && { notice: map.notice }),
      ...(map.unavailable !== undefined && { unavailable: map.unavailable }),
    };
  },
});

function toProtocol({ start, end, physical, ...rest }: Region): MemoryRegion {
  return { start: address(start), byteLength: end - start, physical: address(physical), ...rest };
}
