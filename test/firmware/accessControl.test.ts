// Access control in the hypervisor, from the policy's text to the refused hypercall.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { compilePolicy } from '../../src/hypervisor/policy/compile';
import { PERMISSIONS } from '../../src/hypervisor/policy/permissions';
import { HYPERCALLS } from '../../src/hypervisor/hypercalls';
import { BootedXen, type Module } from '../support/bootXen';
import { arm, call, textAddress, tinyGuest } from '../support/tinyGuest';

const EPERM = -1;
const EINVAL = -22;
const ENOENT = -2;
const SCRATCH = 0xc010_0000;
const EVENT_CHANNEL = 16;
const MULTICALL = 13;
const ACM_OP = 27;
const ACM_INTERFACE = 0x0001_0000;
const DOM0_OP = 7;
const DOM0_INTERFACE = 0x0300_0000;

const BASE = `
policy "test";
type dom0_t, guest_t;
domain 0 is dom0_t;
default guest_t;
`;
const compile = (text: string): Uint8Array => compilePolicy('test.policy', BASE + text).bytes;

const onStructure = (number: number, ...words: number[]): number[] => [
  ...words.flatMap((value, i) => [...arm.constant(0, SCRATCH + 4 * i), ...arm.constant(1, value), arm.store(1, 0)]),
  ...call(number, SCRATCH),
];
const allocUnbound = onStructure(EVENT_CHANNEL, 6, 0x7ff0);
const bindToDom0 = onStructure(EVENT_CHANNEL, 0, 0, 1);

/** What a Domain-1 of these calls is answered, each in a register from r4, beside a Domain-0 that loops. */
function answers(policy: Uint8Array | undefined, calls: readonly number[][]): { results: number[]; console: string } {
  const words = calls.flatMap((each, index) => [...each, arm.moveTo(4 + (index % 3), 0)]);
  const modules: Module[] = [{ elf: tinyGuest([arm.loop]) }, { elf: tinyGuest([...words, arm.loop]) }];
  const xen = new BootedXen(modules, policy && { policy });
  xen.machine.setBreakpoints([textAddress(words.length)]);
  const stop = xen.machine.run(20_000_000);
  assert.equal(stop.kind, 'breakpoint', xen.console);
  return { results: calls.map((_, index) => xen.machine.cpu.getRegister(4 + index) | 0), console: xen.console };
}

/** The same for a Domain-0 alone. */
function dom0Answers(
  policy: Uint8Array | undefined,
  calls: readonly number[][],
): { results: number[]; xen: BootedXen } {
  const words = calls.flatMap((each, index) => [...each, arm.moveTo(4 + index, 0)]);
  const xen = new BootedXen([{ elf: tinyGuest([...words, arm.loop]) }], policy && { policy });
  xen.machine.setBreakpoints([textAddress(words.length)]);
  assert.equal(xen.machine.run(20_000_000).kind, 'breakpoint', xen.console);
  return { results: calls.map((_, index) => xen.machine.cpu.getRegister(4 + index) | 0), xen };
}

