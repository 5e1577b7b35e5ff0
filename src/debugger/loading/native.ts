/** A kernel without a hypervisor: an ELF at its own load addresses, or a raw image (zImage included) where the board's loader puts it. */
import { loadAddress } from '../../hypervisor/addressSpace';
import type { ImageFace } from '../../image/face';
import type { LaunchSettings } from '../types';
import { isElf, parseImage } from './loadImages';
import { segmentBlocks, type Block } from './placement';

export interface NativeKernel {
  readonly image?: ImageFace;
  readonly blocks: readonly Block[];
  /** Physical address. */
  readonly entry: number;
}

/** @param address of a raw image */
export function placeNative(settings: LaunchSettings, name: string, bytes: Uint8Array, address: number): NativeKernel {
  if (!isElf(bytes)) {
    return {
      blocks: [{ what: name, address, bytes, byteLength: bytes.length }],
      entry: settings.entry ?? address,
    };
  }
  const image = parseImage(name, bytes);
  return {
    image,
    blocks: segmentBlocks(image),
    entry: settings.entry ?? loadAddress(image, image.entry) ?? image.entry,
  };
}
