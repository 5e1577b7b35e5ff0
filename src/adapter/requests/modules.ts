import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ImageFace } from '../../image/face';
import { hex } from '../memoryReferences';
import type { Session } from '../session';
import { defineRequest } from './handler';

export const modules = defineRequest<DebugProtocol.ModulesArguments, DebugProtocol.ModulesResponse['body']>({
  command: 'modules',
  purpose: 'The images: hypervisor, guest kernels; their addresses, and what their symbols lack.',
  phase: 'launched',
  shape: { startModule: 'number?', moduleCount: 'number?' },
  capabilities: {
    supportsModulesRequest: true,
    additionalModuleColumns: [
      { attributeName: 'runsIn', label: 'Runs in', type: 'string' },
      { attributeName: 'entry', label: 'Entry', type: 'string' },
    ],
  },
  handle(session, { startModule = 0, moduleCount = 0 }) {
    // Two domains may run one image; it is one module.
    const images = [...new Map(session.debuggee.engine.images.map((image) => [image.name, image])).values()];
    const page = images.slice(startModule, moduleCount > 0 ? startModule + moduleCount : undefined);
    return { modules: page.map((image) => toModule(image, runsIn(session, image))), totalModules: images.length };
  },
});

/** Whose code it is: the hypervisor's, a native kernel's, or that of domains. */
function runsIn(session: Session, image: ImageFace): string {
  const { settings } = session.debuggee;
  if (image.name === settings.hypervisor) return 'the hypervisor';
  const domains = settings.domains.filter(({ kernel, symbols }) => kernel === image.name || symbols === image.name);
  return domains.length === 0 ? 'the CPU' : domains.map(({ name }) => name).join(', ');
}

function toModule(image: ImageFace, where: string): DebugProtocol.Module & Readonly<Record<string, unknown>> {
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
