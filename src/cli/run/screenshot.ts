/** `--screenshot FILE`: the displays of the board as PNG files, at the end of a run. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import { expandRgb565 } from '../../adapter/pixels';
import { UserError } from '../../debugger/types';
import type { DisplayImage } from '../../machine/types';

/** A display as the bytes of a PNG file, 8 bits for each colour. */
export function pngOf({ width, height, rgb565 }: DisplayImage): Uint8Array {
  return encode({ width, height, channels: 3, depth: 8, data: expandRgb565(rgb565, false) });
}

/**
 * Writes the first display to `file`, and each further one beside it under the name of its device ("screen-pl110.1.png").
 * @returns the files; none when no display shows anything
 * @throws UserError when a file cannot be written
 */
export async function writeScreenshots(displays: readonly DisplayImage[], file: string): Promise<readonly string[]> {
  const { dir, name, ext } = path.parse(file);
  const files = displays.map(({ instance }, index) =>
    index === 0 ? file : path.join(dir, `${name}-${instance}${ext}`),
  );
  for (const [index, display] of displays.entries()) {
    try {
      await writeFile(files[index]!, pngOf(display));
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new UserError(
        `--screenshot: ${files[index]} cannot be written (${code}): name a file in a folder that exists.`,
      );
    }
  }
  return files;
}
