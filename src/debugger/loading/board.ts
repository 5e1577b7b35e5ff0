/** The board of a launch: by its name, with what the settings ask of it. A board that cannot have it says so. */
import { boardNamed } from '../../machine/boards';
import { createGoldfishBoard, type GoldfishOptions } from '../../machine/boards/goldfish';
import type { BoardDescription } from '../../machine/bus';
import { UserError, type BoardSettings, type LaunchSettings } from '../types';

/** How the launch configuration calls a setting, and what it belongs to. */
const names: Readonly<Record<keyof BoardSettings, { readonly attribute: string; readonly needs: string }>> = {
  serialPorts: { attribute: 'serialPorts', needs: 'goldfish_tty' },
  epochSeconds: { attribute: 'date', needs: 'goldfish_rtc' },
};

/** @throws UserError for a board that is not there, or that has no place for a setting */
export function boardOf({ machine, board = {} }: LaunchSettings): BoardDescription {
  const given = (Object.keys(names) as (keyof BoardSettings)[]).filter((name) => board[name] !== undefined);
  const found = boardNamed(machine);
  if ('error' in found) throw new UserError(found.error);
  if (given.length === 0) return found;
  if (found.name === 'goldfish') return createGoldfishBoard(board satisfies GoldfishOptions);
  const { attribute, needs } = names[given[0]!];
  throw new UserError(
    `"${attribute}" is for the goldfish board (its ${needs}): remove it, or set "machine": "goldfish" instead of "${found.name}".`,
  );
}
