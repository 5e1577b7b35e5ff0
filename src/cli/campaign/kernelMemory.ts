/**
 * The hypervisor's memory, read from outside of it: words by its own addresses, members of its structures by their names. Nothing
 * here runs on the machine, and nothing is asked of the hypervisor.
 */
import type { ImageFace } from '../../image/face';
import type { MachineFace } from '../../machine/types';
import { UserError } from '../../debugger/types';

const STACK_BYTES = 4096;
const CPU_INFO_WORDS = 3;

export class KernelMemory {
  /** Between an address of the image and where it lies in the machine's memory (the hypervisor's DIRECTMAP). */
  private readonly offset: number;
  private readonly offsets = new Map<string, number>();

  constructor(
    readonly machine: MachineFace,
    readonly image: ImageFace,
  ) {
    const first = image.segments[0]!;
    this.offset = first.virtualAddress - first.physicalAddress;
  }

  physical(address: number): number {
    return (address - this.offset) >>> 0;
  }

  /** Of `byteLength` bytes at a physical address. @throws UserError when there is no memory */
  bytes(physicalAddress: number, byteLength: number): Uint8Array {
    const bytes = this.machine.readPhysical(physicalAddress, byteLength);
    if (bytes === undefined) throw new UserError(`There is no memory at 0x${physicalAddress.toString(16)}.`);
    return bytes;
  }

  /** The same as words. `physicalAddress` is a multiple of 4. */
  words(physicalAddress: number, count: number): Uint32Array {
    const bytes = this.bytes(physicalAddress, 4 * count);
    return bytes.byteOffset % 4 === 0
      ? new Uint32Array(bytes.buffer, bytes.byteOffset, count)
      : new Uint32Array(bytes.slice().buffer);
  }

  /** A word at an address in DIRECTMAP; 0 where a wild pointer leads. */
  word(address: number): number {
    return this.machine.readPhysical(this.physical(address), 4) === undefined
      ? 0
      : this.words(this.physical(address), 1)[0]!;
  }

  /** The address of a symbol. @throws UserError when the hypervisor has none of this name */
  symbol(name: string): number {
    const symbol = this.image.symbol(name);
    if (symbol === undefined)
      throw new UserError(`The hypervisor has no symbol "${name}": a campaign needs builtin:xen.`);
    return symbol.address;
  }

  variable(name: string): number {
    return this.word(this.symbol(name));
  }

  /** Where a member stands in a structure. */
  offsetOf(structure: string, member: string): number {
    const key = `${structure}.${member}`;
    let offset = this.offsets.get(key);
    if (offset === undefined) {
      const type = this.image.typeNamed(`struct ${structure}`) ?? this.image.typeNamed(structure);
      const found = type && 'members' in type ? type.members.find(({ name }) => name === member) : undefined;
      if (found === undefined) throw new UserError(`The hypervisor has no ${key}: a campaign needs builtin:xen.`);
      this.offsets.set(key, (offset = found.byteOffset));
    }
    return offset;
  }

  /** A word that is a member of the structure at `address`. */
  member(address: number, structure: string, member: string): number {
    return this.word(address + this.offsetOf(structure, member));
  }

  /** Addresses of all `struct domain`s in the hypervisor's list. */
  domains(): readonly number[] {
    const found: number[] = [];
    for (let at = this.variable('domain_list'); at !== 0 && !found.includes(at) && found.length < 256;) {
      found.push(at);
      at = this.member(at, 'domain', 'next_in_list');
    }
    return found;
  }

  domainId(domain: number): number {
    return this.member(domain, 'domain', 'domain_id') & 0xffff;
  }

  /**
   * Bytes of the hypervisor stack of this domain that have never been used: a page that was cleared when it was made, with
   * struct cpu_info at its base.
   */
  stackRoom(domain: number): number {
    const vcpu = this.member(domain, 'domain', 'vcpu');
    const frame = this.word(vcpu + this.offsetOf('vcpu', 'arch') + this.offsetOf('arch_vcpu', 'guest_frame'));
    const stack = this.words(this.physical(frame & -STACK_BYTES), STACK_BYTES / 4);
    const used = stack.findIndex((word, index) => index >= CPU_INFO_WORDS && word !== 0);
    return 4 * (used < 0 ? stack.length : used) - 4 * CPU_INFO_WORDS;
  }

  /** The domain of a `struct vcpu`. */
  domainOf(vcpu: number): number {
    return this.member(vcpu, 'vcpu', 'domain');
  }
}
