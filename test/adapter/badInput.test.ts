/**
 * Bad input to a debug session with the real engine: each mistake is told in one sentence with what, where and remedy, and the session
 * goes on or ends cleanly. Files are made here, so nothing is read but what a test wrote.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, it } from 'mocha';
import { createSession } from '../../src/adapter/createSession';
import { NodeFileHost } from '../../src/adapter/nodeHost';
import type { Session } from '../../src/adapter/session';
import { UserError } from '../../src/debugger/types';
import { tinyElf, undefinedInstruction, withEntryCode, withoutSections } from '../support/elf';
import { repository } from '../support/goldenText';

const miniOs = new Uint8Array(readFileSync(path.join(repository, 'firmware/images/mini-os.elf')));

const files: Readonly<Record<string, Uint8Array>> = {
  '/intel.elf': tinyElf([0], 0x10000, 3),
  '/stripped.elf': withoutSections(miniOs),
  '/truncated.elf': miniOs.subarray(0, 700),
  '/crash.elf': withEntryCode(miniOs, [undefinedInstruction]),
  '/undefined.elf': tinyElf([undefinedInstruction], 0x10000),
  '/text.elf': new TextEncoder().encode('only text, but longer than the header of an ELF file would be'),
  '/empty.elf': new Uint8Array(),
  '/bad.policy': new TextEncoder().encode('type guest_t;\ndefault guest_t;\nlimit guest_t { cpu 200%; }\n'),
  '/keyless.policy': new TextEncoder().encode('type a;\ndefault a;\n  key k "vendor.pub";\n'),
  '/blob.bin': new Uint8Array(0x20000),
};

class Host extends NodeFileHost {
  override readFile(file: string): Promise<Uint8Array> {
    const bytes = files[file];
    return bytes
      ? Promise.resolve(bytes)
      : Promise.reject(new UserError(`${file} cannot be read; there is no such file.`));
  }
  override readBuiltin(name: string): Promise<Uint8Array> {
    return new NodeFileHost(this.builtinSourceRoot).readBuiltin(name);
  }
}

class Client {
  readonly messages: DebugProtocol.ProtocolMessage[] = [];
  private readonly session: Session;
  private seq = 1;
  private heard: () => void = () => undefined;

  constructor() {
    this.session = createSession({
      host: new Host(repository),
      send: (message) => {
        this.messages.push(message);
        this.heard();
      },
      ended: () => undefined,
    });
  }

  async send(command: string, args?: unknown): Promise<DebugProtocol.Response> {
    const seq = this.seq++;
    this.session.receive({ seq, type: 'request', command, arguments: args });
    await this.session.idle();
    return this.messages.find(
      (message) => message.type === 'response' && (message as DebugProtocol.Response).request_seq === seq,
    ) as DebugProtocol.Response;
  }

  /** Waits until an event was sent that fits. */
  async event(name: string, fits: (body: never) => boolean = () => true): Promise<unknown> {
    for (;;) {
      const events = this.messages.filter((message) => message.type === 'event') as DebugProtocol.Event[];
      const found = events.find(({ event, body }) => event === name && fits(body as never));
      if (found) return found.body;
      await new Promise<void>((resolve) => (this.heard = resolve));
    }
  }

  get output(): string {
    const events = this.messages.filter((message) => message.type === 'event') as DebugProtocol.Event[];
    return events
      .filter(({ event }) => event === 'output')
      .map(({ body }) => (body as DebugProtocol.OutputEvent['body']).output)
      .join('');
  }
}

const xen = (...kernels: string[]): object => ({
  hypervisor: 'builtin:xen',
  domains: kernels.map((kernel) => ({ kernel })),
});

