/**
 * Regions that wait to be compiled together: a module has its own price (an eighth of a millisecond for one of one region), which a kernel that
 * boots would pay thousands of times. Who adds regions says when; here is only how.
 */
import type { RegionFunction } from './dispatch';
import type { Region } from './regions';
import { I32, moduleBytes } from './wasmModule';

/** More wait for nothing. */
const MOST_WAITING = 24;

/** What was compiled together. It takes memory until the last of its regions is gone. */
export interface CompiledBatch {
  readonly bytes: number;
  readonly compiled: readonly (readonly [region: Region, run: RegionFunction])[];
}

export class Batch {
  private waiting: { readonly region: Region; readonly body: Uint8Array }[] = [];
  private readonly imports: WebAssembly.Imports;
  private readonly memoryPages: number;

  constructor(memory: WebAssembly.Memory) {
    this.imports = { e: { memory } };
    this.memoryPages = memory.buffer.byteLength >>> 16;
  }

  get isFull(): boolean {
    return this.waiting.length >= MOST_WAITING;
  }

  /** @param body locals and code of its function, of type (count, room) to exit */
  add(region: Region, body: Uint8Array): void {
    this.waiting.push({ region, body });
  }

  clear(): void {
    this.waiting = [];
  }

  /** All that are waiting and still live; none is waiting then. */
  compile(): CompiledBatch {
    const ready = this.waiting.filter(({ region }) => region.live);
    this.clear();
    if (ready.length === 0) return { bytes: 0, compiled: [] };
    const bytes = moduleBytes({
      types: [{ parameters: [I32, I32], results: [I32] }],
      memoryPages: this.memoryPages,
      type: 0,
      bodies: ready.map(({ body }) => body),
    });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), this.imports);
    return {
      bytes: bytes.length,
      compiled: ready.map(({ region }, index) => [region, exports[String(index)] as RegionFunction] as const),
    };
  }
}
