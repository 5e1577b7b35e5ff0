/** Physical memory, devices and registers of a stopped QEMU machine through its gdbstub. Its time stands still. */
import { spawn, type ChildProcess } from 'node:child_process';
import net from 'node:net';
import { GdbRemote } from './gdbRemote';

export interface QemuMemory {
  /** A 32-bit read with its side effects; undefined where nothing answers. */
  read(address: number): Promise<number | undefined>;
  write(address: number, value: number): Promise<void>;
  /** Runs until the instruction at `address` is next. */
  runTo(address: number): Promise<{ readonly general: readonly number[]; readonly cpsr: number }>;
  close(): void;
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function connect(port: number, child: ChildProcess): Promise<GdbRemote> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`qemu-system-arm ended with ${child.exitCode}`);
    const remote = await GdbRemote.connect(port).catch(() => undefined);
    if (remote) return remote;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A machine that has not executed an instruction. `extra`: further options. */
export async function startQemu(machine: string, extra: readonly string[] = []): Promise<QemuMemory> {
  const port = await freePort();
  const options = ['-M', machine, '-nodefaults', '-display', 'none', '-audiodev', 'none,id=none', '-icount', 'shift=0'];
  const child = spawn('qemu-system-arm', [...options, ...extra, '-S', '-gdb', `tcp:127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  const remote = await connect(port, child);
  // Without it, the stub's writes go to memory only, not to devices.
  await remote.command('Qqemu.PhyMemMode:1');
  return {
    async read(address) {
      const bytes = await remote.readMemory(address, 4);
      return bytes.length < 4 ? undefined : Buffer.from(bytes).readUInt32LE(0);
    },
    async write(address, value) {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, value, true);
      await remote.writeMemory(address, bytes);
    },
    async runTo(address) {
      await remote.setBreakpoint(address);
      await remote.continue();
      return remote.readRegisters();
    },
    close() {
      remote.close();
      child.kill('SIGKILL');
    },
  };
}
