/** Z and z packets: breakpoints and watchpoints of each process, handed to the engine as whole sets. */
import type { BreakpointState, DataBreakpointRequest, DebugEngine } from '../debugger/types';
import { spaceOf, type GdbThread } from './inferiors';

/** Kinds of Z packets (GDB manual, E.2): software and hardware breakpoints are the same here. */
const WATCH_ACCESS = { 2: 'write', 3: 'read', 4: 'readWrite' } as const;
/** How a stop names a watchpoint. */
const STOP_WORDS = { 2: 'watch', 3: 'rwatch', 4: 'awatch' } as const;

type WatchKind = keyof typeof WATCH_ACCESS;

interface Point {
  readonly kind: number;
  readonly pid: number;
  readonly address: number;
  readonly byteLength: number;
}

const isWatch = (kind: number): kind is WatchKind => kind in WATCH_ACCESS;
const samePoint = (left: Point, right: Point): boolean =>
  left.kind === right.kind &&
  left.pid === right.pid &&
  left.address === right.address &&
  left.byteLength === right.byteLength;

export class BreakpointTable {
  private points: readonly Point[] = [];
  private watched = new Map<number, Point>();
  private armed = new Set<number>();

  constructor(private readonly engine: DebugEngine) {}

  /** False when it cannot be set. GDB may set a breakpoint that is set already. */
  insert(thread: GdbThread, kind: number, address: number, byteLength: number): boolean {
    const point = { kind, pid: thread.pid, address, byteLength };
    if (this.points.some((each) => samePoint(each, point))) return true;
    const before = this.points;
    if (this.apply([...before, point])) return true;
    this.apply(before);
    return false;
  }

  remove(thread: GdbThread, kind: number, address: number, byteLength: number): void {
    const point = { kind, pid: thread.pid, address, byteLength };
    this.apply(this.points.filter((each) => !samePoint(each, point)));
  }

  clear(): void {
    this.apply([]);
  }

  /** What a stop reply says of the breakpoints that made it: `swbreak:;`, `watch:c0010000;`. */
  describe(ids: readonly number[]): string {
    for (const id of ids) {
      const point = this.watched.get(id);
      if (point && isWatch(point.kind)) return `${STOP_WORDS[point.kind]}:${point.address.toString(16)};`;
    }
    return ids.some((id) => this.armed.has(id)) ? 'swbreak:;' : '';
  }

  /** Whether a watchpoint is among the breakpoints that made a stop. */
  isWatch(ids: readonly number[]): boolean {
    return ids.some((id) => this.watched.has(id));
  }

  private apply(points: readonly Point[]): boolean {
    this.points = points;
    const instructions = points.filter(({ kind }) => !isWatch(kind));
    const watches = points.filter(({ kind }) => isWatch(kind));
    const states = this.engine.setInstructionBreakpoints(
      instructions.map(({ pid, address }) => ({ space: spaceOf({ pid, tid: 1 }), address })),
    );
    const data = this.engine.setDataBreakpoints(watches.map(requestOf));
    this.armed = new Set(states.map(({ id }) => id));
    this.watched = new Map(data.map(({ id }, index) => [id, watches[index]!]));
    return [...states, ...data].every(({ verified }: BreakpointState) => verified);
  }
}

function requestOf({ kind, pid, address, byteLength }: Point): DataBreakpointRequest {
  const space = spaceOf({ pid, tid: 1 });
  return {
    target: { kind: 'memory', space, address, byteLength, scope: 'memory' },
    access: WATCH_ACCESS[kind as WatchKind],
    name: `0x${address.toString(16)}`,
  };
}
