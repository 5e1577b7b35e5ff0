/** A machine behind a stub that says anything at all: it may be refused or lost, and never hangs, throws or takes memory without end. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { framed, latin1, latin1Text, PacketReader } from '../../src/stub/packets';
import type { StubChannel } from '../../src/stub/channel';
import { StubMachine } from '../../src/stub/stubMachine';

const ROUNDS = 3000;

/** Numbers that look random and are the same in every run. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const REGISTERS = [
  'sp_svc',
  'spsr_svc',
  'control',
  'ttbr',
  'dacr',
  'dfsr',
  'ifsr',
  'far',
  'fcse_pid',
  'midr',
  'cache_type',
];
const description = `<target><feature name="c">${Array.from({ length: 16 }, (_, index) => `<reg name="${index === 15 ? 'pc' : `r${index}`}" bitsize="32"/>`).join('')}<reg name="cpsr" bitsize="32"/>${REGISTERS.map((name) => `<reg name="${name}" bitsize="32"/>`).join('')}</feature></target>`;

/** What a good stub answers to a packet. */
function answer(packet: string): string {
  if (packet.startsWith('qSupported'))
    return 'PacketSize=1000;QStartNoAckMode+;ReverseStep+;ReverseContinue+;qXfer:features:read+';
  if (packet.startsWith('qXfer:features:read:target.xml')) return `l${description}`;
  if (packet === 'vCont?') return 'vCont;c;C;s;S';
  if (packet === '?' || packet.startsWith('vCont')) return 'T05thread:01;';
  if (packet === 'bs' || packet === 'bc') return 'T05thread:01;replaylog:begin;';
  if (packet.startsWith('p')) return '13000000';
  if (packet.startsWith('m')) return '00'.repeat(parseInt(packet.split(',')[1]!, 16));
  return 'OK';
}

/** A stub in memory; `spoil` may change what it sends. */
class FakeStub implements StubChannel {
  private sent: Uint8Array[] = [];
  private readonly reader = new PacketReader((incoming) => {
    if (incoming.kind === 'packet') this.sent.push(this.spoil(framed(answer(latin1Text(incoming.data)))));
    if (incoming.kind === 'interrupt') this.sent.push(this.spoil(framed('T02thread:01;')));
  });

  constructor(private readonly spoil: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) {}

  send(bytes: Uint8Array): void {
    this.reader.feed(bytes);
  }

  receive(): Uint8Array | undefined {
    return this.sent.shift() ?? new Uint8Array();
  }

  close(): void {
    this.sent = [];
  }
}

const attach = (channel: StubChannel): StubMachine =>
  new StubMachine({
    channel,
    where: 'here',
    boardName: 'test',
    ram: { base: 0, bytes: 0x100000 },
    onDiagnostic: () => undefined,
  });

/** Everything that a debugger asks of a machine. */
function useAll(machine: StubMachine): void {
  machine.setBreakpoints([0x8000, 0x8004]);
  machine.setWatches([{ space: 'virtual', address: 0x9000, byteLength: 4, access: 'write' }]);
  machine.run(1);
  machine.run(1000);
  machine.foreign.back?.step();
  machine.foreign.back?.run();
  machine.walk(0xc0000000, 'read', true);
  machine.readPhysical(0xfffc, 16);
  machine.writePhysical(0x8000, Uint8Array.of(1, 2, 3, 4));
  machine.cpu.getCp15();
  machine.cpu.getRegister(13, 'svc');
  machine.cpu.setRegister(0, 7);
  machine.requestStop();
  machine.foreign.release();
}

