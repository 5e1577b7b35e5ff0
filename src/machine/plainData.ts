/**
 * Plain data as bytes and back: what structured cloning knows of numbers, texts, lists, objects, maps, sets and typed arrays,
 * with `undefined`, Infinity and -0 kept. Typed arrays that occur more than once are written once and are shared again when
 * read, as snapshots share blocks. It knows nothing of what the data mean; files around it are snapshotFile.ts.
 */

/** The bytes are no plain data of this encoding. */
export class PlainDataError extends Error {}

const enum Tag {
  UNDEFINED,
  NULL,
  FALSE,
  TRUE,
  INTEGER,
  NUMBER,
  TEXT,
  LIST,
  OBJECT,
  MAP,
  SET,
  BYTES,
  AGAIN,
}

type TypedArray = ArrayBufferView & { readonly length: number };

const ARRAYS: readonly (new (buffer: ArrayBuffer) => TypedArray)[] = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  Uint8ClampedArray,
  BigInt64Array,
  BigUint64Array,
];
/** Deeper data are not ours: a file could otherwise use up the stack. */
const MOST_DEPTH = 64;
/** Keys that would change an object instead of standing in it. */
const FORBIDDEN_KEY = '__proto__';

class Writer {
  private bytes = new Uint8Array(1 << 16);
  private view = new DataView(this.bytes.buffer);
  private length = 0;
  private readonly seen = new Map<object, number>();
  private readonly encoder = new TextEncoder();

  result(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(count: number): number {
    const at = this.length;
    if (at + count > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, at + count));
      larger.set(this.bytes.subarray(0, at));
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    this.length = at + count;
    return at;
  }

  private byte(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  private count(value: number): void {
    const at = this.reserve(4);
    this.view.setUint32(at, value, true);
  }

  private text(value: string): void {
    const encoded = this.encoder.encode(value);
    this.count(encoded.length);
    const at = this.reserve(encoded.length);
    this.bytes.set(encoded, at);
  }

  value(value: unknown, depth = 0): void {
    if (depth > MOST_DEPTH) throw new PlainDataError('The data are nested too deeply.');
    switch (typeof value) {
      case 'undefined':
        return this.byte(Tag.UNDEFINED);
      case 'boolean':
        return this.byte(value ? Tag.TRUE : Tag.FALSE);
      case 'number':
        return this.number(value);
      case 'string':
        this.byte(Tag.TEXT);
        return this.text(value);
      case 'object':
        if (value === null) return this.byte(Tag.NULL);
        return ArrayBuffer.isView(value) ? this.array(value) : this.collection(value, depth + 1);
      default:
        throw new PlainDataError(`A ${typeof value} is no plain data.`);
    }
  }

  private number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) {
      this.byte(Tag.INTEGER);
      const at = this.reserve(4);
      this.view.setInt32(at, value, true);
    } else {
      this.byte(Tag.NUMBER);
      const at = this.reserve(8);
      this.view.setFloat64(at, value, true);
    }
  }

  private array(value: ArrayBufferView): void {
    const before = this.seen.get(value);
    if (before !== undefined) {
      this.byte(Tag.AGAIN);
      return this.count(before);
    }
    const type = ARRAYS.findIndex((constructor) => value.constructor === constructor);
    if (type < 0) throw new PlainDataError(`A ${value.constructor.name} is no plain data.`);
    this.seen.set(value, this.seen.size);
    this.byte(Tag.BYTES);
    this.byte(type);
    this.count(value.byteLength);
    const at = this.reserve(value.byteLength);
    this.bytes.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at);
  }

  private collection(value: object, depth: number): void {
    if (Array.isArray(value)) {
      this.byte(Tag.LIST);
      this.count(value.length);
      for (let index = 0; index < value.length; index++) this.value(value[index], depth);
    } else if (value instanceof Map) {
      this.byte(Tag.MAP);
      this.count(value.size);
      for (const [key, item] of value) {
        this.value(key, depth);
        this.value(item, depth);
      }
    } else if (value instanceof Set) {
      this.byte(Tag.SET);
      this.count(value.size);
      for (const item of value) this.value(item, depth);
    } else {
      const entries = Object.entries(value);
      this.byte(Tag.OBJECT);
      this.count(entries.length);
      for (const [key, item] of entries) {
        this.text(key);
        this.value(item, depth);
      }
    }
  }
}

