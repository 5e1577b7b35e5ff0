/** The two CPUs of a comparison behind one face: QEMU's ARM926 through its stub, and ours. Both with RAM at 0 and the MMU off. */
import { spawn, type ChildProcess } from 'node:child_process';
import net from 'node:net';
import { boardNamed } from '../../src/machine/boards';
import { createMachine, type MachineOptions } from '../../src/machine/machine';
import type { MachineFace } from '../../src/machine/types';
import { GdbRemote } from './gdbRemote';

/** Registers r0-r14 and CPSR before, and code that ends at `end`. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly writes: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  readonly registers: readonly number[];
  readonly cpsr: number;
  /** What to read afterwards. */
  readonly result: { readonly address: number; readonly byteLength: number };
}

export interface Outcome {
  readonly registers: readonly number[];
  readonly cpsr: number;
  readonly memory: string;
}

export interface Driver {
  run(run: Run): Promise<Outcome>;
  close(): void;
}

/** SVC mode, interrupts masked. */
export const SVC = 0xd3;

export class OurDriver implements Driver {
  private readonly machine: MachineFace;

  constructor(options: Omit<MachineOptions, 'board'> = {}) {
    const board = boardNamed('goldfish');
    if ('error' in board) throw new Error(board.error);
    this.machine = createMachine({ ramBytes: 4 << 20, ...options, board });
    this.machine.boot({ entry: 0x10000 });
  }

  run({ start, end, writes, registers, cpsr, result }: Run): Promise<Outcome> {
    const { cpu } = this.machine;
    for (const { address, bytes } of writes) this.machine.writePhysical(address, bytes);
    cpu.setCpsr(cpsr);
    registers.forEach((value, index) => cpu.setRegister(index, value));
    cpu.setRegister(15, start);
    this.machine.setBreakpoints([end]);
    const stop = this.machine.run(1_000_000);
    if (stop.kind !== 'breakpoint')
      throw new Error(`ours did not reach the end: ${JSON.stringify(stop)}, pc ${cpu.getRegister(15)}`);
    const bytes = this.machine.readPhysical(result.address, result.byteLength);
    return Promise.resolve({
      registers: Array.from({ length: 15 }, (_, index) => cpu.getRegister(index)),
      cpsr: cpu.getCpsr(),
      memory: Buffer.from(bytes ?? []).toString('hex'),
    });
  }

  close(): void {}
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

export class QemuDriver implements Driver {
  private end = -1;

  private constructor(
    private readonly child: ChildProcess,
    private readonly remote: GdbRemote,
  ) {}

  /** `extra`: further options, such as `-icount`. */
  static async start(extra: readonly string[] = []): Promise<QemuDriver> {
    const port = await freePort();
    const options = ['-M', 'versatilepb', '-cpu', 'arm926', '-display', 'none', '-serial', 'null', '-monitor', 'none'];
    const child = spawn('qemu-system-arm', [...options, ...extra, '-S', '-gdb', `tcp:127.0.0.1:${port}`], {
      stdio: 'ignore',
    });
    return new QemuDriver(child, await connect(port, child));
  }

  async run(run: Run): Promise<Outcome> {
    return (await this.timed(run)).outcome;
  }

  /** As `run`, with the seconds that the code itself took (and one round trip). */
  async timed({ start, end, writes, registers, cpsr, result }: Run): Promise<{ outcome: Outcome; continued: number }> {
    for (const { address, bytes } of writes) await this.writeMemory(address, bytes);
    if (this.end !== end) await this.remote.setBreakpoint((this.end = end));
    await this.remote.writeRegisters([...registers, start], cpsr);
    const since = process.hrtime.bigint();
    await this.remote.continue();
    const continued = Number(process.hrtime.bigint() - since) / 1e9;
    const after = await this.remote.readRegisters();
    if (after.general[15] !== end)
      throw new Error(`QEMU stopped at 0x${after.general[15]!.toString(16)}, not at the end`);
    const memory = await this.remote.readMemory(result.address, result.byteLength);
    const registersAfter = after.general.slice(0, 15);
    return {
      outcome: { registers: registersAfter, cpsr: after.cpsr, memory: Buffer.from(memory).toString('hex') },
      continued,
    };
  }

  /** In pieces that fit the stub's packet buffer of 4 KB. */
  private async writeMemory(address: number, bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += 1024) {
      await this.remote.writeMemory(address + offset, bytes.subarray(offset, offset + 1024));
    }
  }

  close(): void {
    this.remote.close();
    this.child.kill('SIGKILL');
  }
}
