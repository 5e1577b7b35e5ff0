/** Types and global variables: gdb's whole description of each against ours, in the same words. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Image } from '../../src/image/image';
import type { CType } from '../../src/image/types';
import { describeType } from './support/describeType';
import { build, open, variants } from './support/fixtures';
import { gdb, needs } from './support/tools';

const typeNames = [
  'struct shape',
  'struct bits',
  'struct packed_bits',
  'struct list',
  'struct later',
  'atomic_t',
  'handler_t',
  'enum colour',
  'enum plain',
  'word_t',
  'char',
  'int',
  'double',
  'long long',
];

interface GdbType {
  readonly name: string;
  readonly type: string;
}

interface GdbVariable {
  readonly variable: string;
  readonly file: string;
  readonly address: number;
  readonly type: string;
}

describe('C types and global variables', function () {
  this.timeout(120_000);
  before(function () {
    needs(this, 'arm-none-eabi-gcc', 'gdb-multiarch');
  });

  it('describes every type as gdb does: sizes, offsets, bit fields, arrays, enumerators', () => {
    for (const { name, path, image } of variants()) {
      const described = fromGdb(path).filter((item) => 'name' in item);
      assert.equal(described.length, typeNames.length);
      for (const wanted of described) {
        const type = image.typeNamed(wanted.name);
        assert.ok(type, `${name}: ${wanted.name}`);
        assert.equal(describeType(type, 3), wanted.type, `${name}: ${wanted.name}`);
      }
    }
  });

  it('finds the global and static variables that gdb lists, at the same addresses', () => {
    for (const { name, path, image } of variants()) {
      const listed = fromGdb(path).filter((item) => 'variable' in item);
      const wanted = listed.map((each) => `${each.variable} ${each.address.toString(16)} ${each.type}`).sort();
      const found = image
        .globals()
        .map((each) => `${each.name} ${each.address.toString(16)} ${describeType(each.type, 1)}`);
      assert.ok(wanted.length >= 6);
      assert.deepEqual(found.sort(), wanted, name);
      for (const each of listed) assert.ok(image.globalNamed(each.variable), each.variable);
    }
  });

  it('resolves a structure that one file only declares to its definition in another', () => {
    for (const { image } of variants()) {
      const variable = image.globalNamed('current_shape');
      const shape = variable && strip(variable.type);
      assert.equal(shape?.kind, 'pointer');
      const later = strip(memberType(strip((shape as Extract<CType, { kind: 'pointer' }>).target), 'later'));
      const target = (later as Extract<CType, { kind: 'pointer' }>).target;
      assert.equal(target.kind === 'struct' && target.incomplete, false);
      assert.equal(target.kind === 'struct' && target.members.length, 2);
    }
  });

  it('prefers the external variable among statics of its name, and knows integers by any order of their words', () => {
    const { image } = variants()[0];
    assert.equal(image.globalNamed('no_such_variable'), undefined);
    assert.deepEqual(image.typeNamed('unsigned'), image.typeNamed('unsigned int'));
    assert.deepEqual(image.typeNamed('long long int'), image.typeNamed('long long'));
    assert.equal(image.typeNamed('shape')?.kind, 'struct');
    assert.equal(image.typeNamed('no_such_type'), undefined);
    assert.equal(image.typeNamed('struct no_such_type'), undefined);
  });

  it('reads type units (-fdebug-types-section) of DWARF 4 and 5', () => {
    for (const version of [4, 5]) {
      const path = build(`type units ${version}`, [`-gdwarf-${version}`, '-O1', '-fdebug-types-section']);
      compareTypes(open(path), path);
    }
  });

  it('says that compressed debug information is not read, and how to get it read', () => {
    const image = open(build('compressed', ['-g', '-O0'], ['-gz']));
    assert.equal(image.limitations.length, 1);
    assert.match(image.limitations[0], /compressed.*decompress/);
    assert.equal(image.typeNamed('struct shape'), undefined);
  });
});

function compareTypes(image: Image, path: string): void {
  for (const wanted of fromGdb(path).filter((item) => 'name' in item)) {
    const type = image.typeNamed(wanted.name);
    assert.ok(type, wanted.name);
    assert.equal(describeType(type, 3), wanted.type, wanted.name);
  }
}

function fromGdb(path: string): (GdbType | GdbVariable)[] {
  const script = join(import.meta.dirname, 'support/describeTypes.py');
  return gdb(path, [`set args ${typeNames.join('|')}`, `source ${script}`])[1]
    .split('\n')
    .filter((line) => line.startsWith('@@'))
    .map((line) => JSON.parse(line.slice(2)) as GdbType | GdbVariable);
}

function strip(type: CType): CType {
  return type.kind === 'typedef' || type.kind === 'qualified' ? strip(type.target) : type;
}

function memberType(type: CType, name: string): CType {
  assert.ok(type.kind === 'struct' || type.kind === 'union');
  const member = type.members.find((each) => each.name === name);
  assert.ok(member, name);
  return member.type;
}
