/** Reproducible random numbers for generated programs (xorshift32; Marsaglia 2003), and values that sit on edges. */
export class Random {
  constructor(private state: number) {}

  next(): number {
    let x = this.state | 0;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x >>> 0;
  }

  /** 0 ≤ result < bound. */
  below(bound: number): number {
    return this.next() % bound;
  }

  bits(count: number): number {
    return this.next() >>> (32 - count);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** An operand: often one at which carries, overflows and saturations happen. */
  operand(): number {
    const edges = [
      0, 1, 2, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
    ];
    return this.below(2) === 0 ? this.pick(edges) : this.next();
  }
}
