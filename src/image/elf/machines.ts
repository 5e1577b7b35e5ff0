/** Names of ELF machines (e_machine), so that a wrong file is called by what it is. Numbers from the System V ABI's registry. */
export const EM_ARM = 40;

const machineNames: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: '32-bit x86',
  4: 'Motorola 68000',
  8: 'MIPS',
  20: 'PowerPC',
  21: '64-bit PowerPC',
  22: 'IBM S/390',
  42: 'SuperH',
  43: '64-bit SPARC',
  50: 'Itanium',
  62: 'x86-64',
  83: 'AVR',
  94: 'Xtensa',
  183: '64-bit ARM (AArch64)',
  243: 'RISC-V',
  247: 'BPF',
  258: 'LoongArch',
};

export function machineName(machine: number): string {
  return machineNames[machine] ?? `machine number ${machine}`;
}
