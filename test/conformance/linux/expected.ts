/** What our test programs must print, computed here by other means: JavaScript's sort, big integers, Node's zlib. */
import { crc32 } from 'node:zlib';

function xorshift(count: number): Uint32Array {
  const values = new Uint32Array(count);
  let state = 2463534242;
  for (let index = 0; index < count; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    values[index] = state;
  }
  return values;
}

function primesBelow(limit: number): number {
  const isPrime = (n: number): boolean => {
    for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
    return true;
  };
  return Array.from({ length: limit - 2 }, (_, index) => index + 2).filter(isPrime).length;
}

function wide(): bigint {
  let value = 0x9e3779b97f4a7c15n;
  for (let step = 1n; step <= 10000n; step++) {
    value = BigInt.asUintN(64, (value ^ (value >> 29n)) * 0xbf58476d1ce4e5b9n + value / step);
  }
  return value;
}

function compute(): string {
  const weighted = xorshift(50000)
    .sort()
    .reduce((sum, value) => (Math.imul(sum, 31) + value) >>> 0, 0);
  const digits = [...(2n ** 1000n).toString()].reduce((sum, digit) => sum + Number(digit), 0);
  return lines({
    sorted: weighted,
    primes: primesBelow(100000),
    'wide-high': wide() >> 32n,
    'wide-low': wide() & 0xffffffffn,
    'digits-of-2^1000': digits,
  });
}

const lines = (values: Readonly<Record<string, number | bigint>>): string =>
  Object.entries(values)
    .map(([label, value]) => `${label} ${value}\n`)
    .join('');

const sumTo = (last: number): number => (last * (last + 1)) / 2;
const PAGES = (24 << 20) / 4096;

/** By the name of the program. */
export const expectedOutputs: Readonly<Record<string, string>> = {
  compute: compute(),
  'compute-thumb': compute(),
  processes: lines({
    'sum-by-child': sumTo(32000),
    'exit-code': 42,
    'own-copy': sumTo(4095),
    'exit-codes-of-20': 10 * 9,
  }),
  signals: lines({
    'user-signals': 100,
    'child-signals': 1,
    faults: 1,
    'fault-offset': 123,
    'written-after-fault': 5,
    'kernel-write-ends-with': 128 + 11,
  }),
  memory: lines({
    'zero-pages': PAGES,
    'page-sum': sumTo(PAGES - 1),
    shared: 1234,
    private: 0,
    'exchange-missed': 1,
    exchanged: 1,
    'thread-pointer': 0x12345678,
  }),
};

/** What the program crc32 prints about these bytes. */
export function crcLine(bytes: Uint8Array): string {
  return `crc32 ${(crc32(bytes) >>> 0).toString(16).padStart(8, '0')} of ${bytes.length} bytes\n`;
}
