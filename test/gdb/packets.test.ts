/** The protocol below gdb: frames, acknowledgements, and whatever may come in; nothing crashes or hangs the server. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { DebugEngine } from '../../src/debugger/types';
import { bytesOfHex, framed, hexOf, latin1, latin1Text, PacketReader, type Incoming } from '../../src/stub/packets';
import { GdbServer } from '../../src/gdb/server';
import { fileHost, session, settings, withProcess } from '../debugger/support/session';

const MESSAGES = 10_000;

/** What came out of these bytes, fed in pieces. */
function read(bytes: Uint8Array, piece = bytes.length): readonly Incoming[] {
  const incoming: Incoming[] = [];
  const reader = new PacketReader((each) => incoming.push(each));
  for (let at = 0; at < bytes.length; at += piece) reader.feed(bytes.subarray(at, at + piece));
  return incoming;
}

/** A client without manners: sends packets and gathers whole answers. */
class Client {
  readonly answers: string[] = [];
  readonly defects: string[] = [];
  readonly server: GdbServer;
  private readonly reader = new PacketReader((incoming) => {
    if (incoming.kind === 'packet') this.answers.push(latin1Text(incoming.data));
  });

  constructor(engine: DebugEngine) {
    const files = engine.images.map(({ name }) => ({ name, path: `/images/${name}` }));
    this.server = new GdbServer({
      engine,
      settings: settings(withProcess),
      host: fileHost,
      files,
      send: (bytes) => this.reader.feed(bytes),
      ended: () => undefined,
      onDefect: (packet, error) => this.defects.push(`${packet}: ${String(error)}`),
    });
  }

  async ask(packet: string): Promise<string> {
    const before = this.answers.length;
    this.server.receive(framed(packet));
    while (this.answers.length === before) await new Promise((resolve) => setImmediate(resolve));
    return this.answers.at(-1)!;
  }

  /** Sets the machine going; the stop reply, after what consoles have said. */
  async run(packet: string): Promise<string> {
    this.server.receive(framed(packet));
    const before = this.answers.length;
    while (!this.answers.slice(before).some((answer) => /^[TE]/.test(answer)))
      await new Promise((resolve) => setImmediate(resolve));
    return this.answers.slice(before).find((answer) => /^[TE]/.test(answer))!;
  }
}

describe('Packets of GDB’s remote protocol', () => {
  it('come back as they were sent, whatever bytes they hold and however they are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 7 }), (data, piece) => {
        const [incoming, ...more] = read(framed(data), piece);
        assert.ok(incoming?.kind === 'packet');
        assert.deepEqual([...incoming.data], [...data]);
        assert.equal(more.length, 0);
      }),
      { numRuns: 500 },
    );
    assert.equal(latin1Text(framed('OK')), '$OK#9a');
    assert.deepEqual(bytesOfHex(hexOf(latin1('x}$#'))), latin1('x}$#'));
  });

  it('are damaged when the checksum is not theirs, and an interrupt stands alone', () => {
    assert.deepEqual(read(latin1('+$OK#9b')), [{ kind: 'damaged' }]);
    assert.deepEqual(read(latin1('\u0003')), [{ kind: 'interrupt' }]);
    assert.equal(read(latin1('$m0,4$OK#9a')).length, 1);
  });
});

