import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen } from '../support/bootXen';
import { arm, call, textAddress, tinyGuest } from '../support/tinyGuest';

const SET_CALLBACKS = 4;
const UPDATE_VA_MAPPING = 14;
const SET_TIMER = 15;
const EVENT_CHANNEL = 16;
const SCHED_OP = 29;
const UVMF_SHARED_INFO = 8;
const SHARED_INFO = 0xfbf0_0000;
const SCRATCH = 0xc010_0000;
const BIND_INTERDOMAIN = 0;
const BIND_VIRQ = 1;
const SEND = 4;
const ALLOC_UNBOUND = 6;
const BLOCK = 1;
const VIRQ_TIMER = 0;
const NS_PER_TICK = 5;
const CONTEXT_ALLOWANCE_NS = 5_000_000;

/** Writes words to SCRATCH and calls event_channel_op on them. */
const channelOp = (...words: number[]): number[] => [
  ...words.flatMap((value, i) => [...arm.constant(0, SCRATCH + 4 * i), ...arm.constant(1, value), arm.store(1, 0)]),
  ...call(EVENT_CHANNEL, SCRATCH),
];

/** A guest that sets a callback, runs `body`, sleeps, and loops when it wakes; the callback is the word behind. */
function sleeper(body: readonly number[]): { elf: Uint8Array; callback: number } {
  const program = (callback: number): number[] => [
    ...call(SET_CALLBACKS, callback, 0),
    ...body,
    ...call(SCHED_OP, BLOCK, 0),
    arm.loop,
  ];
  const callback = textAddress(program(0).length);
  return { elf: tinyGuest([...program(callback), arm.loop]), callback };
}

describe('Hypervisor: events and time', () => {
  it('maps shared info at va + domid pages and answers the domid', () => {
    const words = [...call(UPDATE_VA_MAPPING, SHARED_INFO, UVMF_SHARED_INFO, 0, 0), arm.moveTo(4, 0)];
    const elf = tinyGuest([...words, arm.loop]);
    const xen = new BootedXen([{ elf }, { elf }]);
    xen.machine.run(3_000_000);
    for (let domain = 0; domain < 2; domain++) {
      xen.runTo('__switch_to', 10_000_000);
      xen.machine.run(2000);
      const domid = xen.machine.cpu.getRegister(4);
      const walk = xen.machine.walk(SHARED_INFO + domid * 4096, 'write', false);
      assert.equal(walk.fault, undefined);
      assert.equal(walk.cacheable, false);
      assert.ok(xen.machine.walk(SHARED_INFO + (1 - domid) * 4096, 'read', false).fault, 'and not at the other one’s');
    }
  });

  it('wakes a sleeping domain with VIRQ_TIMER when set_timer_op says, not before, without running anything meanwhile', () => {
    const deadline = 200_000_000;
    const { elf, callback } = sleeper([...channelOp(BIND_VIRQ, VIRQ_TIMER, 0, 0), ...call(SET_TIMER, deadline, 0)]);
    const xen = new BootedXen([{ elf }]);
    xen.machine.setBreakpoints([callback]);
    assert.equal(xen.machine.run(3_000_000).kind, 'breakpoint');
    const nanoseconds = xen.machine.ticks * NS_PER_TICK;
    assert.ok(nanoseconds >= deadline && nanoseconds < deadline + 200_000, String(nanoseconds));
    assert.equal(xen.machine.cpu.getRegister(0), 0x18);
    assert.ok(xen.machine.instructionCount < 1_000_000, 'it slept');
  });

  it('carries an event from one domain to another through a bound channel', () => {
    const listener = sleeper([...channelOp(ALLOC_UNBOUND, (1 << 16) | 0x7ff0, 0, 0)]);
    const sender = sleeper([
      ...channelOp(BIND_INTERDOMAIN, 0, 1, 0, 0),
      arm.moveTo(4, 0),
      /* Ports 1 and 2 are those of the directory and the console, offered to Domain-0. */
      ...channelOp(SEND, 3),
      arm.moveTo(5, 0),
    ]);
    const xen = new BootedXen([{ elf: listener.elf }, { elf: sender.elf }]);
    const table = (): number => xen.machine.cpu.getCp15().ttbr;
    xen.machine.setBreakpoints([textAddress(0)]);
    assert.equal(xen.machine.run(5_000_000).kind, 'breakpoint');
    const first = table();
    const reached = (inListener: boolean, address: number): number => {
      xen.machine.setBreakpoints([address]);
      /* Each callback's address is also somewhere in the other program. */
      do assert.equal(xen.machine.run(20_000_000).kind, 'breakpoint', xen.console);
      while ((table() === first) !== inListener);
      assert.equal(xen.machine.cpu.getRegister(0), 0x18);
      return xen.machine.ticks * NS_PER_TICK;
    };
    const sent = reached(false, sender.callback);
    /* The sender loops: the listener gets the CPU when it has got ahead of it by BVT's context allowance. */
    const received = reached(true, listener.callback);
    assert.ok(received > sent && received - sent < CONTEXT_ALLOWANCE_NS * 1.01, `${received - sent} ns`);
  });

  it('says when all domains have stopped, and sleeps for good', () => {
    const elf = tinyGuest([...call(6, 2, 0), arm.loop]);
    const xen = new BootedXen([{ elf }, { elf }]);
    assert.equal(xen.machine.run(5_000_000).kind, 'waiting');
    assert.match(
      xen.console,
      /Domain-0 \(dom0\) has shut down: power off\n\(XEN\) Domain-1 .*\n\(XEN\) All domains have stopped\. Halted\.\n$/,
    );
  });
});