describe('a launch that cannot be', () => {
  const cases: readonly [string, object, RegExp][] = [
    [
      'names a file that is not there',
      xen('/none.elf'),
      /"domains\[0\]\.kernel" in the launch configuration: \/none\.elf cannot be read/,
    ],
    ['names an ELF file of another machine', xen('/intel.elf'), /\/intel\.elf.*ARM/],
    ['names a truncated ELF file', xen('/truncated.elf'), /\/truncated\.elf/],
    ['names a file that is no ELF file', xen('/text.elf'), /\/text\.elf/],
    ['names an empty file', xen('/empty.elf'), /\/empty\.elf/],
    ['names a hypervisor that is none', { ...xen('builtin:mini-os'), hypervisor: '/intel.elf' }, /\/intel\.elf.*ARM/],
    [
      'puts a file over the hypervisor',
      { ...xen('builtin:mini-os'), load: [{ file: '/blob.bin', address: 0x10000 }] },
      /\/blob\.bin.*builtin:xen|builtin:xen.*\/blob\.bin/,
    ],
    [
      'puts a file beyond the memory',
      { kernel: 'builtin:mini-os-native', load: [{ file: '/blob.bin', address: '0x20000000' }] },
      /\/blob\.bin/,
    ],
    [
      'has a policy with a mistake, whose line it names',
      { ...xen('builtin:mini-os'), policy: '/bad.policy' },
      /\/bad\.policy:3:21: “200%” is no limit of cpu: write one like “25%”, 1 to 100%/,
    ],
    [
      'has a policy that names a key which is not there',
      { ...xen('builtin:mini-os'), policy: '/keyless.policy' },
      /\/keyless\.policy:3:9: \/vendor\.pub cannot be read/,
    ],
    [
      'wants more memory for its domains than there is',
      { ...xen('builtin:mini-os', 'builtin:mini-os'), memory: '24M' },
      /memory/,
    ],
  ];
  for (const [what, configuration, sentence] of cases) {
    it(`because it ${what} is refused in one sentence, and a right one works after it`, async () => {
      const client = new Client();
      const { success, message } = await client.send('launch', configuration);
      assert.equal(success, false);
      assert.match(message!, sentence);
      assert.doesNotMatch(message!, /\n|defect/);
      const second = await client.send('launch', { ...xen('builtin:mini-os'), stopOnEntry: true });
      assert.equal(second.success, true, second.message);
      await client.send('disconnect');
    });
  }
});

describe('a launch that is only poor', () => {
  it('because an image has no symbols goes on, and says what is missing', async () => {
    const client = new Client();
    const { success, message } = await client.send('launch', { ...xen('/stripped.elf'), stopOnEntry: true });
    assert.equal(success, true, message);
    const { body } = await client.send('setFunctionBreakpoints', { breakpoints: [{ name: 'unit_task' }] });
    const [breakpoint] = (body as DebugProtocol.SetFunctionBreakpointsResponse['body']).breakpoints;
    assert.equal(breakpoint.verified, false);
    assert.match(breakpoint.message!, /unit_task/);
    const { body: modules } = await client.send('modules', {});
    const stripped = (modules as DebugProtocol.ModulesResponse['body']).modules.find(
      ({ id }) => id === '/stripped.elf',
    )!;
    assert.match(stripped.symbolStatus!, /no \.symtab/);
    assert.match(client.output, /\/stripped\.elf.*no \.symtab/);
    await client.send('disconnect');
  });

  it('because a guest crashes at once says so on the console and can still be inspected', async () => {
    const client = new Client();
    await client.send('launch', xen('/crash.elf', 'builtin:mini-os'));
    await client.send('configurationDone');
    await client.event('output', ({ output }: { output: string }) => /\(XEN\).*Domain-0.*crashed/.test(output));
    await client.event('output', ({ output }: { output: string }) => output.includes('[Domain-1] '));
    await client.send('pause', { threadId: 1 });
    await client.event('stopped');
    const { body } = await client.send('threads');
    assert.ok((body as DebugProtocol.ThreadsResponse['body']).threads.length > 0);
    await client.send('disconnect');
  });

  it('because a native kernel crashes at once stops there with a sentence, and continuing ends the session', async () => {
    const client = new Client();
    await client.send('launch', { kernel: '/undefined.elf' });
    await client.send('configurationDone');
    const sentence = /The kernel took an undefined instruction at pc 0x00010000.*no handler/;
    const stop = await client.event('stopped', ({ description }: { description: string }) =>
      sentence.test(description),
    );
    const { threadId, text } = stop as DebugProtocol.StoppedEvent['body'];
    assert.match(text!, /correct the kernel/);
    const { body } = await client.send('exceptionInfo', { threadId });
    assert.match((body as DebugProtocol.ExceptionInfoResponse['body']).exceptionId, sentence);
    await client.send('continue', { threadId });
    await client.event('terminated');
    await client.send('disconnect');
  });
});
