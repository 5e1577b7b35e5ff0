import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { root, runningStack, runningThread, session, withProcess } from './support/session';

/** The line of a source file that holds this text, so that tests survive edits above it. */
function lineWith(path: string, text: string): number {
  const index = readFileSync(`${root}/${path}`, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  assert.ok(index >= 0, text);
  return index + 1;
}

describe('Breakpoints', () => {
  it('hit in assembly, in hypervisor C and in mini-OS C, each in the right place', async () => {
    const engine = await session();
    const cases = [
      { path: 'firmware/xen/arch/arm/xen/entry.S', text: 'bl      asm_do_IRQ', kind: 'hypervisor' },
      { path: 'firmware/xen/common/schedule.c', text: 'context_switch(', kind: 'hypervisor' },
      { path: 'firmware/mini-os/kernel/main.c', text: 'printk(', kind: 'guestKernel' },
    ];
    for (const { path, text, kind } of cases) {
      await engine.restart();
      const line = lineWith(path, text);
      const [state] = engine.setSourceBreakpoints(`${root}/${path}`, [{ line }]);
      assert.equal(state!.verified, true, state!.message);
      const stop = await engine.resume();
      assert.equal(stop.reason, 'breakpoint');
      assert.deepEqual(stop.breakpointIds, [state!.id]);
      const top = engine.stack(stop.threadId)[0]!;
      assert.equal(top.kind, kind);
      assert.equal(top.source!.path, `${root}/${path}`);
      assert.equal(top.source!.line, state!.source!.line);
      engine.setSourceBreakpoints(`${root}/${path}`, []);
    }
  });

  it('in one domain let another pass that runs the same image at the same address', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:printk' }]);
    for (let count = 0; count < 4; count++) {
      const stop = await engine.resume();
      assert.equal(engine.threads().find(({ id }) => id === stop.threadId)!.name, 'guest1');
    }
  });

  it('for "this domain" count for the domain they were set in, also in the hypervisor that works for it', async () => {
    const engine = await session();
    const file = 'firmware/xen/common/console.c';
    const path = `${root}/${file}`;
    const console = { line: lineWith(file, 'do_console_io('), scope: 'domain' } as const;
    assert.match(engine.setSourceBreakpoints(path, [console])[0]!.message!, /works for no domain now/);
    engine.setFunctionBreakpoints([{ name: 'dom1:kernel_main' }]);
    await engine.resume();
    engine.setSourceBreakpoints(path, [console]);
    engine.setFunctionBreakpoints([{ name: 'dom0:printk' }]);
    let stop = await engine.resume();
    while (stop.reason === 'breakpoint') {
      assert.equal(engine.currentVcpu()?.domainId, 1);
      stop = await engine.resume();
    }
    // Set again while another domain has the CPU, it still is for the one of then.
    const [again] = engine.setSourceBreakpoints(path, [{ ...console, hitCondition: '>0' }]);
    engine.setFunctionBreakpoints([]);
    for (let count = 0; count < 3; count++) {
      const { breakpointIds } = await engine.resume();
      assert.deepEqual([breakpointIds, engine.currentVcpu()?.domainId], [[again!.id], 1]);
    }
  });

  it('at a physical address stop whoever executes the memory there, by any of its addresses', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:kernel_main' }]);
    await engine.resume();
    engine.setFunctionBreakpoints([]);
    const code = engine.evaluate('&unit_task', engine.stack(runningThread(engine))[0]).textAs!('hexadecimal');
    const walk = engine.walk({ kind: 'domain', domainId: 1 }, Number(code.split(' ')[0]), 'fetch', true)!;
    const [state] = engine.setInstructionBreakpoints([{ space: { kind: 'pa' }, address: walk.physicalAddress! }]);
    assert.equal(state!.verified, true, state!.message);
    const stop = await engine.resume();
    assert.deepEqual([stop.reason, engine.currentVcpu()?.domainId], ['instructionBreakpoint', 1]);
    assert.match(runningStack(engine)[0]!, /^unit_task/);
    const [nowhere] = engine.setInstructionBreakpoints([{ space: { kind: 'pa' }, address: 0x0ff00000 }]);
    assert.match(nowhere!.message!, /No address space maps pa:0x0ff00000 now/i);
  });

  it('of an image are not taken for another image’s code at the same address', async () => {
    const engine = await session(withProcess);
    // kernel_main of mini-OS and code of proc-os share addresses; only Domain-0 runs mini-OS.
    const image = engine.images.find(({ name }) => name === 'builtin:mini-os')!;
    const other = engine.images.find(({ name }) => name === 'builtin:proc-os')!;
    const shared = image
      .symbols()
      .filter(({ kind, address }) => kind === 'function' && other.functionAt(address) !== undefined)
      .map(({ name }) => name);
    assert.ok(shared.length > 5);
    const states = engine.setFunctionBreakpoints(shared.map((name) => ({ name: `dom0:${name}` })));
    assert.ok(states.every(({ verified }) => verified));
    for (let count = 0; count < 20; count++) {
      const stop = await engine.resume();
      assert.equal(engine.threads().find(({ id }) => id === stop.threadId)!.name, 'Domain-0');
    }
  });

  it('report all ids at one address, obey conditions and hit counts, and log without stopping', async () => {
    const engine = await session();
    const messages: string[] = [];
    engine.onMessage((text) => messages.push(text));
    const states = engine.setFunctionBreakpoints([
      { name: 'printk', condition: 'dom == 1' },
      { name: 'printk', condition: 'dom == 1', hitCondition: '2' },
      { name: 'printk', condition: 'dom == 0', logMessage: 'format {$r0 != 0}' },
      { name: 'printk', condition: 'pc == 0' },
    ]);
    assert.deepEqual((await engine.resume()).breakpointIds, [states[0]!.id]);
    assert.deepEqual((await engine.resume()).breakpointIds, [states[0]!.id, states[1]!.id]);
    assert.ok(messages.length >= 2);
    assert.match(messages[0]!, /^format 1/);
  });

  it('count hits as docs/using.md says', async () => {
    const stopsOf: Readonly<Record<string, readonly number[]>> = {
      '10': [10, 11, 12],
      '>= 10': [10, 11, 12],
      '>10': [11, 12],
      '== 3': [3],
      '= 3': [3],
      '< 3': [1, 2],
      '<= 3': [1, 2, 3],
      '% 5': [5, 10],
    };
    const using = readFileSync(`${root}/docs/using.md`, 'utf8');
    for (const written of ['10', '>= 10', '== 3', '% 5']) {
      assert.ok(written in stopsOf && using.includes(`\`${written}\``), written);
    }
    const engine = await session();
    const conditions = Object.keys(stopsOf);
    const [every, ...counted] = engine.setFunctionBreakpoints([
      { name: 'printk' },
      ...conditions.map((hitCondition) => ({ name: 'printk', hitCondition })),
    ]);
    const seen = conditions.map((): number[] => []);
    for (let hit = 1; hit <= 12; hit++) {
      const { breakpointIds } = await engine.resume();
      assert.ok(breakpointIds.includes(every!.id));
      counted.forEach(({ id }, index) => breakpointIds.includes(id) && seen[index]!.push(hit));
    }
    assert.deepEqual(Object.fromEntries(conditions.map((condition, index) => [condition, seen[index]])), stopsOf);
    await engine.restart();
    assert.deepEqual((await engine.start()).breakpointIds, []);
    assert.ok(!(await engine.resume()).breakpointIds.includes(counted[3]!.id), 'a restart counts from the beginning');
  });

  it('that cannot be set say why', async () => {
    const engine = await session();
    const [unknown, badCondition, badHits, nowhere] = engine.setFunctionBreakpoints([
      { name: 'do_upcal' },
      { name: 'do_upcall', condition: 'r0 ==' },
      { name: 'do_upcall', hitCondition: 'often' },
      { name: 'dom7:printk' },
    ]);
    assert.match(unknown!.message!, /no function or label "do_upcal" .* did you mean do_upcall\?/);
    assert.match(badCondition!.message!, /a name or a number is expected at position 6/);
    assert.match(badHits!.message!, /"often" is no hit condition/);
    assert.match(nowhere!.message!, /does not have/);
    assert.match(engine.setSourceBreakpoints('/nowhere/x.c', [{ line: 1 }])[0]!.message!, /No loaded image/);
  });

  it('as exception filters stop at what they name, with words for people', async () => {
    const engine = await session(withProcess);
    const stops = async (id: string, condition?: string) => {
      const [state] = engine.setExceptionFilters([condition === undefined ? { id } : { id, condition }]);
      assert.equal(state!.verified, true, state!.message);
      return (await engine.resume()).description;
    };
    assert.match(await stops('hypercall', 'dom == 1 && console_io'), /^Hypercall console_io \(18\), write from proc$/);
    assert.match(await stops('hypercall', 'nr == 31'), /^Hypercall restore_guest_context \(31\) from /);
    assert.match(await stops('systemCall', 'dom == 1'), /^System call \d+ from a process of proc$/);
    assert.match(await stops('upcall', 'dom == 1 && system_call'), /^Upcall to proc \(system call\)$/);
    assert.match(
      await stops('guestFault', 'data_abort'),
      /^Data abort in proc at 0x[0-9a-f]{8} \(\w+\): VFAR 0x[0-9a-f]{8}, .* fault, MMU domain D\d+$/,
    );
    assert.match(await stops('domainSwitch', 'to == 0'), /^Domain switch from .* to Domain-0$/);
    const [bad] = engine.setExceptionFilters([{ id: 'hypercall', condition: 'consol_io' }]);
    assert.equal(bad!.verified, false);
    assert.match(bad!.message!, /did you mean console_io\?/);
  });

  it('survive a restart, which gives back the very first state', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'do_upcall' }]);
    const registers = () => Array.from({ length: 16 }, (_, index) => engine.machine.cpu.getRegister(index));
    await engine.restart();
    const before = [registers(), engine.machine.instructionCount, engine.machine.ticks];
    const first = await engine.resume();
    await engine.resume();
    await engine.restart();
    assert.deepEqual([registers(), engine.machine.instructionCount, engine.machine.ticks], before);
    assert.deepEqual(await engine.resume(), first);
    assert.equal(runningStack(engine)[0], 'do_upcall');
  });
});

