/**
 * Disassembly listings: memory cut into instructions, with symbols and source lines woven in. Capstone decodes
 * (disassembler.ts); this decides where instructions begin, in which state, and what to say of memory that is not there.
 */
import type { DebugEngine } from '../debugger/types';
import { SourcePaths } from '../debugger/target/sourcePaths';
import type { AddressSpace } from '../hypervisor/types';
import type { Debuggee } from './debuggee';
import { decoder, type Decode } from './disassembler';
import { hex } from './memoryReferences';

export interface ListingRequest {
  readonly space: AddressSpace;
  readonly address: number;
  /** Instructions to go forward (or back, when negative) from the address. */
  readonly skip: number;
  readonly count: number;
  readonly sourceRoot: string;
}

export interface ListedInstruction {
  /** Bare, for clients that compute with it. */
  readonly address: string;
  readonly instruction: string;
  readonly instructionBytes?: string;
  readonly symbol?: string;
  /** Where the source line changes. */
  readonly sourcePath?: string;
  readonly line?: number;
  readonly presentationHint?: 'invalid';
}

const addressSpaceEnd = 0x100000000;

/** Instructions around an address; exactly `count`, padded with invalid ones where there is no memory. */
export async function disassembleRange(debuggee: Debuggee, request: ListingRequest): Promise<ListedInstruction[]> {
  const decode = await decoder();
  const { engine } = debuggee;
  const { space } = request;
  const thumb = isThumb(debuggee, space, request.address);
  const unit = thumb ? 2 : 4;
  const start = request.address - (request.address % unit);
  const first = request.skip < 0 && thumb ? backThumb(engine, decode, space, start, -request.skip) : undefined;
  let address = first ?? start + (thumb ? Math.min(request.skip, 0) : request.skip) * unit;
  let toSkip = thumb ? Math.max(request.skip, 0) : 0;
  const listed: ListedInstruction[] = [];
  const lines = new LineNotes(engine, space, new SourcePaths(request.sourceRoot));
  while (listed.length < request.count) {
    const item = instructionAt(engine, decode, space, address, thumb);
    address += item.byteLength;
    if (toSkip > 0) {
      toSkip--;
      continue;
    }
    listed.push(item.valid ? { ...item.listed, ...lines.note(address - item.byteLength) } : item.listed);
  }
  return listed;
}

/**
 * The state an address executes in: that of a frame that stands there, else that of the symbol it belongs to. Memory itself
 * does not say (ARM ELF has mapping symbols, which images here do not keep).
 */
function isThumb({ engine, lastStop }: Debuggee, space: AddressSpace, address: number): boolean {
  if (!engine.running && lastStop) {
    const frame = engine.stack(lastStop.threadId).find((each) => each.kind !== 'label' && each.pc === address);
    if (frame) return frame.thumb;
  }
  const found = address >= 0 && address < addressSpaceEnd ? engine.symbolAt(space, address) : undefined;
  return found?.image.symbol(found.name)?.thumb ?? false;
}

interface Item {
  readonly byteLength: number;
  readonly valid: boolean;
  readonly listed: ListedInstruction;
}

function instructionAt(
  engine: DebugEngine,
  decode: Decode,
  space: AddressSpace,
  address: number,
  thumb: boolean,
): Item {
  const unit = thumb ? 2 : 4;
  const inside = address >= 0 && address + unit <= addressSpaceEnd;
  // A Thumb BL is a pair of halfwords (ARM DDI 0100 A7.1.17); Capstone shows it as one instruction.
  const bytes = inside
    ? ((thumb ? engine.readMemory(space, address, 4) : undefined) ?? engine.readMemory(space, address, unit))
    : undefined;
  if (!bytes) {
    const invalid: ListedInstruction = {
      // Addresses must stay numbers even outside of the 4 GB.
      address: address < 0 ? '0x0' : `0x${address.toString(16).padStart(8, '0')}`,
      instruction: 'no memory here',
      presentationHint: 'invalid',
    };
    return { byteLength: unit, valid: false, listed: invalid };
  }
  const decoded = decode(bytes, address, thumb);
  const byteLength = decoded?.byteLength ?? unit;
  const symbol = engine.symbolAt(space, address);
  const target = decoded?.target === undefined ? undefined : engine.symbolAt(space, decoded.target);
  const note = target ? `  ; ${target.name}${target.offset > 0 ? `+0x${target.offset.toString(16)}` : ''}` : '';
  return {
    byteLength,
    valid: true,
    listed: {
      address: hex(address),
      instruction: (decoded?.text ?? dataDirective(bytes.subarray(0, unit))) + note,
      instructionBytes: [...bytes.subarray(0, byteLength)].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      ...(symbol && symbol.offset === 0 && { symbol: symbol.name }),
    },
  };
}

/** Words that are no instruction are shown as what an assembler would be told. */
function dataDirective(bytes: Uint8Array): string {
  const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return bytes.length === 2 ? `.short 0x${value.toString(16).padStart(4, '0')}` : `.word ${hex(value)}`;
}

/**
 * Start of the instruction `count` before a Thumb address: decodes from the symbol the address belongs to, as going backwards
 * cannot tell the halves of a BL from other halfwords. Undefined when there is no symbol near enough.
 */
function backThumb(
  engine: DebugEngine,
  decode: Decode,
  space: AddressSpace,
  start: number,
  count: number,
): number | undefined {
  const from = engine.symbolAt(space, Math.max(0, start - count * 4));
  if (!from) return undefined;
  const starts: number[] = [];
  for (let at = Math.max(0, start - count * 4) - from.offset; at < start;) {
    starts.push(at);
    at += instructionAt(engine, decode, space, at, true).byteLength;
  }
  return starts.at(-count);
}

/** Names the source line of an instruction where it differs from that of the one before (DAP: else it is the same). */
class LineNotes {
  private last = '';

  constructor(
    private readonly engine: DebugEngine,
    private readonly space: AddressSpace,
    private readonly paths: SourcePaths,
  ) {}

  note(address: number): Pick<ListedInstruction, 'sourcePath' | 'line'> {
    const row = this.engine.symbolAt(this.space, address)?.image.lineAt(address);
    if (!row) {
      this.last = '';
      return {};
    }
    const place = `${row.file}:${row.line}`;
    if (place === this.last) return {};
    this.last = place;
    return { sourcePath: this.paths.toDisk(row.file), line: row.line };
  }
}
