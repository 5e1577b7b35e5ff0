import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { compilePolicy } from '../../../src/hypervisor/policy/compile';
import { SMALL_ORDER } from '../../../src/hypervisor/policy/publicKey';
import { BootedXen, firmwareImage } from '../../support/bootXen';
import { testKey } from '../../support/signing';

const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');
const example = /```\n(policy "[^`]*)```/.exec(page)![1]!;

describe('The policy compiler', () => {
  it('finds nothing to say about the example of docs/policy.md', () => {
    assert.deepEqual(compilePolicy('example', example).warnings, []);
  });

  it('mini-OS runs to its end under the example, and nothing is denied', () => {
    const { bytes } = compilePolicy('example', example);
    const xen = new BootedXen([{ elf: firmwareImage('mini-os') }, { elf: firmwareImage('mini-os'), name: 'web' }], {
      policy: bytes,
    });
    xen.runUntilConsole('Using scheduler', 5_000_000);
    xen.machine.run(5_000_000);
    assert.match(xen.console, /mini-OS/);
    assert.doesNotMatch(xen.console, /denied/);
  });

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['type a;\nallow b self : core *;', /^p:2:7: there is no type “b”: declare it/],
    ['type a;\n  allow a self : cor *;', /^p:2:18: there is no class “cor”: use dom0, /],
    ['type a; allow a self : core bind;', /^p:1:29: core has no permission “bind”: use callbacks, /],
    ['type a, a;', /^p:1:9: the type “a” is declared already/],
    ['type a\ndefault a;', /^p:2:1: “;” is missing before “default”: add it/],
    ['type a; domain "x is a;', /^p:1:16: this text does not end/],
    ['type a; limit a { memory 3; }', /^p:1:26: “3” is no limit of memory: write one like “16M”/],
    ['type a; domain 0 is a; domain 0 is a;', /^p:1:31: domain 0 has a type from line 1/],
    ['type a; key k "12";', /^p:1:15: “12” is no key: use 64 hexadecimal digits, or a file/],
    [`type a; key k "${'0'.repeat(64)}";`, /^p:1:15: .*is a point of small order, for which anybody can sign/],
    ['type a; key k "k.pem";', /^p:1:15: “k.pem” is a private key: use the public one/],
    ['type a; require signature for a;', /^p:1:31: no key is declared: declare one/],
    ['type a; require signature for a by k;', /^p:1:36: there is no key “k”: declare it/],
    ['type a; require signature for xen;', /^p:1:31: “xen” is the hypervisor/],
    ['type a; limit a { cpu 101%; }', /^p:1:23: “101%” is no limit of cpu: write one like “25%”, 1 to 100%/],
    ['type a; limit a { events 5/s; }', /^p:1:26: “5\/s” is no limit of events: write one like “1000\/s”, 10 to/],
    ['type a; limit a { ports 1; }', /^p:1:25: “1” is no limit of ports: write one like “32”, 2 to 1023/],
    ['permit;', /^p:1:1: there is no statement “permit”/],
    ['type a; ?', /^p:1:9: “\?” has no meaning here/],
    [
      'type a; default a;\nallow a a : grant map;\nnever a a : grant map;',
      /^p:2:1: this allows a grant:map on a, which line 3/,
    ],
  ];
  for (const [text, sentence] of mistakes)
    it(`says where and what is wrong in ${JSON.stringify(text)}`, () => {
      assert.throws(() => compilePolicy('p', text, new Map([['k.pem', '-----BEGIN PRIVATE KEY-----']])), {
        message: sentence,
      });
    });

  it('takes a key from PEM or hexadecimal digits, and warns of what makes signatures worthless', () => {
    const { hex, privateKey } = testKey(5);
    const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string;
    const text = (key: string): string =>
      `type a, b; default a; key k "${key}"; key idle "${testKey(6).hex}";
       require signature for a by k; allow b a : memory map_foreign, dom0 create;`;
    const { bytes, warnings } = compilePolicy('p', text('k.pub'), new Map([['k.pub', pem]]));
    assert.deepEqual(bytes, compilePolicy('p', text(hex)).bytes);
    assert.equal(Buffer.from(bytes.subarray(-88, -56)).toString('hex'), hex);
    assert.match(
      warnings.join('\n'),
      /p:2:38: memory:map_foreign lets a domain change a running a, whose image must be/,
    );
    assert.match(warnings.join('\n'), /p:1:\d+: no type requires a signature by “idle”/);
  });

  it('refuses as keys exactly the points of which eight times is nothing', () => {
    const p = 2n ** 255n - 19n;
    const modulo = (value: bigint): bigint => ((value % p) + p) % p;
    const power = (base: bigint, exponent: bigint): bigint =>
      exponent === 0n ? 1n : modulo(power(modulo(base * base), exponent >> 1n) * (exponent & 1n ? base : 1n));
    const divided = (a: bigint, b: bigint): bigint => modulo(a * power(modulo(b), p - 2n));
    const d = divided(-121665n, 121666n);
    /** Doubling on -x² + y² = 1 + d x² y², of which y and the square of x are enough. */
    const doubled = ({ y, xx }: { y: bigint; xx: bigint }): { y: bigint; xx: bigint } => ({
      y: divided(y * y + xx, 2n + xx - y * y),
      xx: divided(4n * xx * y * y, (y * y - xx) ** 2n),
    });
    const eightfold = (hex: string): bigint => {
      const y = BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex')}`) & (2n ** 255n - 1n);
      const point = { y: modulo(y), xx: divided(y * y - 1n, d * y * y + 1n) };
      return doubled(doubled(doubled(point))).y;
    };
    for (const hex of SMALL_ORDER) assert.equal(eightfold(hex), 1n, hex);
    for (let seed = 1; seed < 5; seed++) assert.notEqual(eightfold(testKey(seed).hex), 1n);
  });

  it('warns of rules that never apply: idle types, impossible targets, repetitions', () => {
    const { warnings } = compilePolicy(
      'p',
      'type a, b; default a;\nallow a b : console write;\nallow a self : event send;\nallow a self : event send;',
    );
    assert.deepEqual(
      warnings.map((warning) => warning.split(' ')[0]),
      ['p:2:21:', 'p:4:22:', 'p:1:9:'],
    );
  });
});
