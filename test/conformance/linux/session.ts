/**
 * A Linux system on our machine with somebody at its console: boots, waits for the shell's prompt, types commands and reads
 * what they print. Everything is counted in instructions, never in seconds, so that two sessions that do the same are the same.
 */
import { boardNamed } from '../../../src/machine/boards';
import type { BoardDescription } from '../../../src/machine/bus';
import { createMachine, type Machine } from '../../../src/machine/machine';
import type { MachineOptions } from '../../../src/machine/machineOptions';
import type { RunStop } from '../../../src/machine/types';

/** Where boot loaders of our boards put a raw kernel, from the start of RAM. */
const KERNEL_OFFSET = 0x10000;
/** How often the console is looked at. */
const LEG = 100_000;
const PROMPT = /(?:^|\n)[^\n]{0,60}[#$] $/;

export interface LinuxImages {
  readonly board: BoardDescription;
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly commandLine: string;
}

/** The board by its name; throws with a sentence. */
export function requireBoard(name: string): BoardDescription {
  const board = boardNamed(name);
  if ('error' in board) throw new Error(board.error);
  return board;
}

export class LinuxSession {
  readonly machine: Machine;
  /** All that the kernel's console has printed, with bare line ends. */
  console = '';
  readonly diagnostics: string[] = [];

  /** @param options of the machine, besides its board */
  constructor({ board, kernel, initrd, commandLine }: LinuxImages, options: Partial<MachineOptions> = {}) {
    this.machine = createMachine({ board, onDiagnostic: (text) => this.diagnostics.push(text), ...options });
    this.machine.onConsoleOutput((port, bytes) => {
      if (port === 0) this.console += new TextDecoder('latin1').decode(bytes).replaceAll('\r', '');
    });
    const entry = board.ramBase + KERNEL_OFFSET;
    if (!this.machine.writePhysical(entry, kernel)) throw new Error('The kernel does not fit into the memory.');
    this.machine.boot({ entry, initrd, commandLine });
  }

  /** Runs until `reached` says so at the end of a leg; false when the instructions or the machine came to their end before. */
  runUntil(reached: () => boolean, maxInstructions: number): boolean {
    const end = this.machine.instructionCount + maxInstructions;
    while (this.machine.instructionCount < end) {
      const stop: RunStop = this.machine.run(LEG);
      if (reached()) return true;
      if (stop.kind !== 'count') return false;
    }
    return false;
  }

  /** Whether a prompt is at the end of what has been printed. */
  get prompted(): boolean {
    return PROMPT.test(this.console);
  }

  waitForPrompt(maxInstructions: number): boolean {
    return this.runUntil(() => this.prompted, maxInstructions);
  }

  type(text: string): void {
    this.machine.sendConsoleInput(0, new TextEncoder().encode(text));
  }

  /**
   * Types a command and gives what it printed, without its echo and the prompts. Undefined when no prompt came back. Messages of
   * the kernel may come before the echo, so the answer begins after the echo, wherever that is.
   */
  command(line: string, maxInstructions = 100_000_000): string | undefined {
    const from = this.console.length;
    this.type(`${line}\n`);
    const echo = `${line}\n`;
    const answer = (): string | undefined => {
      const at = this.console.indexOf(echo, from);
      return at < 0 ? undefined : this.console.slice(at + echo.length);
    };
    const answered = this.runUntil(() => PROMPT.test(`\n${answer() ?? ''}`), maxInstructions);
    if (!answered) return undefined;
    const text = answer() ?? '';
    return text.slice(0, text.lastIndexOf('\n') + 1);
  }
}
