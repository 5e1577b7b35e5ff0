/**
 * Every combination that decides an access: MMU-domain field, AP, S and R, privilege, kind of access, kind of mapping; the walk and the
 * executed instruction against a table written from the manual (ARM DDI 0100 B4.3.2, B4.6.1; ARM DDI 0198D 3.4 for the reserved domain
 * value, which behaves as no access). AP=00 with both S and R is UNPREDICTABLE and left out.
 */
import assert from 'node:assert/strict';
import { boardNamed } from '../../../src/machine/boards';
import { createMachine } from '../../../src/machine/machine';
import type { AccessKind } from '../../../src/machine/types';

const LEVEL1 = 0x100000;
const LEVEL2 = 0x104000;
const TARGET = 0x200000;
const VIRTUAL = 0x40000000;
const CODE = 0x8000;
const DOMAIN = 5;
const MANAGER_OF_CODE = 15;

/** What may be done, by AP and then S, R: privileged, user. */
const rights: Readonly<Record<string, readonly [privileged: string, user: string]>> = {
  'AP=00 S=0 R=0': ['', ''],
  'AP=00 S=1 R=0': ['r', ''],
  'AP=00 S=0 R=1': ['r', 'r'],
  'AP=01 S=0 R=0': ['rw', ''],
  'AP=01 S=1 R=0': ['rw', ''],
  'AP=01 S=0 R=1': ['rw', ''],
  'AP=10 S=0 R=0': ['rw', 'r'],
  'AP=10 S=1 R=0': ['rw', 'r'],
  'AP=10 S=0 R=1': ['rw', 'r'],
  'AP=11 S=0 R=0': ['rw', 'rw'],
  'AP=11 S=1 R=0': ['rw', 'rw'],
  'AP=11 S=0 R=1': ['rw', 'rw'],
};

/** A mapping: its first-level descriptor, its second-level one, and whether its faults are those of a section or a page. */
interface Mapping {
  readonly name: string;
  readonly level1: (ap: number) => number;
  readonly level2?: (ap: number) => number;
  readonly statuses: { readonly translation: number; readonly domain: number; readonly permission: number };
}
const SECTION = { translation: 0x5, domain: 0x9, permission: 0xd };
const PAGE = { translation: 0x7, domain: 0xb, permission: 0xf };
const four = (ap: number): number => ap * 0b01010101;
const mappings: readonly Mapping[] = [
  { name: 'section', level1: (ap) => TARGET | (ap << 10) | (DOMAIN << 5) | 0x12, statuses: SECTION },
  {
    name: 'large page',
    level1: () => LEVEL2 | (DOMAIN << 5) | 0x11,
    level2: (ap) => TARGET | (four(ap) << 4) | 1,
    statuses: PAGE,
  },
  {
    name: 'small page',
    level1: () => LEVEL2 | (DOMAIN << 5) | 0x11,
    level2: (ap) => TARGET | (four(ap) << 4) | 2,
    statuses: PAGE,
  },
  {
    name: 'small page of a fine table',
    level1: () => LEVEL2 | (DOMAIN << 5) | 0x13,
    level2: (ap) => TARGET | (four(ap) << 4) | 2,
    statuses: PAGE,
  },
  {
    name: 'tiny page',
    level1: () => LEVEL2 | (DOMAIN << 5) | 0x13,
    level2: (ap) => TARGET | (ap << 4) | 3,
    statuses: PAGE,
  },
];

const kinds: readonly AccessKind[] = ['read', 'write', 'fetch'];
/** ldr r0, [r1] and str r0, [r1]; a fetch executes the target itself (mov pc, lr). */
const instructions: Readonly<Record<AccessKind, number>> = { read: 0xe5910000, write: 0xe5810000, fetch: 0xe1a0f00e };

const board = boardNamed('goldfish');
if ('error' in board) throw new Error(board.error);
const machine = createMachine({ board, ramBytes: 4 << 20 });

function writeWord(address: number, value: number): void {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  assert.ok(machine.writePhysical(address, bytes));
}

