/**
 * Structured access to target memory through the C types of an image: `vcpu[0]->arch.guest_context.sys_regs.vpsr`.
 * Knows C's rules for members, arrays and pointers, and nothing of any hypervisor. What cannot be read is a `Missing` with its reason.
 */
import type { ImageFace } from '../image/face';
import type { CMember, CType, MemoryReader } from '../image/types';
import { isMissing, type Missing, type OrMissing } from './types';

/** A thing in memory with its type. */
export interface TypedPlace {
  readonly address: number;
  readonly type: CType;
  readonly bitField?: { readonly bitSize: number; readonly bitOffset: number };
}

/** Types without names: typedefs and qualifiers looked through (bounded, for broken DWARF). */
export function stripType(type: CType): CType {
  let bare = type;
  for (let depth = 0; depth < 32 && (bare.kind === 'typedef' || bare.kind === 'qualified'); depth++) bare = bare.target;
  return bare;
}

/** Size in bytes as `sizeof` gives it; undefined for void, functions, incomplete and unbounded types. */
export function typeBytes(type: CType): number | undefined {
  const bare = stripType(type);
  switch (bare.kind) {
    case 'base':
    case 'pointer':
    case 'enum':
      return bare.byteSize;
    case 'struct':
    case 'union':
      return bare.incomplete ? undefined : bare.byteSize;
    case 'array': {
      const element = typeBytes(bare.element);
      return element === undefined || bare.count === undefined ? undefined : element * bare.count;
    }
    default:
      return undefined;
  }
}

/** A member by name; anonymous structs and unions are searched like their owner (C11 6.7.2.1). */
export function memberNamed(type: CType, name: string): CMember | undefined {
  const bare = stripType(type);
  if (bare.kind !== 'struct' && bare.kind !== 'union') return undefined;
  for (const member of bare.members) {
    if (member.name === name) return member;
    if (member.name !== '') continue;
    const inner = memberNamed(member.type, name);
    if (inner) return { ...inner, byteOffset: member.byteOffset + inner.byteOffset };
  }
  return undefined;
}

const STEP = /^(?:->|\.)?([A-Za-z_]\w*)|^\[(\d+)\]/;

export class TypedMemory {
  private readonly fixed = new WeakMap<CType, Map<string, TypedPlace | undefined>>();

  constructor(
    readonly image: ImageFace,
    private readonly read: MemoryReader,
  ) {}

  /** A global variable as a place. */
  global(name: string): OrMissing<TypedPlace> {
    const variable = this.image.globalNamed(name);
    if (variable) return { address: variable.address, type: variable.type };
    return {
      missing: this.image.symbol(name)
        ? `${this.image.name} has the symbol ${name} but no type for it (build with -g)`
        : `${this.image.name} has no variable ${name}`,
    };
  }

  /** Follows a path from a place: members by `.` or `->`, elements by `[n]`; pointers on the way are read. */
  follow(start: OrMissing<TypedPlace>, path: string): OrMissing<TypedPlace> {
    if (isMissing(start) || path === '') return start;
    const fixed = this.fixedPath(start.type, path);
    if (fixed) return { ...fixed, address: (start.address + fixed.address) >>> 0 };
    return this.walk(start, path);
  }

  /** Where a path leads from address 0, when no pointer has to be read on the way: found once for each type. */
  private fixedPath(type: CType, path: string): TypedPlace | undefined {
    let known = this.fixed.get(type);
    if (!known) this.fixed.set(type, (known = new Map()));
    if (known.has(path)) return known.get(path);
    let reads = false;
    const still = new TypedMemory(this.image, () => void (reads = true));
    const place = still.walk({ address: 0, type }, path);
    const found = reads || isMissing(place) ? undefined : place;
    known.set(path, found);
    return found;
  }

  private walk(start: OrMissing<TypedPlace>, path: string): OrMissing<TypedPlace> {
    let place = start;
    let rest = path;
    while (rest !== '') {
      if (isMissing(place)) return place;
      const step = STEP.exec(rest);
      if (!step) return { missing: `"${path}" is not a member path` };
      place = step[2] === undefined ? this.member(place, step[1]!) : this.element(place, Number(step[2]));
      rest = rest.slice(step[0].length);
    }
    return place;
  }

