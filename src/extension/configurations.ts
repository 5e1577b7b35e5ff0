/**
 * The launch configurations that Armvisor offers ready-made: what F5 starts without a launch.json, what "Add
 * Configuration" and the dynamic list show, and what package.json carries as initial configurations and snippets (a
 * test holds these equal). Data only.
 */

export const debugType = 'armvisor';

/** One ready-made configuration, as it stands in launch.json. */
export interface ReadyConfiguration {
  readonly type: typeof debugType;
  readonly request: 'launch';
  readonly name: string;
  readonly [attribute: string]: unknown;
}

const armvisor = { type: debugType, request: 'launch' } as const;

export const twoDomains: ReadyConfiguration = {
  ...armvisor,
  name: 'Xen with two mini-OS domains',
  hypervisor: 'builtin:xen',
  domains: [
    { name: 'Domain-0', kernel: 'builtin:mini-os' },
    { name: 'Domain-1', kernel: 'builtin:mini-os' },
  ],
  stopOnEntry: true,
};

export const withProcesses: ReadyConfiguration = {
  ...armvisor,
  name: 'Xen with mini-OS and proc-os',
  hypervisor: 'builtin:xen',
  domains: [
    { name: 'Domain-0', kernel: 'builtin:mini-os' },
    { name: 'Domain-1', kernel: 'builtin:proc-os' },
  ],
  stopOnEntry: true,
};

export const native: ReadyConfiguration = {
  ...armvisor,
  name: 'mini-OS natively',
  kernel: 'builtin:mini-os-native',
  stopOnEntry: true,
};

/** In the order of the lists that show them. */
export const readyConfigurations: readonly ReadyConfiguration[] = [twoDomains, withProcesses, native];