describe('The GDB server', function () {
  this.timeout(120_000);

  it('says what it can, and nothing to what it does not know', async () => {
    const engine = await session(withProcess);
    const client = new Client(engine);
    assert.match(await client.ask('qSupported:multiprocess+'), /multiprocess\+.*qXfer:features:read\+/);
    assert.equal(await client.ask('vMustReplyEmpty'), '');
    assert.equal(await client.ask('?'), 'T05thread:p1.1;');
    assert.equal(await client.ask('qfThreadInfo'), 'mp1.1');
    assert.equal(await client.ask('vAttach;3'), 'T05thread:p3.1;');
    assert.equal(await client.ask('qfThreadInfo'), 'mp1.1,p3.1');
    assert.equal(await client.ask('vAttach;9'), 'E01');
    assert.match(await client.ask('qXfer:features:read:target.xml:0,4000'), /^l<\?xml.*<reg name="vfar" bitsize="32"/s);
    assert.equal(await client.ask('m3,'), 'E01');
    assert.equal(await client.ask('m50000000,4'), 'E01');
    assert.equal(await client.ask('Z9,0,4'), '');
    engine.dispose();
  });

  it(`survives ${MESSAGES} packets that nobody should send`, async () => {
    const engine = await session(withProcess);
    await engine.resume({ untilInstruction: 3_000_000 });
    const client = new Client(engine);
    const { instructionCount } = engine.machine;
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: 40,
    });
    const starts = [
      'm',
      'M',
      'X',
      'g',
      'G',
      'p',
      'P',
      'Z0,',
      'Z2,',
      'z1,',
      'H',
      'T',
      'qXfer:',
      'vFile:',
      'vFile:open:',
      'vFile:pread:',
    ];
    const others = ['vCont;q', 'qRcmd,', 'qThreadExtraInfo,', 'D;7', 'vAttach;', 'qC', '?', 'qSupported', 'vCont?', ''];
    const hexLike = fc.string({ unit: fc.constantFrom(...'0123456789abcdef,:;=.-p'), maxLength: 24 });
    const packet = fc
      .tuple(fc.constantFrom(...starts, ...others), fc.oneof(hexLike, text))
      .map((parts) => parts.join(''))
      // Whoever says these wants the machine to run, or to end.
      .filter((each) => !/^(c|s|b[cs].*|k.*|D.*|vKill.*)$/s.test(each));
    const packets = fc.sample(packet, { numRuns: MESSAGES, seed: 926 });
    // Some of it frames that are broken.
    packets.forEach((each, index) => client.server.receive(index % 50 === 7 ? latin1(`$${each}#zz`) : framed(each)));
    const whole = packets.filter((_, index) => index % 50 !== 7).length;
    while (client.answers.length < whole) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await client.ask('vMustReplyEmpty'), '');
    assert.equal(client.answers.length, whole + 1);
    assert.deepEqual(client.defects, []);
    // Nobody was let run: reading and writing are all that they could do.
    assert.equal(engine.machine.instructionCount, instructionCount);
    engine.dispose();
  });

  it('answers a defect of its own with an error, tells it, and goes on', async () => {
    const engine = await session(withProcess);
    const client = new Client(engine);
    Object.defineProperty(engine, 'readMemory', { value: () => assert.fail('broken') });
    assert.equal(await client.ask('mff010000,4'), 'E01');
    assert.match(client.defects.join(), /^mff010000,4: .*broken/);
    assert.match(await client.ask('qSupported'), /multiprocess/);
    engine.dispose();
  });

  it('hits a breakpoint in the process where it stands, although another domain runs the same image at the same address', async () => {
    const engine = await session();
    const client = new Client(engine);
    await client.ask('vAttach;2');
    await client.ask('vAttach;3');
    await client.ask('Hgp3.1');
    const address = engine.images.find(({ name }) => name === 'builtin:mini-os')!.functionNamed('printk')!.bodyPc;
    assert.equal(await client.ask(`Z0,${address.toString(16)},4`), 'OK');
    for (let hits = 0; hits < 3; hits++) assert.equal(await client.run('vCont;c'), 'T05thread:p3.1;swbreak:;');
    // What is one's own is left, what is another's is not.
    assert.equal(await client.ask('Hgp2.1'), 'OK');
    assert.equal(await client.ask(`z0,${address.toString(16)},4`), 'OK');
    assert.equal(await client.run('vCont;c'), 'T05thread:p3.1;swbreak:;');
    assert.match(await client.run('bc'), /^T05thread:p3\.1;swbreak:;$/);
    engine.dispose();
  });
});
