/** The names of the functions on the stack where a machine stands, innermost first, by the image's unwinding tables alone. */
import type { ImageFace } from '../../src/image/face';
import type { RegisterSet } from '../../src/image/types';
import type { MachineFace } from '../../src/machine/types';

const MOST_FRAMES = 20;

/** Memory is read through the MMU as it stands, with the rights of privileged code. */
export function callers(machine: MachineFace, image: ImageFace): string[] {
  const names: string[] = [];
  let registers: RegisterSet | undefined = Array.from({ length: 16 }, (_, index) => machine.cpu.getRegister(index));
  let isTop = true;
  while (registers?.[15] !== undefined && names.length < MOST_FRAMES) {
    // A return address may lie behind the last instruction of its function.
    const at = registers[15] - (isTop ? 0 : 1);
    names.push(image.symbolAt(at)?.symbol.name ?? `0x${at.toString(16)}`);
    const step = image.unwind(registers, (address, byteLength) => readVirtual(machine, address, byteLength), isTop);
    registers = step?.caller;
    isTop = step?.interrupted ?? false;
  }
  return names;
}

function readVirtual(machine: MachineFace, address: number, byteLength: number): Uint8Array | undefined {
  const { physicalAddress } = machine.walk(address, 'read', true);
  return physicalAddress === undefined ? undefined : machine.readPhysical(physicalAddress, byteLength);
}
