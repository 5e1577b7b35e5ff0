/**
 * An input log as text, and back: JSON lines, the first of which says what was recorded, then one line per delivery. Whatever is
 * not such a text is refused with one sentence that names the line. Nothing here touches files, and what deliveries are is
 * inputQueue.ts.
 */
import type { InputDelivery, InputEvent } from './inputQueue';
import type { DeviceInput, MachineFace } from './types';

/** One sentence about a log that cannot be used, with the remedy. */
export class InputLogError extends Error {}

export const INPUT_LOG_VERSION = 1;
const FORMAT = 'armvisor-input';
const REMEDY = 'give a file that --record-input has written';

/** What a log was recorded on. `start` tells the loaded images and boot parameters apart. */
export interface InputLogOrigin {
  readonly board: string;
  readonly tickModel: string;
  readonly start: string;
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Bytes as people read them, where each is printable ASCII or a line's end; else in hexadecimal. */
function shownBytes(bytes: Uint8Array): { text: string } | { hex: string } {
  const readable = bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d);
  return readable ? { text: String.fromCharCode(...bytes) } : { hex: hexOf(bytes) };
}

function readBytes(shown: { text?: unknown; hex?: unknown }): Uint8Array | undefined {
  const { text, hex } = shown;
  if (typeof text === 'string') return Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (typeof hex !== 'string' || !/^([0-9a-f]{2})*$/.test(hex)) return undefined;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Device input holds numbers, texts and byte arrays; the arrays become `{"hex": …}` or `{"text": …}` under "bytes". */
function shownEvent(event: InputEvent): object {
  if ('port' in event) return { port: event.port, ...shownBytes(event.bytes) };
  const members = Object.entries(event.input).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? { bytes: shownBytes(value) } : value,
  ]);
  return { device: event.instance, input: Object.fromEntries(members) as object };
}

function readInput(shown: Record<string, unknown>): DeviceInput | undefined {
  const members = Object.entries(shown).map(([name, value]) => {
    if (!isObject(value)) return [name, value] as const;
    return [name, isObject(value.bytes) ? readBytes(value.bytes) : undefined] as const;
  });
  const known = members.every(
    ([name, value]) =>
      name !== '__proto__' && (['number', 'string', 'boolean'].includes(typeof value) || value instanceof Uint8Array),
  );
  return known ? (Object.fromEntries(members) as DeviceInput) : undefined;
}

function readEvent(shown: unknown): InputEvent | undefined {
  if (!isObject(shown)) return undefined;
  const { port, device, input } = shown;
  if (typeof port === 'number' && Number.isSafeInteger(port) && port >= 0) {
    const bytes = readBytes(shown);
    return bytes && { port, bytes };
  }
  if (typeof device !== 'string' || !isObject(input)) return undefined;
  const read = readInput(input);
  return read && { instance: device, input: read };
}

function readDelivery(line: unknown): InputDelivery | undefined {
  if (!isObject(line) || !Array.isArray(line.events) || line.events.length === 0) return undefined;
  const { at } = line;
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0) return undefined;
  const events = line.events.map(readEvent);
  return events.includes(undefined) ? undefined : { instructionCount: at, events: events as InputEvent[] };
}

/** The text of a log; ends with a line feed. */
export function encodeInputLog(origin: InputLogOrigin, deliveries: readonly InputDelivery[]): string {
  const head = { format: FORMAT, version: INPUT_LOG_VERSION, ...origin };
  const lines = deliveries.map(({ instructionCount, events }) => ({
    at: instructionCount,
    events: events.map(shownEvent),
  }));
  return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new InputLogError(`Line ${number} of the input log is no JSON: the file is cut off or damaged; ${REMEDY}.`);
  }
}

function readOrigin(head: unknown): InputLogOrigin {
  if (!isObject(head) || head.format !== FORMAT) throw new InputLogError(`This is not an input log; ${REMEDY}.`);
  const { version, board, tickModel, start } = head;
  if (version !== INPUT_LOG_VERSION) {
    throw new InputLogError(
      `The input log has version ${String(version)}; this Armvisor reads version ${INPUT_LOG_VERSION}: record it again.`,
    );
  }
  if (typeof board !== 'string' || typeof tickModel !== 'string' || typeof start !== 'string') {
    throw new InputLogError(`Line 1 of the input log does not say what was recorded; ${REMEDY}.`);
  }
  return { board, tickModel, start };
}

/** @throws InputLogError, and nothing else, whatever the text is */
export function decodeInputLog(text: string): { origin: InputLogOrigin; deliveries: readonly InputDelivery[] } {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new InputLogError(`The input log is empty; ${REMEDY}.`);
  if (!lines[0]!.startsWith('{')) throw new InputLogError(`This is not an input log; ${REMEDY}.`);
  const origin = readOrigin(parseLine(lines[0]!, 1));
  let before = 0;
  const deliveries = lines.slice(1).map((line, index) => {
    const delivery = readDelivery(parseLine(line, index + 2));
    if (delivery === undefined || delivery.instructionCount < before) {
      const what = delivery === undefined ? 'holds no input' : 'goes back in time';
      throw new InputLogError(`Line ${index + 2} of the input log ${what}; ${REMEDY}.`);
    }
    before = delivery.instructionCount;
    return delivery;
  });
  return { origin, deliveries };
}

/**
 * Has a machine get the input of a log at the recorded instructions.
 * @throws InputLogError when the log was recorded on another machine, or names a device that does not take such input
 */
export function replayInputLog(machine: MachineFace, origin: InputLogOrigin, text: string): void {
  const { origin: recorded, deliveries } = decodeInputLog(text);
  const differs = (['board', 'tickModel', 'start'] as const).find((name) => recorded[name] !== origin[name]);
  if (differs !== undefined) {
    const what = {
      board: `on the board ${recorded.board}, and this is ${origin.board}`,
      tickModel: `with the tick model ${recorded.tickModel}, and this is ${origin.tickModel}`,
      start: 'with other images, memory or boot parameters',
    }[differs];
    throw new InputLogError(`The input log was recorded ${what}: run what was recorded.`);
  }
  try {
    machine.replayInputs(deliveries);
  } catch (error) {
    throw error instanceof Error ? new InputLogError(error.message) : error;
  }
}