function map(mapping: Mapping, ap: number): void {
  writeWord(LEVEL1 + ((VIRTUAL >>> 20) << 2), mapping.level1(ap));
  const entry = mapping.level2?.(ap);
  // A large page stands in sixteen entries of a coarse table; the same in a fine one for a small page's four.
  for (let index = 0; index < 16 && entry !== undefined; index++) writeWord(LEVEL2 + index * 4, entry);
}

/** Executes one access and gives the fault status that it ended with; undefined when it was allowed. */
function execute(kind: AccessKind, user: boolean): { status: number; far: number | undefined } | undefined {
  const { cpu } = machine;
  cpu.setCpsr(user ? 0xd0 : 0xd3);
  cpu.setRegister(1, VIRTUAL);
  cpu.setRegister(14, CODE);
  cpu.setRegister(15, kind === 'fetch' ? VIRTUAL : CODE);
  writeWord(kind === 'fetch' ? TARGET : CODE, instructions[kind]);
  assert.equal(machine.run(1).kind, 'count');
  if (cpu.mode !== 'abt') return undefined;
  assert.equal(cpu.getRegister(15), kind === 'fetch' ? 0x0c : 0x10);
  const { dfsr, ifsr, far } = cpu.getCp15();
  return kind === 'fetch' ? { status: ifsr, far: undefined } : { status: dfsr, far };
}

describe('MMU checks, every combination', () => {
  before(() => {
    for (let index = 0; index < 4096; index++) writeWord(LEVEL1 + index * 4, 0);
    writeWord(LEVEL1, 0x012 | (MANAGER_OF_CODE << 5));
    machine.boot({ entry: CODE });
    machine.cpu.setCp15('ttbr', LEVEL1);
  });

  for (const mapping of mappings) {
    for (const [key, [privilegedRights, userRights]] of Object.entries(rights)) {
      it(`${mapping.name}, ${key}: all domain fields, both privileges, read, write and fetch`, () => {
        const [ap, s, r] = [Number.parseInt(key.slice(3, 5), 2), Number(key[8]), Number(key[12])] as const;
        map(mapping, ap);
        machine.cpu.setCp15('control', 1 | (s << 8) | (r << 9));
        for (let field = 0; field < 4; field++) {
          machine.cpu.setCp15('dacr', ((field << (DOMAIN * 2)) | (3 << (MANAGER_OF_CODE * 2))) >>> 0);
          for (const user of [false, true]) {
            const allowed = (user ? userRights : privilegedRights).split('');
            for (const kind of kinds) {
              const permitted = allowed.includes(kind === 'write' ? 'w' : 'r');
              const { domain, permission } = mapping.statuses;
              const expected =
                field === 3 || (field === 1 && permitted) ? undefined : field === 1 ? permission : domain;
              const where = `field ${field}, ${user ? 'user' : 'privileged'} ${kind}`;
              const walk = machine.walk(VIRTUAL, kind, !user);
              assert.equal(walk.fault?.status, expected, `walk, ${where}`);
              assert.equal(walk.mmuDomain, DOMAIN, where);
              const fault = execute(kind, user);
              assert.equal(
                fault?.status,
                expected === undefined ? undefined : (DOMAIN << 4) | expected,
                `executed, ${where}`,
              );
              if (fault?.far !== undefined) assert.equal(fault.far, VIRTUAL, where);
            }
          }
        }
      });
    }

    it(`${mapping.name} that is not there: a translation fault before any other check`, () => {
      if (mapping.level2) {
        map(mapping, 3);
        for (let index = 0; index < 16; index++) writeWord(LEVEL2 + index * 4, 0);
      } else {
        writeWord(LEVEL1 + ((VIRTUAL >>> 20) << 2), 0);
      }
      machine.cpu.setCp15('control', 1);
      for (let field = 0; field < 4; field++) {
        machine.cpu.setCp15('dacr', ((field << (DOMAIN * 2)) | (3 << (MANAGER_OF_CODE * 2))) >>> 0);
        for (const kind of kinds) {
          assert.equal(machine.walk(VIRTUAL, kind, true).fault?.status, mapping.statuses.translation);
          assert.equal((execute(kind, false)?.status ?? 0) & 0xf, mapping.statuses.translation);
        }
      }
    });
  }
});
