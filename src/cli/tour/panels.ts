/**
 * What the tour and the prompt show of a stopped machine: registers, virtual registers, the stitched call stack, the
 * DACR table, domains, consoles. Each panel writes; none of them moves the machine.
 */
import type { PermissionColumn, PermissionsBody } from '../../adapter/viewProtocol';
import type { DebugEngine, Frame, Scope, StopEvent, Value } from '../../debugger/types';
import { grouped, heading, hex, paint, table, type Terminal } from './terminal';

/** Where the source stands, short enough for a line. */
function place(frame: Frame): string {
  if (frame.source === undefined) return '';
  const parts = frame.source.path.split(/[\\/]/);
  return `${parts.slice(-2).join('/')}:${frame.source.line}`;
}

export function showStop(terminal: Terminal, engine: DebugEngine, stop: StopEvent): void {
  const thread = engine.threads().find(({ id }) => id === stop.threadId);
  const [frame] = engine.stack(stop.threadId);
  const where = frame === undefined ? '' : ` at ${hex(frame.pc)} ${frame.name} ${place(frame)}`;
  terminal.write(
    `${paint(terminal, 'green', '●')} ${paint(terminal, 'bold', stop.description)}${where}` +
      paint(terminal, 'dim', `  [${thread?.name ?? 'CPU'}, instruction ${grouped(stop.instructionCount)}]`) +
      '\n',
  );
}

export function showStack(terminal: Terminal, frames: readonly Frame[]): void {
  const rows = frames.map((frame, index) => {
    if (frame.kind === 'label') return ['', paint(terminal, 'cyan', `── ${frame.name} ──`)];
    return [
      paint(terminal, 'dim', `#${index}`),
      `${hex(frame.pc)}  ${paint(terminal, 'bold', frame.name)}`,
      paint(terminal, 'dim', frame.kind),
      place(frame),
    ];
  });
  terminal.write(rows.length === 0 ? '  no frames\n' : table(rows));
}

/** The values of a scope in rows of `perRow`. */
export function showValues(terminal: Terminal, values: readonly Value[], perRow = 4): void {
  const rows: string[][] = [];
  values.forEach((value, index) => {
    if (index % perRow === 0) rows.push([]);
    // A value that is not there comes as a sentence in angle brackets; "print" shows it whole.
    const text = /^<.*>$/.test(value.text) ? paint(terminal, 'dim', '?') : value.text;
    rows[rows.length - 1]?.push(`${paint(terminal, 'cyan', value.name)} ${text}`);
  });
  terminal.write(table(rows));
}

/** Devices, or the registers of one with their bit fields below them; what a device keeps inside is for "print". */
export function showDevices(terminal: Terminal, device: Value | undefined, values: readonly Value[]): void {
  if (device !== undefined) terminal.write(`  ${device.text}  ${paint(terminal, 'dim', device.type ?? '')}\n`);
  const row = (value: Value, indent: string): string[] => [
    indent + paint(terminal, 'cyan', value.name),
    value.text,
    paint(terminal, 'dim', value.type ?? ''),
  ];
  const below = (value: Value): readonly Value[] =>
    device === undefined || value.name === 'state' ? [] : (value.children?.() ?? []).slice(0, MOST_BELOW);
  terminal.write(table(values.flatMap((value) => [row(value, ''), ...below(value).map((each) => row(each, '  '))])));
}

/** Elements of a register array in a terminal; "print $device.ARRAY[40]" shows any other. */
const MOST_BELOW = 32;

export function scopeNamed(engine: DebugEngine, frame: Frame, name: Scope['name']): readonly Value[] {
  const scope = engine.scopes(frame).find((candidate) => candidate.name === name);
  return scope?.values() ?? [];
}

/** The frame whose registers stand for a thread: its topmost one that is not a border. */
export function topFrame(engine: DebugEngine, threadId: number): Frame | undefined {
  return engine.stack(threadId).find(({ kind }) => kind !== 'label');
}

