import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createGoldfishBoard } from '../../src/machine/boards/goldfish';
import { decodeInputLog, encodeInputLog, InputLogError, replayInputLog } from '../../src/machine/inputLog';
import { createMachine, type Machine } from '../../src/machine/machine';
import type { InputDelivery } from '../../src/machine/inputQueue';
import type { TickModelName } from '../../src/machine/types';
import { stateDigest } from '../conformance/linux/stateDigest';

/**
 * Mixes the time, the number of its turns and what is typed into r8, so that a byte that comes one instruction late shows. Between
 * alarms it waits for interrupts; after a "w" it sets no alarm any more and waits for ever, unless something is typed.
 */
const LISTENER = [
  0xe3a044ff, // mov r4, #-16777216
  0xe3845a02, // orr r5, r4, #8192
  0xe3856a01, // orr r6, r5, #4096
  0xe3a09902, // mov r9, #32768
  0xe3a00004, // mov r0, #4
  0xe5840010, // str r0, [r4, #16]
  0xe3a00003, // mov r0, #3
  0xe5840010, // str r0, [r4, #16]
  // loop:
  0xe3a00001, // mov r0, #1
  0xe5850008, // str r0, [r5, #8]
  0xe2877001, // add r7, r7, #1
  0xe35a0077, // cmp sl, #119
  0x0a000005, // beq 4c <wait>
  0xe5960000, // ldr r0, [r6]
  0xe5961004, // ldr r1, [r6, #4]
  0xe2900901, // adds r0, r0, #16384
  0xe2a11000, // adc r1, r1, #0
  0xe586100c, // str r1, [r6, #12]
  0xe5860008, // str r0, [r6, #8]
  // wait:
  0xee070f90, // mcr 15, 0, r0, cr7, cr0, {4}
  0xe5860010, // str r0, [r6, #16]
  0xe0288000, // eor r8, r8, r0
  0xe5950004, // ldr r0, [r5, #4]
  0xe3500000, // cmp r0, #0
  0x0affffee, // beq 20 <loop>
  0xe5859010, // str r9, [r5, #16]
  0xe5850014, // str r0, [r5, #20]
  0xe3a01003, // mov r1, #3
  0xe5851008, // str r1, [r5, #8]
  0xe5d9a000, // ldrb sl, [r9]
  0xe0888288, // add r8, r8, r8, lsl #5
  0xe028800a, // eor r8, r8, sl
  0xe0888000, // add r8, r8, r0
  0xe5960000, // ldr r0, [r6]
  0xe0288000, // eor r8, r8, r0
  0xe1a0120a, // lsl r1, sl, #4
  // spin:
  0xe2511001, // subs r1, r1, #1
  0x1afffffd, // bne 90 <spin>
  0xeaffffe0, // b 20 <loop>
];
/** The handler counts in r11, and silences both devices. */
const IRQ_HANDLER = [
  0xe28bb001, // add r11, r11, #1
  0xe5860010, // str r0, [r6, #16]  (timer: CLEAR_INTERRUPT)
  0xe3a0d000, // mov r13, #0
  0xe585d008, // str r13, [r5, #8]  (tty: INT_DISABLE)
  0xe25ef004, // subs pc, lr, #4
];
const START = 0x1000;
const ORIGIN = { board: 'goldfish', tickModel: 'goldfish', start: 'listener' };

function listener(irqMasked: boolean, tickModel: TickModelName = 'goldfish'): Machine {
  const machine = createMachine({ board: createGoldfishBoard(), ramBytes: 1 << 20, tickModel });
  machine.writePhysical(START, new Uint8Array(Uint32Array.from(LISTENER).buffer));
  machine.writePhysical(0x18, new Uint8Array(Uint32Array.from(IRQ_HANDLER).buffer));
  machine.cpu.setRegister(15, START);
  machine.cpu.setCpsr(irqMasked ? 0xd3 : 0x53);
  return machine;
}

/** Numbers from 0 to below n, the same each time (Park and Miller's generator). */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state * 48271) % 0x7fffffff;
    return state % n;
  };
}

/** Types random texts at random moments of a run that is cut at random, also while the machine waits or has been asked to stop. */
function record(machine: Machine, seed: number): void {
  const next = random(seed);
  for (let turn = 0; turn < 60; turn++) {
    if (next(6) === 0) {
      machine.requestStop();
    }
    machine.run(next(4) === 0 ? next(3) : next(4000));
    if (next(3) === 0) {
      const text = Array.from({ length: 1 + next(5) }, () => 97 + next(26));
      machine.sendConsoleInput(0, Uint8Array.from(text));
    }
    if (next(8) === 0) machine.sendDeviceInput('goldfish-battery', { capacity: next(100) });
  }
  machine.sendConsoleInput(0, Uint8Array.of(0x2e));
  machine.run(5000);
}

/** Runs up to an instruction count, cut at random. */
function runTo(machine: Machine, count: number, seed: number): void {
  const next = random(seed);
  while (machine.instructionCount < count) {
    const before = machine.instructionCount;
    machine.run(Math.min(count - before, 1 + next(3000)));
    if (machine.instructionCount === before) return;
  }
}

const digest = (machine: Machine): string => stateDigest(machine.snapshot());

