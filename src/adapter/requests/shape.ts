/** Checks the arguments of a request against the shape its handler declares, before the handler sees them. */
import { UserError } from '../../debugger/types';
import type { ArgumentShape } from './handler';

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

const article = (type: string): string => (/^[aeiou]/.test(type) ? 'an' : 'a');

/** @throws UserError one sentence about the first argument that does not fit */
export function checkArguments(
  command: string,
  shape: ArgumentShape,
  args: unknown,
): Readonly<Record<string, unknown>> {
  if (args !== undefined && args !== null && typeOf(args) !== 'object') {
    throw new UserError(`The arguments of "${command}" must be an object.`);
  }
  // Some clients write null for what they leave out.
  const given = Object.entries((args ?? {}) as object).filter(([, value]) => value !== null);
  const values = Object.fromEntries(given) as Readonly<Record<string, unknown>>;
  for (const [name, declared] of Object.entries(shape)) {
    const optional = declared.endsWith('?');
    const type = declared.replace('?', '');
    const value = values[name];
    if (value === undefined) {
      if (optional) continue;
      throw new UserError(`"${command}" needs the argument "${name}", ${article(type)} ${type}.`);
    }
    if (typeOf(value) !== type || (type === 'number' && !Number.isFinite(value))) {
      throw new UserError(`The argument "${name}" of "${command}" must be ${article(type)} ${type}.`);
    }
    // Elements of the protocol's lists are objects or texts; null or numbers among them are never meant.
    if (type === 'array' && (value as unknown[]).some((element) => element === null || element === undefined)) {
      throw new UserError(`The list "${name}" of "${command}" has an empty element.`);
    }
  }
  return values;
}
