/**
 * One client of GDB's remote protocol over one engine: a table of packets, each answered by a line or two. All-stop, one machine; what a
 * packet needs beyond that stands in the neighbouring files. Protocol: GDB manual, appendix E.
 */
import type { AddressSpace } from '../hypervisor/types';
import { runReplLine } from '../debugger/repl/commands';
import { UserError, type DebugEngine, type FileHost, type LaunchSettings } from '../debugger/types';
import { BreakpointTable } from './breakpointTable';
import { Documents } from './documents';
import { describeThread, engineThread, formatThread, frameOf, Inferiors, spaceOf, type GdbThread } from './inferiors';
import {
  bytesOfHex,
  framed,
  hexOf,
  type Incoming,
  latin1,
  latin1Text,
  MOST_PACKET_BYTES,
  PacketReader,
} from '../stub/packets';
import { gdbRegisters, readRegister, writeRegister } from './registerTable';
import { RemoteFiles, type RemoteFile } from './remoteFiles';
import { Running } from './running';

const OK = 'OK';
const FAILED = 'E01';
const UNAVAILABLE = 'xxxxxxxx';
const MOST_MEMORY_BYTES = MOST_PACKET_BYTES / 2;
const FEATURES = [
  `PacketSize=${(MOST_PACKET_BYTES - 0x10).toString(16)}`,
  'QStartNoAckMode+',
  'multiprocess+',
  'swbreak+',
  'hwbreak+',
  'vContSupported+',
  'ReverseStep+',
  'ReverseContinue+',
  'qXfer:features:read+',
  'qXfer:memory-map:read+',
  'qXfer:threads:read+',
  'qXfer:exec-file:read+',
];

type Answer = string | Uint8Array;

export interface GdbServerParts {
  readonly engine: DebugEngine;
  readonly settings: LaunchSettings;
  readonly host: FileHost;
  readonly files: readonly RemoteFile[];
  readonly send: (bytes: Uint8Array) => void;
  /** Something that is our mistake; the packet is answered with an error. */
  readonly onDefect: (packet: string, error: unknown) => void;
  /** The client has gone, or has killed what it debugged. */
  readonly ended: (how: 'detached' | 'killed') => void;
}

/** A packet that begins with these letters; `rest` is what follows. Longer beginnings are looked for first. */
interface PacketRow {
  readonly start: string;
  readonly answer: (rest: string) => Answer | undefined | Promise<Answer | undefined>;
}

export class GdbServer {
  private readonly reader = new PacketReader((incoming) => this.incoming(incoming));
  private readonly breakpoints: BreakpointTable;
  private readonly inferiors: Inferiors;
  private readonly documents: Documents;
  private readonly remoteFiles: RemoteFiles;
  private readonly running: Running;
  private readonly endConsole: () => void;
  private readonly rows: readonly PacketRow[];
  private acknowledges = true;
  private moving = false;
  private physical = false;
  private queue: Promise<void> = Promise.resolve();
  /** Whom the next packets are about (`Hg`). */
  private general: GdbThread;

  constructor(private readonly parts: GdbServerParts) {
    const { engine, files, host, settings } = parts;
    this.breakpoints = new BreakpointTable(engine);
    this.inferiors = new Inferiors(engine, settings.oneCpu ? 0 : settings.domains.length);
    this.documents = new Documents(engine, files, settings, this.inferiors);
    this.remoteFiles = new RemoteFiles(files, host);
    this.running = new Running(engine, this.breakpoints, this.inferiors);
    this.general = this.inferiors.executing();
    this.endConsole = engine.onConsole(({ text, from }) => {
      const who = typeof from === 'object' ? `[${from.name}] ` : '';
      if (this.moving) parts.send(framed(`O${hexOf(new TextEncoder().encode(who + text))}`));
    });
    this.rows = [...this.table()].sort((left, right) => right.start.length - left.start.length);
  }

  /** Bytes from the client. */
  receive(bytes: Uint8Array): void {
    this.reader.feed(bytes);
  }

  /** The client has gone: its breakpoints go with it. The machine stays where it is. */
  async close(): Promise<void> {
    this.running.interrupt();
    await this.queue;
    this.breakpoints.clear();
    this.endConsole();
  }

  private incoming(incoming: Incoming): void {
    if (incoming.kind === 'interrupt') return this.running.interrupt();
    if (incoming.kind !== 'packet') {
      if (this.acknowledges) this.parts.send(latin1('-'));
      return;
    }
    const { data } = incoming;
    if (this.acknowledges) this.parts.send(latin1('+'));
    this.queue = this.queue.then(() => this.answer(latin1Text(data)));
  }

