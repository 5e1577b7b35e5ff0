/** The VFP scope: the doubles with their two singles below them, and the system registers (ARM DDI 0100 C2). */
import type { CpuView } from '../../machine/types';
import type { BitField } from '../registers/fields';
import { fieldValue } from '../registers/fields';
import { UserError, type Value } from '../types';
import { hex32 } from './format';

const bit = (name: string, low: number, doc: string): BitField => ({ name, low, width: 1, doc });
const ROUNDING = ['to nearest', 'towards plus infinity', 'towards minus infinity', 'towards zero'];
const FPSCR_FIELDS: readonly BitField[] = [
  bit('N', 31, 'less than'),
  bit('Z', 30, 'equal'),
  bit('C', 29, 'equal, greater or unordered'),
  bit('V', 28, 'unordered'),
  bit('DN', 25, 'default NaN'),
  bit('FZ', 24, 'flush to zero'),
  { name: 'RMODE', low: 22, width: 2, meaning: (value) => ROUNDING[value]! },
  { name: 'STRIDE', low: 20, width: 2 },
  { name: 'LEN', low: 16, width: 3, meaning: (value) => `vectors of ${value + 1}` },
  bit('IDC', 7, 'input denormal'),
  bit('IXC', 4, 'inexact'),
  bit('UFC', 3, 'underflow'),
  bit('OFC', 2, 'overflow'),
  bit('DZC', 1, 'division by zero'),
  bit('IOC', 0, 'invalid operation'),
];
const FPEXC_FIELDS: readonly BitField[] = [bit('EX', 31, 'exception'), bit('EN', 30, 'enabled')];

/** Nothing when the machine has no VFP. */
export function vfpValues(cpu: CpuView): readonly Value[] {
  const vfp = cpu.getVfp();
  if (!vfp) return [];
  const { fpscr, fpexc, fpsid, singles } = vfp;
  const doubles = Array.from({ length: singles.length / 2 }, (_, index) => doubleValue(cpu, singles, index));
  return [
    ...doubles,
    { name: 'fpscr', text: hex32(fpscr), children: () => fieldsOf(FPSCR_FIELDS, fpscr) },
    {
      name: 'fpexc',
      text: `${hex32(fpexc)} ${(fpexc >>> 30) & 1 ? 'enabled' : 'disabled'}`,
      children: () => fieldsOf(FPEXC_FIELDS, fpexc),
    },
    { name: 'fpsid', text: hex32(fpsid) },
  ];
}

function doubleValue(cpu: CpuView, singles: Uint32Array, index: number): Value {
  const words = singles.slice(index * 2, index * 2 + 2);
  const bits = `0x${hex32(words[1]!).slice(2)}${hex32(words[0]!).slice(2)}`;
  return {
    name: `d${index}`,
    text: `${new Float64Array(words.buffer)[0]} (${bits})`,
    type: 'double',
    children: () => [0, 1].map((half) => singleValue(cpu, singles, index * 2 + half)),
    set: (text) => {
      const written = new Uint32Array(Float64Array.of(parseReal(text)).buffer);
      written.forEach((word, half) => cpu.setVfp(index * 2 + half, word));
    },
  };
}

function singleValue(cpu: CpuView, singles: Uint32Array, index: number): Value {
  const word = singles.slice(index, index + 1);
  return {
    name: `s${index}`,
    text: `${new Float32Array(word.buffer)[0]} (${hex32(word[0]!)})`,
    type: 'float',
    set: (text) => cpu.setVfp(index, new Uint32Array(Float32Array.of(parseReal(text)).buffer)[0]!),
  };
}

const fieldsOf = (fields: readonly BitField[], value: number): readonly Value[] =>
  fields.map((field) => {
    const raw = fieldValue(field, value);
    const { name, meaning, doc } = field;
    return { name, text: meaning ? `${raw} ${meaning(raw)}` : `${raw}`, ...(doc !== undefined && { type: doc }) };
  });

function parseReal(text: string): number {
  const trimmed = text.trim();
  const value = /^nan$/i.test(trimmed) ? NaN : Number(trimmed);
  if (trimmed === '' || (Number.isNaN(value) && !/^nan$/i.test(trimmed)))
    throw new UserError(`"${text}" is no number: write 1.5, -2e10, Infinity or NaN`);
  return value;
}
