/**
 * A domain's event channels as the hypervisor keeps them: one entry a port, with what is pending and masked in the shared page. Reads
 * Armvisor's `struct evtchn` and the 2008 release's, whose ends stand in a union.
 */
import { isMissing, type OrMissing } from './types';
import type { TypedMemory, TypedPlace } from './typedMemory';

/** evtchn_status (public/event_channel.h of the 2008 ABI), and 7 for what the hypervisor keeps for itself. */
const STATES: Readonly<Record<number, string>> = {
  0: 'closed',
  1: 'unbound',
  2: 'interdomain',
  3: 'pirq',
  4: 'virq',
  5: 'ipi',
  7: 'reserved',
};

/** VIRQ_* of the 2008 ABI. */
const VIRQS: Readonly<Record<number, string>> = {
  0: 'TIMER',
  1: 'DEBUG',
  2: 'CONSOLE',
  3: 'DOM_EXC',
  4: 'TBUF',
  6: 'DEBUGGER',
  7: 'XENOPROF',
  8: 'DOM_TIMER',
  9: 'DOM_CRASH',
};

const RESERVED = new Set(['closed', 'reserved']);
const WORD_BITS = 32;

export interface EventChannel {
  readonly port: number;
  readonly state: string;
  /** `dom1 port 3`, `VIRQ TIMER`, `interrupt 4`. */
  readonly boundTo: string;
  readonly pending: boolean;
  readonly masked: boolean;
}

/** The ports in use, by number. `domain` is a `struct domain`. */
export function readEventChannels(memory: TypedMemory, domain: TypedPlace): OrMissing<readonly EventChannel[]> {
  const table = memory.follow(domain, 'evtchn');
  if (isMissing(table)) return table;
  const channels: EventChannel[] = [];
  for (const { port, place } of ports(memory, table)) {
    const state = memory.number(place, 'state');
    if (isMissing(state)) return state;
    const name = STATES[state] ?? `state ${state}`;
    if (RESERVED.has(name)) continue;
    const bit = (word: string) => sharedBit(memory, domain, word, port);
    const [pending, masked] = [bit('evtchn_pending'), bit('evtchn_mask')];
    channels.push({ port, state: name, boundTo: boundTo(memory, place, name), pending, masked });
  }
  return channels;
}

/** Buckets are allocated with the first port in them. */
function* ports(
  memory: TypedMemory,
  table: TypedPlace,
): Generator<{ readonly port: number; readonly place: TypedPlace }> {
  const buckets = arrayCount(table) ?? 1;
  const perBucket = 128;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const first = memory.target(memory.follow(table, `[${bucket}]`));
    if (isMissing(first)) continue;
    for (let index = 0; index < perBucket; index++) {
      const place = memory.follow(memory.follow(table, `[${bucket}]`), `[${index}]`);
      if (!isMissing(place)) yield { port: bucket * perBucket + index, place };
    }
  }
}

const arrayCount = ({ type }: TypedPlace): number | undefined => (type.kind === 'array' ? type.count : undefined);

function sharedBit(memory: TypedMemory, domain: TypedPlace, member: string, port: number): boolean {
  const word = memory.number(domain, `shared_info.${member}[${Math.floor(port / WORD_BITS)}]`);
  return !isMissing(word) && ((word >>> (port % WORD_BITS)) & 1) === 1;
}

function boundTo(memory: TypedMemory, place: TypedPlace, state: string): string {
  const first = (...paths: readonly string[]): number | undefined => {
    for (const path of paths) {
      const value = memory.number(place, path);
      if (!isMissing(value)) return value;
    }
    return undefined;
  };
  const word = (value: number | undefined): string => (value === undefined ? '?' : String(value));
  switch (state) {
    case 'unbound':
      return `for dom${word(first('remote_domid', 'u.unbound.remote_domid'))}`;
    case 'interdomain': {
      const remote = first('remote_domid', 'u.interdomain.remote_dom.domain_id');
      return `dom${word(remote)} port ${word(first('remote_port', 'u.interdomain.remote_port'))}`;
    }
    case 'pirq':
      return `interrupt ${word(first('u.pirq', 'virq'))}`;
    case 'virq': {
      const virq = first('u.virq', 'virq');
      return `VIRQ ${virq === undefined ? '?' : (VIRQS[virq] ?? virq)}`;
    }
    default:
      return '';
  }
}
