/** Capstone, loaded once when first needed: bytes in, the text of one instruction out. ARM and Thumb of ARMv5TE. */
import MCapstone from '@alexaltea/capstone-js';

export interface Decoded {
  readonly text: string;
  readonly byteLength: number;
  /** Where a branch goes, or which literal is loaded, when the instruction itself says so. */
  readonly target?: number;
}

/** Decodes the first instruction of the bytes; undefined when they are none. */
export type Decode = (bytes: Uint8Array, address: number, thumb: boolean) => Decoded | undefined;

let loading: Promise<Decode> | undefined;

export function decoder(): Promise<Decode> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Decode> {
  const capstone = await MCapstone();
  const open = (mode: number) => new capstone.Capstone(capstone.ARCH_ARM, mode);
  const arm = open(capstone.MODE_ARM);
  const thumb = open(capstone.MODE_THUMB);
  return (bytes, address, isThumb) => {
    let found;
    try {
      // Capstone throws for bytes that are no instruction.
      found = (isThumb ? thumb : arm).disasm([...bytes], address, 1)[0];
    } catch {
      return undefined;
    }
    if (!found) return undefined;
    const text = `${found.mnemonic} ${found.op_str}`.trim();
    // Capstone prints branch targets, and nothing else, as an immediate that stands alone.
    const branch = /^b(?:l|lx)?(?:eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al)?$/.test(found.mnemonic);
    const target = branch ? /^#(0x[0-9a-f]+|\d+)$/.exec(found.op_str)?.[1] : undefined;
    return { text, byteLength: found.size, ...(target !== undefined && { target: Number(target) >>> 0 }) };
  };
}