describe('A machine behind a stub', () => {
  it('is read in blocks, stepped, and told to stop', () => {
    const asked: string[] = [];
    const stub = new FakeStub();
    const send = stub.send.bind(stub);
    stub.send = (bytes) => {
      asked.push(latin1Text(bytes));
      send(bytes);
    };
    const machine = attach(stub);
    asked.length = 0;
    for (let address = 0x8000; address < 0x8400; address += 4) machine.readPhysical(address, 4);
    assert.equal(asked.filter((packet) => packet.startsWith('$m')).length, 1);
    assert.equal(machine.readPhysical(0xfffff, 4), undefined, 'beyond RAM nobody looks');
    const before = machine.instructionCount;
    assert.equal(machine.run(1).kind, 'count');
    assert.ok(machine.instructionCount > before);
    machine.setBreakpoints([0x13]);
    assert.deepEqual(machine.run(1000), { kind: 'breakpoint', pc: 0x13 });
  });

  it(`survives ${ROUNDS} stubs that answer with something else`, () => {
    const next = random(926);
    const pieces = ['', '$', '#', 'E01', '$#00', '$E01#a6', '+', '-', '$T05watch:zz;#00', '$W00#b7', '\u0003', '$O#4f'];
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const stub = new FakeStub((bytes) => {
        const kind = next();
        if (kind < 0.6) return bytes;
        if (kind < 0.7) return bytes.slice(0, Math.floor(next() * bytes.length));
        if (kind < 0.8) return latin1(pieces[Math.floor(next() * pieces.length)]!);
        if (kind < 0.9)
          return framed(Uint8Array.from({ length: Math.floor(next() * 64) }, () => Math.floor(next() * 256)));
        return bytes.map((byte) => (next() < 0.05 ? Math.floor(next() * 256) : byte));
      });
      try {
        useAll(attach(stub));
      } catch (error) {
        // A refusal is a sentence about the stub; anything else is a defect.
        assert.match(String(error), /Error: (What listens at here|The stub at here)/);
        refused++;
      }
    }
    assert.ok(refused > 0 && refused < ROUNDS);
  });

  it('tells the registers of other modes that the description has, and no others', () => {
    // All registers are 0x13 here, the CPSR too, so that the CPU is in SVC mode.
    const { cpu, foreign } = attach(
      new FakeStub((bytes) => {
        const text = latin1Text(bytes);
        return text.includes('sp_svc')
          ? framed(text.slice(1, -3).replace('sp_svc', 'sp_irq').replace('far', 'r8_fiq'))
          : bytes;
      }),
    );
    assert.equal(cpu.mode, 'svc');
    const told = (['usr', 'svc', 'irq', 'fiq'] as const).map((mode) =>
      [8, 12, 13, 14].filter((index) => foreign.tells(index, mode)),
    );
    assert.deepEqual(told, [[8, 12], [8, 12, 13, 14], [8, 12, 13], [8]]);
    assert.equal(cpu.getSpsr('svc'), 0x13);
    assert.equal(cpu.getSpsr('irq'), undefined);
  });

  it('goes back only where the stub says that it can, and as far as there is something', () => {
    const { back } = attach(new FakeStub()).foreign;
    assert.deepEqual([back!.step().kind, back!.run().kind], ['waiting', 'waiting']);
    const forgetful = new FakeStub((bytes) =>
      latin1Text(bytes).includes('Reverse') ? framed('PacketSize=1000;ReverseStep+') : bytes,
    );
    assert.equal(attach(forgetful).foreign.back, undefined);
  });

  it('is looked at on its way back only when it has arrived', () => {
    const stub = new FakeStub();
    let late = true;
    const receive = stub.receive.bind(stub);
    const machine = attach(stub);
    stub.receive = () => {
      if (late) return new Uint8Array();
      return receive();
    };
    assert.equal(machine.foreign.back!.run().kind, 'underway');
    late = false;
    assert.equal(machine.cpu.getRegister(15), 0x13);
    assert.equal(machine.foreign.back!.run().kind, 'waiting');
  });

  it('does not wait for a stub that talks and never answers', () => {
    const chatter = framed('O41');
    const channel: StubChannel = { send: () => undefined, receive: () => chatter, close: () => undefined };
    assert.throws(() => attach(channel), /does not speak GDB's remote protocol/);
  });
});
