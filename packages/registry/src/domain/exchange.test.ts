import { createHmac } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Claims,
  KeySets,
  PUBLIC_ISSUERS,
  Refusal,
  type SimulatedRun,
} from '@trustpub/identity'
import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  claimsOf,
  HOST,
  openStore,
  openTemporaryRegistry,
  RUN,
  type TemporaryRegistry,
} from '../testing.ts'
import { type ExchangeContext, type Exchanged, exchange } from './exchange.ts'
import type { ExchangeAttempt } from './model.ts'
import { parsePackageReference } from './packages.ts'
import type { Store } from './ports.ts'
import { removePublisher } from './publishers.ts'
import { authenticate, isTokenText } from './tokens.ts'

const AUDIENCE = `npm:${HOST}`
const OTHER_OWNER = { repository_owner_id: '666', repository_id: '667' }

describe('an exchange', () => {
  let issuer: DevelopmentIssuer
  let registry: TemporaryRegistry
  let context: ExchangeContext

  beforeAll(async () => {
    issuer = await startDevelopmentIssuer({ issuer: RUN.issuer })
    registry = await openTemporaryRegistry({}, { keys: new KeySets({ fetch: issuer.fetchJson }) })
    const { store, keys, now } = registry
    context = { store, keys, publicIssuers: true, now }
    const environment = { workflow: 'release.yml', environment: 'release' }
    for (const name of ['widget', 'pinned', 'burn', 'twice', 'handles', 'event']) {
      await registry.trust(registry.alice, [`npm:${name}`], {
        fields: { repository: `acme/${name}`, workflow: 'release.yml' },
      })
    }
    await registry.trust(registry.alice, ['npm:guarded'], {
      fields: { repository: 'acme/guarded', ...environment },
    })
  })
  afterAll(async () => {
    await registry.close()
    await issuer.close()
  })

  /** Exchanges a token of a run for the npm package that is called like its repository, unless another is named. */
  const tryExchange = (idToken: string, name = 'widget', audience = AUDIENCE): Promise<Exchanged> =>
    exchange(context, {
      ecosystem: 'npm',
      idToken,
      audiences: [audience],
      package: parsePackageReference(`npm:${name}`),
    })
  const idToken = (name = 'widget', run: Partial<SimulatedRun> = {}, changes: Claims = {}) =>
    issuer.sign(claimsOf({ repository: `acme/${name}`, ...run }, changes), AUDIENCE)
  const refusalOf = async (work: Promise<unknown>): Promise<Refusal> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (error instanceof Refusal) return error
    throw error ?? new Error('Nothing was refused')
  }
  const attempts = (name: string): Promise<readonly ExchangeAttempt[]> =>
    registry.store.log.attempts({ ecosystem: 'npm', package: name, limit: 10 })

  it('gives a token for the package and logs every check', async () => {
    const { text, createdAt, expiresAt } = await tryExchange(await idToken())
    expect(isTokenText(text)).toBe(true)
    expect(expiresAt.getTime() - createdAt.getTime()).toBe(15 * 60_000)
    expect(await authenticate(registry.store, text, new Date())).toMatchObject({
      kind: 'publisher',
      grants: [{ ecosystem: 'npm', normalised: 'widget' }],
      publishedBy: { kind: 'publisher', provider: 'github', run: { repository: 'acme/widget' } },
    })
    const [attempt] = await attempts('widget')
    expect(attempt).toMatchObject({ code: 'ok', source: 'acme/widget', issuer: RUN.issuer })
    expect(attempt?.checks.map(({ claim, ok }) => [claim, ok])).toContainEqual([
      'workflow_ref',
      true,
    ])
  })

  it.each<[why: string, code: string, name: string, run: Partial<SimulatedRun>, changes?: Claims]>([
    [
      'a workflow that was renamed',
      'workflow_mismatch',
      'widget',
      { entry: '.github/workflows/publish.yml' },
    ],
    ['an environment that is missing', 'environment_missing', 'guarded', {}],
    ['another environment', 'environment_mismatch', 'guarded', { environment: 'staging' }],
    ['a dangerous event', 'event_refused', 'event', { event: 'pull_request_target' }],
  ])(
    'refuses %s with %s, and shows the repository what was expected',
    async (_, code, name, run, changes) => {
      const refusal = await refusalOf(tryExchange(await idToken(name, run, changes), name))
      expect(refusal.code).toBe(code)
      const failed = refusal.checks.find((check) => !check.ok)
      expect(failed?.code).toBe(code)
      expect(failed?.expected).toMatch(/./)
      const [attempt] = await attempts(name)
      expect(attempt).toMatchObject({ code, message: refusal.message, checks: refusal.evidence })
    },
  )

  it('refuses another repository and hides from it what was expected', async () => {
    const stranger = await idToken('stranger', { repository: 'mallory/stranger' })
    const refusal = await refusalOf(tryExchange(stranger, 'guarded'))
    expect(refusal.code).toBe('repository_mismatch')
    expect(refusal.checks.map((check) => check.expected).join('')).toBe('')
    expect(refusal.message + JSON.stringify(refusal.checks)).not.toMatch(
      /acme|release\.yml|"release"/,
    )
    const [attempt] = await attempts('guarded')
    expect(attempt?.checks.map((check) => check.expected)).toContain('release')
  })

  it('logs no more than a hundred refusals an hour from one source', async () => {
    const run = { repository: 'mallory/noise' }
    const noise = () =>
      idToken('noise', run).then((token) => refusalOf(tryExchange(token, 'noise')))
    for (let i = 0; i < 103; i++) await noise()
    const logged = await registry.store.log.attempts({ ecosystem: 'npm', limit: 1000 })
    expect(logged.filter(({ source }) => source === 'mallory/noise')).toHaveLength(100)
  })

  it('refuses the same names under another owner once the owner is pinned', async () => {
    await tryExchange(await idToken('pinned'), 'pinned')
    const again = await idToken('pinned', {}, OTHER_OWNER)
    const refusal = await refusalOf(tryExchange(again, 'pinned'))
    expect(refusal.code).toBe('owner_id_mismatch')
    const [owner] = await registry.store.publishers.byPackage('npm', 'pinned')
    expect(owner?.publisher.pins.repository_owner_id).not.toBe('666')
  })

  it('pins one owner if two of the same names come first at once', async () => {
    await registry.trust(registry.alice, ['npm:race'], {
      fields: { repository: 'acme/race', workflow: 'release.yml' },
    })
    const tokens = [await idToken('race'), await idToken('race', {}, OTHER_OWNER)]
    const results = await Promise.allSettled(tokens.map((token) => tryExchange(token, 'race')))
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('succeeds once with one ID token, also if it comes ten times at once', async () => {
    const token = await idToken('twice')
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => tryExchange(token, 'twice')),
    )
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    const refused = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(new Set(refused.map((reason: Refusal) => reason.code))).toEqual(
      new Set(['id_token_reused']),
    )
  })

  it('succeeds once with one ID token, also through another handle on the database', async () => {
    const other = await openStore(registry.config.database)
    try {
      const token = await idToken('handles')
      await exchange(
        { ...context, store: other },
        {
          ecosystem: 'npm',
          idToken: token,
          audiences: [AUDIENCE],
          package: parsePackageReference('npm:handles'),
        },
      )
      expect((await refusalOf(tryExchange(token, 'handles'))).code).toBe('id_token_reused')
    } finally {
      await other.close()
    }
  })

  it('burns nothing by a refusal: the same ID token works once the publisher is corrected', async () => {
    const token = await idToken('burn', { entry: '.github/workflows/renamed.yml' })
    expect((await refusalOf(tryExchange(token, 'burn'))).code).toBe('workflow_mismatch')
    const [link] = await registry.store.publishers.byPackage('npm', 'burn')
    await removePublisher(registry.store, registry.alice, link?.publisher.id ?? '')
    await registry.trust(registry.alice, ['npm:burn'], {
      fields: { repository: 'acme/burn', workflow: 'renamed.yml' },
    })
    await expect(tryExchange(token, 'burn')).resolves.toHaveProperty('text')
  })

  it('refuses a package that the publisher does not cover, and one that has no publisher', async () => {
    const other = await refusalOf(tryExchange(await idToken(), 'pinned'))
    expect(other.code).toBe('package_mismatch')
    expect(other.message).toContain('covers widget, not pinned')
    const stranger = await idToken('stranger')
    expect((await refusalOf(tryExchange(stranger, 'nobody'))).code).toBe('repository_mismatch')
  })

  it('remembers the use of a publisher once, however many packages it covers', async () => {
    const fields = { repository: 'acme/many', workflow: 'release.yml' }
    await registry.trust(registry.alice, ['pypi:one', 'pypi:two', 'pypi:three'], { fields })
    const used: string[] = []
    const counted: Store['transaction'] = (work) =>
      registry.store.transaction((tx) => {
        const remember: Store['publishers']['used'] = async (id, pins) => {
          used.push(id)
          await tx.publishers.used(id, pins)
        }
        return work({ ...tx, publishers: { ...tx.publishers, used: remember } })
      })
    const store = { ...registry.store, transaction: counted }
    const request = {
      ecosystem: 'pypi',
      idToken: await idToken('many'),
      audiences: [AUDIENCE],
    } as const
    await exchange({ ...context, store }, request)
    expect(used).toHaveLength(1)
  })

  it('takes no publisher of one protocol for the other', async () => {
    const request = { ecosystem: 'pypi', idToken: await idToken(), audiences: [AUDIENCE] } as const
    expect((await refusalOf(exchange(context, request))).code).toBe('repository_mismatch')
  })

  it.each<[code: string, token: () => Promise<string>]>([
    ['audience_mismatch', () => issuer.sign(claimsOf(), 'npm:registry.npmjs.org')],
    [
      'id_token_expired',
      () => idToken('widget', {}, { iat: 1_700_000_000, nbf: 1_700_000_000, exp: 1_700_000_300 }),
    ],
    ['signature_invalid', () => issuer.sign(claimsOf(), AUDIENCE, { foreignKey: true })],
    ['issuer_unknown', () => issuer.sign(claimsOf({}, { iss: 'https://evil.example' }), AUDIENCE)],
    ['algorithm_refused', unsigned],
    ['algorithm_refused', () => signedWithPublicKey(issuer)],
    ['id_token_malformed', async () => 'garbage'],
  ])(
    'refuses with %s what is no genuine ID token for here, and logs nothing',
    async (code, token) => {
      const before = (await registry.store.log.attempts({ limit: 1000 })).length
      expect((await refusalOf(tryExchange(await token()))).code).toBe(code)
      expect(await registry.store.log.attempts({ limit: 1000 })).toHaveLength(before)
    },
  )

  it('knows the public issuers only if it may', async () => {
    const request = { ecosystem: 'npm', idToken: await idToken(), audiences: [AUDIENCE] } as const
    const closed = { ...context, publicIssuers: false }
    expect((await refusalOf(exchange(closed, request))).code).toBe('issuer_unknown')
    expect(PUBLIC_ISSUERS.map((each) => each.url)).toContain(RUN.issuer)
  })

  it('leaves no ID token and no API token in the database or the log', async () => {
    const good = await idToken()
    const bad = await idToken('widget', { entry: '.github/workflows/other.yml' })
    const path = '/-/npm/v1/oidc/token/exchange/package/widget'
    const answer = await registry.request(`POST ${path}`, { token: good })
    expect(answer.status).toBe(201)
    const { token } = (await answer.json()) as { token: string }
    expect((await registry.request(`POST ${path}`, { token: bad })).status).toBe(403)
    expect((await registry.request('GET /-/whoami', { token })).status).toBe(403)
    await registry.request(`GET /-/npm/v1/tokens/token/${token}`)
    await registry.request(`GET /${good}`)

    const files = (await readdir(registry.folder)).filter((name) => name.startsWith('registry.db'))
    expect(files).not.toHaveLength(0)
    const kept = await Promise.all(
      files.map((file) => readFile(join(registry.folder, file), 'latin1')),
    )
    const haystack = kept.join('') + registry.logged()
    expect(haystack).toContain('acme/widget')
    for (const secret of [good, bad, token]) {
      expect(haystack).not.toContain(secret)
      for (const part of secret.split(/[._]/).filter((each) => each.length > 20)) {
        expect(haystack).not.toContain(part)
      }
    }
  })
})

/** A JWT with the given header, signed by `sign`. */
function jwt(header: Claims, sign: (text: string) => string): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode(header)}.${encode({ ...claimsOf(), aud: AUDIENCE })}`
  return `${text}.${sign(text)}`
}

async function unsigned(): Promise<string> {
  return jwt({ alg: 'none', kid: 'development' }, () => '')
}

/** Taken for a secret, the public key would verify this. */
async function signedWithPublicKey(issuer: DevelopmentIssuer): Promise<string> {
  const answer = await issuer.fetchJson(new URL(`${RUN.issuer}/.well-known/jwks`), false)
  const key = JSON.stringify((answer as { keys: unknown[] }).keys[0])
  return jwt({ alg: 'HS256', kid: 'development' }, (text) =>
    createHmac('sha256', key).update(text).digest('base64url'),
  )
}
