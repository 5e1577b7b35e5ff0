/** `armvisor gdbserver` with the real client: Debian's gdb-multiarch debugs hypervisor and domains as inferiors of one session. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { cliArguments } from '../support/dapClient';
import { repository } from '../support/goldenText';
import { needs } from '../image/support/tools';

interface Server {
  readonly port: number;
  readonly process: ChildProcess;
}

/** Listens on a free port; a launch configuration of its own. */
async function serve(folder: string, configuration: object): Promise<Server> {
  const file = path.join(folder, 'launch.json');
  const one = { type: 'armvisor', request: 'launch', name: 'gdb', ...configuration };
  writeFileSync(file, JSON.stringify({ configurations: [one] }));
  const server = spawn(process.execPath, [...cliArguments, 'gdbserver', file, '--port', '0'], { cwd: repository });
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    server.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const match = /127\.0\.0\.1:(\d+)/.exec(said);
      if (match) resolve(Number(match[1]));
    });
    server.on('exit', () => reject(new Error(said)));
  });
  return { port, process: server };
}

/** What GDB prints for each command, by command. */
function debug(port: number, commands: readonly string[]): ReadonlyMap<string, string> {
  const setup = ['set pagination off', 'set confirm off', 'set schedule-multiple on', 'set width 0'];
  const all = [...setup, `target extended-remote 127.0.0.1:${port}`, ...commands];
  const marked = all.flatMap((command, index) => [`echo \\n=== ${index}\\n`, command]);
  const { stdout, stderr } = spawnSync('gdb-multiarch', ['-nx', '-batch', ...marked.flatMap((each) => ['-ex', each])], {
    encoding: 'utf8',
    timeout: 90_000,
  });
  const parts = stdout.split(/^=== \d+$/m).slice(1 + setup.length + 1);
  assert.equal(parts.length, commands.length, `${stdout}\n${stderr}`);
  // A command that is given twice is asked about its last answer.
  const answers = commands.map((command, index) => [command, parts[index]!.trim()] as const);
  return new Map([...answers, ['consoles', stderr]]);
}

