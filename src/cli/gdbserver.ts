/**
 * `armvisor gdbserver`: GDB's remote protocol on a port of the loopback interface, or on standard input and output for GDB's
 * `target remote | ...`. One machine, one client after the other; the machine stays as a client leaves it.
 */
import type { Socket } from 'node:net';
import path from 'node:path';
import { NodeFileHost, installationRoot } from '../adapter/nodeHost';
import { namingAttributes } from '../adapter/fileHosts';
import { launch } from '../debugger/launch';
import type { DebugEngine, LaunchSettings } from '../debugger/types';
import { GdbServer, type GdbServerParts } from '../gdb/server';
import type { RemoteFile } from '../gdb/remoteFiles';
import { listenOnLoopback, readPort } from './loopback';
import { resolveOptions, type RunOptions } from './run/command';

/** A client that leaves is gone by then, however busy the computer is. */
const LEAVING_MS = 3000;

export interface GdbServerOptions extends RunOptions {
  readonly port: string;
  readonly stdio?: boolean;
  readonly oneCpu?: boolean;
}

type Shared = Pick<GdbServerParts, 'engine' | 'settings' | 'host' | 'files' | 'onDefect'>;

const onDefect: Shared['onDefect'] = (packet, error) => {
  const what = error instanceof Error ? error.message.split('\n')[0] : String(error);
  process.stderr.write(
    `armvisor: the packet ${packet.slice(0, 40)} failed (${what}): this is a defect, please report it.\n`,
  );
};

/** Resolves never: the server ends when a client kills what it debugs, or with its process. */
export async function gdbserver(file: string | undefined, options: GdbServerOptions): Promise<void> {
  const port = readPort(options.port);
  const resolved = await resolveOptions(file, options);
  const host = namingAttributes(new NodeFileHost(), resolved.fileAttributes);
  const settings = { ...resolved.settings, stopOnEntry: true, oneCpu: options.oneCpu === true };
  const engine = await launch(settings, host);
  engine.onMessage((text) => process.stderr.write(`armvisor: ${text}\n`));
  await engine.start();
  const shared = { engine, settings, host, files: filesOf(engine), onDefect };
  if (options.stdio) serveStdio(shared);
  else await listen(shared, port);
}

function filesOf(engine: DebugEngine): readonly RemoteFile[] {
  return engine.images.map(({ name }) => {
    const builtin = /^builtin:(.+)$/.exec(name)?.[1];
    return {
      name,
      path: builtin ? path.join(installationRoot(), 'firmware', 'images', `${builtin}.elf`) : path.resolve(name),
    };
  });
}

function serveStdio(shared: Shared): void {
  const server = new GdbServer({
    ...shared,
    send: (bytes) => process.stdout.write(bytes),
    ended: () => process.stdout.write('', () => process.exit()),
  });
  process.stdin.on('data', (bytes: Buffer) => server.receive(bytes));
  process.stdin.on('end', () => process.exit());
}

async function listen(shared: Shared, port: number): Promise<void> {
  let served: Promise<void> | undefined;
  const opened = await listenOnLoopback(port, (socket) => {
    socket.on('error', () => undefined);
    void (async () => {
      // Who comes back at once is there before it is known that he has gone.
      if (served) await Promise.race([served, new Promise((resolve) => setTimeout(resolve, LEAVING_MS))]);
      if (served) return void socket.end();
      if (socket.destroyed) return;
      served = new Promise((resolve) =>
        serveSocket(shared, socket, () => {
          served = undefined;
          resolve();
        }),
      );
    })();
  });
  process.stderr.write(`${greeting(shared.settings, opened)}\n`);
}

function greeting({ domains, oneCpu }: LaunchSettings, port: number): string {
  const processes = (oneCpu ? [] : domains).map(({ name }, id) => `${id + 2} is ${name}`);
  const who = processes.length === 0 ? '' : ` Inferior 1 is the hypervisor, ${processes.join(', ')}.`;
  return `Listening for GDB on 127.0.0.1:${port}: target extended-remote :${port}.${who}`;
}

function serveSocket(shared: Shared, socket: Socket, gone: () => void): void {
  const server = new GdbServer({
    ...shared,
    send: (bytes) => socket.write(bytes),
    ended: (how) => socket.end(() => how === 'killed' && process.exit()),
  });
  socket.setNoDelay(true);
  socket.on('data', (bytes) => server.receive(bytes));
  socket.on('close', () => void server.close().then(gone));
}
