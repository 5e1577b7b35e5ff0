/**
 * The console of a bare-metal ELF on a board of ours and under `qemu-system-arm -M <board>`: both run until the program prints
 * its last line. QEMU counts instructions as time (-icount), so its run does not depend on the host's speed either.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Image } from '../../src/image/image';
import { boardNamed } from '../../src/machine/boards';
import { createMachine } from '../../src/machine/machine';

/** What each program prints at its end. */
const LAST_LINE = '-- end --\n';
const MOST_INSTRUCTIONS = 50_000_000;
const QEMU_TIMEOUT_MS = 30_000;
/** Where QEMU, too, expects programs. */
const TEXT = '0x10000';

/** Typed as soon as the program has printed `after`, to the first serial port. */
export interface Typed {
  readonly after: string;
  readonly text: string;
}

/** Links `sources` (file names in `folder`) for the ARM926EJ-S; gives the path of the ELF. */
export function buildProgram(folder: string, sources: readonly string[], output: string): string {
  const options = [
    '-mcpu=arm926ej-s',
    '-marm',
    '-O2',
    '-g',
    '-ffreestanding',
    '-nostdlib',
    '-std=c11',
    '-Wall',
    '-Werror',
  ];
  const linking = ['-Wl,--no-warn-rwx-segments', `-Wl,-Ttext=${TEXT}`, '-Wl,--build-id=none'];
  const files = sources.map((source) => path.join(folder, source));
  execFileSync('arm-none-eabi-gcc', [...options, ...linking, '-o', output, ...files, '-lgcc']);
  return output;
}

/** Characters as they come over the first serial port, up to and including the last line. */
export function ourConsole(boardName: string, elf: string, typed?: Typed): string {
  const board = boardNamed(boardName);
  if ('error' in board) throw new Error(board.error);
  const machine = createMachine({ board, ramBytes: 8 << 20 });
  const image = Image.parse(elf, readFileSync(elf));
  for (const { physicalAddress, bytes } of image.segments) machine.writePhysical(physicalAddress, bytes);
  let text = '';
  let waiting = typed;
  machine.onConsoleOutput((port, bytes) => {
    if (port === 0) text += Buffer.from(bytes).toString('latin1');
  });
  machine.boot({ entry: image.entry });
  for (let run = 0; run < MOST_INSTRUCTIONS && !text.endsWith(LAST_LINE); run += 10_000) {
    const { kind } = machine.run(10_000);
    if (waiting && text.includes(waiting.after)) {
      machine.sendConsoleInput(0, Buffer.from(waiting.text, 'latin1'));
      waiting = undefined;
    }
    if (kind === 'halted') break;
  }
  return text;
}

/** The same of QEMU. Rejects when the last line does not come. */
export function qemuConsole(boardName: string, elf: string, typed?: Typed): Promise<string> {
  const options = [
    '-M',
    boardName,
    '-m',
    '8M',
    '-display',
    'none',
    '-audiodev',
    'none,id=none',
    '-monitor',
    'none',
    '-nodefaults',
  ];
  const child = spawn('qemu-system-arm', [...options, '-icount', 'shift=0', '-serial', 'stdio', '-kernel', elf], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    let waiting = typed;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`QEMU did not come to the end of ${elf}; it printed ${JSON.stringify(text)}`));
    }, QEMU_TIMEOUT_MS);
    child.on('error', reject);
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (waiting && text.includes(waiting.after)) {
        child.stdin.write(waiting.text, 'latin1');
        waiting = undefined;
      }
      if (!text.endsWith(LAST_LINE)) return;
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(text);
    });
  });
}
