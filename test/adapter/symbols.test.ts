/** Symbols that come while a machine stands: `symbols add` in the debug console. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, it } from 'mocha';
import { DapClient } from '../support/dapClient';
import { repository } from '../support/goldenText';

const SECTION_HEADERS = 0x20;
const SECTION_COUNT = 0x30;
const SECTION_HEADER_BYTES = 40;
const SYMBOL_TABLE = 2;
const LOADED = 2;

/** A kernel without symbols and debug information: sections that are not loaded keep no type (ELF, "Section Header"). */
function stripped(image: string): Buffer {
  const bytes = readFileSync(path.join(repository, `firmware/images/${image}.elf`));
  const headers = bytes.readUInt32LE(SECTION_HEADERS);
  const names = bytes.readUInt16LE(SECTION_COUNT + 2);
  for (let index = 0; index < bytes.readUInt16LE(SECTION_COUNT); index++) {
    const header = headers + index * SECTION_HEADER_BYTES;
    const [type, flags] = [bytes.readUInt32LE(header + 4), bytes.readUInt32LE(header + 8)];
    // The section for guests' loaders is not loaded either, and is what the hypervisor knows a guest by.
    const isDebug = (flags & LOADED) === 0 && bytes.readUInt32LE(header + 20) > 0x400;
    if (index !== names && (type === SYMBOL_TABLE || isDebug)) bytes.writeUInt32LE(0, header + 4);
  }
  return bytes;
}

describe('Symbols added at run time', function () {
  this.timeout(60_000);
  let folder: string;
  let client: DapClient;
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'armvisor-symbols-'));
    writeFileSync(path.join(folder, 'bare.elf'), stripped('mini-os'));
    client = new DapClient();
  });
  afterEach(async () => {
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const console = async (expression: string): Promise<string> =>
    (await client.body<{ result: string }>('evaluate', { expression, context: 'repl' })).result;

  it('bind the breakpoints that waited for them, in their domain alone, until they are taken out', async () => {
    const kernel = './bare.elf';
    await client.launch({
      hypervisor: 'builtin:xen',
      domains: [{ kernel }, { kernel }],
      stopOnEntry: true,
      cwd: folder,
    });
    const set = await client.body<DebugProtocol.SetFunctionBreakpointsResponse['body']>('setFunctionBreakpoints', {
      breakpoints: [{ name: 'kernel_main' }],
    });
    assert.equal(set.breakpoints[0]!.verified, false);
    await client.until('configurationDone');
    const added = client.nextEvent('module');
    const bound = client.nextEvent('breakpoint');
    assert.equal(await console('symbols add builtin:mini-os dom1'), 'builtin:mini-os is known in dom1.');
    const { module, reason } = (await added).body as DebugProtocol.ModuleEvent['body'];
    assert.deepEqual(
      [reason, module.name, (module as { runsIn?: string }).runsIn],
      ['new', 'builtin:mini-os', 'Domain-1'],
    );
    assert.equal(((await bound).body as DebugProtocol.BreakpointEvent['body']).breakpoint.verified, true);
    assert.match(await console('symbols'), /dom0 .*bare\.elf[^]*dom1 .*bare\.elf[^]*dom1 .*added +builtin:mini-os/);
    const stop = await client.until('continue', { threadId: 1 });
    const { threads } = await client.body<DebugProtocol.ThreadsResponse['body']>('threads');
    const name = threads.find(({ id }) => id === stop.threadId)?.name;
    assert.deepEqual([stop.reason, name], ['function breakpoint', 'Domain-1']);
    const { stackFrames } = await client.body<DebugProtocol.StackTraceResponse['body']>('stackTrace', {
      threadId: stop.threadId,
    });
    assert.deepEqual(
      stackFrames.map((frame) => frame.name),
      ['kernel_main', 'platform_start', '_start'],
    );
    const lost = client.nextEvent('breakpoint');
    assert.equal(await console('symbols remove builtin:mini-os'), 'builtin:mini-os is taken out.');
    assert.equal(((await lost).body as DebugProtocol.BreakpointEvent['body']).breakpoint.verified, false);
  });

  it('say in one sentence what is wrong', async () => {
    await client.launch({ hypervisor: 'builtin:xen', domains: [{ kernel: 'builtin:mini-os' }], stopOnEntry: true });
    await client.until('configurationDone');
    const refused = async (expression: string): Promise<string | undefined> =>
      (await client.send('evaluate', { expression, context: 'repl' })).message;
    assert.match((await refused('symbols add'))!, /Name the file: symbols add build\/shell\.elf dom1/);
    assert.match((await refused('symbols add nowhere.elf xen'))!, /nowhere\.elf cannot be read; there is no such file/);
    assert.match((await refused('symbols add package.json xen'))!, /package\.json: not an ELF file/);
    assert.match(
      (await refused('symbols remove builtin:xen'))!,
      /No image "builtin:xen" was added: "symbols" lists them/,
    );
    assert.match((await refused('symbols drop'))!, /"drop" is no word of list, add, remove/);
  });
});