describe('Access control', () => {
  it('changes nothing without a policy', () => {
    const { results, console } = answers(undefined, [bindToDom0]);
    assert.deepEqual(results, [EINVAL]);
    assert.doesNotMatch(console, /acm/);
  });

  it('denies what no rule allows, with one line that names both domains and the permission', () => {
    const { results, console } = answers(compile('allow guest_t self : event { control };'), [bindToDom0]);
    assert.deepEqual(results, [EPERM]);
    assert.match(console, /\(XEN\) acm: policy "test": 3 types, 1 labels, 0 keys/);
    assert.match(console, /\(XEN\) acm: Domain-1 \(guest_t\) is denied event:bind on Domain-0 \(dom0_t\)\n/);
  });

  it('lets through what a rule allows: the handler then answers as ever', () => {
    const { results, console } = answers(compile('allow guest_t dom0_t : event bind;'), [bindToDom0]);
    assert.deepEqual(results, [EINVAL]);
    assert.doesNotMatch(console, /denied/);
  });

  it('is asked for each call of a multicall too', () => {
    const inside = [
      ...onStructure(EVENT_CHANNEL, 0, 0, 1).slice(0, -7),
      ...[EVENT_CHANNEL, 0x55, SCRATCH].flatMap((value, i) => [
        ...arm.constant(0, SCRATCH + 0x100 + 4 * i),
        ...arm.constant(1, value),
        arm.store(1, 0),
      ]),
      ...call(MULTICALL, SCRATCH + 0x100, 1),
      ...arm.constant(0, SCRATCH + 0x104),
      arm.load(0, 0),
    ];
    const { results } = answers(compile('allow guest_t self : core multicall;'), [inside]);
    assert.deepEqual(results, [EPERM]);
  });

  it('prints at most eight denials a second, and keeps the rest in the log', () => {
    const { console } = answers(compile(''), [[...Array.from({ length: 12 }, () => bindToDom0).flat()], allocUnbound]);
    assert.equal(console.match(/is denied/g)?.length, 8);
  });

  it('tells Domain-0 types and decisions through acm_op, and nobody else', () => {
    const getssid = onStructure(ACM_OP, 17, ACM_INTERFACE, 0x7ff0);
    const getlog = onStructure(ACM_OP, 16, ACM_INTERFACE, SCRATCH + 0x200, 8, 0, 0);
    const policy = compile('allow { dom0_t guest_t } xen : acm *;');
    const { results, xen } = dom0Answers(policy, [allocUnbound, getlog, getssid]);
    assert.deepEqual(results, [EPERM, 0, 0]);
    const memory = parseInt(/Domain-0 .* machine address ([0-9a-f]{8})/.exec(xen.console)?.[1] ?? '', 16);
    const entry = xen.machine.readPhysical(memory + (SCRATCH - 0xc000_0000) + 0x200, 32)!;
    const view = new DataView(entry.buffer, entry.byteOffset);
    const alloc = PERMISSIONS.find(({ className, name }) => className === 'event' && name === 'alloc')!;
    assert.deepEqual(
      [
        view.getUint32(8, true),
        view.getUint32(12, true),
        view.getUint8(22),
        view.getUint8(23),
        view.getUint32(24, true),
      ],
      [alloc.bit, EVENT_CHANNEL | (6 << 16), alloc.classNumber, 0, 1],
    );
    assert.deepEqual(answers(policy, [getssid]).results, [EPERM]);
    assert.deepEqual(dom0Answers(undefined, [getssid]).results, [ENOENT]);
  });

  it('holds a type to its memory, at boot and in dom0_op', () => {
    const small = compile('limit guest_t { memory 1M; }');
    const xen = new BootedXen([{ elf: tinyGuest([arm.loop]) }, { elf: tinyGuest([arm.loop]) }], { policy: small });
    xen.runUntilConsole('cannot be built', 5_000_000);
    assert.match(xen.console, /Domain-1 \(dom1\) cannot be built: the policy allows its type less memory/);
    const create = onStructure(DOM0_OP, 8, DOM0_INTERFACE, 0, 0, 0, 0, 0, 5);
    const maxmem = onStructure(DOM0_OP, 28, DOM0_INTERFACE, 5, 0, 2048, 0);
    const allowed = compile('limit guest_t { memory 1M; } allow dom0_t guest_t : dom0 *;');
    assert.deepEqual(dom0Answers(allowed, [create, maxmem]).results, [0, EPERM]);
  });

  it('builds no domain that the policy gives no type', () => {
    const policy = compilePolicy('t', 'type dom0_t; domain 0 is dom0_t;').bytes;
    const xen = new BootedXen([{ elf: tinyGuest([arm.loop]) }, { elf: tinyGuest([arm.loop]) }], { policy });
    xen.runUntilConsole('gives it no type', 5_000_000);
  });

  it('starts no domain with a policy that is truncated or makes no sense, and says why in one line', () => {
    const good = compile('allow guest_t dom0_t : event bind;');
    const changed = (at: number, value: number): Uint8Array => {
      const bytes = Uint8Array.from(good);
      new DataView(bytes.buffer).setUint32(at, value, true);
      return bytes;
    };
    const bad: readonly (readonly [Uint8Array, RegExp])[] = [
      [good.slice(0, 40), /too short/],
      [good.slice(0, -4), /length/],
      [changed(0, 0x1234), /no compiled policy/],
      [changed(4, 9), /another version/],
      [changed(12, 65), /counts/],
      [changed(12, 0xffff_ffff), /counts/],
      [changed(20, 200), /length/],
      [changed(28, 7), /default type/],
      [changed(64 + 28, 0), /a type makes no sense/],
      [changed(64 + 3 * 52, 9 << 16), /a label/],
      [changed(good.length - 4, 0xff), /a rule points nowhere/],
    ];
    for (const [policy, reason] of bad) {
      const xen = new BootedXen([{ elf: tinyGuest([arm.loop]) }], { policy });
      xen.runUntilConsole('No domain is started', 5_000_000);
      assert.match(xen.console, reason);
      assert.doesNotMatch(xen.console, /Domain-0/);
    }
  });
});

describe('The list of permissions', () => {
  const list = readFileSync(new URL('../../firmware/xen/include/public/acm-list.h', import.meta.url), 'utf8');

  it('is the firmware’s', () => {
    const declared = [
      ...list.matchAll(/^ACM_PERMISSION\((\w+),\s*(\d+),\s*(\w+),\s*(0x[0-9a-f]+),\s*(\w+),\s*"(.*)"\)$/gm),
    ].map(([, className, number, name, bit, target, text]) => ({
      className,
      classNumber: Number(number),
      name,
      bit: Number(bit),
      target,
      text,
    }));
    assert.deepEqual(PERMISSIONS, declared);
  });

  it('is asked for by every operation that the hypervisor serves', () => {
    const hooks = [...list.matchAll(/^ACM_HOOK\((\w+),\s*(\d+),\s*(\d+),/gm)];
    const served = readFileSync(new URL('../../firmware/xen/include/public/hypercall-list.h', import.meta.url), 'utf8');
    for (const [, name, handler] of served.matchAll(/^HYPERCALL\(\d+,\s*(\w+),\s*(\w+),/gm)) {
      if (handler === 'do_ni_hypercall') continue;
      const ranges = hooks.filter(([, hypercall]) => hypercall === name);
      assert.ok(ranges.length > 0, name);
      // Where no word says the operation, one permission is for all of them.
      if (new RegExp(`^ACM_SHAPE\\(${name},\\s*NONE,`, 'm').test(list)) continue;
      const operations = HYPERCALLS.find((each) => each.name === name)?.subOperations;
      for (const [word, value] of Object.entries(operations?.values ?? {}))
        if (operations?.refused?.[word] === undefined)
          assert.ok(
            ranges.some(([, , first, last]) => value >= Number(first) && value <= Number(last)),
            `${name} ${word}`,
          );
    }
  });
});