export function showThreadState(terminal: Terminal, engine: DebugEngine, threadId: number): void {
  const frames = engine.stack(threadId);
  const top = topFrame(engine, threadId);
  const guest = frames.find(({ kind }) => kind === 'guestKernel' || kind === 'guestUser') ?? top;
  const name = engine.threads().find(({ id }) => id === threadId)?.name ?? 'CPU';
  heading(terminal, 'Call stack');
  showStack(terminal, frames);
  if (guest !== undefined) {
    heading(terminal, `Registers of ${name}`);
    showValues(terminal, scopeNamed(engine, guest, 'Registers'));
    heading(terminal, `Virtual registers of ${name}`);
    showValues(terminal, scopeNamed(engine, guest, 'Virtual registers'), 2);
  }
}

export function showDomains(terminal: Terminal, engine: DebugEngine): void {
  const rows = engine.threads().map((thread) => {
    const top = topFrame(engine, thread.id);
    return [
      paint(terminal, thread.running ? 'green' : 'dim', thread.running ? '▶' : '·'),
      String(thread.id),
      paint(terminal, 'bold', thread.name),
      thread.state,
      top === undefined ? '' : `${hex(top.pc)} ${top.name}`,
    ];
  });
  terminal.write(table([['', 'thread', 'name', 'state', 'at'].map((cell) => paint(terminal, 'dim', cell)), ...rows]));
}

/** One letter a permission, so that sixteen fit a line; a difference from Table 1 gets an exclamation mark. */
const letters = { 'no access': '-', client: 'c', reserved: '?', manager: 'M' } as const;

function dacrRow(terminal: Terminal, column: PermissionColumn): string[] {
  const cells = column.fields.map((field) => {
    const letter = letters[field.value] + (field.differs ? '!' : '');
    return field.differs ? paint(terminal, 'red', letter) : letter;
  });
  const live = column.live ? paint(terminal, 'green', '▶') : ' ';
  return [live, column.title, column.dacr, ...cells];
}

/** The DACR as a table: a row for each thing that runs, a column for each MMU domain. */
export function showDacr(terminal: Terminal, body: PermissionsBody): void {
  if (body.unavailable !== undefined) {
    terminal.write(`  ${body.unavailable}\n`);
    return;
  }
  const head = ['', 'runs', 'DACR', ...body.mmuDomains.map(({ number }) => `D${number}`)];
  terminal.write(table([head, ...body.columns.map((column) => dacrRow(terminal, column))]));
  const names = body.mmuDomains.filter(({ name }) => name !== '').map(({ number, name }) => `D${number} ${name}`);
  terminal.write(
    paint(terminal, 'dim', `  - no access, c client, M manager, ! differs from Table 1; ▶ live. ${names.join(', ')}\n`),
  );
}

export function showWalk(terminal: Terminal, body: PermissionsBody): void {
  if (body.walk === undefined) {
    terminal.write(`  ${body.unavailable ?? 'no walk for this address'}\n`);
    return;
  }
  for (const sentence of body.walk.sentences) terminal.write(`  ${sentence}\n`);
}

/** The last lines of each console. */
export function showConsoles(terminal: Terminal, consoles: ReadonlyMap<string, string>, lastLines = 6): void {
  for (const [name, text] of consoles) {
    const lines = text.trimEnd().split('\n');
    terminal.write(`  ${paint(terminal, 'magenta', name)}\n`);
    if (lines.length > lastLines)
      terminal.write(paint(terminal, 'dim', `    … ${lines.length - lastLines} lines before\n`));
    for (const line of lines.slice(-lastLines)) terminal.write(`    ${line.replace(/\r$/, '')}\n`);
  }
  if (consoles.size === 0) terminal.write('  nothing was printed yet\n');
}

/** Sixteen bytes a line, as hexadecimal and text. */
export function showMemory(terminal: Terminal, address: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; offset += 16) {
    const line = bytes.subarray(offset, offset + 16);
    const digits = Array.from(line, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = Array.from(line, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    terminal.write(`  ${paint(terminal, 'dim', hex(address + offset))}  ${digits.padEnd(47)}  ${text}\n`);
  }
}
