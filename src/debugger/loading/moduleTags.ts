/** ATAG_XEN_MODULE, the tag by which the loader hands a domain's image to the hypervisor: place, size, memory, name, command line. */
const ATAG_XEN_MODULE = 0x41560001;
const NAME_BYTES = 32;
const HEADER_WORDS = 6;

export interface ModuleDescription {
  readonly address: number;
  readonly byteLength: number;
  readonly memoryBytes: number;
  readonly name: string;
  readonly commandLine: string;
  /** Where the domain's RAM disk stands in physical memory. */
  readonly ramdisk?: { readonly address: number; readonly byteLength: number };
}

/** All tags, one after the other. */
export function moduleTags(modules: readonly ModuleDescription[]): Uint32Array {
  return Uint32Array.from(
    modules.flatMap((module) => [...moduleTag(module), ...(module.ramdisk ? ramdiskTag(module.ramdisk) : [])]),
  );
}

function moduleTag({ address, byteLength, memoryBytes, name, commandLine }: ModuleDescription): number[] {
  const encoder = new TextEncoder();
  const line = encoder.encode(commandLine);
  const text = new Uint8Array(NAME_BYTES + Math.ceil((line.length + 1) / 4) * 4);
  // At least one NUL ends the name.
  text.set(encoder.encode(name).subarray(0, NAME_BYTES - 1));
  text.set(line, NAME_BYTES);
  const words = new DataView(text.buffer);
  const sizeInWords = HEADER_WORDS + text.length / 4;
  return [
    sizeInWords,
    ATAG_XEN_MODULE,
    address,
    byteLength,
    memoryBytes,
    0,
    ...Array.from({ length: text.length / 4 }, (_, index) => words.getUint32(index * 4, true)),
  ];
}

/** ATAG_XEN_RAMDISK, which belongs to the module tag before it. */
const ramdiskTag = ({ address, byteLength }: NonNullable<ModuleDescription['ramdisk']>): readonly number[] => [
  4,
  0x4156_0002,
  address,
  byteLength,
];

/** ATAG_XEN_POLICY: where the compiled access control policy stands. */
export const policyTag = (address: number, byteLength: number): Uint32Array =>
  Uint32Array.of(4, 0x4156_0003, address, byteLength);
