/** The boards that a launch configuration can name. */

import type { BoardDescription } from '../bus';
import { goldfish } from './goldfish';
import { imx21 } from './imx21';
import { versatilepb } from './versatilepb';

const boards: readonly BoardDescription[] = [goldfish, versatilepb, imx21];

export const boardNames: readonly string[] = boards.map(({ name }) => name);

/** The board of this name, or a sentence that says which names there are. */
export function boardNamed(name: string): BoardDescription | { readonly error: string } {
  return (
    boards.find((board) => board.name === name) ?? {
      error: `There is no board "${name}". Use one of: ${boardNames.join(', ')}.`,
    }
  );
}
