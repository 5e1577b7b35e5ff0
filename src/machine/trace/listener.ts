/** Who watches the machine run, instruction by instruction. What is made of it is text.ts and qtrace.ts. */
export interface InstructionListener {
  /** Called before all else. */
  connect?(code: CodeReader): void;
  /**
   * An instruction that executes next, whether or not its condition passes. Called in the middle of a run: it must change nothing.
   * @param index instructions before it since reset
   * @param ticks when it starts
   * @param opcode as fetched; the half-word for Thumb
   * @param beginsBlock whether a basic block begins with it
   * @param place where it stands in the machine's memory: equal for equal physical addresses
   */
  instruction(
    index: number,
    ticks: number,
    pc: number,
    opcode: number,
    thumb: boolean,
    beginsBlock: boolean,
    place: number,
  ): void;
  /** An exception is entered: of the instruction at `pc`, or between the one before and that at `pc`, which has not executed. */
  exception(pc: number, target: number, ticks: number): void;
}

/** Code as it stands in the machine's memory, by the places that listeners are given. */
export interface CodeReader {
  opcode(place: number, thumb: boolean): number;
  /** The instructions of the basic block that begins there, whether or not all of them will execute. */
  block(place: number, pc: number, thumb: boolean): number[];
}
