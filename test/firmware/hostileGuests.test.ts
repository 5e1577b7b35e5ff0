import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen } from '../support/bootXen';
import { arm, call, textAddress, tinyGuest } from '../support/tinyGuest';

const ENOSYS = -38;
const EFAULT = -14;
const EINVAL = -22;
const EPERM = -1;
const SET_CALLBACKS = 4;
const MULTICALL = 13;
const UPDATE_VA_MAPPING = 14;
const EVENT_CHANNEL = 16;
const CONSOLE_IO = 18;
const MMUEXT = 26;
const RESTORE = 31;
const XEN_TEXT = 0xff01_0000;
const DOMID_SELF = 0x7ff0;
/** An address in the guest's own free memory. */
const SCRATCH = 0xc010_0000;

/** Runs a guest until it stands in its closing loop, and gives r4-r6. */
function results(words: readonly number[]): number[] {
  const xen = new BootedXen([{ elf: tinyGuest([...words, arm.loop]) }]);
  xen.machine.setBreakpoints([textAddress(words.length)]);
  const stop = xen.machine.run(5_000_000);
  assert.equal(stop.kind, 'breakpoint', xen.console);
  assert.equal(xen.machine.cpu.getCpsr() & 0xdf, 0x10, 'USR mode, interrupts on');
  return [4, 5, 6].map((index) => xen.machine.cpu.getRegister(index) | 0);
}

/** Runs a hostile Domain-0 beside an honest one, which must go on. */
function crash(words: readonly number[], reason: RegExp): void {
  const honest = [
    ...arm.constant(0, 0),
    ...arm.constant(1, 3),
    ...arm.constant(2, textAddress(0)),
    ...arm.constant(7, CONSOLE_IO),
  ];
  const text = Buffer.from('ok\n\0').readUInt32LE(0);
  const program = [
    ...honest,
    ...arm.constant(8, SCRATCH),
    ...arm.constant(9, text),
    arm.store(9, 8),
    arm.moveTo(2, 8),
    arm.hypercall,
  ];
  const xen = new BootedXen([{ elf: tinyGuest([...words, arm.loop]) }, { elf: tinyGuest([...program, arm.loop]) }]);
  xen.runUntilConsole('ok\n', 10_000_000);
  assert.match(xen.console, reason);
  assert.match(xen.console, /\(XEN\) Domain-0 \(dom0\) crashed: /);
  assert.doesNotMatch(xen.console, /panic/);
}

