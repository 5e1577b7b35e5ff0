/**
 * From the JSON value of a board file to a `BoardSpecification`, checked field by field against the form; a mistake is one
 * sentence with the place in the file, what is wrong and the remedy. Reads no files itself, and JSON text is not its business.
 */

import type { DeviceName, DeviceParameters, NandImage, StorageImage } from '../devices';
import { interruptInputs, parametersOfDevice } from '../devices/parameters';
import { boardFields, fieldsOfDevice, type Field } from './boardForm';
import type { DeviceEntry } from './boardLayout';
import { checkBoard } from './checkBoard';
import type { BoardSpecification, RomSpecification } from './specification';

type Values = Readonly<Record<string, unknown>>;

/** Contents of a file that the board file names; rejects with a sentence. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

/** Image files and sizes that this reader accepts: larger ones are a mistake in the file. */
const MOST_STORAGE_BYTES = 2 ** 31;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const list = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(', ');

/** A number, or text that is one in C's writing; undefined otherwise. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const text = value.trim().replaceAll('_', '');
  return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}

function bytesOf(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^\s*(\d+)\s*([KMG])(?:i?B)?\s*$/i.exec(value) : null;
  return match ? Number(match[1]) * UNITS[match[2]!.toUpperCase()]! : numberOf(value);
}

const within = (value: number | undefined, least: number, most: number): number | undefined =>
  value !== undefined && value >= least && value <= most ? value : undefined;

/** The value as read; undefined when the kind does not accept it. */
const readers: Readonly<Record<Exclude<Field['kind'], 'object' | 'list'>, (value: unknown, field: Field) => unknown>> =
  {
    text: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
    file: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
    address: (value) => within(numberOf(value), 0, 0xffff_ffff),
    bytes: (value) => within(bytesOf(value), 1, 2 ** 32),
    count: (value, { least = 0, most = 2 ** 53 - 1 }) => within(numberOf(value), least, most),
    flag: (value) => (typeof value === 'boolean' ? value : undefined),
    mac: (value) =>
      typeof value === 'string' && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value)
        ? value.split(':').map((byte) => parseInt(byte, 16))
        : undefined,
    choice: () => undefined,
  };

function expectation({ kind, least, most, choices }: Field): string {
  const words = choices === undefined ? undefined : list(choices);
  const what = {
    text: 'text in quotes',
    file: 'the path of a file, in quotes',
    address: 'a 32-bit number, or text like "0x80000000"',
    bytes: 'a number of bytes, or text like "16M"',
    count: `a whole number from ${least} to ${most}`,
    mac: 'an Ethernet address, like "52:54:00:12:34:56"',
    flag: 'true or false',
    choice: `one of ${words}`,
    object: 'an object in curly braces',
    list: 'a list in square brackets',
  }[kind];
  return kind === 'choice' || words === undefined ? what : `${what}, or ${words}`;
}

function readField(value: unknown, field: Field, path: string): unknown {
  const wrong = (): Error => new Error(`"${path}" is ${quote(value)}: it must be ${expectation(field)}.`);
  if (field.kind === 'list') {
    if (!Array.isArray(value)) throw wrong();
    if (value.length < (field.atLeast ?? 0)) throw new Error(`"${path}" is empty: give at least ${field.atLeast}.`);
    return value.map((element: unknown, index) => readObject(element, field.fields!, `${path}[${index}]`));
  }
  if (field.kind === 'object') {
    if (!isObject(value)) throw wrong();
    return field.fields === undefined ? value : readObject(value, field.fields, path);
  }
  if (field.choices?.includes(value as string)) return value;
  const read = readers[field.kind](value, field);
  if (read === undefined) throw wrong();
  return read;
}

