/** Comparisons of a whole image with gdb and binutils, used on the fixtures and on the firmware alike. */
import assert from 'node:assert/strict';
import type { Image } from '../../../src/image/image';
import { gdb, run } from './tools';

/** The line of every instruction, as gdb tells it; returns how many were compared. */
export function compareLines(name: string, path: string, image: Image): number {
  const addresses = instructionAddresses(path);
  const answers = gdb(
    path,
    addresses.map((address) => `info line *${address}`),
  );
  const decoded = decodedRows(path);
  answers.forEach((answer, index) => {
    const match = /Line (\d+) of "([^"]+)"/.exec(answer);
    const found = image.lineAt(addresses[index]);
    const got = found && `${lastPart(found.file)}:${found.line}`;
    const wanted = match ? `${lastPart(match[2])}:${match[1]}` : undefined;
    if (got === wanted) return;
    // gdb drops a row that is no statement when it repeats the line of one that it dropped before; the table itself decides.
    const before = decoded.filter((row) => row.address <= addresses[index]).map((row) => row.address);
    const start = before.reduce((nearest, address) => Math.max(nearest, address), 0);
    const rows = decoded.filter((row) => row.address === start).map((row) => `${row.file}:${row.line}`);
    assert.ok(rows.includes(got ?? ''), `${name} at ${addresses[index].toString(16)}: ${answer}`);
  });
  return addresses.length;
}

/**
 * Where a breakpoint on each line of a source file goes; returns how many lines gdb accepts. gdb refuses a line without code
 * before a function; there we go on to the function, so those are left out.
 */
export function compareBreakpoints(
  name: string,
  path: string,
  image: Image,
  file: { readonly recorded: string; readonly asked: string; readonly lineCount: number },
): number {
  const lines = Array.from({ length: file.lineCount }, (_, index) => index + 1);
  const answers = gdb(
    path,
    lines.flatMap((line) => [`break ${file.recorded}:${line}`, 'info breakpoints', 'delete']),
  );
  let accepted = 0;
  for (const line of lines) {
    const listing = answers[(line - 1) * 3 + 1];
    const places = [...listing.matchAll(/\b0x([0-9a-f]{8})\b/g)].map((match) => parseInt(match[1], 16));
    if (places.length === 0) continue;
    accepted++;
    const { addresses } = image.addressesForLine(file.asked, line);
    const wanted = places.sort((a, b) => a - b);
    assert.deepEqual(hexes(addresses), hexes(wanted), `${name} ${file.recorded}:${line}`);
  }
  return accepted;
}

/** Distinct values, so that a rule applied to the wrong register shows; frame pointers (r4 where a function has a stack of its own) lie above the stack pointer. */
export const registers = Array.from({ length: 16 }, (_, register) => 0x20000 + register * 0x1000)
  .with(4, 0x2f000)
  .with(7, 0x30000)
  .with(11, 0x31000);
/** Memory whose word at an address is a function of the address. */
export const wordAt = (address: number) => (address ^ 0x5a5a0000) >>> 0;
export const memory = (address: number, byteLength: number) => {
  const bytes = new Uint8Array(byteLength);
  new DataView(bytes.buffer).setUint32(0, wordAt(address), true);
  return bytes;
};

/** One step outwards at every row of every frame description, as readelf interprets it; returns the number of rows. */
export function compareFrames(name: string, path: string, image: Image): number {
  let rows = 0;
  for (const row of interpretedRows(path)) {
    const state = registers.with(15, row.pc);
    const step = image.unwind(state, memory, true);
    const cfa = state[row.cfa.register] + row.cfa.offset;
    const rule = row.rules.get('ra') ?? 'u';
    const returnAddress = rule.startsWith('c') ? wordAt(cfa + Number(rule.slice(1))) : state[14];
    const where = `${name} ${row.pc.toString(16)}`;
    if (step === undefined && !row.rules.get('ra')?.startsWith('c')) continue; // .cfi_undefined: the outermost frame
    assert.ok(step, where);
    assert.equal(step.method, 'cfi', where);
    assert.equal(step.cfa, cfa, where);
    assert.equal(step.caller[15], (returnAddress & ~1) >>> 0, where);
    for (let register = 4; register < 12; register++) {
      const saved = row.rules.get(`r${register}`) ?? 'u';
      const wanted = saved.startsWith('c') ? wordAt(cfa + Number(saved.slice(1))) : state[register];
      assert.equal(step.caller[register], wanted, `${where} r${register}`);
    }
    rows++;
  }
  return rows;
}

interface Row {
  readonly pc: number;
  readonly cfa: { readonly register: number; readonly offset: number };
  readonly rules: ReadonlyMap<string, string>;
}

/** The tables of `readelf --debug-dump=frames-interp`, of functions whose registers r13 and r15 have no rules of their own. */
function interpretedRows(path: string): Row[] {
  const rows: Row[] = [];
  let columns: string[] = [];
  let end = 0;
  for (const line of run('arm-none-eabi-readelf', ['--debug-dump=frames-interp', path]).split('\n')) {
    if (/ (CIE|FDE) /.test(line)) end = parseInt(/ FDE .*\.\.([0-9a-f]{8})/.exec(line)?.[1] ?? '0', 16);
    const words = line.trim().split(/\s+/);
    if (words[0] === 'LOC') columns = words.slice(2);
    const match = /^([0-9a-f]{8}) r(\d+)([+-]\d+)/.exec(line);
    if (words.includes('vexp') || words.includes('exp')) continue;
    const pc = match ? parseInt(match[1], 16) : 0;
    // A last row may describe what follows the function.
    if (!match || pc >= end || columns.includes('r13')) continue;
    rows.push({
      pc,
      cfa: { register: Number(match[2]), offset: Number(match[3]) },
      rules: new Map(columns.map((column, index) => [column, words[index + 2]])),
    });
  }
  return rows;
}

/** The rows of `objdump --dwarf=decodedline`. */
export function decodedRows(path: string): { file: string; line: number; address: number }[] {
  return run('arm-none-eabi-objdump', ['--dwarf=decodedline', path])
    .split('\n')
    .map((text) => /^(\S+)\s+(\d+)\s+(?:0x)?([0-9a-f]+)(\s|$)/.exec(text))
    .filter((match) => match !== null)
    .map((match) => ({ file: match[1], line: Number(match[2]), address: parseInt(match[3], 16) }));
}

/** Where instructions are, data among code left out. */
export function instructionAddresses(path: string): number[] {
  return run('arm-none-eabi-objdump', ['-d', '--section=.text', path])
    .split('\n')
    .map((text) => /^\s*([0-9a-f]+):\t[0-9a-f ]+\t(?!\.word|\.short|\.byte)/.exec(text))
    .filter((match) => match !== null)
    .map((match) => parseInt(match[1], 16));
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function hexes(addresses: readonly number[]): string[] {
  return addresses.map((address) => address.toString(16));
}
