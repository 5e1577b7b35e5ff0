/**
 * What package.json says of the debugger, derived from the launch attributes and the ready-made configurations. A test holds
 * package.json equal to it (`UPDATE_MANIFEST=1` rewrites it). Does not import `vscode`, so that the test can.
 */
import { configurationAttributes } from '../adapter/launchConfiguration/schema';
import { readyConfigurations } from './configurations';

interface Snippet {
  readonly label: string;
  readonly description: string;
  readonly body: object;
}

/** `^"…"` is VS Code's way to have a placeholder inside a string of a snippet. */
const inWorkspace = (placeholder: string) => `^"\\\${workspaceFolder}/${placeholder}"`;

const ownKernels: readonly Snippet[] = [
  {
    label: 'Armvisor: Xen with your own guest',
    description: 'The built-in hypervisor with mini-OS as Domain-0 and a guest kernel of yours as Domain-1.',
    body: {
      type: 'armvisor',
      request: 'launch',
      name: 'Xen with my guest',
      hypervisor: 'builtin:xen',
      domains: [
        { name: 'Domain-0', kernel: 'builtin:mini-os' },
        { name: '${2:guest1}', kernel: inWorkspace('${1:build/guest.elf}'), memory: '16M' },
      ],
      stopOnEntry: '^"${2:guest1}"',
    },
  },
  {
    label: 'Armvisor: your own hypervisor',
    description: 'A hypervisor of yours with two built-in guests.',
    body: {
      type: 'armvisor',
      request: 'launch',
      name: 'My hypervisor',
      hypervisor: inWorkspace('${1:build/xen.elf}'),
      domains: [
        { name: 'Domain-0', kernel: 'builtin:mini-os' },
        { name: 'Domain-1', kernel: 'builtin:proc-os' },
      ],
      stopOnEntry: true,
    },
  },
  {
    label: 'Armvisor: a kernel without a hypervisor',
    description: 'A kernel of yours straight on the machine.',
    body: {
      type: 'armvisor',
      request: 'launch',
      name: 'My kernel natively',
      kernel: inWorkspace('${1:build/kernel.elf}'),
      stopOnEntry: true,
    },
  },
  {
    label: 'Armvisor: attach to QEMU',
    description: 'A machine that QEMU or another GDB stub executes.',
    body: {
      type: 'armvisor',
      request: 'attach',
      name: 'Attach to QEMU',
      target: 'localhost:1234',
      machine: 'versatilepb',
      kernel: inWorkspace('${1:build/kernel.elf}'),
    },
  },
];

/** The derived part of `contributes.debuggers[0]`. */
export function debuggerContribution(): object {
  const ready = readyConfigurations.map((body) => ({
    label: `Armvisor: ${body.name}`,
    description: 'Built-in images: runs without any files of yours.',
    body,
  }));
  return {
    configurationAttributes: configurationAttributes(),
    initialConfigurations: readyConfigurations,
    configurationSnippets: [...ready, ...ownKernels],
  };
}
