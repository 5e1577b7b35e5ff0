/**
 * Packets of GDB's remote protocol: `$data#checksum`, acknowledged with + or -, binary data escaped by `}` (GDB manual, appendix E.1).
 * Bytes in, packets out; what a packet means is server.ts's.
 */

const DOLLAR = 0x24;
const HASH = 0x23;
const ESCAPE = 0x7d;
const STAR = 0x2a;
const ESCAPE_XOR = 0x20;
const INTERRUPT = 0x03;
/** What a client may send at once; what is longer cannot be a packet of ours (`PacketSize`). */
export const MOST_PACKET_BYTES = 0x10000;

/** What came in. `damaged`: a packet whose checksum is wrong, to be asked for again. */
export type Incoming =
  | { readonly kind: 'packet'; readonly data: Uint8Array }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'damaged' };

/** Takes bytes as they come and gives whole packets. Acknowledgements and anything between packets are passed over. */
export class PacketReader {
  private bytes: number[] = [];
  private state: 'between' | 'data' | 'checksum' = 'between';
  private checksum = '';

  constructor(private readonly receive: (incoming: Incoming) => void) {}

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.take(byte);
  }

  private take(byte: number): void {
    if (this.state === 'between') {
      if (byte === INTERRUPT) this.receive({ kind: 'interrupt' });
      if (byte === DOLLAR) this.begin();
    } else if (this.state === 'data') {
      // A packet that begins within a packet: the end of the first was lost.
      if (byte === DOLLAR) this.begin();
      else if (byte === HASH) this.state = 'checksum';
      else if (this.bytes.push(byte) > MOST_PACKET_BYTES) this.state = 'between';
    } else {
      this.checksum += String.fromCharCode(byte);
      if (this.checksum.length === 2) this.end();
    }
  }

  private begin(): void {
    this.bytes = [];
    this.checksum = '';
    this.state = 'data';
  }

  private end(): void {
    this.state = 'between';
    const isRight = /^[0-9a-f]{2}$/i.test(this.checksum) && parseInt(this.checksum, 16) === sumOf(this.bytes);
    this.receive(isRight ? { kind: 'packet', data: unescaped(this.bytes) } : { kind: 'damaged' });
  }
}

/** A packet ready to be sent. Strings are characters 0-255. */
export function framed(data: string | Uint8Array): Uint8Array {
  const bytes = escaped(typeof data === 'string' ? latin1(data) : data);
  const checksum = sumOf(bytes).toString(16).padStart(2, '0');
  return Uint8Array.from([DOLLAR, ...bytes, HASH, ...latin1(checksum)]);
}

export const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
export const latin1Text = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
/** Undefined for what is no hexadecimal text of whole bytes. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, index) => parseInt(text.slice(index * 2, index * 2 + 2), 16));
}

const sumOf = (bytes: Iterable<number>): number => {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
};

function escaped(bytes: Uint8Array): Uint8Array {
  const special = (byte: number) => byte === DOLLAR || byte === HASH || byte === ESCAPE || byte === STAR;
  return Uint8Array.from([...bytes].flatMap((byte) => (special(byte) ? [ESCAPE, byte ^ ESCAPE_XOR] : [byte])));
}

function unescaped(bytes: readonly number[]): Uint8Array {
  const plain: number[] = [];
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] === ESCAPE && index + 1 < bytes.length) plain.push(bytes[++index]! ^ ESCAPE_XOR);
    else plain.push(bytes[index]!);
  }
  return Uint8Array.from(plain);
}
