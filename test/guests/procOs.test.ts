import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { type BootedMachine, bootXen, readImage } from './boot';
import { callers } from './stack';

const HUNDRED_MILLION = 100_000_000;

function run(rounds: number, until = 'all processes have ended'): BootedMachine {
  const booted = bootXen([{ image: 'proc-os', commandLine: `rounds=${rounds}` }]);
  const done = booted.runUntil(() => booted.lines(0).some((line) => line.includes(until)), HUNDRED_MILLION);
  assert.ok(done, booted.pieces.map((piece) => `${piece.from}| ${piece.text}`).join(''));
  return booted;
}

/**
 * What the tour does, and what the kernel must be told of it. VFSR is the ARM926's: bits 3:0 the kind of fault (ARM DDI
 * 0100 B4.6: 5 section translation, 7 page translation, 13 section permission, 15 page permission), bits 7:4 the MMU domain
 * where a descriptor names one.
 */
const stops = [
  { does: 'read kernel memory at 0xc0008000', ctx: 0x10, vfar: 0xc0008000, vfsr: 0x1f },
  { does: 'write hypervisor memory at 0xff010000', ctx: 0x10, vfar: 0xff010000, vfsr: 0x0d },
  { does: 'read where nothing is at 0x50000000', ctx: 0x10, vfar: 0x50000000, vfsr: 0x05 },
  { does: 'write a page that is not there at 0x40080000', ctx: 0x10, vfar: 0x40080000, vfsr: 0x37 },
  { does: 'write my own code at 0x40000000', ctx: 0x10, vfar: 0x40000000, vfsr: 0x3f },
  { does: 'execute an undefined instruction', ctx: 0x04, vfar: 0, vfsr: 0 },
  { does: 'jump where nothing is at 0x50000000', ctx: 0x0c, vfar: 0x50000000, vfsr: 0x05 },
  { does: 'jump into the kernel at 0xc0008000', ctx: 0x0c, vfar: 0xc0008000, vfsr: 0x1f },
];

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

