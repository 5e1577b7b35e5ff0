/** The whole text of each console of a run, for searching and for the report. */
import type { ConsoleOutput, LaunchSettings } from '../../debugger/types';
import type { DomainConsole } from './outcome';

/** Keys beside the numbers of domains. */
type ConsoleKey = number | 'hypervisor' | 'native';

export class ConsoleTexts {
  private readonly texts = new Map<ConsoleKey, string>();

  add({ from, text }: ConsoleOutput): void {
    const key = typeof from === 'string' ? from : from.domainId;
    this.texts.set(key, this.of(key) + text);
  }

  of(key: ConsoleKey): string {
    return this.texts.get(key) ?? '';
  }

  /** True when one console has printed the text; it may have come in several pieces, but not on several consoles. */
  has(wanted: string): boolean {
    return [...this.texts.values()].some((text) => text.includes(wanted));
  }

  /** Numbers of the domains that have printed something. */
  get domainIds(): number[] {
    return [...this.texts.keys()].filter((key) => typeof key === 'number');
  }
}

/** The consoles as the report shows them: every configured domain, and any other that has printed. */
export function consolesOf(
  texts: ConsoleTexts,
  settings: LaunchSettings,
): { domains: DomainConsole[]; hypervisorConsole?: string; console?: string } {
  if (settings.hypervisor === undefined) return { domains: [], console: texts.of('native') };
  const ids = [...new Set([...settings.domains.keys(), ...texts.domainIds])].sort((a, b) => a - b);
  const domains = ids.map((id) => ({
    id,
    name: settings.domains[id]?.name ?? `Domain-${id}`,
    console: texts.of(id),
  }));
  return { domains, hypervisorConsole: texts.of('hypervisor') };
}
