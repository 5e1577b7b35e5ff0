// Signed images: what the hypervisor starts when its policy demands signatures. The signatures are made by Node.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compilePolicy } from '../../src/hypervisor/policy/compile';
import type { RegisterSet } from '../../src/image/types';
import { BootedXen, type Module } from '../support/bootXen';
import { drivenGuests, SCRATCH, type DrivenGuest } from '../support/drivenGuest';
import { signed, testKey } from '../support/signing';
import { arm, call, tinyGuest } from '../support/tinyGuest';
import { DOMID_SELF, Errno } from '../support/xenInterface';

const CONSOLE_IO = 18;
const DOM0_OP = 7;
const DOM0_INTERFACE = 0x0300_0000;
const MMU_UPDATE = 1;
const DOMID_IO = 0x7ff1;
const DOMID_XEN = 0x7ff2;
const STACK_BYTES = 3 * 4096;
/** Order of the group (RFC 8032, 5.1), little-endian. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const vendor = testKey(1);
const lab = testKey(2);
const stranger = testKey(3);
const policy = compilePolicy(
  'test.policy',
  `type dom0_t, guest_t, lab_t; domain 0 is dom0_t; domain "lab" is lab_t; default guest_t;
   key vendor "${vendor.hex}"; key lab "${lab.hex}";
   require signature for guest_t by vendor; require signature for lab_t;
   allow dom0_t { dom0_t guest_t } : dom0 *, memory { update map_foreign };
   allow * xen : console write;`,
).bytes;

/** A guest that prints its letter and stays. */
const printing = (letter: string): Uint8Array =>
  tinyGuest([
    ...arm.constant(8, SCRATCH),
    ...arm.constant(9, Buffer.from(`<${letter}>\n`).readUInt32LE(0)),
    arm.store(9, 8),
    ...call(CONSOLE_IO, 0, 4, SCRATCH),
    arm.loop,
  ]);
const quiet = tinyGuest([arm.loop]);

const changed = (bytes: Uint8Array, change: (copy: Buffer) => void): Uint8Array => {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
};
const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  changed(bytes, (copy) => (copy[at < 0 ? copy.length + at : at]! ^= 1));

/** The same signature, written with S + L instead of S. */
const malleable = (bytes: Uint8Array): Uint8Array =>
  changed(bytes, (copy) => {
    const s = BigInt(`0x${Buffer.from(copy.subarray(-32)).reverse().toString('hex')}`) + ORDER;
    copy.set(Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse(), copy.length - 32);
  });

