/**
 * The registers that a stub offers, by name: from its target description (GDB manual, appendix G), which may include others. A stub
 * without one has the numbers that GDB has always had for ARM.
 */
import sax from 'sax';

export interface StubRegister {
  readonly name: string;
  readonly number: number;
  readonly bits: number;
}

/** GDB's own numbers: r0-r15, then eight FPA registers and their status before the CPSR. */
const CLASSIC_CPSR = 25;
const MOST_INCLUDES = 16;

/** By name, in lower case; the first of a name counts. `read` gives a document, or undefined. */
export function readDescription(read: (annex: string) => string | undefined): ReadonlyMap<string, StubRegister> {
  const registers = new Map<string, StubRegister>();
  let next = 0;
  let includes = 0;
  const take = (annex: string): void => {
    const text = includes++ < MOST_INCLUDES ? read(annex) : undefined;
    if (text === undefined) return;
    const reader = sax.parser(true, {});
    // A description that is no XML gives what stands before the mistake.
    reader.onerror = () => reader.resume();
    reader.onopentag = ({ name, attributes }) => {
      const value = (key: string): string | undefined => attributes[key] as string | undefined;
      const href = value('href');
      if (name === 'xi:include' && href !== undefined) take(href);
      if (name !== 'reg') return;
      const number = Number(value('regnum') ?? next);
      next = number + 1;
      const key = (value('name') ?? '').toLowerCase();
      if (!registers.has(key)) registers.set(key, { name: key, number, bits: Number(value('bitsize') ?? 32) });
    };
    reader.write(text).close();
  };
  take('target.xml');
  return registers.has('pc') || registers.has('r15') ? registers : classic();
}

function classic(): ReadonlyMap<string, StubRegister> {
  const general = Array.from({ length: 16 }, (_, number) => ({ name: `r${number}`, number, bits: 32 }));
  const all = [...general, { name: 'cpsr', number: CLASSIC_CPSR, bits: 32 }];
  return new Map(all.map((register) => [register.name, register]));
}
