/**
 * Whether regions can be compiled where we run. Pages may forbid it (Content Security Policy, `wasm-unsafe-eval`), and engines before
 * 2019 lack the sign extensions that code uses. Everything else that it uses is of WebAssembly's first version.
 */
import type { EngineMode } from '../../types';
import { Op } from './intermediate';
import { I32, moduleBytes } from './wasmModule';

const [NO_LOCALS, LOCAL_0, END] = [0, 0, 0x0b];

/** Compiles a function with what is newest. */
function mayCompile(): boolean {
  const body = Uint8Array.of(NO_LOCALS, Op.LOCAL, LOCAL_0, Op.EXTEND_8, END);
  const types = [{ parameters: [I32], results: [I32] }];
  try {
    return new WebAssembly.Module(moduleBytes({ types, memoryPages: 1, type: 0, bodies: [body] })) !== undefined;
  } catch {
    return false;
  }
}

/** The engine for what is asked for: `auto` interprets where nothing can be compiled. Throws a sentence where `translator` cannot be had. */
export function engineFor(asked: EngineMode): Exclude<EngineMode, 'auto'> {
  if (asked === 'interpreter' || mayCompile()) return asked === 'interpreter' ? asked : 'translator';
  if (asked === 'auto') return 'interpreter';
  throw new Error('engine "translator": WebAssembly may not be compiled here. Use "auto" or "interpreter".');
}
