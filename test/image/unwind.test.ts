/** Unwinding: the rules against readelf at every row, whole stacks and variables against gdb on the running program in QEMU. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Image } from '../../src/image/image';
import type { CType, Location, RegisterSet } from '../../src/image/types';
import { build, open, variants } from './support/fixtures';
import { compareFrames, memory, registers, wordAt } from './support/compare';
import { needs } from './support/tools';

describe('Unwinding', function () {
  this.timeout(180_000);
  before(function () {
    needs(this, 'arm-none-eabi-gcc');
  });

  it('applies the call frame rules that readelf interprets, at every row of every function', () => {
    let rows = 0;
    for (const { name, path, image } of variants()) rows += compareFrames(name, path, image);
    assert.ok(rows > 500, `only ${rows} rows`);
  });

  it('restores what a trap interrupted from its 72-byte frame: r0 to r15, exactly at its pc', () => {
    for (const { name, image } of variants()) {
      const state = registers.with(15, image.symbol('trap_exit')!.address);
      const step = image.unwind(state, memory, false);
      assert.ok(step, name);
      const wanted = Array.from({ length: 16 }, (_, register) => wordAt(state[13] + register * 4));
      wanted[15] = (wanted[15] & ~1) >>> 0;
      assert.deepEqual(step.caller, wanted);
      assert.equal(step.interrupted, true);
      assert.equal(step.cfa, state[13] + 72);
    }
  });

  it('follows the prologue where there is no frame information, also behind inner labels and in the epilogue', () => {
    const { image } = variants()[0];
    const start = image.symbol('bare_frame')!.address;
    const sp = registers[13];
    // Bytes from the function's start, and how far the stack pointer is from its value at entry there.
    const places: [number, number][] = [
      [4, 16],
      [8, 28],
      [12, 28],
      [16, 28],
      [20, 16],
    ];
    for (const [offset, depth] of places) {
      const step = image.unwind(registers.with(15, start + offset), memory, false);
      assert.ok(step, `+${offset}`);
      assert.equal(step.method, 'prologue');
      assert.equal(step.cfa, sp + depth);
      assert.equal(step.caller[13], sp + depth);
      assert.equal(step.caller[15], (wordAt(sp + depth - 4) & ~1) >>> 0);
      assert.equal(step.caller[4], wordAt(sp + depth - 16));
    }
    const atEntry = image.unwind(registers.with(15, start), memory, true);
    assert.equal(atEntry?.method, 'link-register');
    assert.equal(atEntry?.caller[15], registers[14]);
    // A function in a call without having saved r14: what r14 holds now is not its return address.
    const unsaved = image.symbol('memset')!.address + 4;
    assert.equal(image.unwind(registers.with(15, unsaved), memory, true)?.method, 'link-register');
    assert.equal(image.unwind(registers.with(15, unsaved), memory, false), undefined);
  });

  it('stops rather than trust a link register that a call has overwritten', () => {
    const { image } = variants()[0];
    assert.equal(image.unwind(registers.with(15, image.symbol('halt')!.address), memory, true), undefined);
  });

  it('gives nothing when the stack cannot be read or does not move', () => {
    for (const { image } of variants()) {
      const inMain = image.addressesForLine('main.c', 83).addresses[0];
      assert.equal(
        image.unwind(registers.with(15, inMain), () => undefined, true),
        undefined,
      );
      assert.equal(image.unwind(registers.with(15, image.symbol('asm_add')!.address), memory, false), undefined);
      assert.equal(image.unwind(new Array<undefined>(16).fill(undefined), memory, true), undefined);
    }
  });

  it('sees the same callers, registers and variables as gdb, at every instruction of the running program', function () {
    needs(this, 'gdb-multiarch', 'qemu-system-arm');
    const shapes: [string, string[]][] = [
      ['-O0 ARM', ['-gdwarf-4', '-O0', '-marm']],
      ['-O2 ARM', ['-gdwarf-5', '-O2', '-marm']],
      ['-O0 Thumb', ['-gdwarf-2', '-O0', '-mthumb']],
      ['-O2 Thumb', ['-gdwarf-3', '-O2', '-mthumb']],
    ];
    for (const [name, flags] of shapes) {
      const path = build(`running ${name}`, flags, ['-Wl,--defsym=BASE=0x10000']);
      const image = open(path);
      const stops = walkInQemu(path, 400);
      assert.ok(stops.length >= 350, `${name}: ${stops.length} stops`);
      const counts = { callers: 0, variables: 0 };
      stops.forEach((stop, index) => compareStop(image, stop, `${name} stop ${index}`, counts));
      assert.ok(counts.callers > 400 && counts.variables > 300, `${name}: ${JSON.stringify(counts)}`);
    }
  });
});

interface Stop {
  readonly frames: readonly {
    readonly registers: readonly (number | null)[];
    readonly variables: Readonly<Record<string, string>> | null;
    readonly name: string | null;
    readonly inlined: boolean;
  }[];
  readonly stackStart: number;
  readonly stack: string;
}

/** gdb steps through the program in QEMU (over a pipe, no port) and tells what it sees. */
function walkInQemu(path: string, stops: number): Stop[] {
  const qemu = `qemu-system-arm -M versatilepb -m 16M -display none -serial none -monitor none -gdb stdio -S -kernel ${path}`;
  const script = join(import.meta.dirname, 'support/walkProgram.py');
  const commands = ['set pagination off', `target remote | ${qemu}`, `set args ${stops}`, `source ${script}`, 'kill'];
  const args = ['-nx', '-q', '-batch', ...commands.flatMap((command) => ['-ex', command]), path];
  const { stdout } = spawnSync('gdb-multiarch', args, { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 60_000 });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('@@'))
    .map((line) => JSON.parse(line.slice(2)) as Stop);
}

