import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { describeHypercall, HYPERCALLS, hypercallNamed } from '../../src/hypervisor/hypercalls';

/** HYPERCALL(number, name, handler, "text") of the firmware's own list. */
const header = readFileSync(new URL('../../firmware/xen/include/public/hypercall-list.h', import.meta.url), 'utf8');
const declared = [...header.matchAll(/^HYPERCALL\((\d+),\s*(\w+),\s*(\w+),/gm)].map((match) => ({
  number: Number(match[1]),
  name: match[2]!,
  implemented: match[3] !== 'do_ni_hypercall',
}));

describe('The hypercall table', () => {
  it('has the numbers and names of the firmware’s headers', () => {
    assert.ok(declared.length > 30);
    const names = new Map(declared.map(({ number, name }) => [number, name]));
    for (const call of HYPERCALLS) assert.equal(names.get(call.number), call.name, `hypercall ${call.number}`);
  });

  it('knows every hypercall that the firmware serves', () => {
    for (const { name, number, implemented } of declared)
      if (implemented) assert.equal(hypercallNamed(name)?.number, number, name);
  });

  it('has no number and no name twice', () => {
    assert.equal(new Set(HYPERCALLS.map(({ number }) => number)).size, HYPERCALLS.length);
    assert.equal(new Set(HYPERCALLS.map(({ name }) => name)).size, HYPERCALLS.length);
  });

  it('describes unknown numbers as unknown', () => {
    assert.equal(describeHypercall(18), 'console_io (18)');
    assert.equal(describeHypercall(99), 'number 99 (unknown)');
  });
});
