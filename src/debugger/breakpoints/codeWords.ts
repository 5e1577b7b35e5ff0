/** Places in an image by what stands there: every ARM instruction of a pattern. */
import type { ImageFace } from '../../image/face';
import type { Place } from './breakpoint';

export interface InstructionPattern {
  readonly mask: number;
  readonly value: number;
}

const WORD_BYTES = 4;

/** A literal may look like an instruction; it is never executed. */
export function instructionPlaces(image: ImageFace, { mask, value }: InstructionPattern): readonly Place[] {
  const places: Place[] = [];
  for (const { flags, virtualAddress, bytes } of image.segments) {
    if (!flags.execute) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + WORD_BYTES <= bytes.byteLength; at += WORD_BYTES) {
      if ((view.getUint32(at, true) & mask) >>> 0 !== value) continue;
      places.push({ kind: 'image', image, address: (virtualAddress + at) >>> 0 });
    }
  }
  return places;
}
