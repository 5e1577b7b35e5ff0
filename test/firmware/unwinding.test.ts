import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { Image } from '../../src/image/image';
import { readFrames } from '../../src/image/unwind/frameTable';
import { BootedXen } from '../support/bootXen';
import { arm, call, textAddress, tinyGuest } from '../support/tinyGuest';
import type { MemoryReader, RegisterSet } from '../../src/image/types';

const images = new URL('../../firmware/images/', import.meta.url);
const SET_CALLBACKS = 4;
const CONSOLE_IO = 18;
const EVENT_CHANNEL = 16;
const RESTORE = 31;
const GUEST_START = 0xc000_0000;
const GUEST_END = 0xfc00_0000;

const inGuest = (pc: number): boolean => pc >= GUEST_START && pc < GUEST_END;

/** The frames from where the machine stands outwards until a guest's; fails the test when the chain breaks. */
function unwindToGuest(xen: BootedXen): RegisterSet {
  const { machine } = xen;
  const readMemory: MemoryReader = (address, bytes) => {
    const { physicalAddress } = machine.walk(address, 'read', true);
    return physicalAddress === undefined ? undefined : machine.readPhysical(physicalAddress, bytes);
  };
  let registers: RegisterSet = Array.from({ length: 16 }, (_, i) => machine.cpu.getRegister(i));
  let exact = true;
  const path: string[] = [];
  for (let depth = 0; depth < 20; depth++) {
    const pc = registers[15] ?? 0;
    path.push(pc.toString(16));
    if (inGuest(pc)) return registers;
    const step = xen.image.unwind(registers, readMemory, exact);
    assert.ok(step, `no caller: ${path.join(' < ')}`);
    assert.equal(step.method, 'cfi', path.join(' < '));
    registers = step.caller;
    exact = step.interrupted === true;
  }
  return assert.fail(`no guest frame: ${path.join(' < ')}`);
}

/** Steps from the start of `words` until the guest stands at its closing loop, unwinding at every instruction on the way. */
function followEvery(words: readonly number[], extra: readonly number[] = []): number {
  const program = [...words, arm.loop, ...extra];
  const xen = new BootedXen([{ elf: tinyGuest(program) }]);
  const { machine } = xen;
  machine.setBreakpoints([textAddress(0)]);
  assert.equal(machine.run(3_000_000).kind, 'breakpoint');
  machine.setBreakpoints([]);
  let last = textAddress(0);
  let inside = 0;
  for (let i = 0; i < 20_000 && machine.cpu.getRegister(15) !== textAddress(words.length); i++) {
    machine.run(1);
    const pc = machine.cpu.getRegister(15);
    if (inGuest(pc)) {
      last = pc;
      continue;
    }
    /* In a stub that interrupted the hypervisor itself, sp and lr of SVC mode are banked away from r0-r15. */
    if (machine.cpu.mode !== 'svc' && ((machine.cpu.getSpsr(machine.cpu.mode) ?? 0) & 0x1f) !== 0x10) continue;
    inside++;
    const guest = unwindToGuest(xen);
    const found = guest[15] ?? 0;
    assert.ok(
      found >= textAddress(0) && found <= textAddress(program.length),
      `guest pc ${found.toString(16)} from ${pc.toString(16)} after ${last.toString(16)}`,
    );
    if (guest[13] !== undefined) assert.equal(guest[13] & 7, 0, `sp at ${pc.toString(16)}`);
  }
  assert.equal(machine.cpu.getRegister(15), textAddress(words.length), xen.console);
  return inside;
}

describe('Hypervisor: call frame information', () => {
  it('leads from every instruction of hypercalls to the guest, bad pointers included', () => {
    assert.ok(followEvery([...call(35), ...call(CONSOLE_IO, 0, 4, textAddress(0)), ...call(EVENT_CHANNEL, 0)]) > 200);
  });

  it('leads from every instruction of a system call and the return from it to the guest', () => {
    const prepare = (callback: number): number[] => [...call(SET_CALLBACKS, callback, 0), arm.swi(0x123)];
    const length = prepare(0).length;
    const handler = [arm.moveTo(0, 12), ...arm.constant(7, RESTORE), arm.hypercall];
    assert.ok(followEvery(prepare(textAddress(length + 1)), handler) > 100);
  });

  it('leads from every instruction of faults to the guest', () => {
    for (const fault of [[arm.undefined], [...arm.constant(1, 0x5000_0000), arm.load(0, 1)]]) {
      const prepare = (callback: number): number[] => [...call(SET_CALLBACKS, callback, 0), ...fault];
      const length = prepare(0).length;
      assert.ok(followEvery(prepare(textAddress(length))) > 60);
    }
  });

  it('leads from a vCPU that waits for its turn to its guest', () => {
    const elf = tinyGuest([arm.loop]);
    const xen = new BootedXen([{ elf }, { elf }]);
    for (let i = 0; i < 5; i++) {
      assert.equal(xen.runTo('__switch_to', 20_000_000).kind, 'breakpoint');
      if (i > 0) assert.equal(unwindToGuest(xen)[15], textAddress(0));
    }
  });

  it('has a frame description for every function of every image, from its first instruction to its last', () => {
    const bare = new Set<string>();
    for (const name of readdirSync(images).filter((file) => file.endsWith('.elf'))) {
      const image = Image.parse(name, new Uint8Array(readFileSync(new URL(name, images))));
      const frames = readFrames(
        [{ name: '.debug_frame', bytes: image.section('.debug_frame')!, address: 0 }],
        () => true,
        (error) => assert.fail(String(error)),
      );
      const functions = image.symbols().filter(({ kind, byteSize }) => kind === 'function' && byteSize > 0);
      assert.ok(functions.length > 10, name);
      for (const { name: symbol, address, byteSize } of functions)
        for (const at of [address, address + ((byteSize - 1) & ~3)]) if (!frames.at(at)) bare.add(`${name}: ${symbol}`);
    }
    assert.deepEqual([...bare], []);
  });
});
