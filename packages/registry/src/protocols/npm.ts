import { requireAccount } from '../domain/access.ts'
import { exchange } from '../domain/exchange.ts'
import { refuse } from '../errors.ts'
import type { App, AppContext } from '../http/app-types.ts'
import { credential, identifyActor } from '../http/auth.ts'
import type { Registry } from '../registry.ts'
import { npmName, readableNpmName } from './npm-name.ts'
import { putPackage } from './npm-publish.ts'
import { npmReader } from './npm-read.ts'
import { mountNpmSettings } from './npm-settings.ts'
import { mountNpmSignatures } from './npm-signatures.ts'
import { mountNpmStage } from './npm-stage.ts'
import { mountNpmTrust } from './npm-trust.ts'
import type { Protocol } from './protocol.ts'

/** The npm registry protocol, as npm, pnpm, yarn and bun speak it. */
export const npm: Protocol = { id: 'npm', mount }

/** Parts of npm's protocol that are not here; the sentence tells what to do in their place. */
const NOT_OFFERED: readonly (readonly [
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  what: string,
])[] = [
  [
    'PUT',
    '/-/user/:user',
    'npm login. Write the API token of your account into .npmrc as _authToken',
  ],
  [
    'POST',
    '/-/v1/login',
    'npm login. Write the API token of your account into .npmrc as _authToken',
  ],
  ['GET', '/-/v1/search', 'search'],
  ['POST', '/-/npm/v1/security/*', 'security advisories'],
  [
    'PUT',
    '/:name/-rev/:rev',
    'unpublishing or changing owners with npm. Deprecate the version, or use the API',
  ],
  ['DELETE', '/:name/-rev/:rev', 'unpublishing. Deprecate the version in its place'],
  ['DELETE', '/:name/-/*', 'unpublishing. Deprecate the version in its place'],
]

function mount(app: App, registry: Registry): void {
  // The credential here is an ID token, so this route stands before the one that looks for API tokens.
  app.post('/-/npm/v1/oidc/token/exchange/package/:name', (c) => exchangeForPackage(c, registry))

  const known = identifyActor(registry)
  app.use('/-/*', known)
  app.use('/:name', known)
  app.use('/:name/*', known)

  app.get('/-/ping', (c) => c.json({}))
  app.get('/-/whoami', (c) => c.json({ username: requireAccount(c.get('actor'), 'read').name }))
  mountNpmTrust(app, registry)
  mountNpmSettings(app, registry)
  mountNpmSignatures(app, registry)
  mountNpmStage(app, registry)
  for (const [method, path, what] of NOT_OFFERED) {
    app.on(method, path, () => {
      throw refuse('not_offered', { what })
    })
  }

  const read = npmReader(registry)
  app.put('/:name', (c) => putPackage(c, registry, npmName(c.req.param('name'))))
  app.get('/:name/-/:file{.+}', (c) =>
    read.tarball(c, readableNpmName(c.req.param('name')), c.req.param('file')),
  )
  app.get('/:name/:version', (c) =>
    read.version(c, readableNpmName(c.req.param('name')), c.req.param('version')),
  )
  app.get('/:name', (c) => read.packument(c, readableNpmName(c.req.param('name'))))
}

async function exchangeForPackage(c: AppContext, registry: Registry): Promise<Response> {
  const idToken = credential(c.req.header('authorization'))
  if (idToken === undefined) throw refuse('id_token_absent', {})
  const { store, keys, config, now } = registry
  const exchanged = await exchange(
    { store, keys, publicIssuers: config.publicIssuers, now },
    {
      ecosystem: 'npm',
      idToken,
      audiences: config.audiences.npm,
      package: npmName(c.req.param('name')),
    },
  )
  const answer = {
    token: exchanged.text,
    token_type: 'oidc',
    created: exchanged.createdAt.toISOString(),
    expires: exchanged.expiresAt.toISOString(),
  }
  return c.json(answer, 201, { 'cache-control': 'no-store' })
}
