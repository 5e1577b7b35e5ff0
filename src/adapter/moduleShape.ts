/** An image as the protocol's module, for the request and for the event. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugEngine, LaunchSettings } from '../debugger/types';
import type { ImageFace } from '../image/face';
import { hex } from './memoryReferences';

/** Whose code it is: the hypervisor's, a native kernel's, or that of domains. */
export function runsIn(engine: DebugEngine, { domains, hypervisor }: LaunchSettings, image: ImageFace): string {
  const spaces = engine.imageSpaces().filter((each) => each.image === image);
  const names = spaces.map(({ space }) => {
    if (space.kind === 'domain') return domains[space.domainId]?.name ?? `Domain-${space.domainId}`;
    return hypervisor === undefined ? 'the CPU' : 'the hypervisor';
  });
  return [...new Set(names)].join(', ');
}

export function toModule(image: ImageFace, where: string): DebugProtocol.Module & Readonly<Record<string, unknown>> {
  const starts = image.segments.map((segment) => segment.virtualAddress);
  const ends = image.segments.map((segment) => segment.virtualAddress + segment.memoryBytes);
  return {
    id: image.name,
    name: image.name.split('/').at(-1)!,
    ...(!image.name.startsWith('builtin:') && { path: image.name }),
    symbolStatus: image.limitations.length === 0 ? 'Symbols loaded' : image.limitations.join('; '),
    runsIn: where,
    entry: hex(image.entry),
    ...(starts.length > 0 && { addressRange: `${hex(Math.min(...starts))}-${hex(Math.max(...ends) - 1)}` }),
  };
}
