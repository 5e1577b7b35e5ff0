/**
 * C types from DWARF (DWARF 5, chapter 5). What a type refers to is read when its getter is first used, since C types are
 * cyclic and one pointer may lead through half a kernel.
 */
import type { CMember, CType } from '../types';
import { At, Encoding, Form, Tag } from './constants';
import type { DebugInfo } from './debugInfo';
import type { Entry } from './entry';
import type { NameIndex, TypeSpace } from './nameIndex';
import { constantOffset, memberOf } from './members';
import { NameMentions } from './nameMentions';
import type { EntryId, UnitHeader } from './unit';

export const voidType: CType = { kind: 'void' };

const POINTER_BYTES = 4;
/** Typedefs, qualifiers and array dimensions in a row; real programs stay under ten, a damaged file may go in circles. */
const MAX_CHAIN = 64;
const MAX_DIMENSIONS = 32;

const encodings: Readonly<Record<number, Extract<CType, { kind: 'base' }>['encoding']>> = {
  [Encoding.boolean]: 'boolean',
  [Encoding.float]: 'float',
  [Encoding.signed]: 'signed',
  [Encoding.signedChar]: 'char',
  [Encoding.unsigned]: 'unsigned',
  [Encoding.unsignedChar]: 'unsignedChar',
};

/** A type that is looked for when it is asked for, and then known: values are read through them at every stop. */
function once(find: () => CType): () => CType {
  let found: CType | undefined;
  return () => (found ??= find());
}

export class Types {
  /** Debuggers ask for the same few names at every stop. */
  private readonly byName = new Map<string, CType | undefined>();
  private readonly byEntry = new Map<EntryId, CType>();
  private readonly enumerators = new Map<string, number | undefined>();
  private mentions: NameMentions | undefined;

  constructor(
    private readonly info: DebugInfo,
    private readonly names: () => NameIndex,
  ) {}

  /** The type of an entry that has one (DW_AT_type); void without it. */
  typeOf(entry: Entry): CType {
    return this.at(entry.reference(At.type));
  }

  at(id: EntryId | undefined): CType {
    if (id === undefined) return voidType;
    let type = this.byEntry.get(id);
    if (type === undefined) {
      type = this.info.tolerate(() => this.read(id), voidType);
      this.byEntry.set(id, type);
    }
    return type;
  }

  /** By name as C writes it: `struct vcpu`, `atomic_t`, `unsigned long`; a bare tag is found when no typedef has the name. */
  named(name: string): CType | undefined {
    if (!this.byName.has(name)) this.byName.set(name, this.find(name));
    return this.byName.get(name);
  }