class Reader {
  private at = 0;
  private readonly view: DataView;
  private readonly seen: object[] = [];
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get ended(): boolean {
    return this.at === this.bytes.length;
  }

  private take(count: number): number {
    const at = this.at;
    if (count > this.bytes.length - at) throw new PlainDataError('The data end too early.');
    this.at = at + count;
    return at;
  }

  private byte(): number {
    return this.bytes[this.take(1)]!;
  }

  /** How many things follow, each of at least one byte: no more than there are bytes. */
  private count(): number {
    const value = this.view.getUint32(this.take(4), true);
    if (value > this.bytes.length - this.at) throw new PlainDataError('The data end too early.');
    return value;
  }

  private text(): string {
    const length = this.count();
    const at = this.take(length);
    try {
      return this.decoder.decode(this.bytes.subarray(at, at + length));
    } catch {
      throw new PlainDataError('A text is not UTF-8.');
    }
  }

  value(depth = 0): unknown {
    if (depth > MOST_DEPTH) throw new PlainDataError('The data are nested too deeply.');
    const tag: Tag = this.byte();
    switch (tag) {
      case Tag.UNDEFINED:
        return undefined;
      case Tag.NULL:
        return null;
      case Tag.FALSE:
        return false;
      case Tag.TRUE:
        return true;
      case Tag.INTEGER:
        return this.view.getInt32(this.take(4), true);
      case Tag.NUMBER:
        return this.view.getFloat64(this.take(8), true);
      case Tag.TEXT:
        return this.text();
      case Tag.BYTES:
        return this.array();
      case Tag.AGAIN:
        return this.again();
      default:
        return this.collection(tag, depth + 1);
    }
  }

  private again(): object {
    const found = this.seen[this.view.getUint32(this.take(4), true)];
    if (found === undefined) throw new PlainDataError('The data name an array that is not there.');
    return found;
  }

  private array(): ArrayBufferView {
    const type = ARRAYS[this.byte()];
    const length = this.count();
    const at = this.take(length);
    const buffer = new Uint8Array(this.bytes.subarray(at, at + length)).buffer;
    try {
      if (type === undefined) throw new RangeError();
      const made = new type(buffer);
      this.seen.push(made);
      return made;
    } catch {
      throw new PlainDataError('The data hold an array of no known kind.');
    }
  }

  private collection(tag: Tag, depth: number): unknown {
    const items = (): unknown[] => Array.from({ length: this.count() }, () => this.value(depth));
    const pair = (): [unknown, unknown] => [this.value(depth), this.value(depth)];
    switch (tag) {
      case Tag.LIST:
        return items();
      case Tag.SET:
        return new Set(items());
      case Tag.MAP:
        return new Map(Array.from({ length: this.count() }, pair));
      case Tag.OBJECT: {
        const made: Record<string, unknown> = {};
        for (let left = this.count(); left > 0; left--) {
          const key = this.text();
          if (key === FORBIDDEN_KEY) throw new PlainDataError('The data hold a forbidden name.');
          made[key] = this.value(depth);
        }
        return made;
      }
      default:
        throw new PlainDataError(`The data hold the unknown mark ${tag}.`);
    }
  }
}

/** @throws PlainDataError for functions, symbols, class instances with buffers, and data nested more than 64 deep */
export function encodePlainData(value: unknown): Uint8Array {
  const writer = new Writer();
  writer.value(value);
  return writer.result();
}

/** @throws PlainDataError, and nothing else, for bytes that no `encodePlainData` made */
export function decodePlainData(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (!reader.ended) throw new PlainDataError('More bytes follow the data.');
  return value;
}
