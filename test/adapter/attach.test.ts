/** `"request": "attach"` with real stubs: QEMU, and our own gdbserver as one that knows nothing of domains. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, it } from 'mocha';
import { needs } from '../image/support/tools';
import { cliArguments, DapClient } from '../support/dapClient';
import { repository } from '../support/goldenText';
import { emptySnapshotDisk } from '../support/qemuRecording';

const domains = [{ kernel: 'builtin:mini-os' }, { kernel: 'builtin:mini-os' }, { kernel: 'builtin:proc-os' }];
const XEN = path.join(repository, 'firmware/images/xen.elf');

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

describe('attaching to a stub', function () {
  this.timeout(60_000);
  const processes: ChildProcess[] = [];
  const clients: DapClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    for (const each of processes.splice(0)) each.kill('SIGKILL');
  });

  function startQemu(options: readonly string[]): ChildProcess {
    const board = ['-M', 'versatilepb', '-m', '128', '-display', 'none', '-monitor', 'none', '-kernel', XEN];
    const started = spawn('qemu-system-arm', [...board, ...options], {
      env: { ...process.env, QEMU_AUDIO_DRV: 'none' },
      stdio: 'ignore',
    });
    processes.push(started);
    return started;
  }

  async function qemu(
    options: readonly string[] = [],
  ): Promise<{ readonly port: number; readonly process: ChildProcess }> {
    const port = await freePort();
    const stub = ['-S', '-gdb', `tcp:127.0.0.1:${port}`, '-serial', 'null'];
    return { port, process: startQemu([...stub, ...options]) };
  }

  /** Our own machine, shown as one CPU. */
  async function oneCpu(): Promise<{ readonly folder: string; readonly port: number }> {
    const folder = mkdtempSync(path.join(tmpdir(), 'armvisor-attach-'));
    const file = path.join(folder, 'launch.json');
    const configuration = { type: 'armvisor', request: 'launch', name: 'stub', hypervisor: 'builtin:xen', domains };
    writeFileSync(file, JSON.stringify({ configurations: [configuration] }));
    const server = spawn(process.execPath, [...cliArguments, 'gdbserver', file, '--port', '0', '--one-cpu'], {
      cwd: repository,
    });
    processes.push(server);
    const port = await new Promise<number>((resolve) =>
      server.stderr.on('data', (bytes: Buffer) => {
        const match = /127\.0\.0\.1:(\d+)/.exec(bytes.toString());
        if (match) resolve(Number(match[1]));
      }),
    );
    return { folder, port };
  }

  async function client(): Promise<DapClient> {
    const opened = new DapClient();
    clients.push(opened);
    await opened.body('initialize', { adapterID: 'armvisor' });
    return opened;
  }

  /** QEMU needs a moment until it listens. */
  async function attach(to: DapClient, args: object): Promise<void> {
    for (let tries = 0; ; tries++) {
      const { success, message = '' } = await to.send('attach', args);
      if (success) return;
      if (tries === 40 || !message.includes('nothing listens')) throw new Error(message);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  const frames = async (of: DapClient, threadId: number): Promise<readonly string[]> => {
    const body = await of.body<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId });
    return body.stackFrames.map(({ name, line }) => `${name}:${line}`);
  };
  const value = async (of: DapClient, expression: string, frameId?: number): Promise<string> =>
    (await of.body<{ result: string }>('evaluate', { expression, frameId })).result;

  type Shown = readonly { readonly name: string; readonly value: string; readonly variablesReference: number }[];
  /** The banks of all modes, register by register. */
  const banked = async (of: DapClient, threadId?: number): Promise<readonly string[]> => {
    const { stackFrames } = await of.body<DebugProtocol.StackTraceResponse['body']>('stackTrace', { threadId });
    const { scopes } = await of.body<DebugProtocol.ScopesResponse['body']>('scopes', { frameId: stackFrames[0]!.id });
    const { variablesReference } = scopes.find(({ name }) => name.startsWith('Banked'))!;
    const children = async (reference: number): Promise<Shown> =>
      (await of.body<{ variables: Shown }>('variables', { variablesReference: reference })).variables;
    const texts: string[] = [];
    for (const bank of await children(variablesReference)) {
      texts.push(`${bank.name} ${bank.value}`);
      if (bank.variablesReference === 0) continue;
      for (const { name, value: text } of await children(bank.variablesReference)) texts.push(`${name} ${text}`);
    }
    return texts;
  };

  it('debugs the hypervisor in QEMU with its symbols, registers, page tables, breakpoints and steps, and leaves it running', async function () {
    needs(this, 'qemu-system-arm');
    const { port, process: machine } = await qemu();
    const dap = await client();
    await attach(dap, { target: `127.0.0.1:${port}`, machine: 'versatilepb', hypervisor: 'builtin:xen', domains });
    await dap.body('setFunctionBreakpoints', { breakpoints: [{ name: 'vsnprintf' }] });
    const entry = await dap.until('configurationDone');
    assert.equal(entry.description, 'Attached: the machine stands here');
    assert.deepEqual(await frames(dap, 1), ['_start:25']);
    const stop = await dap.until('continue', { threadId: 1 });
    assert.deepEqual([stop.reason, stop.hitBreakpointIds], ['function breakpoint', [1]]);
    assert.deepEqual(await frames(dap, 1), ['vsnprintf:103', 'printk:30', 'start_xen:166']);
    assert.match(await value(dap, 'format'), /"\(XEN\) Armvisor hypervisor/);
    assert.match(await value(dap, '$control'), /0x0009107f/i);
    assert.match((await banked(dap, 1)).join(), /^banked <not told by the GDB stub at 127\.0\.0\.1:\d+>$/);
    assert.match(await value(dap, 'idle_vcpu.vcpu_flags'), /^8/);
    const walk = await dap.body<{ result: string }>('evaluate', { expression: 'walk 0xff000000', context: 'repl' });
    assert.match(walk.result, /L1\[0xFF0\].*a section \(1 MB\)/);
    await dap.until('next', { threadId: 1 });
    assert.deepEqual((await frames(dap, 1))[0], 'vsnprintf:104');
    await dap.body('setFunctionBreakpoints', { breakpoints: [] });
    const info = await dap.body<{ dataId: string }>('dataBreakpointInfo', { name: 'output_buffer[0]' });
    await dap.body('setDataBreakpoints', { breakpoints: [{ dataId: info.dataId, accessType: 'write' }] });
    const written = await dap.until('continue', { threadId: 1 });
    assert.equal(written.reason, 'data breakpoint');
    assert.match(written.text ?? '', /Written by the instruction at/);
    await dap.body('setDataBreakpoints', { breakpoints: [] });
    for (let depth = (await frames(dap, 1)).length; depth > 2; depth--) await dap.until('stepOut', { threadId: 1 });
    assert.match((await frames(dap, 1))[0]!, /^printk:/);
    await dap.body('continue', { threadId: 1 });
    assert.equal((await dap.until('pause', { threadId: 1 })).reason, 'pause');
    assert.match((await frames(dap, 1)).at(-1)!, /^start_xen:/);
    await dap.body('disconnect');
    // Nobody has left anything in it that would stop it.
    const again = await client();
    const same = { target: `127.0.0.1:${port}`, machine: 'versatilepb', hypervisor: 'builtin:xen', domains };
    await attach(again, same);
    assert.equal((await again.until('configurationDone')).reason, 'entry');
    assert.match((await frames(again, 1)).at(-1)!, /^start_xen:/);
    const pc = await value(again, '$pc');
    await again.body('disconnect', { suspendDebuggee: true });
    const third = await client();
    await attach(third, same);
    assert.equal(await value(third, '$pc'), pc);
    const ended = new Promise((resolve) => machine.once('exit', resolve));
    await third.body('disconnect', { terminateDebuggee: true });
    await ended;
  });

  it('goes back in a machine that the stub records, to the stops of the one that is launched', async () => {
    const { folder, port } = await oneCpu();
    const back = async (command: 'launch' | 'attach', where: object): Promise<readonly unknown[]> => {
      const dap = await client();
      const told = dap.nextEvent(command === 'attach' ? 'capabilities' : 'initialized');
      await dap.body(command, { hypervisor: 'builtin:xen', domains, stopOnEntry: true, ...where });
      const { body } = (await told) as DebugProtocol.CapabilitiesEvent;
      if (command === 'attach') assert.equal(body.capabilities.supportsStepBack, true);
      await dap.body('setFunctionBreakpoints', { breakpoints: [{ name: 'do_console_io' }] });
      await dap.until('configurationDone');
      let { threadId = 0 } = await dap.until('continue', { threadId: 1 });
      for (let count = 0; count < 3; count++) ({ threadId = 0 } = await dap.until('continue', { threadId }));
      await dap.body('setFunctionBreakpoints', { breakpoints: [{ name: 'line_write' }, { name: 'printk' }] });
      ({ threadId = 0 } = await dap.until('continue', { threadId }));
      const seen: unknown[] = [];
      const look = async (reason: string): Promise<void> =>
        void seen.push([reason, await value(dap, '$pc'), await value(dap, '$sp'), await frames(dap, threadId)]);
      await look('there');
      for (const granularity of ['line', 'line', 'instruction', 'instruction', 'line', 'line', 'line', 'instruction']) {
        const { reason } = await dap.until('stepBack', { threadId, granularity });
        await look(`${granularity} ${reason}`);
      }
      await dap.body('setFunctionBreakpoints', { breakpoints: [{ name: 'do_console_io' }] });
      for (let count = 0; count < 2; count++) {
        const { reason, ...stop } = await dap.until('reverseContinue', { threadId });
        ({ threadId = 0 } = stop);
        await look(`back ${reason}`);
      }
      await dap.body('setFunctionBreakpoints', { breakpoints: [] });
      const start = await dap.until('reverseContinue', { threadId });
      seen.push([start.reason, start.description, await value(dap, '$pc')]);
      return seen;
    };
    const launched = await back('launch', {});
    assert.equal(new Set(launched.map((seen) => JSON.stringify(seen))).size, launched.length, 'it moves each time');
    assert.deepEqual(await back('attach', { target: `127.0.0.1:${port}`, machine: 'goldfish' }), launched);
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes back in QEMU that replays a recording', async function () {
    needs(this, 'qemu-system-arm');
    const folder = mkdtempSync(path.join(tmpdir(), 'armvisor-replay-'));
    const [disk, log] = [path.join(folder, 'snapshots.qcow2'), path.join(folder, 'recording')];
    writeFileSync(disk, emptySnapshotDisk());
    const replayable = (mode: 'record' | 'replay'): readonly string[] => [
      ...['-icount', `shift=7,rr=${mode},rrfile=${log},rrsnapshot=start`, '-net', 'none'],
      ...['-drive', `file=${disk},if=none,id=snapshots`],
    ];
    const said = path.join(folder, 'said');
    const recorder = startQemu([...replayable('record'), '-serial', `file:${said}`]);
    const recorded = new Promise((resolve) => recorder.once('exit', resolve));
    for (let tries = 0; tries < 200 && !(existsSync(said) && readFileSync(said).length > 100); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    recorder.kill('SIGTERM');
    await recorded;
    const { port } = await qemu(replayable('replay'));
    const dap = await client();
    await attach(dap, { target: `127.0.0.1:${port}`, machine: 'versatilepb', hypervisor: 'builtin:xen', domains });
    await dap.until('configurationDone');
    const start = await value(dap, '$pc');
    await dap.body('setFunctionBreakpoints', { breakpoints: [{ name: 'vsnprintf' }] });
    const look = async (): Promise<unknown> => [
      await frames(dap, 1),
      await value(dap, '$pc'),
      await value(dap, 'format'),
    ];
    const stops: unknown[] = [];
    for (let count = 0; count < 3; count++) {
      await dap.until('continue', { threadId: 1 });
      stops.push(await look());
    }
    for (const stop of stops.slice(0, 2).reverse()) {
      const { reason } = await dap.until('reverseContinue', { threadId: 1 });
      assert.deepEqual([reason, await look()], ['function breakpoint', stop]);
    }
    // At its first line: the line before is the one that called, and there is its first instruction.
    await dap.until('stepBack', { threadId: 1 });
    assert.deepEqual((await frames(dap, 1))[0], 'printk:30');
    await dap.until('next', { threadId: 1 });
    assert.deepEqual(await look(), stops[0]);
    await dap.until('stepBack', { threadId: 1, granularity: 'instruction' });
    await dap.until('stepIn', { threadId: 1, granularity: 'instruction' });
    assert.deepEqual(await look(), stops[0]);
    const end = await dap.until('reverseContinue', { threadId: 1 });
    assert.deepEqual([end.description, await value(dap, '$pc')], ['Beginning of the history', start]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('says what QEMU cannot do, and goes on', async function () {
    needs(this, 'qemu-system-arm');
    const { port, process: machine } = await qemu();
    const dap = await client();
    await attach(dap, { target: `127.0.0.1:${port}`, machine: 'versatilepb', symbols: XEN });
    await dap.until('configurationDone');
    const { frameId } = { frameId: undefined };
    const refused = async (command: string, args: object): Promise<string> =>
      (await dap.send(command, args)).message ?? '';
    const physical = await dap.body<DebugProtocol.SetDataBreakpointsResponse['body']>('setDataBreakpoints', {
      breakpoints: [{ dataId: 'memory pa:0x00100000/4 x', accessType: 'write' }],
    });
    assert.match(physical.breakpoints[0]!.message ?? '', /watches virtual addresses only/);
    assert.match(await refused('restart', {}), /cannot be set back: restart it there, and attach again/);
    const past = await refused('evaluate', { expression: 'checkpoint one', context: 'repl', frameId });
    assert.match(past, /has no past: only machines that Armvisor executes can go back/);
    const failed = dap.nextEvent('stopped');
    await dap.body('stepBack', { threadId: 1 });
    await failed;
    await dap.body('continue', { threadId: 1 });
    const ended = dap.nextEvent('terminated');
    machine.kill('SIGKILL');
    await ended;
  });

  it('finds the domains of a machine that is shown as one CPU, with the same stacks as where it is launched', async () => {
    const { folder, port } = await oneCpu();
    const seen = async (command: 'launch' | 'attach', where: object): Promise<unknown> => {
      const dap = await client();
      await dap.body(command, { hypervisor: 'builtin:xen', domains, stopOnEntry: true, ...where });
      await dap.body('setFunctionBreakpoints', {
        breakpoints: [{ name: 'do_console_io', condition: '$r7 == 18 || 1' }, { name: 'line_write' }],
      });
      await dap.until('configurationDone');
      const stops: unknown[] = [];
      for (let count = 0; count < 6; count++) {
        const { reason, threadId } = await dap.until('continue', { threadId: 1 });
        const { threads } = await dap.body<DebugProtocol.ThreadsResponse['body']>('threads');
        const stacks = await threads.reduce(
          async (before, { id, name }) => [...(await before), [name, await frames(dap, id)]],
          Promise.resolve<unknown[]>([]),
        );
        stops.push({
          reason,
          threadId,
          stacks,
          vsp: await value(dap, '$dom0.vksp'),
          banked: await banked(dap, threadId),
        });
      }
      return stops;
    };
    const launched = await seen('launch', {});
    assert.deepEqual(await seen('attach', { target: `127.0.0.1:${port}`, machine: 'goldfish' }), launched);
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells each mistake in one sentence', async () => {
    const dap = await client();
    const says = async (args: object): Promise<string> => (await dap.send('attach', args)).message ?? '';
    const port = await freePort();
    const kernel = 'builtin:xen';
    assert.match(
      await says({ target: 'localhost' }),
      /"target" in the launch configuration is "localhost": it must be a computer and a port/,
    );
    assert.match(
      await says({ target: 'localhost:99999', kernel }),
      /it must be a computer and a port, like "localhost:1234"/,
    );
    assert.match(await says({ target: `127.0.0.1:${port}` }), /does not say what runs there: add "kernel"/);
    assert.match(
      await says({ target: `127.0.0.1:${port}`, kernel }),
      /nothing listens there: start QEMU with "-gdb tcp::1234"/,
    );
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const other = await listening(web);
    assert.match(await says({ target: `127.0.0.1:${other}`, kernel }), /does not speak GDB's remote protocol/);
    web.close();
  });
});
