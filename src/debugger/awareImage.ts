/**
 * A hypervisor whose names are others than those that Armvisor looks for (the launch attribute `awareness`): the same image, asked for what
 * it calls things. A name that is not mapped, and everything else, is the image's own.
 */
import type { ImageFace } from '../image/face';
import type { CType, ElfSymbol, FunctionInfo, GlobalVariable, MemoryReader, RegisterSet } from '../image/types';
import { nearestName } from './breakpoints/suggest';
import { UserError } from './types';

/**
 * From the names that Armvisor knows (symbols, functions, globals, `struct vcpu`, members) to those of the hypervisor. A member may be
 * that of one type alone: `struct vcpu.arch`.
 */
export type Awareness = Readonly<Record<string, string>>;

const TAGGED = /^(?:struct|union|enum)\s/;
const MEMBER_OF = /^(.+)\.(\w+)$/;

export class AwareImage implements ImageFace {
  constructor(
    private readonly image: ImageFace,
    private readonly names: Awareness,
  ) {}

  get name(): string {
    return this.image.name;
  }
  get entry(): number {
    return this.image.entry;
  }
  get segments() {
    return this.image.segments;
  }
  get limitations() {
    return this.image.limitations;
  }

  memberName(name: string, owner: string): string {
    const known = Object.entries(this.names).find(([, theirs]) => theirs === owner)?.[0] ?? owner;
    return this.names[`${known}.${name}`] ?? this.names[name] ?? name;
  }
  symbol(name: string): ElfSymbol | undefined {
    return this.image.symbol(this.names[name] ?? name);
  }
  functionNamed(name: string): FunctionInfo | undefined {
    return this.image.functionNamed(this.names[name] ?? name) ?? this.image.functionNamed(name);
  }
  enumerator(name: string): number | undefined {
    return this.image.enumerator(name);
  }

  typeNamed(name: string): CType | undefined {
    return this.image.typeNamed(this.names[name] ?? name);
  }
  globalNamed(name: string): GlobalVariable | undefined {
    return this.image.globalNamed(this.names[name] ?? name);
  }

  section(name: string) {
    return this.image.section(name);
  }
  containsAddress(address: number): boolean {
    return this.image.containsAddress(address);
  }
  symbolAt(address: number) {
    return this.image.symbolAt(address);
  }
  symbols() {
    return this.image.symbols();
  }
  functionAt(address: number): FunctionInfo | undefined {
    return this.image.functionAt(address);
  }
  lineAt(address: number) {
    return this.image.lineAt(address);
  }
  addressesForLine(file: string, line: number) {
    return this.image.addressesForLine(file, line);
  }
  sources() {
    return this.image.sources();
  }
  sourceMd5(file: string) {
    return this.image.sourceMd5(file);
  }
  globals() {
    return this.image.globals();
  }
  localsAt(registers: RegisterSet, readMemory: MemoryReader, isTopFrame?: boolean) {
    return this.image.localsAt(registers, readMemory, isTopFrame);
  }
  unwind(registers: RegisterSet, readMemory: MemoryReader, isTopFrame: boolean) {
    return this.image.unwind(registers, readMemory, isTopFrame);
  }
}

/**
 * The image under the names of a configuration.
 * @throws UserError for a name that the image has neither as symbol nor as type nor as member of a type that is mapped or known
 */
export function awareOf(image: ImageFace, names: Awareness | undefined): ImageFace {
  if (!names || Object.keys(names).length === 0) return image;
  const members = new Set(
    [
      'struct domain',
      'struct vcpu',
      'struct arch_vcpu',
      'struct cpu_user_regs',
      'struct cpu_info',
      'struct schedule_data',
    ]
      .flatMap((type) => [names[type] ?? type])
      .flatMap((type) => memberNames(image.typeNamed(type))),
  );
  for (const [known, theirs] of Object.entries(names)) {
    const owner = MEMBER_OF.exec(known)?.[1];
    const ofOwner = owner === undefined ? undefined : memberNames(image.typeNamed(names[owner] ?? owner));
    const exists = image.symbol(theirs) ?? image.globalNamed(theirs) ?? image.typeNamed(theirs);
    if (ofOwner ? ofOwner.includes(theirs) : exists !== undefined || members.has(theirs)) continue;
    const symbols = TAGGED.test(theirs) ? [] : [...members, ...image.symbols().map(({ name }) => name)];
    const near = nearestName(theirs, ofOwner ?? symbols);
    const what = ofOwner ? `member of ${names[owner!] ?? owner}` : 'symbol, type or member';
    throw new UserError(
      `"awareness" says that "${known}" is "${theirs}" in ${image.name}, which has no such ${what}${near ? `: did you mean "${near}"?` : ': correct it, or leave it out.'}`,
    );
  }
  return new AwareImage(image, names);
}

/** Those of a struct and of the structs in it. */
function memberNames(type: CType | undefined, depth = 0): readonly string[] {
  if (type?.kind !== 'struct' && type?.kind !== 'union') return [];
  if (depth > 4) return [];
  return type.members.flatMap((member) => [member.name, ...memberNames(member.type, depth + 1)]);
}
