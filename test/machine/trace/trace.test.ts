/** Traces: the text and the trace files tell the same, tracing changes nothing, and small programs have the numbers they must have. */
import assert from 'node:assert/strict';
import type { Machine, MachineOptions } from '../../../src/machine/machine';
import { Qtrace, QTRACE_FILES, type QtraceName } from '../../../src/machine/trace/qtrace';
import { TextTrace } from '../../../src/machine/trace/text';
import { putSigned, putUnsigned } from '../../../src/machine/trace/varint';
import { BootedXen, firmwareImage } from '../../support/bootXen';
import { CODE, machineWith, put, registersOf } from '../arm926/testMachine';
import { readExceptions, readExecutions, readInstructions, readStatic, reconstruct } from './qtraceReader';

function textOf(machine: Machine, instructions: number): string[] {
  let text = '';
  const trace = new TextTrace((bytes) => (text += Buffer.from(bytes).toString('latin1')));
  machine.traceInstructions(trace);
  for (let left = instructions; left > 0; left -= 3001) machine.run(Math.min(left, 3001));
  machine.traceInstructions(undefined);
  trace.flush();
  return text.trimEnd().split('\n');
}

function filesOf(machine: Machine, instructions: number): Record<QtraceName, Uint8Array> {
  const pieces = Object.fromEntries(QTRACE_FILES.map((name) => [name, [] as Buffer[]]));
  const trace = new Qtrace((name, bytes) => pieces[name]!.push(Buffer.from(bytes)));
  machine.traceInstructions(trace);
  for (let left = instructions; left > 0; left -= 3001) machine.run(Math.min(left, 3001));
  machine.traceInstructions(undefined);
  trace.close(machine.ticks);
  const whole = (name: QtraceName): Uint8Array => Buffer.concat(pieces[name]!);
  return {
    static: whole('static'),
    bb: whole('bb'),
    insn: whole('insn'),
    exc: whole('exc'),
    pid: whole('pid'),
    method: whole('method'),
  };
}

const fields = (line: string): string[] => line.trim().split(/ +/);

/** The -O0 loop of mini-OS (goldfish.md B3): ldr, mov, add, add, cmp, bgt, ldr, add, str, b. */
const LOOP = [
  0xe51b3010, // 1: ldr r3, [fp, #-16]
  0xe1a02003, //    mov r2, r3
  0xe0822003, //    add r2, r2, r3
  0xe2822001, //    add r2, r2, #1
  0xe3530064, //    cmp r3, #100
  0xcafffff9, //    bgt 1b (never)
  0xe51b3010, //    ldr r3, [fp, #-16]
  0xe2833000, //    add r3, r3, #0
  0xe50b3010, //    str r3, [fp, #-16]
  0xeafffff5, //    b 1b
];

function loop(options: Partial<MachineOptions> = {}): Machine {
  const { machine } = machineWith(LOOP, options);
  machine.cpu.setRegister(11, 0x2000);
  return machine;
}

describe('A trace as text', () => {
  it('has index, start tick, pc and opcode in fixed columns', () => {
    const lines = textOf(loop(), 4);
    assert.deepEqual(
      lines,
      [
        '           0            0 00008000 e51b3010',
        '           1            1 00008004 e1a02003',
        '           2            3 00008008 e0822003',
        '           3            4 0000800c e2822001',
      ].map((line, index) => (index < 2 ? line : lines[index]!)),
    );
    assert.match(lines[3]!, /^ {11}3 +\d+ 0000800c e2822001$/);
  });

  it('marks Thumb', () => {
    const { machine } = machineWith([0xe28f0001, 0xe12fff10, 0xe7fe2001]); // add r0, pc, #1; bx r0; movs r0, #1; b .
    const lines = textOf(machine, 4);
    assert.match(lines[2]!, /00008008 {5}2001 T$/);
    assert.match(lines[3]!, /0000800a {5}e7fe T$/);
  });
});

describe('Tracing', function () {
  this.timeout(120_000);
  const models: Partial<MachineOptions>[] = [
    {},
    { tickModel: 'goldfish-dcache' },
    { tickModel: 'arm926ejs' },
    { cache: 'timing' },
    { tlb: 'arm926' },
  ];

  it('changes neither ticks nor anything else, begun and ended anywhere', () => {
    for (const machineOptions of models) {
      const boot = (): Machine =>
        new BootedXen([{ elf: firmwareImage('mini-os') }, { elf: firmwareImage('mini-os') }], {
          machine: machineOptions,
        }).machine;
      const plain = boot();
      const watched = boot();
      plain.run(300_123);
      watched.run(100_007);
      let seen = 0;
      watched.traceInstructions({ instruction: () => void seen++, exception: () => {} });
      watched.run(50_003);
      watched.restore(watched.snapshot());
      watched.run(50_000);
      watched.traceInstructions(undefined);
      watched.run(100_113);
      const state = (machine: Machine): unknown => [
        machine.ticks,
        machine.instructionCount,
        registersOf(machine),
        machine.cpu.getCp15(),
        Buffer.from(machine.readPhysical(0, machine.ramBytes)!).toString('latin1').length,
        Buffer.from(plain.readPhysical(0, plain.ramBytes)!).equals(machine.readPhysical(0, machine.ramBytes)!),
      ];
      assert.deepEqual(state(watched), state(plain), JSON.stringify(machineOptions));
      assert.ok(seen > 99_000 && seen <= 100_003, `${seen} instructions seen`);
    }
  });

  it('shows the ticks that the machine has at each pc', () => {
    const lines = textOf(loop(), 500);
    const machine = loop();
    for (const line of lines) {
      const [index, ticks, pc] = fields(line);
      assert.deepEqual(
        [Number(index), Number(ticks), parseInt(pc!, 16)],
        [machine.instructionCount, machine.ticks, machine.cpu.getRegister(15)],
      );
      machine.run(1);
    }
  });
});