describe('The input log', () => {
  for (const tickModel of ['goldfish', 'arm926ejs'] as const) {
    it(`replays a session to the same state in every byte, however both are cut into runs (${tickModel})`, () => {
      for (let seed = 1; seed <= 12; seed++) {
        const first = listener(seed % 2 === 0, tickModel);
        record(first, seed);
        const log = structuredClone(first.inputLog);
        assert.ok(log.length >= 2, `seed ${seed} types something`);
        for (const cut of [101, 102]) {
          const second = listener(seed % 2 === 0, tickModel);
          second.replayInputs(log);
          runTo(second, first.instructionCount, cut * seed);
          second.run(0);
          assert.equal(digest(second), digest(first), `seed ${seed}, cut ${cut}`);
        }
      }
    });
  }

  it('goes on from a snapshot of the recorded session, and a restored machine has the log of its own past', () => {
    const first = listener(false);
    first.run(2000);
    first.sendConsoleInput(0, Uint8Array.of(0x61));
    first.run(3000);
    const saved = first.snapshot();
    first.sendConsoleInput(0, Uint8Array.of(0x62));
    first.run(3000);
    const end = digest(first);
    const { inputLog: log, instructionCount } = first;
    assert.deepEqual(
      log.map((delivery) => delivery.instructionCount),
      [2000, 5000],
    );
    for (const machine of [first, listener(false)]) {
      machine.restore(saved);
      assert.equal(machine.inputLog.length, 1);
      machine.replayInputs(log);
      runTo(machine, instructionCount, 7);
      assert.equal(digest(machine), end);
    }
  });

  it('has input at the instruction count that the machine had when it was sent between two runs', () => {
    const machine = listener(true);
    machine.run(100);
    machine.sendConsoleInput(0, Uint8Array.of(0x61));
    machine.run(1);
    assert.deepEqual(machine.inputLog, [{ instructionCount: 100, events: [{ port: 0, bytes: Uint8Array.of(0x61) }] }]);
  });

  it('ends being replayed when something else is typed: that makes another history', () => {
    const first = listener(true);
    first.run(500);
    first.sendConsoleInput(0, Uint8Array.of(0x61));
    first.run(500);
    const second = listener(true);
    second.replayInputs(first.inputLog);
    second.run(100);
    second.sendConsoleInput(0, Uint8Array.of(0x62));
    second.run(900);
    assert.deepEqual(
      second.inputLog.map(({ instructionCount }) => instructionCount),
      [100],
    );
  });

  it('of another history is refused, and so is input for a device that is not there', () => {
    const machine = listener(true);
    machine.run(100);
    const event = { port: 0, bytes: Uint8Array.of(1) };
    assert.throws(() => machine.replayInputs([{ instructionCount: 50, events: [event] }]), /does not belong to/);
    const stray: InputDelivery = { instructionCount: 200, events: [{ instance: 'lift', input: { floor: 3 } }] };
    assert.throws(() => machine.replayInputs([stray]), /at instruction 200 for a device "lift"/);
  });

  it('comes back from its text as it was', () => {
    const deliveries: InputDelivery[] = [
      {
        instructionCount: 5,
        events: [{ port: 0, bytes: Uint8Array.from([...'ls -l\r\n'].map((c) => c.charCodeAt(0))) }],
      },
      {
        instructionCount: 7,
        events: [
          { port: 1, bytes: Uint8Array.of(0, 255, 27) },
          { instance: 'goldfish_events', input: { type: 1, code: 30, value: 1 } },
          { instance: 'audio', input: { pcm: Uint8Array.of(1, 2, 3), note: 'three' } },
        ],
      },
    ];
    const text = encodeInputLog(ORIGIN, deliveries);
    assert.match(text.split('\n')[1]!, /^\{"at":5,"events":\[\{"port":0,"text":"ls -l\\r\\n"\}\]\}$/);
    assert.deepEqual(decodeInputLog(text), { origin: ORIGIN, deliveries });
  });

  it('as a damaged text is refused with a sentence that names the line', () => {
    const text = encodeInputLog(ORIGIN, [
      { instructionCount: 5, events: [{ port: 0, bytes: Uint8Array.of(65) }] },
      { instructionCount: 9, events: [{ port: 0, bytes: Uint8Array.of(66) }] },
    ]);
    const lines = text.split('\n');
    const cases: readonly (readonly [string, RegExp])[] = [
      ['', /is empty/],
      ['ELF and more', /not an input log/],
      ['{"format":"other"}', /not an input log/],
      [text.replace('"version":1', '"version":7'), /has version 7/],
      [text.slice(0, -6), /^Line 3 .*no JSON/],
      [text.replace('"at":9', '"at":4'), /^Line 3 .*goes back in time/],
      [text.replace('"at":9', '"at":-1'), /^Line 3 .*holds no input/],
      [text.replace('"text":"B"', '"hex":"4"'), /^Line 3 .*holds no input/],
      [[lines[0], '{"at":1,"events":[]}'].join('\n'), /^Line 2 .*holds no input/],
      [[lines[0], '{"at":1,"events":[{"device":"x","input":{"a":{"b":1}}}]}'].join('\n'), /^Line 2 .*holds no input/],
    ];
    for (const [damaged, sentence] of cases) {
      assert.throws(
        () => decodeInputLog(damaged),
        (error: Error) => error instanceof InputLogError && sentence.test(error.message) && error.message.endsWith('.'),
        `${String(sentence)} for ${damaged}`,
      );
    }
    for (let cut = 0; cut < text.length; cut++) {
      try {
        decodeInputLog(text.slice(0, cut));
      } catch (error) {
        assert.ok(error instanceof InputLogError, `cut at ${cut}: ${String(error)}`);
      }
    }
  });

  it('of another machine is refused with a sentence that says in what they differ', () => {
    const text = encodeInputLog(ORIGIN, []);
    const against = (origin: Partial<typeof ORIGIN>) => () =>
      replayInputLog(listener(true), { ...ORIGIN, ...origin }, text);
    assert.throws(against({ board: 'imx21' }), /board goldfish, and this is imx21/);
    assert.throws(against({ tickModel: 'arm926ejs' }), /tick model goldfish, and this is arm926ejs/);
    assert.throws(against({ start: 'x' }), /other images, memory or boot parameters/);
  });
});
