import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API_PREFIX, openApiDocument } from './openapi.ts'
import { OPERATIONS } from './operations/index.ts'
import { type ApiRegistry, openApiRegistry } from './testing.ts'

type Json = Readonly<Record<string, unknown>>

interface Described extends Json {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<Record<string, Json>>
}

const document = openApiDocument() as {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)

/** Every value of a member called `name`, however deep. */
function valuesOf(name: string, json: unknown): unknown[] {
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([key, value]) =>
    key === name ? [value] : valuesOf(name, value),
  )
}

function resolve(reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((json, key) => (json as Json | undefined)?.[key], document)
}

describe('the OpenAPI document', () => {
  let registry: ApiRegistry
  beforeAll(async () => {
    registry = await openApiRegistry()
  })
  afterAll(() => registry.close())

  it('is served to anybody', async () => {
    const url = 'https://registry.example/-/api/openapi.json'
    const response = await registry.app.fetch(new Request(url))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)))
    expect(document.openapi).toBe('3.1.0')
  })

  it('describes exactly the routes that are mounted', () => {
    const mounted = registry.app.routes
      .filter(({ path, method }) => path.startsWith(API_PREFIX) && method !== 'ALL')
      .map(({ path, method }) => `${method.toLowerCase()} ${path.slice(API_PREFIX.length)}`)
    const documented = described.map(
      ({ path, method }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    )
    expect([...new Set(mounted)].sort()).toEqual(documented.sort())
  })

  it('describes every operation in full', () => {
    expect(new Set(described.map((each) => each.operationId)).size).toBe(OPERATIONS.length)
    for (const { path, summary, parameters = [], responses } of described) {
      expect(summary).toMatch(/^[A-Z].*[^.]$/)
      expect(Object.keys(responses)).toEqual([expect.stringMatching(/^20[014]$/), 'default'])
      const inPath = parameters.filter((each) => each.in === 'path').map((each) => each.name)
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
    }
  })

  it('has a target for every reference, and no local definitions', () => {
    const references = valuesOf('$ref', document)
    expect(references.length).toBeGreaterThan(OPERATIONS.length)
    for (const reference of references) expect(resolve(String(reference))).toBeTypeOf('object')
    expect(valuesOf('$defs', document)).toEqual([])
    expect(valuesOf('$schema', document)).toEqual([])
  })
})
