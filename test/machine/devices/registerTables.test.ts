import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { deviceCatalogue, fieldValue, registersByOffset } from '../../../src/machine/devices';
import type { DeviceContext, DeviceName } from '../../../src/machine/devices';
import { createFakeHost } from './fakeHost';

function contextFor(instance: string): DeviceContext {
  const host = createFakeHost();
  return {
    host,
    instance,
    setLine: () => undefined,
    diagnose: (_key, text) => host.diagnostic(text),
    peer: () => undefined,
    board: () => [],
  };
}

describe('register tables', () => {
  for (const name of Object.keys(deviceCatalogue) as DeviceName[]) {
    const { table, create } = deviceCatalogue[name];

    it(`${name}: registers lie in the window, do not overlap, and name disjoint bit fields`, () => {
      assert.equal(table.name, name);
      for (const access of ['r', 'w'] as const) {
        let declared = 0;
        for (const register of Object.values(table.registers)) {
          if (register.access.includes(access)) declared += register.count ?? 1;
        }
        assert.equal(registersByOffset(table, access).size, declared, `two registers share an offset for ${access}`);
      }
      for (const [register, { offset, count = 1, stride = 4, fields = [], doc }] of Object.entries(table.registers)) {
        assert.ok(offset >= 0 && offset + (count - 1) * stride < table.windowBytes, register);
        assert.match(doc, /^\S.*\.$/, `${register}: a doc is a sentence`);
        let used = 0n;
        for (const { high, low } of fields) {
          assert.ok(31 >= high && high >= low && low >= 0, register);
          const mask = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
          assert.equal(used & mask, 0n, `${register}: fields overlap`);
          used |= mask;
        }
      }
    });

    it(`${name}: gives its reset values, and looking at it changes nothing`, () => {
      const device = create(contextFor(name), {});
      const fresh = device.capture();
      for (const [offset, { declaration, name: register }] of registersByOffset(table, 'r')) {
        const value = device.peek(offset);
        assert.notEqual(value, undefined);
        if (declaration.reset !== undefined) assert.equal(value, declaration.reset, register);
      }
      assert.deepEqual(device.capture(), fresh);
    });

    it(`${name}: looking at it changes nothing, whatever was written to it`, () => {
      for (const value of [0, 1, 0x5a5a5a5a, 0xffffffff]) {
        const device = create(contextFor(name), {});
        for (const offset of registersByOffset(table, 'w').keys()) device.write(offset, 4, value);
        const written = structuredClone(device.capture());
        for (const offset of registersByOffset(table, 'r').keys()) device.peek(offset);
        assert.deepEqual(device.capture(), written);
      }
    });
  }

  it('a field is the bits from high to low', () => {
    assert.equal(fieldValue({ name: 'F', high: 11, low: 8, doc: '' }, 0xabcd), 0xb);
    assert.equal(fieldValue({ name: 'F', high: 31, low: 0, doc: '' }, -1), 0xffffffff);
  });
});
