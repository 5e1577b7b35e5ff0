/** What every kind of breakpoint may have beside its place, checked: a client's list elements are not checked with its arguments. */
import { UserError } from '../../debugger/types';

const NAMES = ['condition', 'hitCondition', 'logMessage'] as const;

/** @throws UserError for one that is no text */
export function modifiersOf(breakpoint: Readonly<Partial<Record<(typeof NAMES)[number], unknown>>>) {
  const modifiers: Partial<Record<(typeof NAMES)[number], string>> = {};
  for (const name of NAMES) {
    const value = breakpoint[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') throw new UserError(`The "${name}" of a breakpoint must be text.`);
    modifiers[name] = value;
  }
  return modifiers;
}
