/**
 * Domains that a test drives from outside: each consists of a hypercall instruction and a loop. The test writes the arguments into
 * the guest's memory and registers, lets it call, and reads the result; so a table of cases needs no guest program.
 */
import assert from 'node:assert/strict';
import { BootedXen, type Module, type XenOptions } from './bootXen';
import { arm, textAddress, tinyGuest } from './tinyGuest';

export const GUEST_BASE = 0xc000_0000;
/** Memory of a driven domain that nothing else uses: 1 MB behind its beginning. */
export const SCRATCH = 0xc010_0000;
const XEN_OFFSET = 0xff00_0000;
const CALL = textAddress(0);
const LOOP = textAddress(1);
const LOAD = textAddress(2);
const STORE = textAddress(4);
const PSR_USR = 0x10;
/** From the word at 3 to the one at 1 (ARM DDI 0100 A4.1.5). */
const BACK_TO_LOOP = 0xeaff_fffc;

/** As many driven domains as asked, or the given ones beside them, all at their first instruction or on their way there. */
export function drivenGuests(
  count: number,
  { memoryBytes = 4 << 20, others = [], ...options }: XenOptions & { memoryBytes?: number; others?: Module[] } = {},
): { xen: BootedXen; guests: DrivenGuest[] } {
  const elf = tinyGuest([arm.hypercall, arm.loop, arm.load(0, 0), BACK_TO_LOOP, arm.store(1, 0), BACK_TO_LOOP - 2]);
  const xen = new BootedXen(
    [...Array.from({ length: count }, () => ({ elf, memoryBytes, commandLine: '' })), ...others],
    options,
  );
  const guests = Array.from({ length: count }, (_, id) => new DrivenGuest(xen, id));
  // The first instruction of each is a hypercall with whatever its registers hold: number 0, which is not implemented.
  assert.equal(xen.runTo('restore', 20_000_000).kind, 'breakpoint', xen.console);
  guests[0]!.waitForIt();
  return { xen, guests };
}

export class DrivenGuest {
  private readonly scheduleData: number;
  private ownVcpu: number | undefined;

  constructor(
    readonly xen: BootedXen,
    readonly id: number,
  ) {
    this.scheduleData = xen.symbol('schedule_data');
  }

  /** struct domain *, in the hypervisor. */
  get domain(): number {
    for (
      let d = this.xen.word(this.xen.symbol('domain_list'));
      d;
      d = this.xen.word(d + this.xen.offset('domain', 'next_in_list'))
    )
      if ((this.xen.word(d + this.xen.offset('domain', 'domain_id')) & 0xffff) === this.id) return d;
    throw new Error(`Domain-${this.id} is gone:\n${this.xen.console}`);
  }

  get vcpu(): number {
    return (this.ownVcpu ??= this.xen.word(this.domain + this.xen.offset('domain', 'vcpu')));
  }

  /** First frame of its memory. */
  get minMfn(): number {
    return this.xen.word(this.domain + this.xen.offset('domain', 'min_mfn'));
  }

  /** The frame behind a page of its memory as the builder mapped it. */
  frame(address: number): number {
    return this.minMfn + ((address - GUEST_BASE) >>> 12);
  }

  get sharedInfo(): number {
    return XEN_OFFSET + (this.xen.word(this.domain + this.xen.offset('domain', 'shared_info_mfn')) << 12);
  }

  /** Writes words into its memory, at an address of the builder's mapping. */
  write(address: number, words: readonly number[]): void {
    const bytes = new Uint8Array(Uint32Array.from(words, (word) => word >>> 0).buffer);
    assert.ok(this.xen.machine.writePhysical((this.minMfn << 12) + address - GUEST_BASE, bytes));
  }

  word(address: number): number {
    return this.xen.word(XEN_OFFSET + (this.minMfn << 12) + address - GUEST_BASE);
  }

  private get isHere(): boolean {
    const { xen } = this;
    return xen.word(this.scheduleData) === this.vcpu && xen.machine.cpu.mode === 'usr';
  }

  /** Runs until this domain has the CPU and waits to be driven. */
  waitForIt(maxInstructions = 30_000_000): void {
    const { machine } = this.xen;
    machine.setBreakpoints([]);
    for (let left = maxInstructions; left > 0; left -= 5_000) {
      if (this.isHere && machine.cpu.getRegister(15) === LOOP) return;
      machine.run(5_000);
    }
    assert.fail(`Domain-${this.id} does not come back:\n${this.xen.console}`);
  }

  /** Sets the registers for a call, at the instruction that makes it. */
  prepare(number: number, args: readonly number[], instruction = CALL): void {
    const { cpu } = this.xen.machine;
    assert.ok(this.isHere, `Domain-${this.id} has the CPU`);
    args.forEach((value, index) => cpu.setRegister(index, value >>> 0));
    cpu.setRegister(7, number);
    cpu.setRegister(15, instruction);
    assert.equal(cpu.getCpsr() & 0x1f, PSR_USR);
  }

  /** One hypercall: r0 to r3 from `args`, the result as a signed number. */
  call(number: number, ...args: number[]): number {
    return this.go(number, args, CALL);
  }

  /** What its kernel reads at an address. */
  load(address: number): number {
    return this.go(0, [address], LOAD) >>> 0;
  }

  /** Its kernel writes a word. */
  store(address: number, value: number): void {
    this.go(0, [address, value], STORE);
  }

  private go(number: number, args: readonly number[], instruction: number): number {
    const { machine } = this.xen;
    this.waitForIt();
    this.prepare(number, args, instruction);
    machine.setBreakpoints([LOOP]);
    for (let slices = 0; slices < 500; slices++) {
      if (machine.run(2_000_000).kind !== 'breakpoint') break;
      if (this.isHere) return machine.cpu.getRegister(0) | 0;
      // Another domain waits at its own loop.
      machine.setBreakpoints([]);
      machine.run(50_000);
      machine.setBreakpoints([LOOP]);
    }
    assert.fail(`hypercall ${number} of Domain-${this.id} does not return:\n${this.xen.console}`);
  }

  /** A hypercall with these words as its structure, at SCRATCH, as its first argument. */
  callWith(number: number, words: readonly number[], ...rest: number[]): number {
    this.write(SCRATCH, words);
    return this.call(number, SCRATCH, ...rest);
  }
}
