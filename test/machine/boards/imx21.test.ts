import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { checkBoard } from '../../../src/machine/boards/checkBoard';
import { imx21, imx21Specification } from '../../../src/machine/boards/imx21';
import { createMachine, type Machine } from '../../../src/machine/machine';

const TEXT = 0xc0010000;
const AITC = 0x10040000;

describe('The imx21 board', () => {
  let folder = '';
  let program: Uint8Array;

  before(function () {
    this.timeout(20_000);
    folder = mkdtempSync(path.join(tmpdir(), 'armvisor-imx21-'));
    const elf = path.join(folder, 'program.elf');
    const options = ['-mcpu=arm926ej-s', '-marm', '-O1', '-ffreestanding', '-nostdlib', '-Wall', '-Werror'];
    const linking = [`-Wl,-Ttext=0x${TEXT.toString(16)}`, '-Wl,--build-id=none', '-Wl,--no-warn-rwx-segments'];
    const cwd = path.join(import.meta.dirname, 'imx21');
    execFileSync('arm-none-eabi-gcc', [...options, ...linking, '-o', elf, 'start.S', 'main.c'], { cwd });
    execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf, path.join(folder, 'program.bin')]);
    program = new Uint8Array(readFileSync(path.join(folder, 'program.bin')));
  });

  after(() => rmSync(folder, { recursive: true }));

  const peek = (machine: Machine, instance: string, offset: number) =>
    machine.devices.find((device) => device.instance === instance)!.peek(offset);

  it('runs a program: boot parameters, UART1, GPT1 interrupts through the AITC, input, reset by the watchdog', () => {
    const machine = createMachine({ board: imx21 });
    let text = '';
    machine.onConsoleOutput((port, bytes) => {
      assert.equal(port, 0);
      text += new TextDecoder().decode(bytes);
    });
    machine.writePhysical(TEXT, program);
    machine.boot({ entry: TEXT });
    for (let leg = 0; leg < 200 && !text.endsWith('type\n'); leg++) machine.run(100_000);
    // Three periods of a millisecond have passed, and not much more.
    const milliseconds = (machine.ticks * 5) / 1e6;
    assert.ok(milliseconds >= 3 && milliseconds < 100, String(milliseconds));
    machine.sendConsoleInput(0, Uint8Array.of(0x41));
    const stop = machine.run(1_000_000);
    assert.equal(
      text,
      'imx21 00000131\nmemory 04000000\nc0000000\nnone pending ffffffff\nthree ticks\ntype\ntyped 00008041\n',
    );
    assert.deepEqual(stop, { kind: 'halted', reason: 'The guest reset the board by the watchdog (WCR.SRS = 0).' });
  });

  it('passes the check of board files, and has SDRAM, internal RAM and flash', () => {
    checkBoard(imx21Specification);
    assert.deepEqual(
      createMachine({ board: imx21 }).memoryBanks.map(({ base, bytes, readOnly }) => [base, bytes, readOnly]),
      [
        [0xc0000000, 64 << 20, false],
        [0xffffe000, 8 << 10, false],
        [0xc8000000, 32 << 20, true],
      ],
    );
  });

  it('serves the interrupt of the highest priority first, masks by priority, and has fast ones beside', () => {
    const machine = createMachine({ board: imx21 });
    const write = (offset: number, value: number) => machine.pokeDevice('imx_aitc', offset, value);
    write(0x08, 26);
    write(0x08, 40);
    write(0x54, 1 << 26); // INTFRC, 31 to 0
    assert.equal(peek(machine, 'imx_aitc', 0x40), 26 << 16);
    write(0x50, 1 << 8); // 40
    assert.equal(peek(machine, 'imx_aitc', 0x40), 40 << 16, 'among equals the highest number');
    write(0x30, 5 << 8); // NIPRIORITY of inputs 31 to 24: 26 has 5
    assert.equal(peek(machine, 'imx_aitc', 0x40), (26 << 16) | 5);
    write(0x04, 5);
    assert.equal(peek(machine, 'imx_aitc', 0x40), 0xffffffff, 'all masked');
    write(0x18, 1 << 8); // INTTYPE: 40 is fast
    assert.equal(peek(machine, 'imx_aitc', 0x44), 40);
    assert.equal(peek(machine, 'imx_aitc', 0x60), 1 << 8);
    assert.equal(peek(machine, 'imx_aitc', 0x5c), 1 << 26);
    assert.equal(AITC, machine.devices[0]!.base);
  });

  it('counts with a GPT: restarting at compare or running free, by the prescaled clock', () => {
    const machine = createMachine({ board: imx21 });
    // b . in SDRAM, so that time passes.
    machine.writePhysical(TEXT, Uint8Array.of(0xfe, 0xff, 0xff, 0xea));
    machine.boot({ entry: TEXT });
    const write = (id: number, offset: number, value: number) => machine.pokeDevice(`imx_gpt.${id}`, offset, value);
    for (const id of [1, 2]) {
      write(id, 0x04, 132); // 13.3 MHz / 133 = 100 kHz: a step in 2000 ticks of 5 ns
      write(id, 0x08, 9);
    }
    write(1, 0x00, 1 | (1 << 1));
    write(2, 0x00, 1 | (1 << 1) | (1 << 8));
    const start = machine.ticks;
    while (machine.ticks < start + 25 * 2000 + 1000) machine.run(1000);
    const steps = Math.floor((machine.ticks - start) / 2000);
    assert.equal(peek(machine, 'imx_gpt.1', 0x10), steps % 10);
    assert.equal(peek(machine, 'imx_gpt.2', 0x10), steps);
    assert.equal(peek(machine, 'imx_gpt.1', 0x14), 1);
  });
});
