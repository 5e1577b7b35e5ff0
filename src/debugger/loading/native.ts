/** A kernel without a hypervisor: an ELF at its own load addresses, or a raw image (zImage included) where goldfish's loader puts it. */
import { loadAddress } from '../../hypervisor/addressSpace';
import type { ImageFace } from '../../image/face';
import type { LaunchSettings } from '../types';
import { isElf, parseImage } from './loadImages';
import { segmentBlocks, type Block } from './placement';

/** Offset of a raw kernel from the start of RAM, by the goldfish boot protocol. */
const RAW_KERNEL_OFFSET = 0x10000;

export interface NativeKernel {
  readonly image?: ImageFace;
  readonly blocks: readonly Block[];
  /** Physical address. */
  readonly entry: number;
}

export function placeNative(settings: LaunchSettings, name: string, bytes: Uint8Array, ramBase: number): NativeKernel {
  if (!isElf(bytes)) {
    const address = ramBase + RAW_KERNEL_OFFSET;
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
