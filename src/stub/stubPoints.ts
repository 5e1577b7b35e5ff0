/**
 * Breakpoints and watchpoints in a stub: what is wanted, and what has been inserted there. Only the difference is sent, when the
 * machine is about to move; a point that the stub refuses is told once and forgotten.
 */
import type { WatchedRange, WatchHit } from '../machine/types';

/** Kinds of the `Z` packet (GDB manual, appendix E.2). */
const SOFTWARE_BREAKPOINT = 0;
const WATCH_KINDS = { write: 2, read: 3, readWrite: 4 } as const;
const ARM_INSTRUCTION_BYTES = 4;

export class StubPoints {
  private breakpoints: ReadonlySet<number> = new Set();
  private watches: readonly WatchedRange[] = [];
  private readonly inserted = new Set<string>();
  private readonly refused = new Set<string>();

  constructor(
    private readonly ask: (packet: string) => string | undefined,
    private readonly onDiagnostic: (text: string) => void,
  ) {}

  setBreakpoints(addresses: Iterable<number>): void {
    this.breakpoints = new Set(addresses);
  }

  setWatches(ranges: readonly WatchedRange[]): void {
    this.watches = ranges;
  }

  isArmed(pc: number): boolean {
    return this.breakpoints.has(pc);
  }

  /** Has the stub stop at what is wanted, and at nothing else. */
  insert(): void {
    const wanted = new Set([
      ...[...this.breakpoints].map((pc) => `${SOFTWARE_BREAKPOINT},${pc.toString(16)},${ARM_INSTRUCTION_BYTES}`),
      ...this.watches
        .filter(({ space }) => space === 'virtual')
        .map(
          ({ access, address, byteLength }) =>
            `${WATCH_KINDS[access]},${address.toString(16)},${byteLength.toString(16)}`,
        ),
    ]);
    for (const point of this.inserted) if (!wanted.has(point)) this.remove(point);
    for (const point of wanted) if (!this.inserted.has(point) && !this.refused.has(point)) this.add(point);
  }

  removeAll(): void {
    for (const point of this.inserted) this.remove(point);
  }

  /** Until `insert`. */
  removeWatches(): void {
    for (const point of this.inserted) if (!point.startsWith(`${SOFTWARE_BREAKPOINT},`)) this.remove(point);
  }

  /** The access that a stop reply tells (`T05watch:c0008000;`), which the instruction at `pc` is about to make. */
  hitOf(reply: string, pc: number): WatchHit | undefined {
    const match = /[T;](?:..)?(watch|rwatch|awatch):([0-9a-f]+);/i.exec(reply);
    if (!match) return undefined;
    const address = parseInt(match[2]!, 16);
    const index = this.watches.findIndex(
      (range) => range.space === 'virtual' && address >= range.address && address < range.address + range.byteLength,
    );
    if (index < 0) return undefined;
    const { access, byteLength, address: start } = this.watches[index]!;
    // `awatch` does not say which of the two it was: that the value changed decides above.
    const kind = match[1] === 'rwatch' || access === 'read' ? 'read' : 'write';
    const bytes = start + byteLength - address;
    return { index, access: kind, address, byteLength: bytes, by: 'cpu', virtualAddress: address, pc };
  }

  private add(point: string): void {
    if (this.ask(`Z${point}`) === 'OK') {
      this.inserted.add(point);
      return;
    }
    this.refused.add(point);
    const [kind, address] = point.split(',');
    const what = kind === String(SOFTWARE_BREAKPOINT) ? 'breakpoint' : 'data breakpoint';
    this.onDiagnostic(`The stub refuses a ${what} at 0x${address!.padStart(8, '0')}: the machine will not stop there.`);
  }

  private remove(point: string): void {
    this.ask(`z${point}`);
    this.inserted.delete(point);
  }
}