  /** The scalar at the end of a path, as an unsigned (or, for signed types, signed) integer. */
  number(start: OrMissing<TypedPlace>, path = ''): OrMissing<number> {
    const place = this.follow(start, path);
    if (isMissing(place)) return place;
    const bare = stripType(place.type);
    // A one-member struct around a scalar (pagetable_t and the like) reads as its member.
    if (bare.kind === 'struct' && bare.members.length === 1) return this.number(place, bare.members[0]!.name);
    const size = typeBytes(bare);
    if (size === undefined || size > 8 || !['base', 'pointer', 'enum'].includes(bare.kind))
      return { missing: `${path || 'the value'} is not a scalar` };
    const bytes = this.read(place.address, size);
    if (!bytes) return unmapped(place.address);
    return scalar(bytes, bare, place.bitField);
  }

  /** The place a pointer points to. A null pointer is missing. */
  target(start: OrMissing<TypedPlace>): OrMissing<TypedPlace> {
    if (isMissing(start)) return start;
    const bare = stripType(start.type);
    if (bare.kind !== 'pointer') return { missing: 'not a pointer' };
    const value = this.number(start);
    if (isMissing(value)) return value;
    if (value === 0) return { missing: 'a null pointer' };
    return { address: value, type: bare.target };
  }

  private member(place: TypedPlace, name: string): OrMissing<TypedPlace> {
    const owner = stripType(place.type).kind === 'pointer' ? this.target(place) : place;
    if (isMissing(owner)) return { missing: `${owner.missing} before ${name}` };
    const theirs = this.image.memberName?.(name, typeName(stripType(owner.type))) ?? name;
    const member = memberNamed(owner.type, theirs) ?? memberNamed(owner.type, name);
    if (!member) return { missing: `${typeName(owner.type)} of ${this.image.name} has no member ${name}` };
    return memberPlace(owner, member);
  }

  private element(place: TypedPlace, index: number): OrMissing<TypedPlace> {
    const bare = stripType(place.type);
    const base = bare.kind === 'pointer' ? this.target(place) : place;
    if (isMissing(base)) return base;
    const element = bare.kind === 'array' ? bare.element : base.type;
    if (bare.kind === 'array' && bare.count !== undefined && index >= bare.count)
      return { missing: `index ${index} is outside of the array of ${bare.count}` };
    const size = typeBytes(element);
    if (size === undefined) return { missing: 'elements of unknown size' };
    return { address: (base.address + index * size) >>> 0, type: element };
  }
}

export function memberPlace(owner: TypedPlace, member: CMember): TypedPlace {
  const address = (owner.address + member.byteOffset) >>> 0;
  if (member.bitSize === undefined) return { address, type: member.type };
  return { address, type: member.type, bitField: { bitSize: member.bitSize, bitOffset: member.bitOffset ?? 0 } };
}

/** Little-endian scalar of up to eight bytes; 64-bit values lose exactness above 2^53, which is fine for display. */
export function scalar(bytes: Uint8Array, type: CType, bitField?: TypedPlace['bitField']): number {
  let value = 0;
  for (let index = bytes.length - 1; index >= 0; index--) value = value * 256 + bytes[index]!;
  let bits = bytes.length * 8;
  if (bitField) {
    value = Math.floor(value / 2 ** bitField.bitOffset) % 2 ** bitField.bitSize;
    bits = bitField.bitSize;
  }
  const bare = stripType(type);
  const signed =
    (bare.kind === 'base' && (bare.encoding === 'signed' || bare.encoding === 'char')) ||
    (bare.kind === 'enum' && bare.values.some((constant) => constant.value < 0));
  // ARM's plain char is unsigned (AAPCS 7.1.1), but DWARF says which one the compiler used.
  return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

export const unmapped = (address: number): Missing => ({
  missing: `nothing is mapped at 0x${(address >>> 0).toString(16)}`,
});

/** A type as C writes it: `struct vcpu *`, `char[16]`. */
export function typeName(type: CType, declarator = ''): string {
  switch (type.kind) {
    case 'base':
    case 'typedef':
      return declared(type.name, declarator);
    case 'pointer':
      return typeName(type.target, type.target.kind === 'array' ? `(*${declarator})` : `*${declarator}`);
    case 'array':
      return typeName(type.element, `${declarator}[${type.count ?? ''}]`);
    case 'qualified':
      return `${type.qualifier} ${typeName(type.target, declarator)}`;
    case 'void':
    case 'function':
      return declared(type.kind, declarator);
    default:
      return declared(`${type.kind} ${type.name ?? '{...}'}`, declarator);
  }
}

const declared = (name: string, declarator: string): string =>
  `${name}${/^[*(]/.test(declarator) ? ' ' : ''}${declarator}`;
