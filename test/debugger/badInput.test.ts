import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { launch } from '../../src/debugger/launch';
import { UserError, type LaunchSettings } from '../../src/debugger/types';
import { domain, fileHost, root, session, settings } from './support/session';

const folder = mkdtempSync(join(tmpdir(), 'armvisor-'));

/** A file made from a committed image. */
function changed(name: string, image: string, change: (bytes: Uint8Array) => Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, change(new Uint8Array(readFileSync(`${root}/firmware/images/${image}.elf`))));
  return path;
}

async function sentence(changes: Partial<LaunchSettings>): Promise<string> {
  let message = '';
  await assert.rejects(launch(settings(changes), fileHost), (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    message = error.message;
    return true;
  });
  assert.ok(!message.includes('\n'), 'one sentence');
  return message;
}

describe('A launch that cannot work says what, where and the remedy', () => {
  it('for a missing file', async () => {
    assert.match(await sentence({ domains: [domain('d', '/no/such.elf')] }), /\/no\/such\.elf/);
  });

  it('for an ELF of another machine', async () => {
    const path = changed('x86.elf', 'mini-os', (bytes) => {
      bytes[18] = 3;
      return bytes;
    });
    assert.match(await sentence({ domains: [domain('d', path)] }), /x86\.elf: .*ARM/);
  });

  it('for a truncated ELF, wherever it ends', async () => {
    for (const part of [0, 10, 60, 500, 5000]) {
      const path = changed(`cut${part}.elf`, 'mini-os', (bytes) => bytes.slice(0, part));
      assert.match(await sentence({ domains: [domain('d', path)] }), new RegExp(`cut${part}\\.elf`));
    }
  });

  it('for a domain that the memory is not enough for', async () => {
    const domains = [domain('first', 'builtin:mini-os', 64), domain('second', 'builtin:mini-os', 64)];
    assert.match(
      await sentence({ domains }),
      /not enough memory for second: it needs 64 MB, and [\d.]+ MB of the machine's 96 MB are left/,
    );
  });

  it('for preloads over each other or over the hypervisor', async () => {
    const file = changed('data.bin', 'mini-os', (bytes) => bytes);
    assert.match(await sentence({ load: [{ file, address: 0x10000 }] }), /overlap in physical memory/);
    assert.match(await sentence({ load: [{ file, address: 0x100 }] }), /boot parameters/);
    assert.match(await sentence({ load: [{ file, address: 0x7000_0000 }] }), /outside of the machine's RAM/);
  });

  it('for an unknown machine, and for nothing to run', async () => {
    assert.match(await sentence({ machine: 'toaster' }), /no board "toaster".*goldfish/);
    assert.match(await sentence({ hypervisor: undefined }), /Nothing to run/);
  });

  it('for a domain that "stopOnEntry" does not name', async () => {
    const engine = await launch(settings({ stopOnEntry: 'guest9' }), fileHost);
    await assert.rejects(engine.start(), /there is no domain "guest9".*"guest1"/);
    assert.equal(engine.running, false);
  });
});

describe('A session goes on', () => {
  it('without symbols, saying what is missing', async () => {
    // No section is a symbol table any more.
    const kernel = changed('stripped.elf', 'mini-os', (bytes) => {
      const view = new DataView(bytes.buffer);
      const [headers, size, count] = [view.getUint32(32, true), view.getUint16(46, true), view.getUint16(48, true)];
      for (let index = 0; index < count; index++) {
        const type = headers + index * size + 4;
        if (view.getUint32(type, true) === 2) view.setUint32(type, 0, true);
      }
      return bytes;
    });
    const engine = await session({ domains: [domain('Domain-0', kernel)] });
    const image = engine.images.find(({ name }) => name === kernel)!;
    assert.ok(image.limitations.length > 0);
    assert.match(image.limitations.join(' '), /symtab|symbol/);
    const stop = await engine.resume({ untilInstruction: 1_500_000 });
    assert.equal(stop.reason, 'count');
    assert.ok(engine.stack(stop.threadId).length >= 1);
  });

  it('to the entry of a named domain', async () => {
    const engine = await launch(settings({ stopOnEntry: 'guest1' }), fileHost);
    const stop = await engine.start();
    assert.equal(stop.reason, 'entry');
    assert.equal(engine.threads().find(({ id }) => id === stop.threadId)!.name, 'guest1');
    assert.equal(engine.stack(stop.threadId)[0]!.name, '_start');
  });

  it('natively, with one thread', async () => {
    const engine = await session({ hypervisor: undefined, domains: [], kernel: 'builtin:mini-os-native' });
    assert.deepEqual(
      engine.threads().map(({ name }) => name),
      ['CPU'],
    );
    engine.setFunctionBreakpoints([{ name: 'printk' }]);
    const stop = await engine.resume();
    assert.deepEqual(
      engine.stack(stop.threadId).map(({ name }) => name),
      ['printk', 'kernel_main', 'platform_start', '_start'],
    );
    assert.match(engine.setExceptionFilters([{ id: 'upcall' }])[0]!.message!, /needs a hypervisor/);
  });
});