function readObject(value: unknown, fields: Readonly<Record<string, Field>>, path: string): Values {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (!isObject(value)) {
    throw new Error(
      `${path === '' ? 'The board' : `"${path}"`} is ${quote(value)}: it must be an object in curly braces.`,
    );
  }
  const names = Object.keys(fields);
  for (const name of Object.keys(value)) {
    if (fields[name] !== undefined || (path === '' && name === '$schema')) continue;
    const known = names.length === 0 ? 'there are none here: remove it' : `use one of ${list(names)}, or remove it`;
    throw new Error(`"${at(name)}" is not known; ${known}.`);
  }
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (value[name] !== undefined) result[name] = readField(value[name], field, at(name));
    else if (field.required) throw new Error(`"${at(name)}" is missing: add ${expectation(field)}.`);
  }
  return result;
}

/**
 * The board that a file describes.
 * @param value of the whole file, as JSON.parse gives it
 * @param readFile for the image files that it names
 * @throws Error one sentence about the first mistake
 */
export async function readBoard(value: unknown, readFile: ReadFile): Promise<BoardSpecification> {
  const values = readObject(value, boardFields, '');
  const devices = await readDevices(values.devices as readonly Values[], readFile);
  const rom: RomSpecification[] = [];
  for (const [index, { file, ...bank }] of ((values.rom ?? []) as readonly Values[]).entries()) {
    const contents = file === undefined ? undefined : await readFile(file as string);
    if (contents !== undefined && contents.length > (bank.bytes as number)) {
      throw new Error(
        `"rom[${index}].file" has ${contents.length} bytes, and the ROM ${String(bank.bytes)}: make it larger.`,
      );
    }
    rom.push({ ...(bank as unknown as RomSpecification), ...(contents && { contents }) });
  }
  const controller = devices.find(({ device }) => interruptInputs[device] !== undefined);
  const board = {
    boot: { protocol: 'none' },
    interruptController: controller === undefined ? '' : instanceOf(controller),
    ...values,
    devices,
    rom,
  } as unknown as BoardSpecification;
  checkBoard(board);
  return board;
}

const instanceOf = ({ device, id }: DeviceEntry): string => (id === undefined ? device : `${device}.${id}`);

async function readDevices(entries: readonly Values[], readFile: ReadFile): Promise<DeviceEntry[]> {
  const devices: DeviceEntry[] = [];
  let nextPort = 0;
  for (const [index, { parameters: raw = {}, ...place }] of entries.entries()) {
    const device = place.device as DeviceName;
    const path = `devices[${index}].parameters`;
    const written = readObject(raw, fieldsOfDevice(device), path);
    const storage: { nand?: readonly NandImage[]; sdCard?: StorageImage } = {};
    if (written.sdCard !== undefined) {
      storage.sdCard = await readStorage(written.sdCard as Values, `${path}.sdCard`, readFile);
    }
    if (written.nand !== undefined) {
      const flash = (written.nand as readonly Values[]).map(async ({ name, ...each }, at) => ({
        name: name as string,
        ...(await readStorage(each, `${path}.nand[${at}]`, readFile)),
      }));
      storage.nand = await Promise.all(flash);
    }
    const parameters: DeviceParameters = { ...written, ...storage };
    const serial = parametersOfDevice[device]?.includes('port') ?? false;
    const port = serial ? { port: parameters.port ?? nextPort } : {};
    if (serial) nextPort = port.port! + 1;
    devices.push({ ...(place as unknown as DeviceEntry), parameters: { ...parameters, ...port } });
  }
  return devices;
}

async function readStorage(values: Values, path: string, readFile: ReadFile): Promise<StorageImage> {
  const image = values.file === undefined ? new Uint8Array() : await readFile(values.file as string);
  const byteLength = (values.byteLength as number | undefined) ?? image.length;
  if (byteLength === 0) throw new Error(`"${path}" holds nothing: give a "file", a "byteLength", or both.`);
  if (byteLength < image.length || byteLength > MOST_STORAGE_BYTES) {
    throw new Error(
      `"${path}.byteLength" is ${byteLength}: it must be at least the size of the file, ${image.length}, and at most 2 GB.`,
    );
  }
  return { image, byteLength, readOnly: (values.readOnly as boolean | undefined) ?? false };
}
