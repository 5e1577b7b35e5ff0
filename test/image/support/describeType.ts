/** A C type in the words of describeTypes.py, so that gdb's knowledge and ours can be compared as text. */
import type { CMember, CType } from '../../../src/image/types';

/** @param depth how many levels of members and pointers to open */
export function describeType(type: CType, depth: number): string {
  switch (type.kind) {
    case 'typedef':
      return `typedef ${type.name} > ${describeType(type.target, depth)}`;
    case 'qualified': {
      const words = new Set<string>();
      let plain: CType = type;
      while (plain.kind === 'qualified') {
        words.add(plain.qualifier);
        plain = plain.target;
      }
      const text = describeType(plain, depth);
      // gdb gives a qualified array its qualifier on the elements only.
      if (plain.kind === 'array') return text;
      return [...['const', 'volatile'].filter((word) => words.has(word)), text].join(' ');
    }
    case 'pointer':
      return `* ${depth <= 0 ? '...' : describeType(type.target, depth - 1)}`;
    case 'array':
      return `[${type.count || ''}] ${describeType(type.element, depth)}`;
    case 'struct':
    case 'union': {
      const head = `${type.kind} ${type.name ?? ''} ${type.byteSize}`;
      if (depth <= 0) return head;
      return `${head} { ${type.members.map((member) => describeMember(member, depth)).join('; ')} }`;
    }
    case 'enum': {
      const values = type.values.map(({ name, value }) => `${name}=${value}`).join(',');
      return `enum ${type.name ?? ''} ${type.byteSize} ${values}`;
    }
    case 'base':
      return `${gdbName(type.name)} ${type.byteSize}`;
    default:
      return type.kind;
  }
}

/** gdb orders the words of integer types its own way: `long long unsigned int` is its `unsigned long long`. */
function gdbName(name: string): string {
  const words = name.split(' ');
  if (!words.includes('int') || words.length === 1) return name;
  const length = words.filter((word) => word === 'long' || word === 'short');
  const sign = words.includes('unsigned') ? ['unsigned'] : [];
  return [...sign, ...(length.length > 0 ? length : ['int'])].join(' ');
}

function describeMember(member: CMember, depth: number): string {
  const bit = member.byteOffset * 8 + (member.bitOffset ?? 0);
  return `${member.name}@${bit}:${member.bitSize ?? 0} ${describeType(member.type, depth - 1)}`;
}
