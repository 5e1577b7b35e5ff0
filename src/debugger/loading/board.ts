/** The board of a launch: by its name, with what the settings ask of it. A board that cannot have it says so. */
import { boardNamed } from '../../machine/boards';
import { createGoldfishBoard } from '../../machine/boards/goldfish';
import { createVersatilePbBoard } from '../../machine/boards/versatilepb';
import type { BoardDescription } from '../../machine/bus';
import type { StorageImage } from '../../machine/devices';
import { UserError, type BoardSettings, type FileHost, type LaunchSettings, type StorageSettings } from '../types';
import { boardFromFile, isBoardFile } from './boardFile';
import { readNamed } from './loadImages';

/** How the launch configuration calls a setting. */
const attributes: Readonly<Record<keyof BoardSettings, string>> = {
  serialPorts: 'serialPorts',
  epochSeconds: 'date',
  nand: 'nand',
  sdCard: 'sdCard',
  traceDevice: 'traceDevice',
  screen: 'screen',
};

/** The boards that can be had otherwise than usual, and in what. */
const makers: Readonly<
  Record<
    string,
    {
      readonly takes: readonly (keyof BoardSettings)[];
      readonly make: (settings: BoardSettings, host: FileHost) => Promise<BoardDescription>;
    }
  >
> = {
  goldfish: { takes: ['serialPorts', 'epochSeconds', 'nand', 'sdCard', 'traceDevice', 'screen'], make: makeGoldfish },
  versatilepb: { takes: ['epochSeconds'], make: async (settings) => createVersatilePbBoard(settings) },
};

/** A flash device or a card beyond this is a mistake; what the guest writes to it is kept in memory. */
const MOST_STORAGE_BYTES = 2 ** 31;

async function makeGoldfish(settings: BoardSettings, host: FileHost): Promise<BoardDescription> {
  const { nand, sdCard, ...rest } = settings;
  return createGoldfishBoard({
    ...rest,
    ...(nand && {
      nand: await Promise.all(
        nand.map(async (each, index) => ({ name: each.name, ...(await storage(each, `nand[${index}]`, host)) })),
      ),
    }),
    ...(sdCard && { sdCard: await storage(sdCard, 'sdCard', host) }),
  });
}

async function storage(
  { file, byteLength, readOnly }: StorageSettings,
  attribute: string,
  host: FileHost,
): Promise<StorageImage> {
  const image = file === undefined ? new Uint8Array() : await readNamed(host, file);
  const whole = byteLength ?? image.length;
  if (whole < image.length)
    throw new UserError(
      `"${attribute}.size" is ${byteLength}, and ${file} has ${image.length} bytes: leave the size out.`,
    );
  if (whole === 0) throw new UserError(`"${attribute}" holds nothing: give a "file", a "size", or both.`);
  if (whole > MOST_STORAGE_BYTES) throw new UserError(`"${attribute}.size" is ${whole}: at most 2 GB are possible.`);
  return { image, byteLength: whole, readOnly };
}

/** @throws UserError for a board that is not there, or that has no place for a setting */
export async function boardOf({ machine, board = {} }: LaunchSettings, host: FileHost): Promise<BoardDescription> {
  const found = isBoardFile(machine) ? await boardFromFile(machine, host) : boardNamed(machine);
  if ('error' in found) throw new UserError(found.error);
  const given = (Object.keys(attributes) as (keyof BoardSettings)[]).filter((name) => board[name] !== undefined);
  const maker = isBoardFile(machine) ? undefined : makers[found.name];
  for (const name of given) {
    if (maker?.takes.includes(name)) continue;
    const able = Object.keys(makers).filter((other) => makers[other]!.takes.includes(name));
    throw new UserError(
      `"${attributes[name]}" cannot be set for the board ${found.name}: remove it, or choose "machine": ${able.map((other) => `"${other}"`).join(' or ')}.`,
    );
  }
  return maker && given.length > 0 ? maker.make(board, host) : found;
}

/** The images that come with Armvisor speak to goldfish's devices; on another board they would fall silent at once. */
export function checkBuiltins(settings: LaunchSettings): void {
  if (settings.machine === 'goldfish' || isBoardFile(settings.machine)) return;
  const images = [settings.hypervisor, settings.kernel, ...settings.domains.map(({ kernel }) => kernel)];
  const builtin = images.find((image) => image?.startsWith('builtin:'));
  if (builtin === undefined) return;
  throw new UserError(
    `${builtin} is built for the goldfish board: set "machine": "goldfish", or give an image of yours for ${settings.machine}.`,
  );
}
