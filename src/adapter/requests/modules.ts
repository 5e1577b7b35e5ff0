import type { DebugProtocol } from '@vscode/debugprotocol';
import { runsIn, toModule } from '../moduleShape';
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
    const { engine, settings } = session.debuggee;
    const images = [...new Map(engine.images.map((image) => [image.name, image])).values()];
    const page = images.slice(startModule, moduleCount > 0 ? startModule + moduleCount : undefined);
    return {
      modules: page.map((image) => toModule(image, runsIn(engine, settings, image))),
      totalModules: images.length,
    };
  },
});
