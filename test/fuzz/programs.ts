/** What a random guest finds in memory and registers: code of several kinds, vectors that lead back to it, page tables, device addresses. */
import type { MachineFace } from '../../src/machine/types';
import { armGenerators } from '../conformance/armPrograms';
import type { Random } from '../conformance/random';

/** Bytes at the start of RAM that code, tables and data share; small, so that they run into each other. */
export const ARENA_BYTES = 0x40000;
const CODE_BYTES = 0x8000;

/** Anywhere interesting: the arena, a device (mostly at one of its registers), the vectors, or nowhere. */
export function address(random: Random, machine: MachineFace): number {
  const { devices } = machine;
  switch (random.below(8)) {
    case 0:
      return random.next();
    case 1:
      return 0xffff0000 + random.below(0x1000);
    case 2:
    case 3:
    case 4: {
      if (devices.length === 0) return random.next();
      const { base, table } = random.pick(devices);
      const registers = Object.values(table.registers);
      const register = random.below(4) > 0 && registers.length > 0 ? random.pick(registers).offset : undefined;
      return (base + (register ?? random.below(table.windowBytes))) >>> 0;
    }
    default:
      return (machine.ramBase + random.below(ARENA_BYTES)) >>> 0;
  }
}

/** A value for a register: an edge, an address, a small number. */
function value(random: Random, machine: MachineFace): number {
  const kind = random.below(3);
  return kind === 0 ? random.operand() : kind === 1 ? address(random, machine) : random.below(0x100);
}

const classes = Object.values(armGenerators);
/** Instructions that reach for devices, the MMU, other modes, and the other instruction set. */
const PRIVILEGED: readonly ((random: Random) => number)[] = [
  (r) => 0x0e000f10 | (r.below(16) << 16) | (r.below(16) << 12) | (r.below(8) << 5) | r.below(16) | (r.below(2) << 20), // MCR, MRC p15
  (r) => 0x0129f000 | r.below(16), // MSR CPSR_fc
  (r) => 0x0321f000 | r.pick([0x10, 0x11, 0x12, 0x13, 0x17, 0x1b, 0x1f, 0x53, 0xd3]), // MSR CPSR_c, #mode
  (r) => 0x08100000 | r.bits(25), // LDM of every kind
  (r) => 0x08000000 | r.bits(25), // STM
  (r) => 0x04000000 | r.bits(26), // LDR, STR of every kind
  (r) => 0x012fff10 | (r.below(4) << 4) | r.below(16), // BX, BXJ, BLX
  (r) => 0x0c000000 | r.bits(26), // coprocessors
  (r) => 0x0d000a00 | (r.bits(26) & 0x03fff1ff), // VFP loads and stores
  (r) => 0x0e000a00 | (r.bits(24) & 0x00fff1ff), // VFP arithmetic and register transfers
  (r) => 0x0f000000 | r.bits(24), // SWI
];

/** `str rA, [rB]` and `ldr rA, [rB]` with what stands in the registers: programs of these hammer devices. */
const hammer = (r: Random): number =>
  0xe5800000 |
  (r.below(2) << 20) |
  (r.below(15) << 16) |
  (r.below(15) << 12) |
  r.pick([0, 0, 4, 8, 0xc, 0x10, 0x20, 0x100]);

function armWord(random: Random, kind: number): number {
  const condition = random.below(4) === 0 ? random.next() & 0xf0000000 : 0xe0000000;
  switch (kind) {
    case 0:
      return random.next();
    case 1:
      return random.pick(classes)(random)[0]!;
    case 2:
      return condition | (random.pick(PRIVILEGED)(random) & 0x0fffffff);
    case 3:
      return hammer(random);
    default:
      // Branches over short distances, so that loops form and pages are met again.
      return condition | 0x0a000000 | ((random.below(64) - 40) & 0xffffff);
  }
}

function code(random: Random, words: number): Uint32Array {
  const mixture = random.pick([[0], [1, 1, 1, 4], [2], [3, 3, 3, 4], [1, 1, 2, 3, 4]]);
  return Uint32Array.from({ length: words }, () => armWord(random, random.pick(mixture)) >>> 0);
}

/** First- and second-level descriptors: some map the arena and the devices to themselves, some anything, some the tables themselves. */
function table(random: Random, machine: MachineFace, base: number): Uint32Array {
  const descriptors = new Uint32Array(4096);
  const wild = random.below(3) === 0;
  for (let index = 0; index < 4096; index++) {
    const own = wild && random.below(4) === 0;
    const section = own ? random.next() & 0xfff00000 : index << 20;
    const domain = random.below(8) === 0 ? random.below(16) << 5 : 0;
    const rights = (random.below(4) === 0 ? random.below(4) : 3) << 10;
    descriptors[index] = (section | rights | domain | (random.below(4) << 2) | 0x12) >>> 0;
  }
  // The megabyte of the arena through second-level tables, now and then through a piece of this very table.
  const arena = machine.ramBase >>> 20;
  const kind = random.below(4);
  const inside = (machine.ramBase + (random.below(3) === 0 ? base - machine.ramBase : random.below(ARENA_BYTES))) >>> 0;
  if (kind === 1) descriptors[arena] = ((inside & ~0x3ff) | 0x11) >>> 0;
  if (kind === 2) descriptors[arena] = ((inside & ~0xfff) | 0x13) >>> 0;
  for (let hole = 0; hole < 8; hole++) descriptors[random.below(4096)] = random.next();
  return descriptors;
}

/** Writes words; the arena is RAM, so that this cannot fail. */
function put(machine: MachineFace, offset: number, words: Uint32Array): void {
  if (!machine.writePhysical(machine.ramBase + offset, new Uint8Array(words.buffer)))
    throw new Error('the arena is not RAM');
}

/** Fills memory and registers of a machine that has just been made. */
export function prepare(random: Random, machine: MachineFace): void {
  const { cpu, ramBase } = machine;
  machine.boot({ entry: ramBase + 0x8000 });
  put(machine, 0, code(random, ARENA_BYTES / 4));
  // Vectors: mostly a way back into the arena, so that a fault is not the end of the program.
  if (random.below(4) > 0) {
    put(
      machine,
      0,
      Uint32Array.from({ length: 8 }, () => (0xea000000 | (0x40 + random.below(0x1800))) >>> 0),
    );
  }
  for (const mode of ['usr', 'fiq', 'irq', 'svc', 'abt', 'und'] as const) {
    for (let index = 0; index < 15; index++) cpu.setRegister(index, value(random, machine) >>> 0, mode);
    if (mode !== 'usr') cpu.setSpsr(mode, random.below(2) === 0 ? random.next() : 0x10 | random.below(0x80));
  }
  if (random.below(2) === 0) {
    const place = random.below(ARENA_BYTES >>> 14) << 14;
    const base = ramBase + place;
    put(machine, place, table(random, machine, base));
    cpu.setCp15('ttbr', base >>> 0);
    cpu.setCp15('dacr', random.below(2) === 0 ? 0xffffffff : random.next());
    cpu.setCp15('fcsePid', random.below(4) === 0 ? random.next() : 0);
    cpu.setCp15('control', 1 | (random.next() & 0x7387));
  } else if (random.below(4) === 0) {
    cpu.setCp15('control', random.next() & 0x7386);
  }
  cpu.setCpsr(random.pick([0x10, 0x13, 0x1f, 0xd3, 0x30, 0x33, 0x11, 0x12]) | (random.next() & 0xf0000000));
  cpu.setRegister(15, (ramBase + random.below(CODE_BYTES)) & ~3);
}