describe('gdbserver', function () {
  this.timeout(120_000);
  let folder: string;
  before(function () {
    needs(this, 'gdb-multiarch');
    folder = mkdtempSync(path.join(tmpdir(), 'armvisor-gdb-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('gives gdb the hypervisor and each domain as an inferior with symbols, registers, breakpoints and stacks of its own', async () => {
    const { port, process: server } = await serve(folder, {
      hypervisor: 'builtin:xen',
      domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:proc-os' }],
    });
    const said = debug(port, [
      ...['add-inferior', 'inferior 2', 'attach 2', 'add-inferior', 'inferior 3', 'attach 3', 'inferior 1'],
      ...['info inferiors', 'break do_console_io', 'continue', 'info threads', 'bt 1', 'monitor domains'],
      ...['inferior 2', 'bt', 'print/x $vpsr & 0x1f', 'print/x $dacr != 0'],
      ...['delete', 'inferior 3', 'break line_write', 'continue 1', 'bt 2', 'info breakpoints'],
      ...[
        'set $before = $pc',
        'stepi',
        'print (int)$pc - (int)$before',
        'reverse-stepi',
        'print/x $pc == $before',
        'set var $r5 = 0x1234',
      ],
      ...['print/x $r5', 'delete 2', 'inferior 2', 'watch tick_count', 'continue 2', 'monitor why', 'monitor nonsense'],
    ]);
    server.kill();
    assert.match(
      said.get('info inferiors')!,
      /process 1 .*xen\.elf[^]*process 2 .*mini-os\.elf[^]*process 3 .*proc-os\.elf/,
    );
    assert.match(said.get('continue')!, /hit Breakpoint 1, .*do_console_io \(cmd=0, count=\d+/);
    assert.match(said.get('consoles')!, /\(XEN\) Armvisor hypervisor[^]*\[Domain-0\] 1 thread/);
    assert.match(
      said.get('info threads')!,
      /1\.1 .*"hypervisor"[^]*2\.1 .*"Domain-0 \(running\)"[^]*3\.1 .*"Domain-1 \(\w+\)"/,
    );
    assert.match(said.get('consoles')!, /dom0 +Domain-0 +running/);
    assert.match(said.get('bt')!, /#0 +platform_console_write[^]*#1 .* printk [^]*#2 .* kernel_main \(\)/);
    assert.match(said.get('print/x $vpsr & 0x1f')!, /= 0x13$/);
    assert.match(said.get('print/x $dacr != 0')!, /= 0x1$/);
    assert.match(said.get('continue 1')!, /Domain-1 \(running\)" hit Breakpoint 2.*, line_write/);
    assert.match(said.get('bt 2')!, /#0 +line_write[^]*#1 .*tour_main/);
    assert.match(said.get('print (int)$pc - (int)$before')!, /= 4$/);
    assert.match(said.get('print/x $pc == $before')!, /= 0x1$/);
    assert.match(said.get('print/x $r5')!, /= 0x1234$/);
    assert.match(said.get('continue 2')!, /Hardware watchpoint 3: tick_count\s+Old value = \d+\s+New value = \d+/);
    assert.match(said.get('consoles')!, /There is no .*"nonsense"/);
  });

  it('debugs a kernel without a hypervisor as the one inferior', async () => {
    const { port, process: server } = await serve(folder, { kernel: 'builtin:mini-os-native' });
    const said = debug(port, ['break printk', 'continue', 'bt', 'finish', 'info inferiors', 'x/2i $pc', 'kill']);
    server.kill();
    assert.match(said.get('continue')!, /Breakpoint 1, printk/);
    assert.match(said.get('bt')!, /#0 +printk[^]*kernel_main/);
    assert.match(said.get('finish')!, /kernel_main/);
    assert.match(said.get('info inferiors')!, /mini-os-native\.elf/);
  });

  it('stops at reads and at accesses, and keeps the machine for the next client', async () => {
    const { port, process: server } = await serve(folder, { kernel: 'builtin:mini-os-native' });
    const said = debug(port, [
      ...[
        'break unit_task',
        'continue',
        'delete',
        'rwatch tick_count',
        'continue',
        'x/i $pc',
        'info watchpoints',
        'delete',
      ],
      ...[
        'awatch tick_count',
        'continue 2',
        'delete',
        'print/x $pc',
        'disconnect',
        `target extended-remote 127.0.0.1:${port}`,
      ],
      ...['print/x $pc ', 'detach', 'info inferiors'],
    ]);
    server.kill();
    assert.match(said.get('continue')!, /Hardware read watchpoint 2: tick_count\s+Value = \d+/);
    assert.match(said.get('continue 2')!, /Hardware access \(read\/write\) watchpoint 3: tick_count/);
    assert.equal(said.get('print/x $pc ')!.split('=')[1], said.get('print/x $pc')!.split('=')[1]);
  });

  it('is interrupted by Ctrl-C', async () => {
    const { port, process: server } = await serve(folder, {
      hypervisor: 'builtin:xen',
      domains: [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:proc-os' }],
    });
    const gdb = spawn('gdb-multiarch', ['-nx', '-q']);
    let said = '';
    const until = (text: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!text.test(said)) return;
          for (const output of [gdb.stdout, gdb.stderr]) output.off('data', look);
          resolve();
        };
        for (const output of [gdb.stdout, gdb.stderr]) output.on('data', look);
        look();
      });
    for (const output of [gdb.stdout, gdb.stderr]) output.on('data', (bytes: Buffer) => (said += bytes.toString()));
    gdb.stdin.write(`set confirm off\ntarget extended-remote 127.0.0.1:${port}\ncontinue\n`);
    // What a domain prints comes while gdb waits for the machine.
    await until(/\[Domain-0\]/);
    gdb.kill('SIGINT');
    await until(/received signal SIGINT/);
    gdb.stdin.write('print/x $cpsr & 0x1f\nkill\nquit\n');
    await new Promise((resolve) => gdb.once('exit', resolve));
    server.kill();
    assert.match(said, /\$1 = 0x1[0-9a-f]/);
  });

  it('is spoken to on standard input and output too', () => {
    const file = path.join(folder, 'stdio.json');
    const one = { type: 'armvisor', request: 'launch', name: 'gdb', kernel: 'builtin:mini-os-native' };
    writeFileSync(file, JSON.stringify({ configurations: [one] }));
    const server = [process.execPath, ...cliArguments, 'gdbserver', file, '--stdio'].join(' ');
    const commands = [`target remote | ${server}`, 'break printk', 'continue', 'bt', 'kill'];
    const { stdout, stderr } = spawnSync(
      'gdb-multiarch',
      ['-nx', '-batch', ...commands.flatMap((each) => ['-ex', each])],
      {
        encoding: 'utf8',
        cwd: repository,
        timeout: 60_000,
      },
    );
    assert.match(stdout, /Breakpoint 1, .*printk[^]*#0 .*printk[^]*kernel_main/, stderr);
  });
});
