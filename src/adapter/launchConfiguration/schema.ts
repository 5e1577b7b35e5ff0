/**
 * The JSON schema of the launch configuration, from the attribute table: what package.json carries as
 * `contributes.debuggers[].configurationAttributes`. A test holds the two equal.
 */
import { datePattern } from './values';
import { attachAttributes } from './attachAttributes';
import { launchAttributes, type Attribute, type AttributeKind } from './attributes';

export type JsonSchema = Readonly<Record<string, unknown>>;

const kindSchemas: Readonly<Record<AttributeKind, JsonSchema>> = {
  text: { type: 'string' },
  image: { type: 'string', minLength: 1 },
  file: { type: 'string', minLength: 1 },
  folder: { type: 'string', minLength: 1 },
  size: {
    type: ['string', 'integer'],
    pattern: '^\\s*(0[xX][0-9a-fA-F]+|\\d+\\s*[KkMmGg]?(i?[Bb])?)\\s*$',
    minimum: 1,
  },
  address: { type: ['string', 'integer'], pattern: '^(0[xX][0-9a-fA-F_]+|[0-9]+)$', minimum: 0, maximum: 0xffffffff },
  positive: { type: 'number', exclusiveMinimum: 0 },
  count: { type: 'integer' },
  flag: { type: 'boolean' },
  names: { type: 'object', additionalProperties: { type: 'string' } },
  date: { type: ['string', 'integer'], pattern: datePattern },
  choice: { type: 'string' },
  board: {},
  stop: { type: ['boolean', 'string'] },
  list: { type: 'array' },
  object: {},
};

function attributeSchema(attribute: Attribute): JsonSchema {
  return {
    ...kindSchemas[attribute.kind],
    ...(attribute.kind === 'board' && { anyOf: boardSchemas(attribute) }),
    ...(attribute.kind === 'choice' && {
      enum: attribute.choices!.map((choice) => choice.value),
      enumDescriptions: attribute.choices!.map((choice) => choice.doc),
    }),
    ...(attribute.kind === 'list' && { items: objectSchema(attribute.elements!) }),
    ...(attribute.kind === 'object' && objectSchema(attribute.elements!)),
    ...(attribute.least !== undefined && { minimum: attribute.least }),
    ...(attribute.most !== undefined && { maximum: attribute.most }),
    ...(attribute.default !== undefined && { default: attribute.default }),
    markdownDescription: attribute.doc,
  };
}

function boardSchemas({ choices = [] }: Attribute): readonly JsonSchema[] {
  return [
    { enum: choices.map(({ value }) => value), enumDescriptions: choices.map(({ doc }) => doc) },
    { type: 'string', pattern: '\\.[jJ][sS][oO][nN]$' },
  ];
}

function objectSchema(attributes: readonly Attribute[]): JsonSchema {
  const required = attributes.filter((attribute) => attribute.required).map((attribute) => attribute.name);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    properties: Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeSchema(attribute)])),
  };
}

/** The value for `configurationAttributes` in package.json. VS Code adds `type`, `name` and its own attributes itself. */
export function configurationAttributes(): JsonSchema {
  return {
    launch: {
      properties: Object.fromEntries(launchAttributes.map((attribute) => [attribute.name, attributeSchema(attribute)])),
      anyOf: [{ required: ['hypervisor', 'domains'] }, { required: ['kernel'] }],
    },
    attach: {
      properties: Object.fromEntries(attachAttributes.map((attribute) => [attribute.name, attributeSchema(attribute)])),
      anyOf: [{ required: ['hypervisor', 'domains'] }, { required: ['kernel'] }, { required: ['symbols'] }],
    },
  };
}
