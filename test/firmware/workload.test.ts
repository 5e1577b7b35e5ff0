/** The workload of the paper's experiment, as it stands in the images: its loop, its marks, its order. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { goldfish } from '../../src/machine/boards/goldfish';
import { Machine } from '../../src/machine/machine';
import { firmwareImage } from '../support/bootXen';

/** From the branch back to the first of ten instructions, in words. */
const B_BACK = -9;

/** mini-OS on the bare board, before its first instruction. */
function native(name: string, commandLine: string): { machine: Machine; image: Image } {
  const image = Image.parse(`${name}.elf`, firmwareImage(name));
  const machine = new Machine({ board: goldfish, tickModel: 'goldfish' });
  for (const segment of image.segments) machine.writePhysical(segment.physicalAddress, segment.bytes);
  machine.boot({ entry: image.entry, commandLine });
  return { machine, image };
}

/** The words of the function, by address. */
function code(image: Image, name: string): Map<number, number> {
  const { lowPc, highPc } = image.functionNamed(name)!;
  const segment = image.segments.find(
    (each) => lowPc >= each.virtualAddress && highPc <= each.virtualAddress + each.bytes.length,
  )!;
  const view = new DataView(segment.bytes.buffer, segment.bytes.byteOffset, segment.bytes.length);
  return new Map(
    Array.from({ length: (highPc - lowPc) >> 2 }, (_, index) => [
      lowPc + 4 * index,
      view.getUint32(lowPc + 4 * index - segment.virtualAddress, true),
    ]),
  );
}

/** Where the branch at this address leads; undefined for anything but B. */
const targetOf = (address: number, word: number): number | undefined =>
  word >>> 24 === 0xea ? address + 8 + ((word << 8) >> 6) : undefined;

describe('Firmware: the workload of the experiment', () => {
  it('loops at -O0 as in 2008: 10 instructions are 11 ticks', () => {
    const { machine, image } = native('mini-os-native-O0', 'rounds=1');
    const words = [...code(image, 'unit_task')];
    const loops = words.flatMap(([address, word]) => {
      const target = targetOf(address, word);
      return target !== undefined && target === address + 4 * B_BACK ? [target] : [];
    });
    assert.equal(loops.length, 2, 'two loops of ten instructions, the last of them the branch back');
    for (const top of loops) {
      machine.setBreakpoints([top]);
      assert.equal(machine.run(10_000_000).kind, 'breakpoint');
      for (let turn = 0; turn < 50; turn++) {
        const { instructionCount, ticks } = machine;
        assert.equal(machine.run(1000).kind, 'breakpoint');
        assert.deepEqual([machine.instructionCount - instructionCount, machine.ticks - ticks], [10, 11]);
      }
    }
  });

  it('prints, loops, prints, loops, marks and schedules, four threads in turn', () => {
    const { machine, image } = native('mini-os-native-O2', 'rounds=2');
    const said: string[] = [];
    machine.onConsoleOutput((_port, bytes) => said.push(Buffer.from(bytes).toString('latin1')));
    const [schedule] = ['schedule'].map((name) => image.functionNamed(name)!.lowPc);
    machine.traceInstructions({
      instruction: (_index, _ticks, pc, opcode) => {
        if (opcode >>> 8 === 0xefffff) said.push(`swi #0x${(opcode & 0xffffff).toString(16)}\n`);
        if (pc === schedule) said.push('schedule\n');
      },
      exception: () => {},
    });
    machine.run(6_000_000);
    const text = said.join('');
    const round = [1, 2, 3, 4].map((n) => `${n} thread\nAfter ${n} thread\nswi #0xffff0${n}\nschedule\n`).join('');
    assert.ok(text.includes(round + round.split('\n').slice(0, 3).join('\n')), text);
  });
});
