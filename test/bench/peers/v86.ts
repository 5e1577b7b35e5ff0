/**
 * v86, which translates x86 code to WebAssembly: the tight loop of adds.S in x86 code. It needs no BIOS but these bytes, which enter protected
 * mode, run the loop twice, and say so at the serial port: the second time is measured, as by then the loop has been translated.
 */
import path from 'node:path';
import { V86 } from 'v86';
import { secondsSince } from '../support/engines';

const BIOS_BYTES = 0x10000;
const BIOS_BASE = 0xf0000;
const RESET = 0xfff0;
const CODE_32 = 0x40;
const GDT = 0x100;
const TURNS = 100_000_000;
const INSTRUCTIONS_PER_TURN = 7;

const word = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];

/** One loop, then a byte at the serial port. */
const loop = (turns: number): number[] => [
  ...[0xb9, ...word(turns)], // mov ecx, turns
  ...[0x01, 0xcb], // add ebx, ecx
  ...[0x8d, 0x53, 0x03], // lea edx, [ebx+3]
  ...[0xc1, 0xeb, 0x05], // shr ebx, 5
  ...[0x01, 0xd3], // add ebx, edx
  ...[0x8d, 0x34, 0x13], // lea esi, [ebx+edx]
  0x49, // dec ecx
  ...[0x75, 0xf0], // jnz to the add
  ...[0x66, 0xba, 0xf8, 0x03], // mov dx, 0x3f8
  ...[0xb0, 0x2e], // mov al, '.'
  0xee, // out dx, al
];

function bios(): ArrayBuffer {
  const bytes = new Uint8Array(BIOS_BYTES);
  bytes.set([0xe9, ...word(0x10000 - RESET - 3).slice(0, 2)], RESET); // jmp to the beginning
  const toProtectedMode = [
    0xfa, // cli
    ...[0x2e, 0x66, 0x0f, 0x01, 0x16, GDT & 0xff, GDT >>> 8], // lgdt cs:[GDT]
    ...[0x0f, 0x20, 0xc0], // mov eax, cr0
    ...[0x0c, 0x01], // or al, 1
    ...[0x0f, 0x22, 0xc0], // mov cr0, eax
    ...[0x66, 0xea, ...word(BIOS_BASE + CODE_32), 0x08, 0x00], // jmp 8:CODE_32
  ];
  bytes.set(toProtectedMode, 0);
  bytes.set([...loop(TURNS / 10), ...loop(TURNS), 0xf4], CODE_32); // hlt
  // Its own descriptor stands in the first entry, which nothing selects; then flat code.
  const flatCode = [0xff, 0xff, 0, 0, 0, 0x9a, 0xcf, 0];
  bytes.set([15, 0, ...word(BIOS_BASE + GDT), 0, 0, ...flatCode], GDT);
  return bytes.buffer;
}

/** @returns millions of instructions in a second */
export async function v86Mips(): Promise<number> {
  const emulator = new V86({
    wasm_path: path.resolve('node_modules/v86/build/v86.wasm'),
    memory_size: 16 << 20,
    vga_memory_size: 2 << 20,
    bios: { buffer: bios() },
    autostart: true,
    disable_keyboard: true,
    disable_mouse: true,
  });
  const byteCame = (): Promise<void> =>
    new Promise((resolve) => {
      const heard = (): void => {
        emulator.remove_listener('serial0-output-byte', heard);
        resolve();
      };
      emulator.add_listener('serial0-output-byte', heard);
    });
  await byteCame();
  const start = process.hrtime.bigint();
  await byteCame();
  const seconds = secondsSince(start);
  await emulator.destroy();
  return (TURNS * INSTRUCTIONS_PER_TURN) / seconds / 1e6;
}
