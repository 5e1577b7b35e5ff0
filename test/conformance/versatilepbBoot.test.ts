/**
 * What a raw kernel finds when it is entered on the versatilepb board, beside QEMU: registers, CPSR, the tagged list and the place
 * of the initial RAM disk, with several sizes of memory.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { versatilepb } from '../../src/machine/boards/versatilepb';
import { createMachine } from '../../src/machine/machine';
import { startQemu } from './qemuMemory';

const KERNEL_ADDRESS = 0x10000;
const TAGS = 0x100;
const TAG_WORDS = 40;
/** `b .`, enough of it that QEMU takes the file for a kernel. */
const kernel = Buffer.alloc(256);
for (let offset = 0; offset < kernel.length; offset += 4) kernel.writeUInt32LE(0xeafffffe, offset);
const initrd = Buffer.from('not really a file system, but as good as any: 0123456789\n');
const commandLine = 'console=ttyAMA0 root=/dev/ram panic=1';

/** Words of the tagged list as text, which shows where two lists part. */
async function tagWords(read: (address: number) => Promise<number>): Promise<string[]> {
  const words: string[] = [];
  for (let index = 0; index < TAG_WORDS; index++) words.push((await read(TAGS + index * 4)).toString(16));
  return words;
}

describe('The boot protocol of the versatilepb board beside QEMU', function () {
  this.timeout(60_000);
  let folder: string;
  before(function () {
    const missing = spawnSync('qemu-system-arm', ['--version']).error !== undefined;
    if (missing && !process.env['CI']) this.skip();
    assert.ok(!missing, 'qemu-system-arm is needed: apt-get install qemu-system-arm');
    folder = mkdtempSync(path.join(tmpdir(), 'armvisor-boot-'));
    writeFileSync(path.join(folder, 'kernel'), kernel);
    writeFileSync(path.join(folder, 'initrd'), initrd);
  });
  after(() => folder && rmSync(folder, { recursive: true, force: true }));

  for (const megabytes of [32, 128, 256]) {
    it(`enters a kernel with the same registers and tags in ${megabytes} MB`, async () => {
      const machine = createMachine({ board: versatilepb, ramBytes: megabytes << 20 });
      machine.writePhysical(KERNEL_ADDRESS, kernel);
      machine.boot({ entry: KERNEL_ADDRESS, initrd, commandLine });
      const ourWord = (address: number): Promise<number> =>
        Promise.resolve(Buffer.from(machine.readPhysical(address, 4)!).readUInt32LE(0));

      const files = ['-kernel', path.join(folder, 'kernel'), '-initrd', path.join(folder, 'initrd')];
      const qemu = await startQemu('versatilepb', ['-m', `${megabytes}M`, ...files, '-append', commandLine]);
      try {
        const theirs = await qemu.runTo(KERNEL_ADDRESS);
        const ours = Array.from({ length: 16 }, (_, index) => machine.cpu.getRegister(index));
        assert.deepEqual(ours, theirs.general);
        assert.equal(machine.cpu.getCpsr() & 0xff, theirs.cpsr & 0xff);
        const theirWords = await tagWords(async (address) => (await qemu.read(address))!);
        assert.deepEqual(await tagWords(ourWord), theirWords);
        const initrdAddress = Number.parseInt(theirWords[theirWords.indexOf('54420005') + 1]!, 16);
        assert.deepEqual(machine.readPhysical(initrdAddress, initrd.length), Uint8Array.from(initrd));
      } finally {
        qemu.close();
      }
    });
  }

  it('refuses a disk or a command line that has no room, with a sentence', () => {
    const machine = createMachine({ board: versatilepb, ramBytes: 1 << 20 });
    const boot = (request: { initrd?: Uint8Array; commandLine?: string }) => () =>
      machine.boot({ entry: KERNEL_ADDRESS, ...request });
    assert.throws(boot({ initrd: new Uint8Array(600_000) }), /initrd \(600000 bytes at 0x80000\) does not fit/);
    assert.throws(
      boot({ commandLine: 'x'.repeat(20_000) }),
      /boot parameters take 20\d+ bytes.*Shorten the command line/,
    );
  });
});
