/**
 * A client of GDB's remote serial protocol, as much of it as comparing two CPUs needs: registers, memory, one breakpoint, continue.
 * For QEMU's stub on the loopback. (GDB manual, appendix E.)
 */
import net from 'node:net';

const checksum = (text: string): string =>
  ([...text].reduce((sum, character) => sum + character.charCodeAt(0), 0) & 0xff).toString(16).padStart(2, '0');

export class GdbRemote {
  private received = '';
  private wake: (() => void) | undefined;
  private failure: Error | undefined;

  private constructor(private readonly socket: net.Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
      this.wake?.();
    });
    const fail = (error?: Error): void => {
      this.failure = error ?? new Error('the stub has closed the connection');
      this.wake?.();
    };
    socket.on('error', fail);
    socket.on('close', () => fail());
  }

  static connect(port: number): Promise<GdbRemote> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(new GdbRemote(socket)));
      socket.once('error', reject);
    });
  }

  /** Sends a command and gives its answer, acknowledging it. */
  async command(text: string): Promise<string> {
    this.socket.write(`$${text}#${checksum(text)}`);
    for (;;) {
      const packet = /\$([^#]*)#[0-9a-f]{2}/.exec(this.received);
      if (packet) {
        this.received = this.received.slice(packet.index + packet[0].length);
        this.socket.write('+');
        return packet[1]!;
      }
      if (this.failure) throw this.failure;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private async expectOk(text: string): Promise<void> {
    const answer = await this.command(text);
    if (answer !== 'OK') throw new Error(`the stub answered "${answer}" to ${text.slice(0, 40)}`);
  }

  async readMemory(address: number, byteLength: number): Promise<Uint8Array> {
    return Uint8Array.from(
      Buffer.from(await this.command(`m${address.toString(16)},${byteLength.toString(16)}`), 'hex'),
    );
  }

  writeMemory(address: number, bytes: Uint8Array): Promise<void> {
    const data = Buffer.from(bytes).toString('hex');
    return this.expectOk(`M${address.toString(16)},${bytes.length.toString(16)}:${data}`);
  }

  /** The stub's own order: r0-r15, eight registers of 12 bytes and one of 4 (FPA, unused), CPSR. */
  async readRegisters(): Promise<{ general: number[]; cpsr: number }> {
    const bytes = Buffer.from(await this.command('g'), 'hex');
    const general = Array.from({ length: 16 }, (_, index) => bytes.readUInt32LE(index * 4));
    return { general, cpsr: bytes.readUInt32LE(bytes.length - 4) };
  }

  writeRegisters(general: readonly number[], cpsr: number): Promise<void> {
    const bytes = Buffer.alloc(16 * 4 + 8 * 12 + 4 + 4);
    general.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4));
    bytes.writeUInt32LE(cpsr >>> 0, bytes.length - 4);
    return this.expectOk(`G${bytes.toString('hex')}`);
  }

  setBreakpoint(address: number): Promise<void> {
    return this.expectOk(`Z0,${address.toString(16)},4`);
  }

  /** Runs until the stub says that it has stopped. */
  continue(): Promise<string> {
    return this.command('c');
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }
}
