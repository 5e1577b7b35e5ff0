/** From an attach configuration to `LaunchSettings`: what it shares with a launch is read as one (`resolve.ts`). */
import { UserError, type StubAddress } from '../../debugger/types';
import { attachAttributes } from './attachAttributes';
import { asInLaunchFile, notAttributes, resolveLaunch, type Naming, type ResolvedLaunch } from './resolve';
import { quoteValue } from './values';

/** `localhost:1234`, `:1234`, `1234`, `[::1]:1234`. */
function readAddress(value: unknown, naming: Naming): StubAddress {
  const text = typeof value === 'number' ? String(value) : value;
  const match = typeof text === 'string' ? /^(?:(?:tcp:)?(\[[^\]]+\]|[^:\s[\]]*):)?(\d{1,5})$/.exec(text.trim()) : null;
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65535)
    throw new UserError(
      `${naming('target')} is ${quoteValue(value)}: it must be a computer and a port, like "localhost:1234".`,
    );
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { host: host === '' ? 'localhost' : host, port };
}

/** @throws UserError one sentence about the first mistake */
export function resolveAttach(
  configuration: unknown,
  folder?: string,
  naming: Naming = asInLaunchFile,
): ResolvedLaunch {
  const given = (configuration ?? {}) as Readonly<Record<string, unknown>>;
  const defaults = attachAttributes.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]]));
  const written = { ...Object.fromEntries(defaults), ...given } as Readonly<Record<string, unknown>>;
  const stub = readAddress(written.target, naming);
  if (written.hypervisor === undefined && written.kernel === undefined && written.symbols === undefined)
    throw new UserError(
      'The attach configuration does not say what runs there: add "kernel" with its ELF file, or "hypervisor" with "domains".',
    );
  const names = attachAttributes.map(({ name }) => name);
  const shared = Object.fromEntries(
    Object.entries(written).filter(([name]) => name !== 'target' && names.includes(name)),
  );
  // Symbols alone are enough here: nothing is loaded.
  const known = written.hypervisor === undefined ? { kernel: written.symbols, ...shared } : shared;
  const { settings, warnings, ...rest } = resolveLaunch(known, folder, naming);
  return {
    ...rest,
    settings: { ...settings, stub, historyBytes: 0 },
    warnings: [...notAttributes(given, names, '', naming), ...warnings],
  };
}
