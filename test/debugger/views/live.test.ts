// The views over the built-in hypervisor with a guest that runs processes: the live tables, not hand-made ones.
import assert from 'node:assert/strict';
import { NodeFileHost } from '../../../src/adapter/nodeHost';
import { resolveLaunch } from '../../../src/adapter/launchConfiguration/resolve';
import { launch } from '../../../src/debugger/launch';
import type { DebugEngine } from '../../../src/debugger/types';
import { readMemoryMap } from '../../../src/debugger/views/memoryMap';
import { explainAccess, readPermissions } from '../../../src/debugger/views/permissions';

describe('The views over the built-in hypervisor', () => {
  let engine: DebugEngine;
  before(async () => {
    const configuration = {
      hypervisor: 'builtin:xen',
      domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:proc-os' }],
    };
    engine = await launch(resolveLaunch(configuration).settings, new NodeFileHost());
    await engine.resume({ untilInstruction: 6_000_000 });
  });
  after(() => engine.dispose());

  it('show kernel, user processes and hypervisor of a domain in their areas, MMU domains and owners', () => {
    const { regions } = readMemoryMap(engine, 'dom1');
    const inArea = (area: string) => regions.filter((region) => region.area === area);
    assert.ok(inArea('Guest kernel').length > 0 && inArea('User process').length > 0);
    for (const { mmuDomain, owner, access } of inArea('Guest kernel')) {
      assert.deepEqual([mmuDomain, owner, access.kernel, access.user], [1, 'Domain-1', 'rw', '-']);
    }
    for (const { mmuDomain, owner } of inArea('User process')) assert.deepEqual([mmuDomain, owner], [3, 'Domain-1']);
    for (const { mmuDomain, access } of inArea('DIRECTMAP')) assert.deepEqual([mmuDomain, access.kernel], [0, '-']);
    assert.deepEqual(inArea('RO_MPT')[0]?.access, { hypervisor: 'rw', kernel: 'r', user: 'r' });
  });

  it('take the owner of page tables, which no guest maps, from the frame table', () => {
    const { regions } = readMemoryMap(engine, 'dom1');
    const perDomain = regions.find(({ area }) => area === 'PERDOMAIN');
    assert.equal(perDomain?.owner, 'Domain-1');
  });

  it('keep the memory of one domain out of the guest areas of another', () => {
    for (const [space, other] of [
      ['dom0', 'Domain-1'],
      ['dom1', 'Domain-0'],
    ] as const) {
      const guestAreas = ['Guest kernel', 'User process'];
      const { regions } = readMemoryMap(engine, space);
      assert.ok(regions.every(({ area, owner }) => !guestAreas.includes(area) || owner !== other));
    }
  });

  it('find no difference from Table 1 in what guests run with', () => {
    const guests = readPermissions(engine).columns.filter(({ actor }) => actor !== 'hypervisor');
    assert.equal(guests.length, 4);
    assert.ok(guests.some(({ source }) => source !== 'assumed'));
    assert.ok(guests.every(({ fields }) => fields.every(({ differs }) => !differs)));
  });

  it('explain in words why a process may not write to its kernel', () => {
    const { sentences } = explainAccess(engine, { kind: 'domain', domainId: 1 }, 0xc0008000, 'write', 'user');
    assert.match(sentences[0]!, /L1\[0xC00\]/);
    assert.match(sentences.at(-1)!, /user write denied/);
  });
});