describe('Verified boot', function () {
  this.timeout(60_000);

  it('starts what is signed with the right key, refuses all else in one line each, and the others go on', () => {
    const good = signed(printing('a'), vendor);
    const cases: readonly (readonly [name: string, elf: Uint8Array, reason: RegExp | undefined])[] = [
      ['good', good, undefined],
      ['plain', quiet, /demands a signed image, and it has no signature/],
      ['bit', flip(signed(quiet, vendor), 0x1000), /its signature is wrong: the image is not what was signed/],
      ['lastbit', flip(good, -1), /its signature is wrong/],
      ['malleable', malleable(good), /its signature is wrong/],
      ['otherkey', signed(quiet, stranger), /signed with a key that the policy does not accept for its type/],
      ['wrongtype', signed(quiet, lab), /signed with a key that the policy does not accept for its type/],
      ['keyswap', flip(signed(quiet, vendor), -96), /signed with a key that the policy does not accept/],
      ['cut', good.subarray(0, -1), /it has no signature/],
      ['longer', Buffer.concat([good, Buffer.alloc(4)]), /it has no signature/],
      ['spliced', Buffer.concat([good.subarray(0, 0x800), good.subarray(0x900)]), /an image of another length or kind/],
      ['lab', signed(printing('b'), lab), undefined],
    ];
    const modules: Module[] = [{ elf: quiet }, ...cases.map(([name, elf]) => ({ name, elf, memoryBytes: 2 << 20 }))];
    const xen = new BootedXen(modules, { policy });
    xen.runUntilConsole('<b>\n', 300_000_000);
    xen.runUntilConsole('<a>\n', 30_000_000);
    const lines = xen.console.split('\n').filter((line) => line.startsWith('(XEN) Domain-'));
    cases.forEach(([name, , reason], index) => {
      const own = lines.filter((line) => line.startsWith(`(XEN) Domain-${index + 1} (${name})`));
      if (reason) assert.equal(own.length, 1, name);
      assert.match(own.join('\n'), reason ?? /its image is signed with key (vendor|lab)/, name);
      if (reason) assert.match(own[0]!, /cannot be built: /, name);
    });
  });

  it('needs less stack than it has, and checks nothing for a type without a key', () => {
    const xen = new BootedXen([{ elf: signed(quiet, stranger) }, { elf: signed(quiet, vendor) }], { policy });
    xen.runUntilConsole('signed with key vendor', 60_000_000);
    assert.match(xen.console, /\(XEN\) Domain-0 \(dom0\): 4096 KB/);
    const bottom = xen.symbol('verify_stack');
    let unused = 0;
    while (unused < STACK_BYTES && xen.word(bottom + unused) === 0) unused += 4;
    assert.ok(unused >= 512 && unused < STACK_BYTES, `${unused} bytes unused`);
  });

  it('costs nothing without a demand: a boot of a signed image under a policy without keys is as short', () => {
    const instructions = (elf: Uint8Array): number => {
      const xen = new BootedXen([{ elf }], { policy: compilePolicy('p', 'type a; default a;').bytes });
      assert.equal(xen.runTo('restore', 5_000_000).kind, 'breakpoint');
      return xen.machine.instructionCount;
    };
    assert.ok(Math.abs(instructions(signed(quiet, vendor)) - instructions(quiet)) < 1_000);
  });

  it('shows a debugger the whole call stack from within, across the stack of its own', () => {
    const xen = new BootedXen([{ elf: signed(quiet, stranger) }, { elf: signed(quiet, vendor) }], { policy });
    assert.equal(xen.runTo('crypto_sign_ed25519_ref_fe25519_mul', 20_000_000).kind, 'breakpoint');
    const readMemory = (address: number, bytes: number): Uint8Array | undefined => {
      const { physicalAddress } = xen.machine.walk(address, 'read', true);
      return physicalAddress === undefined ? undefined : xen.machine.readPhysical(physicalAddress, bytes);
    };
    const names: string[] = [];
    let registers: RegisterSet = Array.from({ length: 16 }, (_, i) => xen.machine.cpu.getRegister(i));
    while (names.length < 20 && names.at(-1) !== 'start_xen') {
      const step = xen.image.unwind(registers, readMemory, names.length === 0);
      assert.equal(step?.method, 'cfi', names.join(' < '));
      registers = step.caller;
      names.push(xen.image.symbolAt(registers[15]! - 4)?.symbol.name ?? '?');
    }
    for (const name of ['ed25519_verify', 'call_on_stack', 'acm_verify_image', 'construct_domain', 'start_xen'])
      assert.ok(names.includes(name), names.join(' < '));
  });

  describe('of an image that Domain-0 brings', () => {
    const MAP_AT = SCRATCH + 0x1000;
    const CREATED = 9;
    const image = signed(quiet, vendor);

    /** dom0_op. A verification takes longer than a driven call waits for. */
    function dom0Op(guest: DrivenGuest, command: number, ...words: number[]): number {
      guest.waitForIt();
      guest.write(SCRATCH, [command, DOM0_INTERFACE, ...words]);
      guest.prepare(DOM0_OP, [SCRATCH]);
      guest.waitForIt(80_000_000);
      return guest.xen.machine.cpu.getRegister(0) | 0;
    }

    /** Machine address of the descriptor of a page of its memory, in its own table. */
    function descriptorOf({ xen, vcpu }: DrivenGuest, address: number): number {
      const table = xen.word(vcpu + xen.offset('vcpu', 'arch') + xen.offset('arch_vcpu', 'guest_table'));
      const slot = new DataView(xen.machine.readPhysical(table + (address >>> 20) * 4, 4)!.slice().buffer);
      return (slot.getUint32(0, true) & ~0x3ff) + ((address >>> 12) & 0xff) * 4;
    }

    function created(): { xen: BootedXen; dom0: DrivenGuest; at: number; create: () => number } {
      const { xen, guests } = drivenGuests(1, { policy });
      const dom0 = guests[0]!;
      assert.equal(dom0Op(dom0, 8, 0, 0, 0, 0, 0, CREATED), 0);
      assert.equal(dom0Op(dom0, 28, CREATED, 0, 1024, 0), 0);
      assert.equal(dom0Op(dom0, 60, CREATED, 0, 0, image.length), 0);
      const create = (): number => dom0Op(dom0, 60, CREATED, 1, 0, image.length, 0, 0, 0, 0, 0, 0);
      return { xen, dom0, at: dom0.word(SCRATCH + 16), create };
    }

    it('lets nobody map the policy and its keys, or the hypervisor’s copy of what it checks', () => {
      const { xen, dom0 } = created();
      const descriptor = descriptorOf(dom0, MAP_AT);
      const policyFrame = 0x200;
      const stackFrame = (xen.symbol('verify_stack') - 0xff00_0000) >>> 12;
      for (const frame of [policyFrame, stackFrame])
        for (const owner of [DOMID_SELF, CREATED, DOMID_IO, DOMID_XEN]) {
          dom0.write(SCRATCH + 0x100, [descriptor, 0, (frame << 12) | 0xe, 0]);
          const error = dom0.call(MMU_UPDATE, SCRATCH + 0x100, 1, 0, owner);
          assert.ok(error < 0, `frame ${frame.toString(16)}, domain ${owner.toString(16)}: ${error}`);
        }
      const [magic] = new Uint32Array(xen.machine.readPhysical(policyFrame << 12, 4)!.slice().buffer);
      assert.equal(magic, 0x098d_ea01, 'that is where the policy is');
    });

    it('refuses an altered one, and starts the one that was signed', () => {
      const { xen, at, create } = created();
      xen.machine.writePhysical(at, flip(image, 0x1001));
      assert.equal(create(), Errno.EINVAL);
      assert.match(xen.console, /Domain-9 \(\) cannot be built: its signature is wrong/);
      xen.machine.writePhysical(at, image);
      assert.equal(create(), 0);
      assert.match(xen.console, /Domain-9 \(\): its image is signed with key vendor/);
    });

    it('refuses it while Domain-0 keeps any page of that memory mapped, by which it could change what was checked', () => {
      const { xen, dom0, at, create } = created();
      xen.machine.writePhysical(at, image);
      const descriptor = descriptorOf(dom0, MAP_AT);
      const own = (dom0.frame(MAP_AT) << 12) | 0xe;
      const map = (value: number, owner: number): number => {
        dom0.write(SCRATCH + 0x100, [descriptor, 0, value, 0]);
        return dom0.call(MMU_UPDATE, SCRATCH + 0x100, 1, 0, owner);
      };
      assert.equal(map((at & ~0xfff) | 0xe, CREATED), 0);
      assert.equal(create(), Errno.EINVAL);
      assert.match(xen.console, /another domain still maps memory where it lies/);
      assert.equal(map(own, dom0.id), 0);
      assert.equal(create(), 0);
    });
  });
});
