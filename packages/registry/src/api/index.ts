import { refuse } from '../errors.ts'
import type { App, AppContext } from '../http/app-types.ts'
import { credential, identifyActor } from '../http/auth.ts'
import { readJson } from '../http/body.ts'
import { redact } from '../log.ts'
import type { Registry } from '../registry.ts'
import { API_PREFIX, openApiDocument } from './openapi.ts'
import type { Operation, Surroundings } from './operation.ts'
import { OPERATIONS } from './operations/index.ts'

/** Adds the administration API under `/-/api`, which no package can be called. */
export function mountApi(app: App, registry: Registry): void {
  const { store, config, now } = registry
  const around = { store, publicIssuers: config.publicIssuers, now }
  const document = JSON.stringify(openApiDocument())
  app.get('/-/api/openapi.json', (c) =>
    c.body(document, 200, { 'content-type': 'application/json' }),
  )

  const identify = identifyActor(registry)
  for (const operation of OPERATIONS) {
    const path = API_PREFIX + operation.path.replace(/\{(\w+)\}/g, ':$1')
    // The set-up token is no API token: looking it up would only find that.
    if (operation.access !== 'set-up') app.on(operation.method, path, identify)
    app.on(operation.method, path, (c) => answer(c, operation, around))
  }
  app.all('/-/api/*', (c) => {
    throw refuse('not_found', { path: redact(c.req.path) })
  })
}

async function answer(
  c: AppContext,
  operation: Operation,
  around: Surroundings,
): Promise<Response> {
  const sender = {
    actor: c.get('actor') ?? { kind: 'anonymous' },
    credential: credential(c.req.header('authorization')),
  }
  const request = {
    path: c.req.param(),
    query: c.req.query(),
    body: () => readJson(c),
  }
  const result = await operation.run(around, sender, request)
  c.header('cache-control', 'no-store')
  if (operation.status === 204) return c.body(null, 204)
  return c.body(JSON.stringify(result), operation.status, { 'content-type': 'application/json' })
}
