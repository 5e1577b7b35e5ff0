import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { type BootedMachine, bootXen, readImage } from './boot';
import { callers } from './stack';

const HUNDRED_MILLION = 100_000_000;

function run(rounds: number): BootedMachine {
  const booted = bootXen([{ image: 'proc-os', commandLine: `rounds=${rounds}` }]);
  const done = booted.runUntil(
    () => booted.lines(0).some((line) => line.includes('all processes have ended')),
    HUNDRED_MILLION,
  );
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
  const kernelAndTour = () => twoRounds.lines(0).filter((line) => !line.startsWith('worker: '));

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

  it('shuts down when both have ended', () => {
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
