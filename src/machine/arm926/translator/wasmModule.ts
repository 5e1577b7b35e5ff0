/**
 * A WebAssembly module around functions whose bodies are there already (Core Specification 5.5): sections in their order, one memory that is
 * imported, perhaps a table, and every function exported by its number. Knows no instruction; emit.ts and dispatch.ts write the bodies.
 */
import { Bytes } from './bytes';

export const I32 = 0x7f;
export const I64 = 0x7e;
const FUNCTION_REFERENCE = 0x70;
const FUNCTION_TYPE = 0x60;
const [FUNCTION, TABLE, MEMORY] = [0, 1, 2];
const HAS_MOST = 1;
const Section = { TYPE: 1, IMPORT: 2, FUNCTION: 3, EXPORT: 7, CODE: 10 } as const;

export interface FunctionType {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

export interface ModuleParts {
  readonly types: readonly FunctionType[];
  /** Size of the imported memory "memory" of "e" in pages of 64 KB; it does not grow. */
  readonly memoryPages: number;
  /** Whether a table of functions is imported, "regions" of "e". */
  readonly table?: boolean;
  /** Functions that are imported from "e"; they come before those of the module. Types by their place in `types`. */
  readonly functions?: readonly { readonly name: string; readonly type: number }[];
  /** Type of all functions of the module. */
  readonly type: number;
  /** Locals and code of each. */
  readonly bodies: readonly Uint8Array[];
}

/** The bytes of the module; number n of its own functions is exported as "n". */
export function moduleBytes({
  types,
  memoryPages,
  table = false,
  functions = [],
  type,
  bodies,
}: ModuleParts): Uint8Array<ArrayBuffer> {
  const module = new Bytes();
  for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) module.byte(byte);
  const section = (id: number, fill: (out: Bytes) => void): void => {
    const content = new Bytes();
    fill(content);
    module.byte(id);
    module.unsigned(content.length);
    module.append(content.view());
  };
  const list = (out: Bytes, values: readonly number[]): void => {
    out.unsigned(values.length);
    for (const value of values) out.byte(value);
  };
  section(Section.TYPE, (out) => {
    out.unsigned(types.length);
    for (const { parameters, results } of types) {
      out.byte(FUNCTION_TYPE);
      list(out, parameters);
      list(out, results);
    }
  });
  section(Section.IMPORT, (out) => {
    out.unsigned((table ? 2 : 1) + functions.length);
    for (const imported of functions) {
      out.name('e');
      out.name(imported.name);
      out.byte(FUNCTION);
      out.unsigned(imported.type);
    }
    out.name('e');
    out.name('memory');
    out.byte(MEMORY);
    out.byte(HAS_MOST);
    out.unsigned(memoryPages);
    out.unsigned(memoryPages);
    if (!table) return;
    out.name('e');
    out.name('regions');
    for (const byte of [TABLE, FUNCTION_REFERENCE, 0, 1]) out.byte(byte);
  });
  section(Section.FUNCTION, (out) => {
    out.unsigned(bodies.length);
    bodies.forEach(() => out.unsigned(type));
  });
  section(Section.EXPORT, (out) => {
    out.unsigned(bodies.length);
    bodies.forEach((_, index) => {
      out.name(String(index));
      out.byte(FUNCTION);
      out.unsigned(functions.length + index);
    });
  });
  section(Section.CODE, (out) => {
    out.unsigned(bodies.length);
    for (const body of bodies) {
      out.unsigned(body.length);
      out.append(body);
    }
  });
  return module.view();
}
