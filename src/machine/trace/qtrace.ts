/**
 * The trace files of the first Android emulator (goldfish.md B7): qtrace.static, .bb, .insn, .exc, .pid and .method. Runs of
 * one block at equal distances are one record, as are instructions at equal distances; nothing else grows in memory than the
 * table of distinct blocks. Their clock begins at 1 (B2): start times are the machine's ticks and 1.
 */
import type { CodeReader, InstructionListener } from './listener';
import { QtraceFile } from './qtraceFile';
import { writeProcessEvent } from './qtraceProcesses';
import type { DeviceInput } from '../types';

export const QTRACE_FILES = ['static', 'bb', 'insn', 'exc', 'pid', 'method'] as const;
export type QtraceName = (typeof QTRACE_FILES)[number];

const HEADER_BYTES = 88;
const FORMAT_VERSION = 1;
const MAGIC = 'qemu_trace_file';
const CLOCK_START = 1;
const EXCEPTION_FIELDS = 7;

interface Block {
  readonly number: number;
  readonly place: number;
  /** Opcodes of its instructions. */
  readonly opcodes: number[];
}

/** What is told of an execution of a block that has not been written. */
interface Run {
  block: number;
  start: number;
  repeat: number;
  period: number;
}

export class Qtrace implements InstructionListener {
  private readonly files: Record<QtraceName, QtraceFile>;
  /** By pc and Thumb bit; several where memory or mapping changed. */
  private readonly blocks = new Map<number, Block[]>();
  private code!: CodeReader;
  private blockCount = 1;
  private current: Block | undefined;
  private currentStart = 0;
  private done = 0;
  private lastRun: Run | undefined;
  private writtenBlock = 0;
  private writtenStart = 0;
  private runs = 0;
  private lastInstruction = 0;
  private delta = -1;
  private repeat = 0;
  private lastException = 0;
  private runsAtException = 0;
  private lastProcessEvent = 0;

  /** @param write gets pieces of the file `qtrace.<name>` to write at once; they are used again */
  constructor(write: (name: QtraceName, bytes: Uint8Array) => void) {
    const file = (name: QtraceName) => new QtraceFile((bytes) => write(name, bytes));
    this.files = Object.fromEntries(QTRACE_FILES.map((name) => [name, file(name)])) as Record<QtraceName, QtraceFile>;
    this.files.static.raw(header());
    this.writeBlock(0, 0, []);
  }

  connect(code: CodeReader): void {
    this.code = code;
  }

  instruction(
    _index: number,
    ticks: number,
    pc: number,
    opcode: number,
    thumb: boolean,
    beginsBlock: boolean,
    place: number,
  ): void {
    const time = ticks + CLOCK_START;
    if (beginsBlock || this.current === undefined || this.current.opcodes[this.done] !== opcode) {
      this.beginBlock(time, pc, thumb, place);
    }
    this.done++;
    const delta = time - this.lastInstruction;
    this.lastInstruction = time;
    if (delta === this.delta) {
      this.repeat++;
    } else {
      this.writeInstructions();
      this.delta = delta;
    }
  }

  private writeInstructions(): void {
    if (this.delta >= 0) {
      this.files.insn.unsigned(this.delta);
      this.files.insn.unsigned(this.repeat);
    }
    this.repeat = 0;
  }

  private beginBlock(time: number, pc: number, thumb: boolean, place: number): void {
    this.current = this.blockAt(pc, thumb, place);
    this.currentStart = time;
    this.done = 0;
    const { number } = this.current;
    const run = this.lastRun;
    if (run?.block === number) {
      const distance = time - (run.start + run.repeat * run.period);
      if (run.repeat === 0 || distance === run.period) {
        run.period = distance;
        run.repeat++;
        return;
      }
    }
    this.writeRun();
    this.lastRun = { block: number, start: time, repeat: 0, period: 0 };
    this.runs++;
  }

  private blockAt(pc: number, thumb: boolean, place: number): Block {
    const key = pc * 2 + (thumb ? 1 : 0);
    let known = this.blocks.get(key);
    if (known === undefined) this.blocks.set(key, (known = []));
    for (const block of known) if (block.place === place && this.isSame(block.opcodes, place, thumb)) return block;
    const block = { number: this.blockCount++, place, opcodes: this.code.block(place, pc, thumb) };
    known.unshift(block);
    const words = thumb ? block.opcodes.map(thumbWord) : block.opcodes;
    this.writeBlock(block.number, pc + (thumb ? 1 : 0), words);
    return block;
  }

  /** Code may have been written since it was looked at. */
  private isSame(opcodes: readonly number[], place: number, thumb: boolean): boolean {
    const step = thumb ? 2 : 4;
    for (let index = 0; index < opcodes.length; index++) {
      if (this.code.opcode(place + index * step, thumb) !== opcodes[index]) return false;
    }
    return true;
  }

  private writeBlock(number: number, address: number, words: readonly number[]): void {
    const file = this.files.static;
    file.word(number);
    file.word(0);
    file.word(address);
    file.word(words.length);
    for (const word of words) file.word(word);
  }

  private writeRun(): void {
    const { lastRun } = this;
    if (lastRun === undefined) return;
    const { bb } = this.files;
    bb.signed(lastRun.block - this.writtenBlock);
    bb.unsigned(lastRun.start - this.writtenStart);
    bb.unsigned(lastRun.repeat);
    if (lastRun.repeat > 0) bb.unsigned(lastRun.period);
    this.writtenBlock = lastRun.block;
    this.writtenStart = lastRun.start;
    this.lastRun = undefined;
  }

  exception(pc: number, target: number, ticks: number): void {
    const time = ticks + CLOCK_START;
    const { exc } = this.files;
    exc.unsigned(time - this.lastException);
    exc.unsigned(pc);
    exc.unsigned(this.runs - this.runsAtException);
    exc.unsigned(target);
    exc.unsigned(this.current?.number ?? 0);
    exc.unsigned(this.currentStart);
    exc.unsigned(this.done);
    this.lastException = time;
    this.runsAtException = this.runs;
    // The block is left: a record that comes after is another execution.
    this.writeRun();
    this.current = undefined;
  }

  /** An output of the trace device (goldfishTrace.ts); others are nothing to it. */
  deviceOutput(output: DeviceInput, ticks: number): void {
    const time = ticks + CLOCK_START;
    if (writeProcessEvent(this.files.pid, output, time - this.lastProcessEvent)) this.lastProcessEvent = time;
  }

  /** Completes the files. @param ticks of the machine at the end */
  close(ticks: number): void {
    this.writeRun();
    this.writeInstructions();
    const { bb, exc } = this.files;
    bb.signed(-this.writtenBlock);
    bb.unsigned(ticks + CLOCK_START - this.writtenStart);
    bb.unsigned(0);
    for (let index = 0; index < 3; index++) bb.unsigned(0);
    for (let index = 0; index < EXCEPTION_FIELDS; index++) exc.unsigned(0);
    for (const file of Object.values(this.files)) file.flush();
  }
}

/** Thumb instructions are kept in words of their own (goldfish.md B4). */
export const thumbWord = (opcode: number): number => (0xf7f000f0 | ((opcode & 0xfff0) << 4) | (opcode & 15)) >>> 0;

/** Dates, processes and counts are left 0, so that equal runs give equal files. */
function header(): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  for (let index = 0; index < MAGIC.length; index++) bytes[index] = MAGIC.charCodeAt(index);
  bytes[16] = FORMAT_VERSION;
  return bytes;
}
