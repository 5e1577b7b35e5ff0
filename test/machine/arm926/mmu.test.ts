import assert from 'node:assert/strict';
import type { Machine } from '../../../src/machine/machine';
import { CODE, machineWith, put, word } from './testMachine';

const L1 = 0x4000;
const COARSE = 0x2000;
const FINE = 0x3000;
const TARGET = 0x100000;
const MANAGER_0 = 3;

/** An MMU with section 0 mapped flat for everybody (MMU domain 0) and whatever `entries` say; code runs flat. */
function mapped(code: readonly number[], entries: Readonly<Record<number, number>>, dacr = 1, sr = 0): Machine {
  const { machine } = machineWith(code);
  put(machine, L1, [0x00000c12]); // section, AP 3, MMU domain 0
  for (const [address, descriptor] of Object.entries(entries)) put(machine, Number(address), [descriptor >>> 0]);
  machine.cpu.setCp15('ttbr', L1);
  machine.cpu.setCp15('dacr', dacr);
  machine.cpu.setCp15('control', 1 | (sr << 8));
  return machine;
}

const l1 = (virtual: number): number => L1 + (virtual >>> 20) * 4;

describe('MMU', () => {
  const VA = 0x40012345 & ~3;
  /** Descriptors for VA, and the physical address by the manual's figures (ARM DDI 0100 B4.7). */
  const mappings: readonly [string, Record<number, number>, number, number][] = [
    ['a section', { [l1(VA)]: TARGET | 0xc12 }, TARGET | 0x12344, 0x100000],
    ['a large page', { [l1(VA)]: COARSE | 0x11, [COARSE + 0x12 * 4]: 0x110000 | 0xff1 }, 0x112344, 0x10000],
    ['a small page', { [l1(VA)]: COARSE | 0x11, [COARSE + 0x12 * 4]: 0x111000 | 0xff2 }, 0x111344, 0x1000],
    ['a tiny page', { [l1(VA)]: FINE | 0x13, [FINE + 0x48 * 4]: 0x111400 | 0x033 }, 0x111744, 0x400],
    ['a small page in a fine table', { [l1(VA)]: FINE | 0x13, [FINE + 0x48 * 4]: 0x111000 | 0xff2 }, 0x111344, 0x1000],
  ];
  for (const [name, entries, physical, bytes] of mappings) {
    it(`maps ${name}, for loads, stores and the walk alike`, () => {
      const machine = mapped([0xe5910000, 0xe5812000], entries); // ldr r0, [r1]; str r2, [r1]
      put(machine, physical, [0xabcd]);
      machine.cpu.setRegister(1, VA);
      machine.cpu.setRegister(2, 0x1234);
      machine.run(2);
      assert.equal(machine.cpu.getRegister(0), 0xabcd);
      assert.equal(word(machine, physical), 0x1234);
      const walk = machine.walk(VA, 'write', false);
      assert.equal(walk.physicalAddress, physical);
      assert.equal(walk.pageBytes, bytes);
      assert.equal(walk.fault, undefined);
      assert.equal(walk.steps.length, bytes === 0x100000 ? 1 : 2);
    });
  }

  /** Entries, DACR, and the status that the manual gives (ARM DDI 0100 table B4-1) with the MMU domain in bits 7:4. */
  const DOMAIN_5 = 5 << 5;
  const faults: readonly [string, Record<number, number>, number, number][] = [
    ['section translation', {}, 1, 0x05],
    ['page translation', { [l1(VA)]: COARSE | 0x11 | DOMAIN_5 }, 1 | (1 << 10), 0x57],
    ['page translation before domain', { [l1(VA)]: COARSE | 0x11 | DOMAIN_5 }, 1, 0x57],
    ['a tiny page in a coarse table', { [l1(VA)]: COARSE | 0x11, [COARSE + 0x48]: 0x111033 }, 1, 0x07],
    ['section domain', { [l1(VA)]: TARGET | 0xc12 | DOMAIN_5 }, 1, 0x59],
    ['section domain, reserved value', { [l1(VA)]: TARGET | 0xc12 | DOMAIN_5 }, 1 | (2 << 10), 0x59],
    ['page domain', { [l1(VA)]: COARSE | 0x11 | DOMAIN_5, [COARSE + 0x48]: 0x111ff2 }, 1, 0x5b],
    ['section permission', { [l1(VA)]: TARGET | 0x012 | DOMAIN_5 }, 1 | (1 << 10), 0x5d],
    ['page permission', { [l1(VA)]: COARSE | 0x11 | DOMAIN_5, [COARSE + 0x48]: 0x111002 }, 1 | (1 << 10), 0x5f],
    ['external on the first-level walk', {}, 1, 0x0c],
    ['external on the second-level walk', { [l1(VA)]: 0x70000000 | 0x11 | DOMAIN_5 }, 1 | (1 << 10), 0x5e],
    ['external on a section', { [l1(VA)]: 0x70000000 | 0xc12 | DOMAIN_5 }, 1 | (1 << 10), 0x58],
    ['external on a page', { [l1(VA)]: COARSE | 0x11 | DOMAIN_5, [COARSE + 0x48]: 0x70000ff2 }, 1 | (1 << 10), 0x5a],
  ];
  for (const [name, entries, dacr, status] of faults) {
    it(`${name} fault gives DFSR 0x${status.toString(16)}; as a fetch it gives IFSR and leaves FAR`, () => {
      for (const fetch of [false, true]) {
        const machine = mapped([fetch ? 0xe1a0f001 : 0xe5910000], entries, dacr); // mov pc, r1 or ldr r0, [r1]
        if (name.includes('first-level')) {
          // All of the table moves out of RAM, except that the code was fetched through the TLB before.
          const { machine: plain } = machineWith([0xee020f10, 0xe1a00000]); // mcr p15, 0, r0, c2, c0, 0; nop
          assert.equal(plain.walk(VA, 'read', true, { control: 1, ttbr: 0x70000000 }).fault?.status, 0x0c);
          return;
        }
        machine.cpu.setRegister(1, VA);
        machine.run(fetch ? 2 : 1);
        assert.equal(machine.cpu.mode, 'abt');
        const { dfsr, ifsr, far } = machine.cpu.getCp15();
        assert.deepEqual([dfsr, ifsr, far], fetch ? [0, status, 0] : [status, 0, VA]);
        assert.equal(machine.cpu.getRegister(14), fetch ? VA + 4 : CODE + 8);
      }
    });
  }

  it('a manager is not checked against AP', () => {
    const machine = mapped([0xe5910000], { [l1(VA)]: TARGET | 0x012 }, MANAGER_0);
    machine.cpu.setRegister(1, VA);
    machine.run(1);
    assert.equal(machine.cpu.mode, 'svc');
  });

  it('each subpage of a small page has its own AP', () => {
    const entries = { [l1(VA)]: COARSE | 0x11, [COARSE + 0x48]: 0x111000 | 0x2 | (0b11_10_01_00 << 4) };
    const machine = mapped([], entries);
    const page = VA & ~0xfff;
    const verdicts = [0, 0x400, 0x800, 0xc00].map((offset) =>
      (['read', 'write'] as const).flatMap((access) =>
        [true, false].map((privileged) => machine.walk(page + offset, access, privileged).fault === undefined),
      ),
    );
    // columns: read privileged, read user, write privileged, write user
    assert.deepEqual(verdicts, [
      [false, false, false, false],
      [true, false, true, false],
      [true, true, true, false],
      [true, true, true, true],
    ]);
    for (const [offset, allowed] of [
      [0, false],
      [0x400, true],
    ] as const) {
      const running = mapped([0xe5910000], entries);
      running.cpu.setRegister(1, page + offset);
      running.run(1);
      assert.equal(running.cpu.mode, allowed ? 'svc' : 'abt');
    }
  });

  it('LDRT and STRT use User rights in a privileged mode', () => {
    for (const instruction of [0xe4b10000, 0xe4a10000, 0xe4f10000, 0xe4e10000]) {
      const machine = mapped([instruction], { [l1(VA)]: TARGET | 0x412 }); // AP 1: privileged only
      machine.cpu.setRegister(1, VA);
      machine.run(1);
      assert.equal(machine.cpu.mode, 'abt', instruction.toString(16));
      assert.equal(machine.cpu.getCp15().dfsr, 0x0d);
    }
  });

  it('a change of DACR counts at once, and back', () => {
    // ldr r0, [r1]; mcr p15, 0, r2, c3, c0, 0; mcr p15, 0, r3, c3, c0, 0; ldr r0, [r1]; mcr c3 r2; ldr r0, [r1]
    const code = [0xe5910000, 0xee032f10, 0xee033f10, 0xe5910000, 0xee032f10, 0xe5910000];
    const machine = mapped(code, { [l1(VA)]: TARGET | 0xc12 | DOMAIN_5 }, 1 | (1 << 10));
    machine.cpu.setRegister(1, VA);
    machine.cpu.setRegister(2, 1);
    machine.cpu.setRegister(3, 1 | (1 << 10));
    machine.run(4);
    assert.equal(machine.cpu.mode, 'svc');
    machine.run(2);
    assert.equal(machine.cpu.mode, 'abt');
    assert.equal(machine.cpu.getCp15().dfsr, 0x59);
  });

  it('TLB operations make a changed descriptor count: all, one page, one address inside a section', () => {
    for (const [operation, name] of [
      [0xee080f17, 'invalidate all'],
      [0xee081f37, 'invalidate by address'],
    ] as const) {
      // ldr r0, [r1, #0x40]; str r2, [r3]; mcr; ldr r0, [r1, #0x40]
      const machine = mapped([0xe5910040, 0xe5832000, operation, 0xe5910040], { [l1(VA)]: TARGET | 0xc12 });
      put(machine, TARGET + 0x12384, [1]);
      put(machine, TARGET + 0x112384, [2]);
      machine.cpu.setRegister(1, VA);
      machine.cpu.setRegister(2, (TARGET + 0x100000) | 0xc12);
      machine.cpu.setRegister(3, l1(VA));
      machine.run(1);
      assert.equal(machine.cpu.getRegister(0), 1, name);
      machine.run(3);
      assert.equal(machine.cpu.getRegister(0), 2, name);
    }
  });

  it('the FCSE moves addresses below 32 MB, and FAR has the modified address', () => {
    const machine = mapped([0xe5910000], { [l1(0x02000000)]: 0x00000c12 });
    machine.cpu.setCp15('fcsePid', 0x02123456);
    assert.equal(machine.cpu.getCp15().fcsePid, 0x02000000);
    assert.equal(machine.walk(0x1000, 'read', true).modifiedVirtualAddress, 0x02001000);
    assert.equal(machine.walk(0x03000000, 'read', true).modifiedVirtualAddress, 0x03000000);
    machine.cpu.setRegister(1, 0x00300000);
    machine.run(1);
    assert.equal(machine.cpu.getCp15().far, 0x02300000);
  });

  it('the walk names every step and changes nothing', () => {
    const machine = mapped([], { [l1(VA)]: COARSE | 0x11 | DOMAIN_5, [COARSE + 0x48]: 0x111ffe }, 1 | (1 << 10));
    const before = JSON.stringify(machine.cpu.getCp15());
    const walk = machine.walk(VA, 'read', false);
    assert.deepEqual(walk.steps, [
      { level: 1, descriptorAddress: l1(VA), descriptor: COARSE | 0x11 | DOMAIN_5, type: 'coarse' },
      { level: 2, descriptorAddress: COARSE + 0x48, descriptor: 0x111ffe, type: 'small' },
    ]);
    assert.deepEqual(
      [walk.mmuDomain, walk.domainAccess, walk.ap, walk.cacheable, walk.bufferable],
      [5, 1, 3, true, true],
    );
    const denied = machine.walk(VA, 'read', false, { dacr: 1 });
    assert.deepEqual(denied.fault, { kind: 'domain', level: 2, status: 0xb });
    assert.equal(denied.physicalAddress, 0x111344, 'a mapping is shown even where access is denied');
    assert.equal(JSON.stringify(machine.cpu.getCp15()), before);
  });
});
