/**
 * The console's commands over a running hypervisor: a driver domain and two guests that share event channels and grants with it. What they print is
 * held against what the machine itself, the launch configuration and the other end of each channel say.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { replCommands, runReplLine } from '../../../src/debugger/repl/commands';
import { consoleDocumentation } from '../../../src/debugger/repl/documentation';
import type { DebugEngine } from '../../../src/debugger/types';
import { holdPage } from '../../support/goldenText';
import { domain, session } from '../support/session';

const guest = (name: string, commandLine: string) => ({ ...domain(name, 'builtin:ping-guest'), commandLine });
const domains = [
  { ...domain('drivers', 'builtin:driver-domain', 8), commandLine: 'net=all' },
  guest('left', 'peer=10.0.0.3 count=40'),
  guest('right', ''),
];

function typing(engine: DebugEngine): (line: string) => string {
  return (line) => {
    const threadId = engine.threads().find(({ running }) => running)!.id;
    const frame = engine.stack(threadId).find(({ kind }) => kind !== 'label');
    const result = runReplLine({ engine, frame, threadId }, line);
    assert.ok(result && 'text' in result, `${line} is answered with text`);
    return result.text;
  };
}

/** The rows of a table as objects, by where the heads of its columns begin; of columns with one word each. */
const rowsOf = (text: string): readonly (readonly string[])[] =>
  text.split('\n').map((line) => line.trim().split(/ {2,}/));

describe('Console commands over a hypervisor', () => {
  let engine: DebugEngine;
  let type: (line: string) => string;
  before(async () => {
    engine = await session({ domains, cache: 'timing' });
    await engine.resume({ untilInstruction: 4_000_000 });
    type = typing(engine);
  });

  it('list the domains with their memory', () => {
    const rows = rowsOf(type('domains'));
    assert.deepEqual(
      rows.slice(1).map(([id, name, , mode, memory]) => [id, name, mode, memory]),
      [
        ['dom0', 'drivers', 'kernel', '8 of 8 MB'],
        ['dom1', 'left', 'kernel', '16 of 16 MB'],
        ['dom2', 'right', 'kernel', '16 of 16 MB'],
      ],
    );
  });

  it('show the registers of a domain that does not run', () => {
    const waiting = engine.threads().find(({ running, domainId }) => !running && domainId !== undefined)!;
    const text = type(`vcpu dom${waiting.domainId}`);
    const bottom = engine.stack(waiting.id).find(({ kind }) => kind === 'guestKernel')!;
    const pc = bottom.pc.toString(16).toUpperCase().padStart(8, '0');
    assert.match(text, new RegExp(`pc +0x${pc}`));
    assert.match(text, /vksp +0xC0/);
    assert.match(text, /its hypervisor side goes on at 0xFF0\w+ \w+\+0x/);
  });

  it('show event channels whose two ends name each other', () => {
    const ends = new Map<string, string>();
    for (const id of [0, 1, 2]) {
      for (const [port, state, boundTo] of rowsOf(type(`events dom${id}`)))
        if (state === 'interdomain') ends.set(`dom${id} port ${port}`, boundTo!);
    }
    assert.ok(ends.size >= 8, `${ends.size} ends`);
    for (const [end, other] of ends) assert.equal(ends.get(other), end);
    assert.match(type('events dom0'), /virq +VIRQ DOM_EXC/);
  });

  it('show grants, and the same frames where they are mapped', () => {
    const mapped = rowsOf(type('grants dom0')).filter(([handle]) => /^\d+$/.test(handle!));
    const granted = rowsOf(type('grants dom1')).filter(([, to]) => to === 'dom0');
    const within = (span: string, value: string): boolean => {
      const [first, last = first] = span.split('-').map(Number);
      return first! <= Number(value) && Number(value) <= last!;
    };
    const ofLeft = mapped.filter(([, of]) => of === 'dom1');
    assert.ok(ofLeft.length >= 2);
    for (const [, , ref, frame, at] of ofLeft) {
      const row = granted.find(([own]) => within(own!, ref!));
      assert.ok(row && within(row[2]!, frame!) && row[3] === '1', `grant ${ref}`);
      const walk = engine.walk({ kind: 'domain', domainId: 0 }, Number(at), 'read', true);
      assert.equal((walk?.physicalAddress ?? 0) / 4096, Number(frame));
    }
  });

  it('walk page tables in words, for whom one names', () => {
    const text = type('walk dom1:0xC0008000 write user');
    assert.match(text, /^L1\[0xC00\] at 0x\w{8} = 0x\w{8}: a coarse second-level table, MMU domain 1\.$/m);
    assert.match(text, /^user write denied: page permission fault/m);
    assert.match(type('walk dom1:0xC0008000'), /^kernel read allowed: physical 0x/m);
  });

  it('show mappings that the machine translates alike', () => {
    const rows = rowsOf(type('mappings dom2')).slice(2);
    assert.ok(rows.length > 10);
    for (const [range, physical] of rows) {
      const start = Number(range!.split('-')[0]);
      const walk = engine.walk({ kind: 'domain', domainId: 2 }, start, 'read', true, 0xffffffff);
      assert.equal(walk?.physicalAddress, Number(physical), range);
    }
  });

  it('read a DACR aloud', () => {
    assert.equal(
      type('dacr 0xFD'),
      '0x000000FD: D0 (VMM) client, D1 (guest kernel) manager, D2 (I/O) manager, D3 (user) manager',
    );
    assert.match(type('dacr'), /^right user +0x00000055 +by Table 1/m);
  });

  it('show a TLB of which every entry is what a walk finds', () => {
    const entries = engine.machine.tlb!.entries();
    assert.ok(entries.length > 20);
    const current = engine.machine.cpu.getCp15().dacr;
    for (const { virtualAddress, physicalAddress, mmuDomain, verdict } of entries) {
      if (verdict?.dacr !== current) continue;
      const walk = engine.machine.walk(virtualAddress, 'read', true);
      assert.deepEqual([walk.physicalAddress, walk.mmuDomain], [physicalAddress, mmuDomain]);
    }
    assert.match(type('tlb'), /^\d+ entries of the TLB made for speed/);
    assert.equal(
      type('tlb 0xDEAD0000'),
      `0xDEAD0000 is not in the TLB made for speed, which is larger than the chip's ("tlb": "arm926" models that): the next access walks.`,
    );
  });

  it('count what the caches hold', () => {
    const { caches } = engine.machine;
    const [, instruction, data] = rowsOf(type('cache'));
    assert.equal(Number(instruction![2]!.split(/\s+/)[0]), caches!.instruction.lines().length);
    assert.equal(data![0], 'data');
    const { modifiedVirtualAddress } = caches!.data.lines()[0]!;
    assert.match(
      type(`cache 0x${modifiedVirtualAddress.toString(16)}`),
      /^data cache: set 0, way \d, line of 0x\w{8}, (clean|dirty)/m,
    );
  });

  it('name the handler of each hypercall that the hypervisor serves', () => {
    assert.match(type('hypercalls'), /^18 +console_io +do_console_io/m);
    assert.match(type('hypercalls 16'), /^4 +send$/m);
    assert.throws(() => type('hypercalls event'), /There is no hypercall "event": is it event_channel_op\?/);
  });

  it('show run queue, timers and pages as the scheduler keeps them', () => {
    assert.match(type('runqueue'), /^Borrowed Virtual Time\n/);
    assert.match(type('runqueue'), /^dom2 +0 +\w+ +\S+ +\d+ ms +avt [\d,]+, mcu_advance 10$/m);
    assert.match(type('timers'), /^[\d,]+ +(tick|slice_ended|\w+)/m);
    assert.match(type('pages'), /^dom0 +2,048 \(8\.00 MB\)/m);
  });

  it('show interrupts with the devices that raise them', () => {
    assert.match(type('interrupts'), /^ +4 +goldfish_tty\.0 +/m);
  });

  it('answer what people type from habit', () => {
    assert.equal(type('bt'), type('info stack'));
    assert.match(type('info symbol 0xFF010000'), /^0xFF010000 is _start of builtin:xen$/);
    assert.match(type('info address do_console_io'), /^do_console_io is at 0xFF\w+, function, builtin:xen$/);
    assert.match(type('info line xen:0xFF010000'), /is line \d+ of .*\.S/);
    assert.match(type('info threads'), /left: /);
    assert.throws(() => type('info weather'), /There is no "info weather": it can be stack, frame,/);
    assert.throws(() => type('info symbol'), /"info symbol" needs ADDRESS: for example/);
  });
});

