import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { brief, runningStack, runningThread, session, valuesOf, withProcess } from './support/session';

describe('Stacks across the border', () => {
  it('reach from the swi vector through the hypercall into the guest', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'exception_vectors' }, { name: 'vector_swi' }]);
    engine.setInstructionBreakpoints([{ space: { kind: 'xen' }, address: 8 }]);
    const atVector = await engine.resume();
    assert.equal(atVector.reason, 'instructionBreakpoint');
    const guest = ['guest_init', 'platform_start', '_start'];
    assert.deepEqual(runningStack(engine), [
      'exception_vectors',
      '[hypercall update_va_mapping (14) from Domain-0]',
      ...guest,
    ]);
    await engine.resume();
    assert.deepEqual(runningStack(engine), [
      'vector_swi',
      '[hypercall update_va_mapping (14) from Domain-0]',
      ...guest,
    ]);
  });

  it('name the function that faulted, at the abort vector and at every instruction of its handler', async () => {
    const engine = await session(withProcess);
    engine.setInstructionBreakpoints([{ space: { kind: 'xen' }, address: 0x10 }]);
    await engine.resume();
    for (;;) {
      const stack = runningStack(engine);
      if (stack[0] === 'do_upcall') break;
      const border = stack.indexOf('[data abort in proc]');
      assert.ok(border > 0, stack.join(' < '));
      assert.deepEqual(stack.slice(border + 1), ['read_word', 'tour_main', 'tour_entry'], stack.join(' < '));
      await engine.step(runningThread(engine), 'in', 'instruction');
    }
  });

  it('lead from a process through its kernel’s callback: user, label, kernel', async () => {
    const engine = await session(withProcess);
    engine.setExceptionFilters([{ id: 'upcall', condition: 'dom == 1 && system_call' }]);
    await engine.resume();
    engine.setExceptionFilters([]);
    // Through do_upcall into the callback.
    while (engine.stack(runningThread(engine))[0]!.kind === 'hypervisor')
      await engine.step(runningThread(engine), 'in', 'instruction');
    const frames = engine.stack(runningThread(engine));
    assert.equal(frames[0]!.kind, 'guestKernel');
    assert.match(frames[1]!.name, /^upcall: system call \d+$/);
    assert.equal(frames[2]!.kind, 'guestUser');
    assert.deepEqual(brief(frames).slice(-2), ['tour_main', 'tour_entry']);
  });

  it('show a vCPU that does not run: its hypervisor side, the border, its guest', async () => {
    const engine = await session();
    engine.setExceptionFilters([{ id: 'domainSwitch', condition: 'from == 1 && to == 0' }]);
    await engine.resume();
    engine.setExceptionFilters([]);
    engine.setFunctionBreakpoints([{ name: 'dom0:printk' }]);
    await engine.resume();
    const guest1 = engine.threads().find(({ name }) => name === 'guest1')!;
    assert.equal(guest1.running, false);
    const stack = brief(engine.stack(guest1.id));
    assert.deepEqual(stack.slice(0, 3), ['context_switch', 'schedule', 'do_softirq']);
    assert.ok(
      stack.some((name) => /^\[.*guest1\]$/.test(name)),
      stack.join(' < '),
    );
    assert.equal(stack.at(-1), 'thread_starter');
  });

  it('give the registers of the guest that does not run from its saved frame', async () => {
    const engine = await session();
    engine.setFunctionBreakpoints([{ name: 'dom1:printk' }]);
    await engine.resume();
    const dom0 = engine.threads().find(({ name }) => name === 'Domain-0')!;
    const frame = engine.stack(dom0.id).find(({ kind }) => kind === 'guestKernel')!;
    const domains = engine.domains();
    assert.ok(!('missing' in domains));
    const saved = domains[0]!.vcpus[0]!.savedFrame;
    assert.ok(!('missing' in saved));
    assert.deepEqual(frame.registers, saved.registers);
    const virtual = valuesOf(engine, frame, 'Virtual registers');
    assert.match(virtual.get('VPSR')!, /0x00000013 virtual kernel/);
    assert.match(virtual.get('VDACR')!, /D0 client/);
    assert.equal(engine.evaluate('$dom0.pc', undefined).text.slice(0, 10), `0x${saved.registers[15]!.toString(16)}`);
  });

  it('are whole at each of the instructions after a process starts', async () => {
    const engine = await session(withProcess);
    engine.setFunctionBreakpoints([{ name: 'tour_entry' }]);
    await engine.resume();
    engine.setFunctionBreakpoints([]);
    for (let count = 0; count < 1500; count++) {
      engine.machine.run(1);
      const frames = engine.stack(runningThread(engine));
      const text = brief(frames).join(' < ');
      assert.ok(
        frames.every(({ kind, image }) => kind === 'label' || image !== undefined),
        `instruction ${count}: ${text}`,
      );
      // Of Domain-0: a thread or the start-up; of the process' domain: the process.
      assert.match(frames.at(-1)!.name, /^(tour_entry|_start|thread_starter)/, `instruction ${count}: ${text}`);
      assert.ok(frames.length < 40, `instruction ${count}: ${text}`);
    }
  });
});
