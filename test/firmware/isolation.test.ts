/** Holes that campaigns of `armvisor campaign isolation` have found in the hypervisor: each stays closed. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BootedXen } from '../support/bootXen';
import { arm, call, textAddress, tinyGuest } from '../support/tinyGuest';

const SCHED_OP_COMPAT = 6;
const MULTICALL = 13;
const MMUEXT_OP = 26;
const FLUSH_CACHE = 12;
const DOMID_SELF = 0x7ff0;
/** In the guest's memory, from its first page. */
const REQUESTS = 0x10_0000;
const CALLS = 0x11_0000;
const VIRT_BASE = 0xc000_0000;
/** Two domains that want the CPU take turns of 5 ms, 1 million ticks, by the default scheduler. */
const MOST_TICKS_BETWEEN_SWITCHES = 3_000_000;

const busy = { elf: tinyGuest([arm.loop]) };

/** The most ticks between two switches of domains from now on, up to so many ticks. */
function longestStay(xen: BootedXen, ticks: number): number {
  const { machine } = xen;
  const end = machine.ticks + ticks;
  let [longest, since] = [0, machine.ticks];
  machine.setBreakpoints([xen.symbol('__switch_to')]);
  while (machine.ticks < end) {
    machine.run(1_000_000);
    longest = Math.max(longest, machine.ticks - since);
    if (machine.cpu.getRegister(15) === xen.symbol('__switch_to')) since = machine.ticks;
  }
  return longest;
}

describe('Hypervisor: holes found by attack', () => {
  it('keeps no other domain waiting while it works off a multicall of batches', () => {
    const hostile = [...call(MULTICALL, VIRT_BASE + CALLS, 200), arm.loop];
    const xen = new BootedXen([{ elf: tinyGuest(hostile) }, busy]);
    xen.runUntilConsole('Domain-1', 5_000_000);
    const base = parseInt(/Domain-0 .* machine address ([0-9a-f]{8})/.exec(xen.console)?.[1] ?? '', 16);
    const requests = new Uint32Array(1024 * 4).map((_, index) => (index % 4 === 0 ? FLUSH_CACHE : 0));
    const entry = [MMUEXT_OP, 0, VIRT_BASE + REQUESTS, 1024, 0, DOMID_SELF, 0, 0];
    const calls = new Uint32Array(Array.from({ length: 200 }, () => entry).flat());
    xen.machine.writePhysical(base + REQUESTS, new Uint8Array(requests.buffer));
    xen.machine.writePhysical(base + CALLS, new Uint8Array(calls.buffer));
    const longest = longestStay(xen, 20_000_000);
    assert.ok(longest <= MOST_TICKS_BETWEEN_SWITCHES, `${longest} ticks without a switch`);
  });

  it('lets nobody save up CPU time by yielding', () => {
    const yields = 20;
    const loop = [arm.hypercall, 0xe258_8001, 0x1aff_fffc]; // swi 0x82; subs r8, r8, #1; bne: the answer, 0, is yield again
    const prepare = [...arm.constant(8, yields), ...arm.constant(0, 0), ...arm.constant(7, SCHED_OP_COMPAT)];
    const hostile = [...prepare, ...loop, arm.loop];
    const xen = new BootedXen([{ elf: tinyGuest(hostile) }, busy]);
    xen.machine.setBreakpoints([textAddress(hostile.length - 1)]);
    for (let left = 100; left > 0; left--) if (xen.machine.run(1_000_000).kind === 'breakpoint') break;
    assert.equal(xen.machine.cpu.getRegister(8), 0, 'it has yielded so often');
    const longest = longestStay(xen, 20_000_000);
    assert.ok(longest <= MOST_TICKS_BETWEEN_SWITCHES, `${longest} ticks without a switch`);
  });
});