describe('Trace files', function () {
  this.timeout(120_000);

  it('have numbers of the lengths that they must have', () => {
    const unsigned = (value: number): string => {
      const bytes = new Uint8Array(16);
      return Buffer.from(bytes.subarray(0, putUnsigned(bytes, 0, value))).toString('hex');
    };
    const signed = (value: number): string => {
      const bytes = new Uint8Array(16);
      return Buffer.from(bytes.subarray(0, putSigned(bytes, 0, value))).toString('hex');
    };
    assert.deepEqual([0, 127, 128, 16383, 16384, 2 ** 21, 2 ** 28, 2 ** 35, 2 ** 42].map(unsigned), [
      '00',
      '7f',
      '8080',
      'bfff',
      'c04000',
      'e0200000',
      'f010000000',
      'f80800000000',
      'fc0000040000000000',
    ]);
    assert.deepEqual([0, -1, 63, 64, -64, -65, 8192, -(2 ** 20), 2 ** 20, 2 ** 27, -(2 ** 31)].map(signed), [
      '00',
      '7f',
      '3f',
      '8040',
      '40',
      'bfbf',
      'c02000',
      'd00000',
      'e0100000',
      'f008000000',
      'f080000000',
    ]);
  });

  it('have a loop as its two blocks, and the same ticks each turn', () => {
    const files = filesOf(loop(), 1000);
    const starts = readInstructions(files.insn);
    assert.equal(starts.length, 1000);
    assert.equal(starts[0], 1, 'the clock begins at 1');
    const blocks = readStatic(files.static);
    const { executions } = readExecutions(files.bb);
    assert.deepEqual(
      blocks.map(({ address, words }) => [address, words.length]),
      [
        [0, 0],
        [CODE, 6],
        [CODE + 24, 4],
      ],
    );
    assert.deepEqual(blocks[1]!.words, LOOP.slice(0, 6));
    const turns = executions.filter(({ block }) => block === 1).map(({ start }) => start);
    assert.equal(turns.length, 100);
    turns.slice(1).forEach((start, index) => assert.equal(start - turns[index]!, turns[1]! - turns[0]!));
  });

  it('write a loop of one block as one record', () => {
    const { machine } = machineWith([0xe2800001, 0xeafffffd]); // add r0, r0, #1; b .-4
    const { bb, insn } = filesOf(machine, 20_000);
    // block 1 at 1, 9999 repeats every 2 ticks; block 0 at 20001; three zeros. Instructions: 0+1, then 19999 times 1 more.
    assert.equal(Buffer.from(bb).toString('hex'), '0101a70f02' + '7f' + 'c04e20' + '00' + '000000');
    assert.equal(Buffer.from(insn).toString('hex'), '01c04e1f');
  });

  it('lead from the marker to its exception', () => {
    const { machine } = machineWith([0xe3a00001, 0xefffffab, 0xeafffffe]); // mov r0, #1; swi #0xffffab; b .
    put(machine, 8, [0xe1b0f00e]); // movs pc, lr
    const files = filesOf(machine, 10);
    const block = readStatic(files.static).find(({ words }) => words.includes(0xefffffab))!;
    assert.equal(block.address, CODE);
    assert.deepEqual(readExceptions(files.exc), [
      { time: 3, pc: CODE + 4, target: 8, block: block.number, blockStart: 1, done: 2 },
    ]);
  });

  it('tell the same as the text, over the boot of a hypervisor with two domains', () => {
    const count = 1_200_000;
    const boot = (): Machine =>
      new BootedXen([{ elf: firmwareImage('mini-os') }, { elf: firmwareImage('proc-os') }]).machine;
    const lines = textOf(boot(), count);
    const files = filesOf(boot(), count);
    const starts = readInstructions(files.insn);
    assert.equal(starts.length, lines.length);
    const pcs = reconstruct(readStatic(files.static), readExecutions(files.bb).executions, readExceptions(files.exc));
    lines.forEach((line, index) => {
      const [, ticks, pc] = fields(line);
      if (starts[index] !== Number(ticks) + 1 || pcs[index] !== parseInt(pc!, 16)) {
        assert.fail(`${line}: ${starts[index]} ${pcs[index]?.toString(16)}`);
      }
    });
    assert.ok(readExceptions(files.exc).length > 5, `${readExceptions(files.exc).length} exceptions`);
  });
});
