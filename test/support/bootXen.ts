/**
 * Boots firmware/images/xen.elf with domain images on a machine, as a loader does, for tests of the hypervisor itself: no
 * debugger and no hypervisor awareness takes part; symbols come from the image.
 */
import { readFileSync } from 'node:fs';
import { Image } from '../../src/image/image';
import { goldfish } from '../../src/machine/boards/goldfish';
import { Machine, type MachineOptions } from '../../src/machine/machine';
import type { RunStop } from '../../src/machine/types';

const MODULES_START = 0x0020_0000;
const PAGE_BYTES = 4096;
const TAG_XEN_MODULE = 0x4156_0001;
const TAG_XEN_RAMDISK = 0x4156_0002;
const TAG_XEN_POLICY = 0x4156_0003;
const NAME_BYTES = 32;
const XEN_OFFSET = 0xff00_0000;

export interface Module {
  readonly elf: Uint8Array;
  readonly memoryBytes?: number;
  readonly commandLine?: string;
  readonly name?: string;
  /** Bytes of its RAM disk. */
  readonly ramdisk?: Uint8Array;
}

export interface XenOptions {
  readonly ramBytes?: number;
  /** The hypervisor's own, such as "sched=credit". */
  readonly commandLine?: string;
  /** A compiled access control policy. */
  readonly policy?: Uint8Array;
  /** Device time per tick. */
  readonly nsPerTick?: number;
  readonly machine?: Partial<MachineOptions>;
}

export const firmwareImage = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../firmware/images/${name}.elf`, import.meta.url)));

export class BootedXen {
  readonly image = Image.parse('xen.elf', firmwareImage('xen'));
  readonly machine: Machine;
  console = '';

  constructor(modules: readonly Module[], { ramBytes, commandLine, policy, nsPerTick, machine }: XenOptions = {}) {
    this.machine = new Machine({ board: goldfish, ramBytes, nsPerTick, ...machine });
    for (const segment of this.image.segments) this.machine.writePhysical(segment.physicalAddress, segment.bytes);
    this.machine.onConsoleOutput((_port, bytes) => (this.console += Buffer.from(bytes).toString('latin1')));
    const extraTags = Uint32Array.from(this.place(modules, policy));
    this.machine.boot({ entry: this.image.entry - XEN_OFFSET, commandLine, extraTags });
  }

  private place(modules: readonly Module[], policy: Uint8Array | undefined): number[] {
    let start = MODULES_START;
    const policyTag = policy === undefined ? [] : [4, TAG_XEN_POLICY, start, policy.length];
    if (policy) this.machine.writePhysical(start, policy);
    if (policy) start += Math.ceil(policy.length / PAGE_BYTES) * PAGE_BYTES;
    const moduleTags = modules.flatMap(({ elf, memoryBytes = 4 << 20, commandLine = '', name, ramdisk }, index) => {
      this.machine.writePhysical(start, elf);
      const text = new Uint8Array(NAME_BYTES + ((commandLine.length + 4) & ~3));
      text.set(Buffer.from(name ?? `dom${index}`), 0);
      text.set(Buffer.from(commandLine), NAME_BYTES);
      const words = new Uint32Array(text.buffer);
      const tag = [6 + words.length, TAG_XEN_MODULE, start, elf.length, memoryBytes, 0, ...words];
      start += Math.ceil(elf.length / PAGE_BYTES) * PAGE_BYTES;
      if (ramdisk === undefined) return tag;
      this.machine.writePhysical(start, ramdisk);
      tag.push(4, TAG_XEN_RAMDISK, start, ramdisk.length);
      start += Math.ceil(ramdisk.length / PAGE_BYTES) * PAGE_BYTES;
      return tag;
    });
    return [...policyTag, ...moduleTags];
  }

  /** Address of a symbol of xen.elf. */
  symbol(name: string): number {
    const symbol = this.image.symbol(name);
    if (symbol === undefined) throw new Error(`xen.elf has no symbol ${name}`);
    return symbol.address;
  }

  /** Where a member stands in a structure of the hypervisor, from its DWARF. */
  offset(structure: string, member: string): number {
    const type = this.image.typeNamed(`struct ${structure}`) ?? this.image.typeNamed(structure);
    const found = type && 'members' in type ? type.members.find(({ name }) => name === member) : undefined;
    if (found === undefined) throw new Error(`struct ${structure} has no ${member}`);
    return found.byteOffset;
  }

  /** A word of the hypervisor's own memory (DIRECTMAP). */
  word(address: number): number {
    const bytes = this.machine.readPhysical(address - XEN_OFFSET, 4);
    if (bytes === undefined) throw new Error(`nothing at ${address.toString(16)}`);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  /** Runs until the console shows `text`; fails the test when it has not after so many instructions. */
  runUntilConsole(text: string, maxInstructions: number): void {
    for (let left = maxInstructions; left > 0 && !this.console.includes(text); left -= 10_000) {
      if (this.machine.run(10_000).kind === 'waiting') break;
    }
    if (!this.console.includes(text)) throw new Error(`“${text}” was not printed; the console shows:\n${this.console}`);
  }

  /** Runs to a symbol of xen.elf. */
  runTo(name: string, maxInstructions: number): RunStop {
    this.machine.setBreakpoints([this.symbol(name)]);
    const stop = this.machine.run(maxInstructions);
    this.machine.setBreakpoints([]);
    return stop;
  }
}
