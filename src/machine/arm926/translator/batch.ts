/**
 * Regions that wait to be compiled together: a module has its own price (an eighth of a millisecond for one of one region), which a kernel that
 * boots would pay thousands of times. Who adds regions says when; here is only how.
 */
import type { RegionFunction } from './dispatch';
import type { Region } from './regions';
import { IMPORTED, type ImportedFunctions } from './intermediate';
import { I32, moduleBytes, type FunctionType, type ModuleParts } from './wasmModule';

/** More wait for nothing. */
const MOST_WAITING = 24;

/** What was compiled together. It takes memory until the last of its regions is gone. */
export interface CompiledBatch {
  readonly bytes: number;
  readonly compiled: readonly (readonly [region: Region, run: RegionFunction])[];
}

const REGION_TYPE: FunctionType = { parameters: [I32, I32], results: [I32] };

export class Batch {
  private waiting: { readonly region: Region; readonly body: Uint8Array }[] = [];
  private readonly imports: WebAssembly.Imports;
  private readonly parts: Omit<ModuleParts, 'bodies'>;

  /** @param functions what the code of regions may call */
  constructor(memory: WebAssembly.Memory, functions: ImportedFunctions | undefined) {
    this.imports = { e: { memory, ...functions } };
    const names = functions === undefined ? [] : IMPORTED;
    this.parts = {
      types: [REGION_TYPE, ...names.map(({ operands }) => ({ parameters: operands.map(() => I32), results: [] }))],
      memoryPages: memory.buffer.byteLength >>> 16,
      functions: names.map(({ name }, index) => ({ name, type: index + 1 })),
      type: 0,
    };
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
    const bytes = moduleBytes({ ...this.parts, bodies: ready.map(({ body }) => body) });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), this.imports);
    return {
      bytes: bytes.length,
      compiled: ready.map(({ region }, index) => [region, exports[String(index)] as RegionFunction] as const),
    };
  }
}
