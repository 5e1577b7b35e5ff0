/** The part of @alexaltea/capstone-js that disassembler.ts uses; the package has no types. */
declare module '@alexaltea/capstone-js' {
  interface Instruction {
    readonly address: number | bigint;
    readonly size: number;
    readonly mnemonic: string;
    readonly op_str: string;
  }
  interface CapstoneModule {
    readonly ARCH_ARM: number;
    readonly MODE_ARM: number;
    readonly MODE_THUMB: number;
    readonly Capstone: new (
      architecture: number,
      mode: number,
    ) => { disasm(bytes: readonly number[], address: number, most?: number): Instruction[] };
  }
  export default function MCapstone(options?: object): Promise<CapstoneModule>;
}
