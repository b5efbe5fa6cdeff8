import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import type { Access, Operation } from './operation.ts'
import { OPERATIONS } from './operations/index.ts'
import { SCHEMAS } from './schemas.ts'

/** Where the operations are. */
export const API_PREFIX = '/-/api/v1'

type Json = Readonly<Record<string, unknown>>

const CONVERSION: ConversionConfig = {
  target: 'draft-2020-12',
  // Parameters are text that is read as a number: the document shows the number.
  typeMode: 'output',
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
}

const WHO: Readonly<Record<Access, string>> = {
  read: 'Any account, with an API token that has the permission read.',
  manage: 'Any account, with an API token that has the permission manage.',
  admin: 'Administrators, with an API token that has the permission manage.',
  'set-up': 'Whoever has the set-up token that the server printed at its first start.',
}

/** The OpenAPI 3.1 document of the API, made from the same table as its routes. */
export function openApiDocument(): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const operation of OPERATIONS) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(operation),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'trustpub registry',
      version: '1',
      description:
        'Accounts, API tokens, packages, trusted publishers, issuers, signing keys and logs.',
    },
    servers: [{ url: API_PREFIX }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: toJsonSchemaDefs(SCHEMAS, CONVERSION),
      responses: {
        Refusal: {
          description: 'The request was refused; nothing has changed',
          content: json({ $ref: '#/components/schemas/Refusal' }),
        },
      },
    },
  }
}

function describeOperation(operation: Operation): Json {
  const { id, group, access, summary, input, status, answer } = operation
  const parameters = [
    ...describeParameters('path', input.path),
    ...describeParameters('query', input.query),
  ]
  const success = answer === undefined ? {} : { content: json(toSchema(answer)) }
  return {
    operationId: id,
    tags: [group],
    summary,
    description: WHO[access],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(input.body === undefined
      ? {}
      : { requestBody: { required: true, content: json(toSchema(input.body)) } }),
    responses: {
      [status]: { description: status === 204 ? 'Done' : summary, ...success },
      default: { $ref: '#/components/responses/Refusal' },
    },
  }
}

function describeParameters(
  place: 'path' | 'query',
  part: v.StrictObjectSchema<v.ObjectEntries, undefined> | undefined,
): Json[] {
  if (part === undefined) return []
  const { properties = {}, required = [] } = toSchema(part) as {
    readonly properties?: Json
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema,
  }))
}

function toSchema(schema: v.GenericSchema): Json {
  const {
    $schema: _draft,
    $defs: _named,
    ...rest
  } = toJsonSchema(schema, {
    ...CONVERSION,
    definitions: SCHEMAS,
  })
  return rest
}

function json(schema: Json): Json {
  return { 'application/json': { schema } }
}
