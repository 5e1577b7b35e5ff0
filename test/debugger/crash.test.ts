import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { launch } from '../../src/debugger/launch';
import type { DebugEngine, LaunchSettings } from '../../src/debugger/types';
import { endlessLoop, tinyElf, undefinedInstruction } from '../support/elf';
import { arm, call, tinyGuest } from '../support/tinyGuest';
import { domain, fileHost, settings } from './support/session';

const KERNEL = 0x10000;
const UNDEFINED_VECTOR = 0x04;
/** `movs pc, lr`: skips an undefined ARM instruction (ARM DDI 0100 A2.6.3). */
const RETURN = 0xe1b0f00e;
const NOWHERE = 0x7000_0000;
/** Far more than any of these kernels needs, far less than a person waits for. */
const LIMIT = { untilInstruction: 1_000_000 };

function engineOf(file: Uint8Array, changes: Partial<LaunchSettings>): Promise<DebugEngine> {
  return launch(settings(changes), { ...fileHost, readFile: () => Promise.resolve(file) });
}

const native = (words: readonly number[], stopOnEntry = false): Promise<DebugEngine> =>
  engineOf(tinyElf(words, KERNEL), { hypervisor: undefined, domains: [], kernel: 'tiny.elf', stopOnEntry });

const handler = (word: number): number[] => [
  ...arm.constant(0, word),
  ...arm.constant(1, UNDEFINED_VECTOR),
  arm.store(0, 1),
];

describe('A native kernel that crashes', () => {
  it('by an undefined instruction without a handler halts at once, and says where', async () => {
    const engine = await native([arm.moveTo(0, 0), undefinedInstruction]);
    const stop = await engine.start(LIMIT);
    assert.equal(stop.reason, 'halted');
    assert.match(stop.description, /^The kernel took an undefined instruction at pc 0x00010004\b.* has no handler/);
    assert.match(stop.text!, /correct the kernel/);
    assert.equal(engine.machine.cpu.getRegister(15), UNDEFINED_VECTOR);
  });

  it('by a data abort says the address and the status', async () => {
    const engine = await native([...arm.constant(1, NOWHERE), arm.load(0, 1), endlessLoop], true);
    await engine.start();
    const stop = await engine.resume(LIMIT);
    assert.equal(stop.reason, 'halted');
    assert.match(
      stop.description,
      /a data abort at pc 0x0001000c.*fault address 0x70000000, fault status 0x0000000[0-9a-f]/,
    );
  });

  it('by a jump to nowhere says where to', async () => {
    const engine = await native([...arm.constant(1, NOWHERE), arm.moveTo(15, 1)]);
    const stop = await engine.start(LIMIT);
    assert.equal(stop.reason, 'halted');
    assert.match(stop.description, /a prefetch abort at pc 0x70000000/);
  });

  it('ends a step as well', async () => {
    const engine = await native([undefinedInstruction], true);
    const { threadId } = await engine.start();
    const stop = await engine.step(threadId, 'over', 'instruction');
    assert.equal(stop.reason, 'halted');
    assert.match(stop.description, /undefined instruction at pc 0x00010000/);
  });

  it('inside its own handler halts too, always at the same instruction', async () => {
    const counts: number[] = [];
    for (let run = 0; run < 2; run++) {
      const engine = await native([...handler(undefinedInstruction), undefinedInstruction]);
      const stop = await engine.start(LIMIT);
      assert.equal(stop.reason, 'halted');
      assert.match(stop.description, /an undefined instruction at pc 0x00000004.* again and again/);
      counts.push(stop.instructionCount);
    }
    assert.equal(counts[0], counts[1]);
  });

  it('is none that serves its exceptions, however many', async () => {
    const code = [...handler(RETURN), undefinedInstruction];
    const engine = await native([...code, (endlessLoop - 1) >>> 0]);
    assert.equal((await engine.start(LIMIT)).reason, 'count');
    assert.equal(engine.machine.cpu.mode, 'svc');
  });
});

describe('A machine whose domains have all stopped', () => {
  it('stops the run and says how each of them ended', async () => {
    const SHUTDOWN = call(6, 2, 0);
    const guest = tinyGuest([...SHUTDOWN, arm.loop]);
    const domains = [domain('first', 'tiny.elf'), domain('second', 'tiny.elf')];
    const engine = await engineOf(guest, { domains, stopOnEntry: false });
    const stop = await engine.start({ untilInstruction: 20_000_000 });
    assert.equal(stop.reason, 'waiting');
    assert.equal(
      stop.description,
      'All domains have stopped (first shut down, second shut down): restart the session or end it',
    );
  });
});
