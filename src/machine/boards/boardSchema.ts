/**
 * The JSON schema of board files, from the form: what the extension contributes for completion and checking in the editor. A test
 * holds schemas/board.schema.json equal to it.
 */

import { deviceCatalogue } from '../devices';
import { boardFields, deviceNames, fieldsOfDevice, type Field } from './boardForm';

export type JsonSchema = Readonly<Record<string, unknown>>;

const HEX_OR_DECIMAL = '^(0[xX][0-9a-fA-F_]+|[0-9]+)$';
const SIZE = '^\\s*(0[xX][0-9a-fA-F_]+|\\d+\\s*[KkMmGg]?(i?[Bb])?)\\s*$';

const kindSchemas: Readonly<Record<Field['kind'], JsonSchema>> = {
  text: { type: 'string', minLength: 1 },
  file: { type: 'string', minLength: 1 },
  address: { type: ['string', 'integer'], pattern: HEX_OR_DECIMAL, minimum: 0, maximum: 0xffff_ffff },
  bytes: { type: ['string', 'integer'], pattern: SIZE, minimum: 1 },
  count: { type: ['string', 'integer'], pattern: HEX_OR_DECIMAL },
  mac: { type: 'string', pattern: '^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$' },
  flag: { type: 'boolean' },
  choice: { type: 'string' },
  object: { type: 'object' },
  list: { type: 'array' },
};

function fieldSchema({ kind, doc, least, most, choices, fields, atLeast }: Field): JsonSchema {
  const bounds = { ...(least !== undefined && { minimum: least }), ...(most !== undefined && { maximum: most }) };
  const value = { ...kindSchemas[kind], ...bounds };
  const described = { description: doc };
  if (kind === 'choice') return { ...value, enum: choices, ...described };
  if (choices !== undefined) return { anyOf: [{ enum: choices }, value], ...described };
  if (kind === 'list') {
    return {
      ...value,
      ...(atLeast !== undefined && { minItems: atLeast }),
      items: objectSchema(fields!),
      ...described,
    };
  }
  return kind === 'object' && fields !== undefined
    ? { ...objectSchema(fields), ...described }
    : { ...value, ...described };
}

function objectSchema(fields: Readonly<Record<string, Field>>): JsonSchema {
  const required = Object.keys(fields).filter((name) => fields[name]!.required);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)])),
  };
}

/** Each device takes its own parameters. */
function deviceSchema(): JsonSchema {
  const plain = objectSchema(boardFields.devices!.fields!) as { properties: Record<string, JsonSchema> };
  const device = {
    ...plain.properties.device,
    enumDescriptions: deviceNames.map((name) => deviceCatalogue[name].table.doc),
  };
  return {
    ...plain,
    properties: { ...plain.properties, device },
    allOf: deviceNames.map((name) => ({
      if: { properties: { device: { const: name } }, required: ['device'] },
      then: { properties: { parameters: objectSchema(fieldsOfDevice(name)) } },
    })),
  };
}

/** The whole schema, draft 7 as VS Code reads it. */
export function boardSchema(): JsonSchema {
  const whole = objectSchema(boardFields) as { properties: Record<string, JsonSchema> };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Armvisor board',
    description: 'A board for the emulated machine: memory, devices, interrupts and boot protocol.',
    ...whole,
    properties: {
      $schema: { type: 'string' },
      ...whole.properties,
      devices: { ...whole.properties.devices, items: deviceSchema() },
    },
  };
}