describe('proc-os under the hypervisor', () => {
  let twoRounds: BootedMachine;
  before(() => {
    twoRounds = run(2);
  });
  const kernelAndTour = () => twoRounds.lines(0).filter((line) => !/^(worker|diver): |pid 3/.test(line));

  it('hears of each forbidden access of its process, with the VFAR and VFSR of the manual, and goes on', () => {
    for (const stop of stops) {
      const printed = kernelAndTour();
      const said = printed.flatMap((line, index) => (line === `tour: ${stop.does}` ? [printed[index + 1]!] : []));
      assert.equal(said.length, 2, `${stop.does}: once in each round`);
      for (const line of said) {
        assert.ok(
          line.includes(`(CTX 0x${hex(stop.ctx, 2)}) VFAR 0x${hex(stop.vfar, 8)} VFSR 0x${hex(stop.vfsr, 3)}`),
          `${stop.does}: ${line}`,
        );
      }
    }
  });

  it('names the very instruction of the process that faulted', () => {
    const image = Image.parse('proc-os', readImage('proc-os'));
    const at = kernelAndTour().flatMap((line) => {
      const match = /^proc-os: pid 1 at pc (0x[0-9a-f]{8}): /.exec(line);
      return match ? [Number(match[1])] : [];
    });
    const functions = at.map((pc) => image.functionAt(pc)?.name ?? `0x${hex(pc, 8)}`);
    const oneRound = ['read_word', 'write_word', 'read_word', 'write_word', 'write_word', 'execute_undefined'];
    const jumps = ['0x50000000', '_start'];
    assert.deepEqual(functions, [...oneRound, ...jumps, ...oneRound, ...jumps]);
  });

  it('gets a hypercall of its process as a system call, and refuses it', () => {
    const printed = kernelAndTour();
    const refused = printed.filter((line) => line.includes('swi 0x82 with number 29 in r7 is no system call: refused'));
    assert.equal(refused.length, 2);
  });

  it('serves system calls: getpid, write and exit', () => {
    const printed = kernelAndTour();
    assert.ok(printed.includes('tour: round 1, I am pid 1'));
    assert.ok(printed.includes('tour: round 2, I am pid 1'));
    assert.ok(printed.includes('proc-os: pid 1 (tour) ends with code 0'));
  });

  it('runs a second process in an address space of its own, which computes right however often it is interrupted', () => {
    const worker = twoRounds.lines(0).filter((line) => line.startsWith('worker: '));
    assert.deepEqual(worker, ['worker: pid 2: 303 primes below 2000', 'worker: pid 2: 550 primes below 4000']);
    assert.ok(twoRounds.lines(0).includes('proc-os: pid 2 (worker) ends with code 0'));
  });

  it('gives a stack its pages as they are touched, with what was left there, up to a limit', () => {
    const diver = run(5, 'its stack has no more room')
      .lines(0)
      .filter((line) => /^diver|pid 3/.test(line));
    assert.deepEqual(diver.slice(0, -1), [
      'diver: a text from below the stack: 14',
      ...[12, 24, 36, 48, 48].map((kilobytes) => `diver: ${kilobytes} KB deep: as it was`),
      'diver: too deep',
    ]);
    const image = Image.parse('proc-os', readImage('proc-os'));
    const [, pc, vfar] = /^proc-os: pid 3 at pc (0x\w+): .* VFAR (0x\w+) VFSR 0x037 .*no more room, ended$/.exec(
      diver.at(-1)!,
    )!;
    assert.equal(image.functionAt(Number(pc))?.name, 'dive');
    assert.ok(Number(vfar) < 0x400f0000 && Number(vfar) >= 0x400ef000, vfar);
  });

  it('keeps its processes apart: their memory is not the same, and the kernel’s is, as the tables say', () => {
    const { machine } = twoRounds;
    const image = Image.parse('proc-os', readImage('proc-os'));
    const processes = image.symbol('processes')!.address;
    const type = image.globalNamed('processes')!.type;
    assert.ok(type.kind === 'array' && type.element.kind === 'struct' && 'members' in type.element);
    const { members, byteSize } = type.element;
    const offset = members.find(({ name }) => name === 'table')!.byteOffset;
    const tables = [0, 1, 2].map((index) => {
      const at = machine.walk(processes + index * byteSize + offset, 'read', true).physicalAddress!;
      return new DataView(machine.readPhysical(at, 4)!.buffer).getUint32(0, true);
    });
    const frames = (address: number): (number | undefined)[] =>
      tables.map((ttbr) => machine.walk(address, 'read', true, { ttbr }).physicalAddress);
    const data = image.segments.find(
      ({ virtualAddress }) => virtualAddress > 0x40000000 && virtualAddress < 0x40100000,
    )!;
    for (const address of [0x40000000, data.virtualAddress, 0x400ff000])
      assert.equal(new Set(frames(address)).size, 3, `0x${address.toString(16)}`);
    assert.equal(new Set(frames(0xc0008000)).size, 1);
    assert.deepEqual(
      frames(0x400f4000).map((frame) => frame !== undefined),
      [false, false, true],
      'only who used so much stack has it',
    );
  });

  it('shuts down when all have ended', () => {
    assert.match(twoRounds.lines(0).at(-1)!, /^proc-os: all processes have ended after \d+ ticks, shutting down$/);
  });

  it('does the same at the same instructions in two runs', () => {
    assert.deepEqual(run(1).pieces, run(1).pieces);
  });

  it('can be unwound from a system call in the kernel into the process', () => {
    const { machine } = bootXen([{ image: 'proc-os', commandLine: 'rounds=1' }]);
    const image = Image.parse('proc-os', readImage('proc-os'));
    machine.setBreakpoints([image.functionNamed('do_write')!.bodyPc]);
    assert.equal(machine.run(HUNDRED_MILLION).kind, 'breakpoint');
    assert.deepEqual(callers(machine, image), [
      'do_write',
      'system_call',
      'guest_upcall',
      'hypervisor_callback',
      'system_call_2',
      'line_write',
      'tour_main',
      'tour_entry',
    ]);
  });
});
