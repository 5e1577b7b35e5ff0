import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { bootNative, readImage } from './boot';
import { callers } from './stack';

const FIFTEEN_MILLION = 15_000_000;

function runToTheEnd(commandLine: string) {
  const booted = bootNative('mini-os-native', commandLine);
  const stop = booted.machine.run(FIFTEEN_MILLION);
  return { ...booted, stop };
}

describe('mini-OS on the bare board', () => {
  it('runs four threads in turn, each printing before and after its loop, and stops after the rounds asked for', () => {
    const { lines, stop } = runToTheEnd('rounds=2');
    const round = [1, 2, 3, 4].flatMap((n) => [`${n} thread`, `After ${n} thread`]);
    const printed = lines(0);
    assert.deepEqual(printed.slice(2, -1), [...round, ...round]);
    assert.equal(printed[0], 'mini-OS on goldfish: Domain-0, domain 0');
    assert.match(printed[1]!, /^mini-OS: \d+ KB free, 4 threads, rounds=2$/);
    assert.match(printed.at(-1)!, /^mini-OS: Domain-0: 4 threads done in \d+ ticks, shutting down$/);
    assert.equal(stop.kind, 'waiting', 'the board sleeps and nothing can wake it');
  });

  it('loops for 100,000 turns of seven instructions between two prints', () => {
    const { pieces } = runToTheEnd('rounds=1');
    const before = pieces.findIndex((piece) => piece.text === '1 thread\n');
    const loop = pieces[before + 1]!.instructionCount - pieces[before]!.instructionCount;
    assert.ok(loop > 700_000 && loop < 702_000, `${loop} instructions`);
  });

  it('prints the same text at the same instructions in two runs', () => {
    assert.deepEqual(runToTheEnd('rounds=1').pieces, runToTheEnd('rounds=1').pieces);
  });

  it('counts about a hundred ticks for each second of machine time', () => {
    const { lines, machine } = runToTheEnd('rounds=2');
    const ticks = Number(/in (\d+) ticks/.exec(lines(0).at(-1)!)![1]);
    const seconds = (machine.ticks * 5) / 1e9;
    assert.ok(Math.abs(ticks - seconds * 100) <= 2, `${ticks} ticks in ${seconds} s`);
  });

  it('takes its name from the command line, and rounds that are no number as none', () => {
    const { lines } = runToTheEnd('quiet name=board rounds=2x');
    assert.equal(lines(0)[0], 'mini-OS on goldfish: board, domain 0');
    assert.match(lines(0)[1]!, /rounds=0 \(for ever\)$/);
  });

  it('marks the end of each round with swi #0xffff0b, b = the thread', () => {
    const { machine } = bootNative('mini-os-native', 'rounds=1');
    const swiVector = 0x08;
    const marks: number[] = [];
    machine.run(1000); // past the board's boot code, which lies where the vectors come to lie
    machine.setBreakpoints([swiVector]);
    for (;;) {
      const stop = machine.run(FIFTEEN_MILLION);
      if (stop.kind !== 'breakpoint') break;
      const swi = machine.readPhysical(machine.cpu.getRegister(14, 'svc') - 4, 4)!;
      marks.push(new DataView(swi.buffer, swi.byteOffset).getUint32(0, true));
    }
    assert.deepEqual(marks, [0xefffff01, 0xefffff02, 0xefffff03, 0xefffff04]);
  });

  it('says which instruction faulted, in which thread, and stops', () => {
    const { machine, lines } = bootNative('mini-os-native', 'rounds=1');
    const image = Image.parse('mini-os-native', readImage('mini-os-native'));
    const address = image.symbol('mark')!.address;
    machine.writePhysical(address, Uint8Array.of(0xf0, 0x00, 0xf0, 0xe7)); // an undefined instruction
    assert.equal(machine.run(FIFTEEN_MILLION).kind, 'waiting');
    assert.match(
      lines(0).at(-1)!,
      new RegExp(`^mini-OS: fault at pc 0x${address.toString(16).padStart(8, '0')}: vector 0x04, .* in thread thread1`),
    );
  });

  it('can be unwound from the timer interrupt through the vector into the interrupted thread', () => {
    const { machine } = bootNative('mini-os-native', 'rounds=1');
    const image = Image.parse('mini-os-native', readImage('mini-os-native'));
    machine.setBreakpoints([image.functionNamed('kernel_tick')!.bodyPc]);
    assert.equal(machine.run(FIFTEEN_MILLION).kind, 'breakpoint');
    assert.deepEqual(callers(machine, image), [
      'kernel_tick',
      'board_interrupt',
      'vector_irq',
      'unit_task',
      'workload_thread',
      'thread_starter',
    ]);
  });
});