describe('Console commands elsewhere', () => {
  it("show the chip's own TLB with its AP bits", async () => {
    const engine = await session({ tlb: 'arm926' });
    await engine.resume({ untilInstruction: 1_500_000 });
    const type = typing(engine);
    assert.match(type('tlb'), /^\d+ entries of the chip's own TLB/);
    for (const { virtualAddress, byteLength, physicalAddress, mmuDomain, ap } of engine.machine.tlb!.entries()) {
      const walk = engine.machine.walk(virtualAddress, 'read', true);
      assert.ok(byteLength <= walk.pageBytes!);
      assert.deepEqual([walk.physicalAddress, walk.mmuDomain, walk.ap], [physicalAddress, mmuDomain, ap]);
    }
    assert.throws(() => type('cache'), /No caches are modelled: set "cache" to "timing" or "coherence"/);
    assert.throws(() => type('vcpu dom9'), /There is no domain "dom9" now: choose one of dom0/);
  });

  it('say on a machine without hypervisor that there is none', async () => {
    const engine = await session({ hypervisor: undefined, domains: [], kernel: 'builtin:mini-os-native' });
    await engine.resume({ untilInstruction: 10_000 });
    const type = typing(engine);
    assert.match(type('domains'), /There are no domains now/);
    assert.match(type('vcpu'), /^0x\w{8} \w+/);
    assert.throws(() => type('events'), /there is no hypervisor on this machine/);
    assert.match(type('interrupts'), /goldfish_timer/);
    assert.match(type('hypercalls 18'), /console_io/);
  });

  it('stand in docs/console.md', () => holdPage('docs/console.md', consoleDocumentation(replCommands)));
});