  private find(name: string): CType | undefined {
    const [first, ...rest] = name.trim().split(/\s+/);
    const tagged = ['struct', 'union', 'enum'].includes(first) && rest.length === 1;
    if (tagged) return this.inSpace(first as TypeSpace, rest[0]);
    const spelled = [first, ...rest].join(' ');
    if (spelled === 'void') return voidType;
    const spellings = [spelled, canonicalInteger(spelled)].filter((spelling) => spelling !== undefined);
    for (const spelling of spellings) {
      for (const space of ['plain', 'struct', 'union', 'enum'] as const) {
        const found = this.inSpace(space, spelling);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** The value of an enumeration constant that is visible in a whole unit; the first in the file. */
  enumerator(name: string): number | undefined {
    if (!this.enumerators.has(name)) this.enumerators.set(name, this.findEnumerator(name));
    return this.enumerators.get(name);
  }

  private findEnumerator(name: string): number | undefined {
    const mentions = (this.mentions ??= new NameMentions(this.info));
    const sought = mentions.sought(name);
    for (const header of this.info.headers) {
      if (!mentions.mayHave(header, sought)) continue;
      const value = this.info.tolerate(() => this.enumeratorIn(header, name), undefined);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  private enumeratorIn(header: UnitHeader, name: string): number | undefined {
    const unit = this.info.unit(header);
    const root = unit && this.info.entry(unit.idBase + unit.firstEntry);
    for (const entry of root ? this.info.children(root) : []) {
      if (entry.tag !== Tag.enumerationType) continue;
      const found = this.readEnumerators(entry).find((constant) => constant.name === name);
      if (found) return found.value;
    }
    return undefined;
  }

  private inSpace(space: TypeSpace, name: string): CType | undefined {
    const found = this.names().type(space, name);
    return found && this.at(found.id);
  }

  private read(id: EntryId): CType {
    const entry = this.info.entry(id);
    if (entry === undefined || this.isEndless(entry)) return voidType;
    const byteSize = entry.constant(At.byteSize);
    switch (entry.tag) {
      case Tag.baseType:
        return this.readBase(entry, byteSize ?? 0);
      case Tag.pointerType:
      case Tag.referenceType:
      case Tag.rvalueReferenceType:
        return this.lazyTarget(entry, { kind: 'pointer' as const, byteSize: byteSize ?? POINTER_BYTES });
      case Tag.structureType:
      case Tag.classType:
        return this.readAggregate(entry, 'struct');
      case Tag.unionType:
        return this.readAggregate(entry, 'union');
      case Tag.enumerationType:
        return this.readEnumeration(entry);
      case Tag.arrayType:
        return this.readArray(entry);
      case Tag.typedef:
        return this.lazyTarget(entry, { kind: 'typedef' as const, name: entry.name ?? '' });
      case Tag.constType:
        return this.lazyTarget(entry, { kind: 'qualified' as const, qualifier: 'const' as const });
      case Tag.volatileType:
        return this.lazyTarget(entry, { kind: 'qualified' as const, qualifier: 'volatile' as const });
      case Tag.restrictType:
      case Tag.atomicType:
        return this.typeOf(entry);
      case Tag.subroutineType:
        return { kind: 'function' };
      default:
        return voidType;
    }
  }

  private readBase(entry: Entry, byteSize: number): CType {
    const name = entry.name ?? '';
    const encoding = entry.constant(At.encoding) ?? Encoding.unsigned;
    if (encoding === Encoding.complexFloat) {
      const part: CType = { kind: 'base', name, byteSize: byteSize / 2, encoding: 'float' };
      return { kind: 'array', element: part, count: 2 };
    }
    return { kind: 'base', name, byteSize, encoding: encodings[encoding] ?? 'unsigned' };
  }

  private readAggregate(entry: Entry, kind: 'struct' | 'union'): CType {
    const name = entry.name;
    if (entry.flag(At.declaration)) {
      const complete = name === undefined ? undefined : this.names().type(kind, name);
      if (complete?.complete && complete.id !== entry.id) return this.at(complete.id);
      return { kind, name, byteSize: 0, members: [], incomplete: true };
    }
    const readMembers = () => this.info.tolerate(() => this.readMembers(entry), []);
    let members: readonly CMember[] | undefined;
    return {
      kind,
      name,
      byteSize: entry.constant(At.byteSize) ?? 0,
      incomplete: false,
      get members() {
        return (members ??= readMembers());
      },
    };
  }

  private readMembers(entry: Entry): CMember[] {
    const members: CMember[] = [];
    for (const child of this.info.children(entry)) {
      const type = once(() => this.typeOf(child));
      if (child.tag === Tag.inheritance) {
        members.push(lazyType({ name: '', byteOffset: constantOffset(child) }, type));
      } else if (child.tag === Tag.member && !child.flag(At.external) && !child.flag(At.declaration)) {
        members.push(
          lazyType(
            memberOf(child, () => sizeOf(type())),
            type,
          ),
        );
      }
    }
    return members;
  }

  private readEnumeration(entry: Entry): CType {
    if (entry.flag(At.declaration) && entry.name !== undefined) {
      const complete = this.names().type('enum', entry.name);
      if (complete?.complete && complete.id !== entry.id) return this.at(complete.id);
    }
    const byteSize = entry.constant(At.byteSize) ?? sizeOf(this.typeOf(entry)) ?? 4;
    const readValues = () => this.info.tolerate(() => this.readEnumerators(entry), []);
    let values: { name: string; value: number }[] | undefined;
    return {
      kind: 'enum',
      name: entry.name,
      byteSize,
      get values() {
        return (values ??= readValues());
      },
    };
  }

  private readEnumerators(entry: Entry): { name: string; value: number }[] {
    return [...this.info.children(entry)]
      .filter((child) => child.tag === Tag.enumerator)
      .map((child) => ({ name: child.name ?? '', value: child.constant(At.constValue) ?? 0 }));
  }

  private readArray(entry: Entry): CType {
    const counts = [...this.info.children(entry)]
      .filter((child) => child.tag === Tag.subrangeType)
      .slice(0, MAX_DIMENSIONS)
      .map(countOf);
    if (counts.length === 0) counts.push(undefined);
    const element = () => this.typeOf(entry);
    const nest = (dimension: number): CType => {
      if (dimension === counts.length) return element();
      const inner = once(() => nest(dimension + 1));
      return {
        kind: 'array',
        count: counts[dimension],
        get element() {
          return inner();
        },
      };
    };
    return nest(0);
  }

  private lazyTarget<T extends object>(entry: Entry, type: T): T & { readonly target: CType } {
    const target = once(() => this.typeOf(entry));
    return Object.defineProperty(type, 'target', { get: target, enumerable: true }) as T & { readonly target: CType };
  }

  /** True when following what a type merely renames or repeats never ends. */
  private isEndless(start: Entry): boolean {
    let entry: Entry | undefined = start;
    for (let count = 0; entry !== undefined && isLink(entry.tag); count++) {
      if (count === MAX_CHAIN) return true;
      const id: EntryId | undefined = entry.reference(At.type);
      entry = id === undefined ? undefined : this.info.entry(id);
    }
    return false;
  }
}

/** Bytes that a value of the type takes; undefined where C's sizeof has no answer. */
export function sizeOf(type: CType): number | undefined {
  switch (type.kind) {
    case 'array': {
      const element = sizeOf(type.element);
      return element === undefined || type.count === undefined ? undefined : element * type.count;
    }
    case 'typedef':
    case 'qualified':
      return sizeOf(type.target);
    case 'void':
    case 'function':
      return undefined;
    default:
      return type.byteSize;
  }
}

function isLink(tag: number): boolean {
  switch (tag) {
    case Tag.typedef:
    case Tag.constType:
    case Tag.volatileType:
    case Tag.restrictType:
    case Tag.atomicType:
    case Tag.arrayType:
    case Tag.enumerationType:
      return true;
    default:
      return false;
  }
}

function countOf(subrange: Entry): number | undefined {
  const count = subrange.constant(At.count);
  if (count !== undefined) return count;
  const bound = subrange.value(At.upperBound);
  const upper = subrange.constant(At.upperBound);
  if (bound === undefined || upper === undefined) return undefined;
  // GCC writes the bound of `int none[0]` as -1, in whatever unsigned form it likes.
  if (bound.form !== Form.sdata && upper === 0xffffffff) return 0;
  return Math.max(0, upper + 1);
}

function lazyType(member: Omit<CMember, 'type'>, type: () => CType): CMember {
  return Object.defineProperty(member, 'type', { get: type, enumerable: true }) as CMember;
}

/** The name that GCC gives to an integer type in DWARF, from any order of C's words; undefined for other names. */
function canonicalInteger(name: string): string | undefined {
  const words = name.split(' ');
  if (!words.every((word) => ['signed', 'unsigned', 'short', 'long', 'int', 'char'].includes(word))) return undefined;
  const count = (word: string) => words.filter((each) => each === word).length;
  const unsigned = count('unsigned') > 0;
  if (count('char') > 0) return unsigned ? 'unsigned char' : count('signed') > 0 ? 'signed char' : 'char';
  const length = count('short') > 0 ? 'short ' : 'long '.repeat(count('long'));
  return `${length}${unsigned ? 'unsigned ' : ''}int`;
}