describe('Running', () => {
  it('can be paused', async () => {
    const engine = await session();
    const stopping = engine.resume();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(engine.running, true);
    engine.pause();
    assert.equal((await stopping).reason, 'pause');
    assert.equal(engine.running, false);
  });

  it('stops exactly at the asked instruction', async () => {
    const engine = await session();
    const stop = await engine.resume({ untilInstruction: 1_234_567 });
    assert.deepEqual([stop.reason, stop.instructionCount], ['count', 1_234_567]);
  });

  it('attributes console output to the domain that writes it', async () => {
    const engine = await session();
    const lines = new Map<string, string>();
    engine.onConsole(({ from, text }) => {
      const name = typeof from === 'string' ? from : from.name;
      lines.set(name, (lines.get(name) ?? '') + text);
    });
    await engine.resume({ untilInstruction: 6_000_000 });
    assert.match(lines.get('hypervisor')!, /^\(XEN\) /);
    assert.ok(!/mini-OS on Xen/.test(lines.get('hypervisor')!));
    assert.match(lines.get('Domain-0')!, /^mini-OS on Xen: Domain-0/);
    assert.match(lines.get('guest1')!, /^mini-OS on Xen: Domain-1/);
    assert.ok(!/\(XEN\)/.test(lines.get('guest1')!));
  });
});

