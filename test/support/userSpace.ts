/**
 * A process for a driven domain: a page of code and data at 0x40000000, in MMU domain D3, and the way into it by the hypercall that
 * restores a frame. Whatever the process does to leave its mode ends at the domain's callback, where the test reads the registers.
 */
import assert from 'node:assert/strict';
import { SCRATCH, type DrivenGuest } from './drivenGuest';
import { arm, textAddress } from './tinyGuest';
import { DOMID_SELF, smallPage } from './xenInterface';

export const USER_PAGE = 0x4000_0000;
const MMU_UPDATE = 1;
const SET_CALLBACKS = 4;
const UPDATE_VA_MAPPING = 14;
const RESTORE_GUEST_CONTEXT = 31;
const AP_USER_RW = 0xff0;
const D3 = 3;
const CALLBACK = textAddress(1);
const TABLE = SCRATCH + 0x8000;
const CODE = SCRATCH + 0x9000;
/** Where the frame lies that the process is entered by: the kernel stack is behind it. */
export const FRAME = SCRATCH + 0x800;
export const FRAME_WORDS = 18;
export const KERNEL_STACK = SCRATCH + 0x700;
export const PSR_USER = 0x10;
export const PSR_KERNEL = 0x13;

export class UserSpace {
  constructor(private readonly guest: DrivenGuest) {
    guest.waitForIt();
    const base = guest.xen.machine.cpu.getCp15().ttbr & ~0x3fff;
    assert.equal(guest.call(SET_CALLBACKS, CALLBACK, 0), 0);
    guest.write(TABLE, new Array<number>(1024).fill(0));
    assert.equal(guest.call(UPDATE_VA_MAPPING, TABLE, 1, 0, 0), 0);
    const table = guest.frame(TABLE) << 12;
    guest.write(SCRATCH, [base + 4 * (USER_PAGE >>> 20), 0, (table | (D3 << 5) | 0x11) >>> 0, 0]);
    assert.equal(guest.call(MMU_UPDATE, SCRATCH, 1, 0, DOMID_SELF), 0);
    assert.equal(guest.call(UPDATE_VA_MAPPING, USER_PAGE, 1, smallPage(guest.frame(CODE), AP_USER_RW), 0), 0);
  }

  /** Code of the process, from its first word on. */
  program(words: readonly number[]): void {
    this.guest.write(CODE, words);
  }

  /** A word of the process's page. */
  word(offset: number): number {
    return this.guest.word(CODE + offset);
  }

  /** Restores a frame (r0-r12, sp, lr, pc, psr) and runs until the callback; the registers are then the upcall's. */
  enter(registers: Readonly<Record<number, number>> = {}, psr = PSR_USER): void {
    const frame = Array.from({ length: FRAME_WORDS }, (_, index) => registers[index] ?? 0);
    frame[13] = registers[13] ?? (psr === PSR_USER ? 0 : KERNEL_STACK);
    frame[15] = registers[15] ?? USER_PAGE;
    frame[16] = psr;
    this.guest.write(FRAME, frame);
    this.guest.call(RESTORE_GUEST_CONTEXT, FRAME);
  }

  /** What a load in virtual user mode comes to: a value, or the fault that the kernel is told of. */
  load(address: number): { value: number } | { vfar: number; vfsr: number } {
    this.program([arm.load(0, 1), arm.store(0, 2), arm.swi(0x11)]);
    this.enter({ 1: address, 2: USER_PAGE + 0x800 });
    return this.outcome(() => ({ value: this.word(0x800) }));
  }

  /** The same of a store. */
  store(address: number, value: number): { value: number } | { vfar: number; vfsr: number } {
    this.program([arm.store(0, 1), arm.swi(0x11)]);
    this.enter({ 0: value, 1: address });
    return this.outcome(() => ({ value }));
  }

  private outcome<T>(good: () => T): T | { vfar: number; vfsr: number } {
    const { cpu } = this.guest.xen.machine;
    if (cpu.getRegister(0) === 8) return good();
    assert.equal(cpu.getRegister(0), 0x10, 'a data abort');
    return { vfar: cpu.getRegister(2), vfsr: cpu.getRegister(3) };
  }
}
