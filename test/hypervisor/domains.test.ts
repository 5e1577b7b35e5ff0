import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isMissing } from '../../src/hypervisor/types';
import type { DebugEngine } from '../../src/debugger/types';
import { domain, session } from '../debugger/support/session';

const XEN = { kind: 'xen' } as const;

async function running(): Promise<DebugEngine> {
  const engine = await session({ domains: [domain('Domain-0'), domain('one'), domain('two')] });
  engine.setFunctionBreakpoints([{ name: 'dom1:printk' }]);
  await engine.resume();
  return engine;
}

function word(engine: DebugEngine, expression: string): number {
  return Number(engine.evaluate(expression, undefined).text.split(' ')[0]);
}

function poke(engine: DebugEngine, address: number, value: number): void {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  assert.ok(engine.writeMemory(XEN, address, bytes));
}

describe('Domains, read out of target memory', () => {
  it('are listed by id with the names of the launch, while a guest executes in CPU mode USR', async () => {
    const engine = await running();
    assert.equal(engine.machine.cpu.mode, 'usr');
    const domains = engine.domains();
    assert.ok(!isMissing(domains));
    assert.deepEqual(
      domains.map(({ id, name }) => [id, name]),
      [
        [0, 'Domain-0'],
        [1, 'one'],
        [2, 'two'],
      ],
    );
    assert.deepEqual(
      domains.map(({ vcpus }) => vcpus[0]!.running),
      [false, true, false],
    );
  });

  it('say why a value is missing: the running guest has no saved frame', async () => {
    const engine = await running();
    const vcpu = engine.currentVcpu()!;
    assert.ok(isMissing(vcpu.savedFrame));
    assert.match(vcpu.savedFrame.missing, /the guest executes now/);
    assert.equal(vcpu.virtualMode, 'kernel');
  });

  it('end at a list that leads back into itself', async () => {
    const engine = await running();
    const domains = engine.domains();
    assert.ok(!isMissing(domains));
    const head = word(engine, 'xen:domain_list');
    const offset = word(engine, '(unsigned)&xen:domain_list->next_in_list') - head;
    for (const { address } of domains) poke(engine, address + offset, head);
    const listed = engine.domains();
    assert.ok(!isMissing(listed));
    assert.equal(listed.length, 1);
  });

  it('end at a wild pointer', async () => {
    const engine = await running();
    const head = word(engine, 'xen:domain_list');
    const offset = word(engine, '(unsigned)&xen:domain_list->next_in_list') - head;
    poke(engine, head + offset, 0x50000001);
    const listed = engine.domains();
    assert.ok(!isMissing(listed));
    assert.equal(listed.length, 1);
    assert.ok(engine.threads().length >= 1);
  });

  it('are none before the hypervisor has built any', async () => {
    const engine = await session();
    assert.deepEqual(engine.domains(), []);
    assert.deepEqual(
      engine.threads().map(({ name, state }) => [name, state]),
      [['Hypervisor', 'starting']],
    );
  });
});
