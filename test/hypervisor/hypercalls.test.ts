import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { declaredHooks, declaredHypercalls, hypercallDocumentation } from '../../src/hypervisor/hypercallDocumentation';
import { describeHypercall, HYPERCALLS, hypercallNamed } from '../../src/hypervisor/hypercalls';
import { BootedXen } from '../support/bootXen';
import { holdPage } from '../support/goldenText';
import { arm, call, textAddress, tinyGuest } from '../support/tinyGuest';

const declared = declaredHypercalls(
  readFileSync(new URL('../../firmware/xen/include/public/hypercall-list.h', import.meta.url), 'utf8'),
);
const hooks = declaredHooks(
  readFileSync(new URL('../../firmware/xen/include/public/acm-list.h', import.meta.url), 'utf8'),
);

const ENOSYS = -38;
const DOM0_OP = 7;
const DOM0_INTERFACE_VERSION = 0x0300_0000;
const DOMID_SELF = 0x7ff0;

describe('The hypercall table', () => {
  it('has the numbers and names of the firmware’s headers', () => {
    assert.ok(declared.length > 30);
    const names = new Map(declared.map(({ number, name }) => [number, name]));
    for (const call of HYPERCALLS) assert.equal(names.get(call.number), call.name, `hypercall ${call.number}`);
  });

  it('knows every hypercall that the firmware serves', () => {
    for (const { name, number, handler } of declared)
      if (handler !== 'do_ni_hypercall') assert.equal(hypercallNamed(name)?.number, number, name);
  });

  it('has no number and no name twice', () => {
    assert.equal(new Set(HYPERCALLS.map(({ number }) => number)).size, HYPERCALLS.length);
    assert.equal(new Set(HYPERCALLS.map(({ name }) => name)).size, HYPERCALLS.length);
  });

  it('describes unknown numbers as unknown', () => {
    assert.equal(describeHypercall(18), 'console_io (18)');
    assert.equal(describeHypercall(99), 'number 99 (unknown)');
  });

  it('docs/hypercalls.md says what the table and the firmware’s lists say', async () => {
    await holdPage('docs/hypercalls.md', hypercallDocumentation(declared, HYPERCALLS, hooks));
  });

  it('names exactly the operations that the firmware answers with -ENOSYS', () => {
    const sleeping = ['block', 'poll', 'shutdown', 'down'];
    const operations = HYPERCALLS.flatMap(({ number, name, subOperations }) =>
      subOperations && declared[number]?.handler !== 'do_ni_hypercall'
        ? Object.entries(subOperations.values)
            .filter(([word]) => !sleeping.includes(word))
            .map(([word, value]) => ({ number, name, word, value, subOperations }))
        : [],
    );
    const answers = answersTo(
      operations.map(({ number, value, subOperations }) => ({ number, from: subOperations.from, value })),
    );
    assert.ok(answers.length > 60);
    operations.forEach(({ name, word, subOperations }, index) => {
      const refused = subOperations.refused?.[word] !== undefined;
      assert.equal(answers[index] === ENOSYS, refused, `${name} ${word} answers ${answers[index]}`);
    });
  });
});

interface Operation {
  readonly number: number;
  readonly from: string;
  readonly value: number;
}

const STRUCTURE = 0xc010_0000;
const ANSWERS = 0xc010_1000;
const GUEST_BASE = 0xc000_0000;

/** One operation, with a structure of zeros behind it. */
function operationCall({ number, from, value }: Operation): number[] {
  const inMemory = from === '*r0';
  return [
    ...arm.constant(0, STRUCTURE),
    ...arm.constant(1, inMemory ? value : 0),
    arm.store(1, 0),
    ...arm.constant(0, STRUCTURE + 4),
    ...arm.constant(1, number === DOM0_OP ? DOM0_INTERFACE_VERSION : 0),
    arm.store(1, 0),
    ...(inMemory ? call(number, STRUCTURE, 1, 0, DOMID_SELF) : call(number, value, STRUCTURE, 1)),
  ];
}

/** What one Domain-0 gets for all of them, in turn. */
function answersTo(operations: readonly Operation[]): number[] {
  const words = operations.flatMap((operation, index) => [
    ...operationCall(operation),
    ...arm.constant(1, ANSWERS + 4 * index),
    arm.store(0, 1),
  ]);
  const xen = new BootedXen([{ elf: tinyGuest([...words, arm.loop]) }]);
  xen.machine.setBreakpoints([textAddress(words.length)]);
  assert.equal(xen.machine.run(20_000_000).kind, 'breakpoint', xen.console);
  const memory = parseInt(/machine address ([0-9a-f]{8})/.exec(xen.console)?.[1] ?? '', 16);
  return operations.map((_, index) => xen.word(0xff00_0000 + memory + (ANSWERS - GUEST_BASE) + 4 * index) | 0);
}
