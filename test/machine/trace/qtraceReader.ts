/** Reads trace files back as goldfish.md B7 describes them; knows nothing of the code that writes them. */

class Numbers {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  private take(count: number, start: number): number {
    let value = start;
    for (let index = 0; index < count; index++) value = value * 256 + this.bytes[this.at++]!;
    return value;
  }

  unsigned(): number {
    const first = this.bytes[this.at++]!;
    if (first < 0x80) return first;
    if (first < 0xc0) return this.take(1, first & 0x3f);
    if (first < 0xe0) return this.take(2, first & 0x1f);
    if (first < 0xf0) return this.take(3, first & 0x0f);
    if (first < 0xf8) return this.take(4, first & 0x07);
    if (first < 0xfc) return this.take(5, first & 0x03);
    if (first !== 0xfc) throw new Error(`prefix ${first}`);
    return this.take(8, 0);
  }

  signed(): number {
    const first = this.bytes[this.at++]!;
    const sign = (value: number, bits: number): number => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value);
    if (first < 0x80) return sign(first, 7);
    if (first < 0xc0) return sign(this.take(1, first & 0x3f), 14);
    if (first < 0xe0) return sign(this.take(2, first & 0x1f), 21);
    if (first < 0xf0) return sign(this.take(3, first & 0x0f), 28);
    if (first !== 0xf0) throw new Error(`prefix ${first}`);
    return sign(this.take(4, 0), 32);
  }
}

export interface StaticBlock {
  readonly number: number;
  readonly address: number;
  readonly thumb: boolean;
  readonly words: readonly number[];
}

export interface Execution {
  readonly block: number;
  readonly start: number;
}

export function readStatic(bytes: Uint8Array): StaticBlock[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: StaticBlock[] = [];
  for (let at = 88; at < bytes.length;) {
    const address = view.getUint32(at + 8, true);
    const count = view.getUint32(at + 12, true);
    const words = Array.from({ length: count }, (_, index) => view.getUint32(at + 16 + index * 4, true));
    blocks.push({
      number: Number(view.getBigUint64(at, true)),
      address: (address & ~1) >>> 0,
      thumb: (address & 1) !== 0,
      words,
    });
    at += 16 + count * 4;
  }
  return blocks;
}

/** All executions in the order of time, and when the trace ends. */
export function readExecutions(bytes: Uint8Array): { executions: Execution[]; end: number } {
  const numbers = new Numbers(bytes);
  const executions: Execution[] = [];
  let block = 0;
  let start = 0;
  for (;;) {
    block += numbers.signed();
    start += numbers.unsigned();
    const repeat = numbers.unsigned();
    if (block === 0) break;
    const period = repeat > 0 ? numbers.unsigned() : 0;
    for (let k = 0; k <= repeat; k++) executions.push({ block, start: start + k * period });
  }
  if (bytes.length - numbers.at !== 3) throw new Error('three zero bytes end the file');
  return { executions: executions.sort((a, b) => a.start - b.start), end: start };
}

/** Start times of all instructions. */
export function readInstructions(bytes: Uint8Array): number[] {
  const numbers = new Numbers(bytes);
  const starts: number[] = [];
  let time = 0;
  while (numbers.at < bytes.length) {
    const delta = numbers.unsigned();
    for (let left = numbers.unsigned() + 1; left > 0; left--) starts.push((time += delta));
  }
  return starts;
}

export interface ExceptionRecord {
  readonly time: number;
  readonly pc: number;
  readonly target: number;
  readonly block: number;
  readonly blockStart: number;
  readonly done: number;
}

export function readExceptions(bytes: Uint8Array): ExceptionRecord[] {
  const numbers = new Numbers(bytes);
  const found: ExceptionRecord[] = [];
  for (let time = 0; numbers.at < bytes.length - 7;) {
    time += numbers.unsigned();
    const pc = numbers.unsigned();
    numbers.unsigned();
    found.push({
      time,
      pc,
      target: numbers.unsigned(),
      block: numbers.unsigned(),
      blockStart: numbers.unsigned(),
      done: numbers.unsigned(),
    });
  }
  return found;
}

/** The pc of every instruction: whole blocks, but those that an exception cut off. */
export function reconstruct(
  blocks: readonly StaticBlock[],
  executions: readonly Execution[],
  exceptions: readonly ExceptionRecord[],
): number[] {
  const cut = new Map(exceptions.map(({ blockStart, done }) => [blockStart, done]));
  return executions.flatMap(({ block, start }) => {
    const { address, thumb, words } = blocks[block]!;
    return Array.from({ length: cut.get(start) ?? words.length }, (_, index) => address + index * (thumb ? 2 : 4));
  });
}
