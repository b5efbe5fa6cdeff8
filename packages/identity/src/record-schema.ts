import type { Provider } from './provider.ts'
import { PROVIDERS } from './providers/index.ts'
import { PERMISSIONS, RECORD_FILE } from './record-text.ts'

type Schema = Readonly<Record<string, unknown>>

/**
 * The JSON Schema (draft 2020-12) of `trusted-publishers.json`, made from what the providers declare, for editors and
 * whoever writes the file by program. It describes the file as it is written; the reader also takes spaces around
 * values, and leaves out what is blank.
 */
export function publisherRecordSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: RECORD_FILE,
    description: 'The trusted publishers that are, or are to be, configured at package registries.',
    type: 'object',
    required: ['publishers'],
    properties: {
      publishers: {
        type: 'array',
        items: { oneOf: PROVIDERS.map(entrySchema) },
      },
    },
  }
}

function entrySchema({ id, label, fields, oneOf }: Provider): Schema {
  const declared = Object.entries(fields)
  const required = declared.filter(([, { optional }]) => !optional).map(([name]) => name)
  return {
    title: label,
    type: 'object',
    required: ['package', 'registry', 'provider', ...required],
    ...(oneOf && { oneOf: oneOf.names.map((name) => ({ required: [name] })) }),
    properties: {
      package: {
        description: 'npm:<name> or pypi:<name>',
        type: 'string',
        pattern: '^(?:npm|pypi):.',
      },
      registry: addressSchema('The address that the client uploads to'),
      provider: { const: id },
      issuer: addressSchema('Only for self-managed servers: the issuer of their ID tokens'),
      ...Object.fromEntries(declared.map(([name, field]) => [name, fieldSchema(field)])),
      permissions: {
        description: 'What the publisher may do; publish if left out',
        type: 'array',
        items: { enum: [...PERMISSIONS] },
        minItems: 1,
        uniqueItems: true,
      },
    },
    // A typing mistake in the name of a field must not loosen a rule.
    additionalProperties: false,
  }
}

function addressSchema(description: string): Schema {
  return { description, type: 'string', format: 'uri', pattern: '^https?://[^/]' }
}

function fieldSchema({ label, help, example, pattern }: Provider['fields'][string]): Schema {
  return { title: label, description: help, examples: [example], type: 'string', pattern }
}