describe('Hypervisor: hostile guests', () => {
  it('answers every hypercall number outside the table with -ENOSYS', () => {
    for (const number of [42, 43, 0x7fff_ffff, 0xffff_ffff])
      assert.equal(results([...call(number), arm.moveTo(4, 0)])[0], ENOSYS, number.toString(16));
  });

  it('answers pointers into the hypervisor, page 0 and nowhere with -EFAULT, and writes nothing there', () => {
    for (const pointer of [XEN_TEXT, 0, 0xfe80_0000, 0x5000_0000, 0xffff_fffc, 3]) {
      const [event, console_, multi] = results([
        ...call(EVENT_CHANNEL, pointer),
        arm.moveTo(4, 0),
        ...call(CONSOLE_IO, 0, 16, pointer),
        arm.moveTo(5, 0),
        ...call(MULTICALL, pointer, 1),
        arm.moveTo(6, 0),
      ]);
      assert.deepEqual([event, console_, multi], [EFAULT, EFAULT, EFAULT], pointer.toString(16));
    }
  });

  it('ends a domain whose kernel stack lies in the hypervisor or nowhere when an upcall needs it; the others go on', () => {
    for (const stack of [0xff02_0000, 0x48, 0, 0x5000_0000, 0xfe80_1000])
      crash(
        [...call(SET_CALLBACKS, textAddress(0), 0), ...arm.constant(13, stack), arm.swi(0x123)],
        /kernel stack unusable/,
      );
  });

  it('ends a domain that faults without a callback, and says where', () => {
    crash(
      [...arm.constant(1, 0x5000_0000), arm.load(0, 1)],
      /data abort without a callback.*VFAR 50000000 VFSR 005.*pc c000800c/,
    );
    crash([arm.undefined], /undefined instruction without a callback.*VFAR 00000000 VFSR 000/);
    crash(arm.constant(15, 0x5000_0000), /prefetch abort without a callback.*VFAR 50000000 VFSR 005.*pc 50000000/);
  });

  it('ends a domain that returns to a frame it cannot read', () => {
    for (const frame of [XEN_TEXT, 0, 0xfbff_fff8, 0xc000_8001])
      crash(call(RESTORE, frame), /frame of restore_guest_context unreadable/);
  });

  it('takes only flags and T from the psr of a forged frame, never the mode or the interrupt masks', () => {
    for (const psr of [0xf800_00d3, 0xd2, 0xd7, 0xdf, 0xffff_ffdf & ~0x20]) {
      const setWord = (offset: number, value: number): number[] => [
        ...arm.constant(0, SCRATCH + offset),
        ...arm.constant(1, value),
        arm.store(1, 0),
      ];
      const build = (target: number): number[] => [
        ...setWord(60, target),
        ...setWord(64, psr),
        ...call(RESTORE, SCRATCH),
      ];
      const target = textAddress(build(0).length);
      results(build(target));
    }
  });

  it('treats hypercalls from virtual user mode as system calls', () => {
    const setWord = (offset: number, value: number): number[] => [
      ...arm.constant(0, SCRATCH + offset),
      ...arm.constant(1, value),
      arm.store(1, 0),
    ];
    /* The guest opens its own code page to user mode, then returns to a forged frame of user mode. */
    const probe = new BootedXen([{ elf: tinyGuest([arm.loop]) }]);
    probe.runUntilConsole('entry', 3_000_000);
    const memory = parseInt(/machine address ([0-9a-f]{8})/.exec(probe.console)?.[1] ?? '', 16);
    const prepare = (userCode: number): number[] => [
      ...call(SET_CALLBACKS, userCode + 4, 0),
      ...call(UPDATE_VA_MAPPING, textAddress(0), 1, memory + 0x8000 + 0xffe, 0),
      ...arm.constant(7, CONSOLE_IO),
      ...setWord(60, userCode),
      ...setWord(64, 0x10),
      ...setWord(28, CONSOLE_IO),
      ...call(RESTORE, SCRATCH),
    ];
    const userCode = textAddress(prepare(0).length);
    const [context, psr, vfar] = results([
      ...prepare(userCode),
      arm.hypercall,
      arm.moveTo(4, 0),
      arm.moveTo(5, 1),
      arm.moveTo(6, 2),
    ]);
    assert.deepEqual([context, (psr ?? 0) & 0x1f, vfar], [8, 0x10, 0]);
  });

  it('refuses a base pointer that is no first-level table of the caller', () => {
    const load = (address: number): number[] => {
      const op = [5, address, 0, 0];
      return [
        ...op.flatMap((value, i) => [...arm.constant(0, SCRATCH + 4 * i), ...arm.constant(1, value), arm.store(1, 0)]),
        ...call(MMUEXT, SCRATCH, 1, 0, DOMID_SELF),
      ];
    };
    for (const address of [0, 0xc000, 0x0001_0000, 0x0500_0000, 0xffff_c000, 0x0020_4001])
      assert.equal(results([...load(address), arm.moveTo(4, 0)])[0], EINVAL, address.toString(16));
  });

  it('maps no frame that the caller does not own: the hypervisor’s, devices, page tables', () => {
    for (const frame of [0x0001_0000, 0x0000_c000, 0x05ff_f000, 0xff00_0000, 0xff00_3000, 0x7000_0000])
      assert.equal(
        results([...call(UPDATE_VA_MAPPING, SCRATCH, 0, (frame | 0xffe) >>> 0, 0), arm.moveTo(4, 0)])[0],
        EINVAL,
        frame.toString(16),
      );
    for (const va of [0, 0x1000, 0xfc00_0000, 0xff01_0000, 0xffff_f000])
      assert.equal(results([...call(UPDATE_VA_MAPPING, va, 0, 0, 0), arm.moveTo(4, 0)])[0], EINVAL, va.toString(16));
  });

  it('refuses callbacks in the hypervisor and reservations of other domains', () => {
    assert.equal(results([...call(SET_CALLBACKS, XEN_TEXT, 0), arm.moveTo(4, 0)])[0], EINVAL);
    assert.equal(results([...call(MMUEXT, SCRATCH, 1, 0, 1), arm.moveTo(4, 0)])[0], EPERM);
  });
});
