import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ImageFace } from '../../image/face';
import { hex } from '../memoryReferences';
import { defineRequest } from './handler';

export const modules = defineRequest<DebugProtocol.ModulesArguments, DebugProtocol.ModulesResponse['body']>({
  command: 'modules',
  purpose: 'The images: hypervisor, guest kernels; their addresses, and what their symbols lack.',
  phase: 'launched',
  shape: { startModule: 'number?', moduleCount: 'number?' },
  capabilities: { supportsModulesRequest: true },
  handle(session, { startModule = 0, moduleCount = 0 }) {
    // Two domains may run one image; it is one module.
    const images = [...new Map(session.debuggee.engine.images.map((image) => [image.name, image])).values()];
    const page = images.slice(startModule, moduleCount > 0 ? startModule + moduleCount : undefined);
    return { modules: page.map(toModule), totalModules: images.length };
  },
});

function toModule(image: ImageFace): DebugProtocol.Module {
  const starts = image.segments.map((segment) => segment.virtualAddress);
  const ends = image.segments.map((segment) => segment.virtualAddress + segment.memoryBytes);
  return {
    id: image.name,
    name: image.name.split('/').at(-1)!,
    ...(!image.name.startsWith('builtin:') && { path: image.name }),
    symbolStatus: image.limitations.length === 0 ? 'Symbols loaded' : image.limitations.join('; '),
    ...(starts.length > 0 && { addressRange: `${hex(Math.min(...starts))}-${hex(Math.max(...ends) - 1)}` }),
  };
}