function compareStop(image: Image, stop: Stop, where: string, counts: { callers: number; variables: number }): void {
  const stack = Buffer.from(stop.stack, 'hex');
  const read = (address: number, byteLength: number) => {
    const at = address - stop.stackStart;
    return at >= 0 && at + byteLength <= stack.length ? stack.subarray(at, at + byteLength) : undefined;
  };
  const wanted = stop.frames.filter(({ inlined }) => !inlined);
  let state: RegisterSet = wanted[0].registers.map((value) => value ?? undefined);
  let isTop = true;
  for (let depth = 0; depth < wanted.length; depth++) {
    const at = `${where} frame ${depth} ${wanted[depth].name}`;
    // gdb gives inlined calls frames of their own, with only their variables.
    if (wanted.length === stop.frames.length && wanted[depth].variables !== null) {
      const found = image.localsAt(state, read, isTop);
      for (const [name, place] of Object.entries(wanted[depth].variables!)) {
        const local = found.find((each) => each.name === name);
        assert.ok(local, `${at}: ${name}`);
        counts.variables += comparePlace(local.location, local.type, place, state, `${at}: ${name}`);
      }
    }
    const step = image.unwind(state, read, isTop);
    const caller = wanted[depth + 1];
    // gdb goes on to a frame at address 0 from code of libgcc that describes no frame.
    if (caller === undefined || caller.registers[15] === 0) {
      assert.equal(step, undefined, at);
      return;
    }
    assert.ok(step, at);
    for (const register of [4, 5, 6, 7, 8, 9, 10, 11, 13, 15]) {
      assert.equal(step.caller[register], caller.registers[register], `${at} r${register}`);
    }
    counts.callers++;
    state = step.caller;
    isTop = step.interrupted === true;
  }
}

/** 1 when the place was compared; 0 for what we say is unavailable and gdb puts together (several registers, values on entry). */
function comparePlace(location: Location, type: CType, place: string, state: RegisterSet, where: string): number {
  if (location.kind === 'unavailable') {
    if (place !== 'optimised out') assert.match(location.reason, /split over several places|value on entry/, where);
    return 0;
  }
  const mask = 2 ** (8 * Math.min(4, byteSizeOf(type))) - 1;
  const value =
    location.kind === 'register' ? state[location.register]! : location.kind === 'constant' ? location.value : 0;
  const found =
    location.kind === 'memory'
      ? `memory ${location.address.toString(16)}`
      : `value ${((value & mask) >>> 0).toString(16)}`;
  assert.equal(found, place, where);
  return 1;
}

function byteSizeOf(type: CType): number {
  if (type.kind === 'typedef' || type.kind === 'qualified') return byteSizeOf(type.target);
  return 'byteSize' in type ? type.byteSize : 4;
}
