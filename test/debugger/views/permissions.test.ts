// The DACR matrix against the paper's Table 1, and whose DACR explains an access.
import assert from 'node:assert/strict';
import { table1Dacr } from '../../../src/debugger/views/dacr';
import { explainAccess, readPermissions } from '../../../src/debugger/views/permissions';
import { engineOver, level1, level1Entry, machineWithMmu, section } from './tables';

const userMode = 0x10;
const supervisorMode = 0x13;

function guestsIn(cpsr: number, dacr: number, mode: 'kernel' | 'user' = 'kernel') {
  const machine = machineWithMmu();
  machine.cpu.setCp15('dacr', dacr);
  machine.cpu.setCpsr(cpsr);
  const engine = engineOver(machine, [
    { id: 0, ttbr: level1, mode, running: true },
    { id: 1, ttbr: 0xc000, mode: 'user', vdacr: 0x57 },
  ]);
  return { machine, engine };
}

describe('The domain permissions', () => {
  it('have the values of Table 1 as the hypervisor loads them', () => {
    assert.deepEqual([table1Dacr('hypervisor'), table1Dacr('kernel'), table1Dacr('user')], [0x55, 0xfd, 0x55]);
  });

  it('have a column for the hypervisor, and for kernel and user of each domain', () => {
    const { engine } = guestsIn(userMode, 0xfd);
    assert.deepEqual(
      readPermissions(engine).columns.map(({ title, source, dacr }) => [title, source, dacr]),
      [
        ['Hypervisor', 'assumed', 0x55],
        ['Domain-0 kernel', 'live', 0xfd],
        ['Domain-0 user', 'assumed', 0x55],
        ['Domain-1 kernel', 'assumed', 0xfd],
        ['Domain-1 user', 'saved', 0x57],
      ],
    );
  });

  it('mark each entry that differs from Table 1, and compare only what was observed', () => {
    const { engine } = guestsIn(userMode, 0xdd);
    const { columns } = readPermissions(engine);
    const differing = columns.flatMap(({ title, fields }) =>
      fields.flatMap(({ value, expected, differs }, number) =>
        differs ? [[title, `D${number}`, value, expected]] : [],
      ),
    );
    assert.deepEqual(differing, [
      ['Domain-0 kernel', 'D2', 'client', 'manager'],
      ['Domain-1 user', 'D0', 'manager', 'client'],
    ]);
    assert.ok(columns[0]!.fields.every(({ expected }) => expected === undefined));
    assert.ok(
      columns[1]!.fields.slice(4).every(({ expected, value }) => expected === undefined && value === 'no access'),
    );
  });

  it('show the DACR of the CPU as the hypervisor’s while it executes, and no guest’s as live', () => {
    const { engine } = guestsIn(supervisorMode, 0xfd);
    const { columns } = readPermissions(engine);
    assert.deepEqual(
      columns.filter(({ source }) => source === 'live').map(({ title, dacr }) => [title, dacr]),
      [['Hypervisor', 0xfd]],
    );
    assert.match(columns[1]!.origin, /runs on its behalf/);
  });

  it('compare nothing on a native machine, nor while the MMU is off', () => {
    const native = readPermissions(engineOver(machineWithMmu()));
    assert.deepEqual(
      native.columns.map(({ title, source }) => [title, source]),
      [
        ['Privileged modes', 'live'],
        ['User mode', 'live'],
      ],
    );
    assert.ok(native.columns.every(({ fields }) => fields.every(({ differs }) => !differs)));
    const booting = readPermissions(engineOver(machineWithMmu(0), [{ id: 0, ttbr: level1 }]));
    assert.match(booting.notice!, /MMU is still off/);
    assert.ok(booting.columns.every(({ fields }) => fields.every(({ expected }) => expected === undefined)));
  });
});

describe('Explaining an access', () => {
  it('judges kernel and user of one domain by their own DACR', () => {
    const { engine, machine } = guestsIn(userMode, 0xfd);
    level1Entry(machine, 0xc0000000, section(0x00200000, 1, 1));
    const dom0 = { kind: 'domain', domainId: 0 } as const;
    const kernel = explainAccess(engine, dom0, 0xc0008000, 'write', 'kernel');
    assert.equal(kernel.walk.fault, undefined);
    assert.equal(kernel.walk.physicalAddress, 0x00208000);
    const user = explainAccess(engine, dom0, 0xc0008000, 'write', 'user');
    assert.deepEqual(user.walk.fault, { kind: 'permission', level: 1, status: 0xd });
    assert.deepEqual(user.sentences, ['permission fault']);
  });

  it('walks as the hypervisor with privilege', () => {
    const { engine, machine } = guestsIn(supervisorMode, 0x55);
    level1Entry(machine, 0xff000000, section(0, 0, 1));
    const xen = { kind: 'xen' } as const;
    assert.equal(explainAccess(engine, xen, 0xff010000, 'fetch', 'hypervisor').walk.fault, undefined);
    assert.equal(explainAccess(engine, xen, 0xff010000, 'read', 'user').walk.fault?.kind, 'permission');
  });

  it('refuses physical addresses and absent domains in words', () => {
    const { engine } = guestsIn(userMode, 0xfd);
    assert.throws(() => explainAccess(engine, { kind: 'pa' }, 0, 'read', 'user'), /physical address is not translated/);
    const absent = { kind: 'domain', domainId: 9 } as const;
    assert.throws(() => explainAccess(engine, absent, 0, 'read', 'user'), /domain 9/);
  });
});