  private async answer(packet: string): Promise<void> {
    let reply: Answer | undefined;
    try {
      const row = this.rows.find(({ start }) => packet.startsWith(start));
      reply = await row?.answer(packet.slice(row.start.length));
    } catch (error) {
      // A defect of ours costs one answer, not the session.
      if (!(error instanceof UserError)) this.parts.onDefect(packet, error);
      reply = FAILED;
    }
    this.parts.send(framed(reply ?? ''));
  }

  private table(): readonly PacketRow[] {
    return [
      { start: 'qSupported', answer: () => FEATURES.join(';') },
      { start: 'QStartNoAckMode', answer: () => this.stopAcknowledging() },
      { start: '!', answer: () => OK },
      { start: '?', answer: () => this.stands() },
      { start: 'qXfer:', answer: (rest) => this.documents.read(rest) },
      { start: 'vFile:', answer: (rest) => this.remoteFiles.answer(rest) },
      { start: 'qAttached', answer: () => '1' },
      { start: 'qC', answer: () => `QC${formatThread(this.general)}` },
      { start: 'qfThreadInfo', answer: () => `m${this.inferiors.list().map(formatThread).join(',')}` },
      { start: 'qsThreadInfo', answer: () => 'l' },
      { start: 'qThreadExtraInfo,', answer: (rest) => this.extraInfo(rest) },
      { start: 'qRcmd,', answer: (rest) => this.monitor(rest) },
      { start: 'Qqemu.PhyMemMode:', answer: (rest) => this.choosePhysical(rest) },
      { start: 'qqemu.PhyMemMode', answer: () => (this.physical ? '1' : '0') },
      { start: 'qSymbol', answer: () => OK },
      { start: 'H', answer: (rest) => this.choose(rest) },
      { start: 'T', answer: (rest) => (this.inferiors.find(rest) ? OK : FAILED) },
      { start: 'vAttach;', answer: (rest) => this.attach(rest) },
      { start: 'vCont?', answer: () => 'vCont;c;C;s;S;r' },
      { start: 'vCont;', answer: (rest) => this.going(() => this.running.vCont(rest)) },
      { start: 'vKill', answer: () => this.kill() },
      { start: 'k', answer: () => this.kill() },
      { start: 'D', answer: (rest) => this.detach(rest) },
      { start: 'c', answer: (rest) => (rest === '' ? this.going(() => this.running.continueThread()) : FAILED) },
      {
        start: 's',
        answer: (rest) => (rest === '' ? this.going(() => this.running.stepThread(this.general)) : FAILED),
      },
      { start: 'bc', answer: () => this.going(() => this.running.back(this.general, 'c')) },
      { start: 'bs', answer: () => this.going(() => this.running.back(this.general, 's')) },
      { start: 'g', answer: () => this.registers() },
      { start: 'G', answer: (rest) => this.writeRegisters(rest) },
      { start: 'p', answer: (rest) => this.register(parseInt(rest, 16)) },
      { start: 'P', answer: (rest) => this.writeOne(rest) },
      { start: 'm', answer: (rest) => this.readMemory(rest) },
      { start: 'M', answer: (rest) => this.writeMemory(rest, (text) => bytesOfHex(text)) },
      { start: 'X', answer: (rest) => this.writeMemory(rest, latin1) },
      { start: 'Z', answer: (rest) => this.point(rest, true) },
      { start: 'z', answer: (rest) => this.point(rest, false) },
    ];
  }

  /** QEMU's packet: whether addresses of memory are physical from now on. */
  private choosePhysical(rest: string): string {
    this.physical = rest === '1';
    return OK;
  }

  /** Where the addresses of memory packets are. */
  private get memorySpace(): AddressSpace {
    return this.physical ? { kind: 'pa' } : spaceOf(this.general);
  }

  private stopAcknowledging(): string {
    this.acknowledges = false;
    return OK;
  }

  private stands(): string {
    this.general = this.inferiors.executing();
    return this.running.standing();
  }

  private async going(motion: () => Promise<string> | undefined): Promise<string> {
    this.moving = true;
    try {
      const reply = await (motion() ?? FAILED);
      this.general = this.inferiors.executing();
      return reply;
    } finally {
      this.moving = false;
    }
  }

  private choose(rest: string): string {
    // "Any thread" is the one that was spoken of.
    if (/^.p?0(\.0)?$/.test(rest)) return OK;
    const thread = this.inferiors.find(rest.slice(1));
    if (!thread) return FAILED;
    if (rest.startsWith('g')) this.general = thread;
    return OK;
  }

  private attach(rest: string): string {
    const pid = parseInt(rest, 16);
    const thread = this.inferiors.attach(pid) ? this.inferiors.find(`p${rest}.-1`) : undefined;
    if (!thread) return FAILED;
    this.general = thread;
    return `T05thread:${formatThread(thread)};`;
  }

  private extraInfo(rest: string): string {
    const thread = this.inferiors.find(rest);
    return thread ? hexOf(new TextEncoder().encode(describeThread(this.parts.engine, thread))) : FAILED;
  }