describe('Stepping', () => {
  it('over a line with a hypercall stays in the guest and the function', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:platform_console_write' }]);
    await engine.resume();
    engine.setFunctionBreakpoints([]);
    const thread = runningThread(engine);
    const depth = engine.stack(thread).length;
    const count = engine.machine.instructionCount;
    for (let steps = 0; steps < 5; steps++) {
      const stop = await engine.step(thread, 'over', 'line');
      assert.equal(stop.reason, 'step');
      assert.equal(stop.threadId, thread);
      assert.equal(engine.stack(thread)[0]!.kind, 'guestKernel');
      assert.ok(engine.stack(thread).length <= depth);
    }
    assert.ok(engine.machine.instructionCount - count > 100, 'the hypervisor has worked in between');
  });

  it('over a long loop is not derailed by interrupts and other domains', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:unit_task' }]);
    await engine.resume();
    engine.setFunctionBreakpoints([]);
    const thread = runningThread(engine);
    const count = engine.machine.instructionCount;
    for (let steps = 0; steps < 4; steps++) {
      const stop = await engine.step(thread, 'over', 'line');
      assert.equal(stop.threadId, thread);
      assert.equal(engine.stack(thread)[0]!.name, 'unit_task');
    }
    assert.ok(engine.machine.instructionCount - count > 100_000);
  });

  it('in at a swi enters vector_swi, out of the hypervisor comes back behind it', async () => {
    const engine = await session();
    engine.setExceptionFilters([{ id: 'hypercall', condition: 'dom == 0 && console_io' }]);
    await engine.resume();
    engine.setExceptionFilters([]);
    const thread = runningThread(engine);
    const guest = engine.stack(thread).find(({ kind }) => kind === 'guestKernel')!;
    await engine.step(thread, 'out', 'line');
    const top = engine.stack(thread)[0]!;
    assert.deepEqual([top.kind, top.pc, top.registers[13]], ['guestKernel', guest.pc, guest.registers[13]]);
    // Once more, from the swi itself.
    engine.setInstructionBreakpoints([{ space: { kind: 'domain', domainId: 0 }, address: guest.pc - 4 }]);
    await engine.resume();
    engine.setInstructionBreakpoints([]);
    await engine.step(thread, 'in', 'line');
    assert.equal(runningStack(engine)[0], 'vector_swi');
  });
});
