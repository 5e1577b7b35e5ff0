/** What people write for places and domains in console commands: `dom1:0xC0008000`, `pa:0x200`, a variable, `$r4`, `dom1`. */
import type { AddressSpace, DomainView } from '../../hypervisor/types';
import type { Actor } from '../views/dacr';
import { listedDomains } from '../views/spaces';
import { UserError, type DataTarget, type DebugEngine } from '../types';
import type { ReplContext } from './command';

export const ACCESSES = ['read', 'write', 'fetch'] as const;
export const ACTORS = ['hypervisor', 'kernel', 'user'] as const;

/** Who is asked about in a space when nobody is named: a domain's kernel; elsewhere whose frame it is. */
export function actorOf({ frame, engine }: ReplContext, space: AddressSpace): Actor {
  if (space.kind === 'domain' || frame?.kind === 'guestKernel') return 'kernel';
  if (frame?.kind === 'guestUser') return 'user';
  if (frame?.kind === 'native' && (engine.machine.cpu.getCpsr() & 0x1f) === 0x10) return 'user';
  return 'hypervisor';
}

export interface Place {
  readonly space: AddressSpace;
  readonly address: number;
}

const LITERAL = /^(?:(pa|xen|dom(\d+)):)?(0x[0-9a-f]{1,8})$/i;

/** An address written as such, in the frame's space when it names none; undefined for anything else. */
export function literalPlace({ frame }: ReplContext, text: string): Place | undefined {
  const [, prefix, domainId, digits] = LITERAL.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const address = Number(digits);
  if (prefix === undefined) return { space: frame?.space ?? { kind: 'xen' }, address };
  if (domainId === undefined) return { space: { kind: prefix.toLowerCase() === 'pa' ? 'pa' : 'xen' }, address };
  return { space: { kind: 'domain', domainId: Number(domainId) }, address };
}

/** Where an expression's value stands; four bytes at a plain address. @throws UserError for what stands nowhere */
export function targetOf(context: ReplContext, text: string): DataTarget {
  const literal = literalPlace(context, text);
  if (literal) return { kind: 'memory', ...literal, byteLength: 4, scope: 'memory' };
  const { storage } = context.engine.evaluate(text, context.frame);
  if (storage) return storage;
  throw new UserError(
    `"${text}" stands nowhere: give a variable, a register like $r4, or an address like dom1:0xC0008000`,
  );
}

/** The address that is meant: as written, of the variable, or in the register. @throws UserError for what gives none */
export function addressOf(context: ReplContext, text: string): Place {
  const literal = literalPlace(context, text);
  if (literal) return literal;
  const { engine, frame } = context;
  const value = engine.evaluate(text, frame);
  if (value.storage?.kind === 'memory') return { space: value.storage.space, address: value.storage.address };
  const digits = value.textAs?.('hexadecimal');
  const number = digits === undefined ? NaN : Number(digits.split(' ')[0]);
  if (!Number.isNaN(number)) return { space: frame?.space ?? { kind: 'xen' }, address: number >>> 0 };
  if (value.memory) return value.memory;
  throw new UserError(`"${text}" is no address: give a variable, a register like $r4, or dom1:0xC0008000`);
}

/** `dom1`, `1`, or the domain's name. @throws UserError naming the domains there are */
export function domainOf(engine: DebugEngine, word: string): DomainView {
  const all = listedDomains(engine);
  const found = all.find(({ id, name }) => word === `dom${id}` || word === String(id) || word === name);
  if (found) return found;
  const names = all.map(({ id }) => `dom${id}`).join(', ');
  throw new UserError(
    all.length === 0 ? 'There are no domains now' : `There is no domain "${word}" now: choose one of ${names}`,
  );
}

/** Without a word all of them. */
export const domainsOf = (engine: DebugEngine, word: string | number | undefined): readonly DomainView[] =>
  word === undefined ? listedDomains(engine) : [domainOf(engine, String(word))];

export const domainWords = (engine: DebugEngine): readonly string[] =>
  listedDomains(engine).map(({ id }) => `dom${id}`);