  /** `monitor LINE`: the commands of the debug console; without a command, an expression. */
  private async monitor(hex: string): Promise<string> {
    const bytes = bytesOfHex(hex);
    if (!bytes) return FAILED;
    const text = await this.console(new TextDecoder().decode(bytes)).catch((error: unknown) => {
      if (error instanceof UserError) return error.message;
      throw error;
    });
    return hexOf(new TextEncoder().encode(text.endsWith('\n') ? text : `${text}\n`)) || OK;
  }

  private async console(line: string): Promise<string> {
    const { engine } = this.parts;
    const frame = frameOf(engine, this.general);
    const threadId = engineThread(engine, this.general)?.id ?? engine.threads()[0]?.id ?? 1;
    const result = runReplLine({ engine, frame, threadId }, line);
    if (result === undefined) return engine.evaluate(line, frame).text;
    if ('text' in result) return result.text;
    if ('later' in result) return result.later();
    const { description, text } = await result.move();
    const said = text === undefined ? description : `${description}. ${text}`;
    return `${said}.\nGDB has not been told that the machine moved: "maintenance flush register-cache" makes it look again.`;
  }

  private kill(): string {
    this.parts.ended('killed');
    return OK;
  }

  /** `D;pid` leaves one process, `D` all. */
  private detach(rest: string): string {
    const one = /^;([0-9a-f]+)$/i.exec(rest)?.[1];
    if (one === undefined || !this.inferiors.detach(parseInt(one, 16))) this.parts.ended('detached');
    return OK;
  }

  private registers(): string {
    const frame = frameOf(this.parts.engine, this.general);
    return gdbRegisters
      .map((register) => wordText(readRegister(this.parts.engine, this.general, frame, register)))
      .join('');
  }

  private register(number: number): string {
    const register = gdbRegisters[number];
    if (!register) return FAILED;
    return wordText(readRegister(this.parts.engine, this.general, frameOf(this.parts.engine, this.general), register));
  }

  private writeOne(rest: string): string {
    const [number, value] = rest.split('=');
    const bytes = bytesOfHex(value ?? '');
    const register = gdbRegisters[parseInt(number ?? '', 16)];
    if (!register || bytes?.length !== 4) return FAILED;
    const word = new DataView(bytes.buffer).getUint32(0, true);
    return writeRegister(this.parts.engine, frameOf(this.parts.engine, this.general), register, word) ? OK : FAILED;
  }

  /** Those that are other than they were; what has no value stays without. */
  private writeRegisters(rest: string): string {
    const { engine } = this.parts;
    for (const [index, register] of gdbRegisters.entries()) {
      const bytes = bytesOfHex(rest.slice(index * 8, index * 8 + 8));
      if (bytes?.length !== 4) continue;
      const frame = frameOf(engine, this.general);
      const word = new DataView(bytes.buffer).getUint32(0, true);
      if (readRegister(engine, this.general, frame, register) !== word) writeRegister(engine, frame, register, word);
    }
    return OK;
  }

  private readMemory(rest: string): string {
    const range = parseRange(rest);
    if (!range || range.length > MOST_MEMORY_BYTES) return FAILED;
    const bytes = this.parts.engine.readMemory(this.memorySpace, range.address, range.length);
    return bytes ? hexOf(bytes) : FAILED;
  }

  private writeMemory(rest: string, decode: (text: string) => Uint8Array | undefined): string {
    const colon = rest.indexOf(':');
    const range = parseRange(rest.slice(0, colon));
    const bytes = decode(rest.slice(colon + 1));
    if (colon < 0 || !range || bytes?.length !== range.length) return FAILED;
    if (range.length === 0) return OK;
    return this.parts.engine.writeMemory(this.memorySpace, range.address, bytes) ? OK : FAILED;
  }

  private point(rest: string, insert: boolean): string | undefined {
    const match = /^([0-4]),([0-9a-f]{1,8}),([0-9a-f]{1,8})(?:;.*)?$/i.exec(rest);
    if (!match) return undefined;
    const [kind, address, length] = [Number(match[1]), parseInt(match[2]!, 16), parseInt(match[3]!, 16)];
    if (!insert) this.breakpoints.remove(this.general, kind, address, length);
    else if (!this.breakpoints.insert(this.general, kind, address, length)) return FAILED;
    return OK;
  }
}

/** A register's value in the target's byte order. */
function wordText(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return UNAVAILABLE;
  return hexOf(Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
}

/** `c0008000,40` */
function parseRange(text: string): { readonly address: number; readonly length: number } | undefined {
  const match = /^([0-9a-f]{1,8}),([0-9a-f]{1,8})$/i.exec(text);
  return match ? { address: parseInt(match[1]!, 16), length: parseInt(match[2]!, 16) } : undefined;
}
