import { createHmac } from 'node:crypto'
import { type Claims, findProvider, type SimulatedRun } from '@trustpub/identity'
import { type SignOptions, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { beforeAll, expect, it, type TestContext } from 'vitest'
import { nodeClient } from './support/clients.ts'
import type { Variables } from './support/environment.ts'
import { githubJob, gitlabJob, jobWithoutToken } from './support/job.ts'
import { npmPackage } from './support/npm-packages.ts'
import { publishWith } from './support/publish.ts'
import { openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'

const AUDIENCE = 'npm:localhost'
/** Trusted with {@link FIELDS}; every test here fails to publish it. */
const NAME = '@acme/refused'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openTestRegistry({ args: ['--trusted-only'] })
  await registry.trust([`npm:${NAME}`])
  await registry.trust([`npm:${NAME}`], { provider: 'gitlab' })
})

it('names both workflow files when the file was renamed', async (ctx) => {
  const job = jobOf({ entry: '.github/workflows/publish.yml' })
  await expectRefused(ctx, job, [
    'The claim workflow_ref is "acme/widget/.github/workflows/publish.yml@refs/tags/v1.0.0"',
    'but the trusted publisher names "acme/widget/.github/workflows/release.yml@…"',
  ])
})

it('says which environment to write when the job has none', (ctx) =>
  expectRefused(ctx, jobOf({ environment: undefined }), [
    'Write environment: release in the job that publishes.',
  ]))

it('names both environments when the job runs in another', (ctx) =>
  expectRefused(ctx, jobOf({ environment: 'staging' }), [
    'The claim environment is "staging", but the trusted publisher asks for "release".',
  ]))

it('does not tell another repository what the publisher expects', async (ctx) => {
  const output = await expectRefused(ctx, jobOf({ repository: 'acme/fork' }), [
    'The claim repository is "acme/fork"',
    `and no trusted publisher of ${NAME} names it.`,
  ])
  expect(output).not.toContain('acme/widget')
})

it('notices that the names are the same and the account behind them is another', async (ctx) => {
  const name = '@acme/taken-over'
  await registry.trust([`npm:${name}`])
  const job = jobOf({})
  await publish(ctx, job, npmPackage(name, '1.0.0'))
  const claims = { ...claimsOf({}), repository_owner_id: '666' }
  const impostor = { ...jobOf({}), NPM_ID_TOKEN: await registry.github.sign(claims, AUDIENCE) }
  const { status, output } = await publish(ctx, impostor, npmPackage(name, '1.1.0'))
  expect(status).not.toBe(0)
  expect(output).toContain('The claim repository_owner_id is "666"')
  expect(output).toContain('the account behind them is another')
  expect(await registry.tags(name)).toEqual({ latest: '1.0.0' })
})

it('refuses runs that strangers can start', (ctx) =>
  expectRefused(ctx, jobOf({ event: 'pull_request_target' }), [
    'The claim event_name is "pull_request_target". Such runs can carry code of a stranger',
  ]))

it('gives nothing to a job without id-token: write, for npm has no ID token to send', async (ctx) => {
  const before = registry.github.issued()
  await expectRefused(ctx, jobWithoutToken(runOf(registry)), ['ENEEDAUTH'])
  expect(registry.github.issued()).toBe(before)
})

it('refuses an ID token that was exchanged before', async (ctx) => {
  const name = '@acme/replayed'
  await registry.trust([`npm:${name}`])
  const job = await jobWith(claimsOf({}))
  expect((await publish(ctx, job, npmPackage(name, '1.0.0'))).status).toBe(0)
  const again = await publish(ctx, job, npmPackage(name, '1.1.0'))
  expect(again.status).not.toBe(0)
  expect(again.output).toContain('This ID token was exchanged before')
  expect(await registry.tags(name)).toEqual({ latest: '1.0.0' })
})

it('names the audience that it accepts', async (ctx) =>
  expectRefused(ctx, await jobWith(claimsOf({}), 'npm:registry.npmjs.org'), [
    'The claim aud is "npm:registry.npmjs.org", but this registry accepts',
    AUDIENCE,
  ]))

it('refuses an ID token that has expired', async (ctx) => {
  const past = Math.floor(Date.now() / 1000) - 3600
  const claims = { ...claimsOf({}), iat: past, nbf: past, exp: past + 300 }
  await expectRefused(ctx, await jobWith(claims), [
    'The ID token expired at',
    'Request it right before publishing',
  ])
})

it('refuses a signature by another key', async (ctx) =>
  expectRefused(ctx, await jobWith(claimsOf({}), AUDIENCE, { foreignKey: true }), [
    'The signature of the ID token is not that of issuer',
  ]))

it('refuses an ID token without a signature', (ctx) =>
  expectRefused(ctx, jobCarrying(unsigned({ alg: 'none', typ: 'JWT', kid: 'development' }, '')), [
    'The ID token says alg "none"',
    'signs with RS256 only',
  ]))

it('refuses a public key that is used as the secret of HS256', async (ctx) => {
  const keys = await fetch(`${registry.github.url}/.well-known/jwks`)
  const published = await keys.text()
  const token = unsigned({ alg: 'HS256', typ: 'JWT', kid: 'development' }, published)
  await expectRefused(ctx, jobCarrying(token), ['The ID token says alg "HS256"'])
})

it('names an issuer that it does not know', async (ctx) => {
  const stranger = await startDevelopmentIssuer()
  try {
    const claims = { ...claimsOf({}), iss: stranger.url }
    const job = jobCarrying(await stranger.sign(claims, AUDIENCE))
    await expectRefused(ctx, job, [
      `The claim iss is "${stranger.url}", and this registry does not know that issuer.`,
    ])
  } finally {
    await stranger.close()
  }
})

it('names the packages that the publisher covers when another is published', async (ctx) => {
  const directory = npmPackage('@acme/not-covered', '1.0.0')
  const { status, output } = await publish(ctx, jobOf({}), directory)
  expect(status).not.toBe(0)
  expect(output).toMatch(/The trusted publisher for acme\/widget covers .*, not @acme\/not-covered/)
  expect(await registry.exists('@acme/not-covered')).toBe(false)
})

it('refuses the ID token of a GitLab job of another project', async (ctx) => {
  const run = runOf(registry, 'gitlab', { repository: 'acme/other' })
  const job = await gitlabJob(registry, run, { NPM_ID_TOKEN: AUDIENCE })
  await expectRefused(ctx, job, ['The claim project_path is "acme/other"'])
})

function jobOf(facts: Partial<SimulatedRun>): Variables {
  return githubJob(registry, runOf(registry, 'github', facts))
}

function claimsOf(facts: Partial<SimulatedRun>): Claims {
  return findProvider('github').simulate(runOf(registry, 'github', facts))
}

async function jobWith(claims: Claims, audience = AUDIENCE, how?: SignOptions): Promise<Variables> {
  return jobCarrying(await registry.github.sign(claims, audience, how))
}

/** npm takes an ID token from this variable in any of the CIs that it knows. */
function jobCarrying(idToken: string): Variables {
  return { ...jobWithoutToken(runOf(registry)), NPM_ID_TOKEN: idToken }
}

/** A token that no issuer signed: with an empty signature, or that of HMAC-SHA-256 with the given secret. */
function unsigned(header: object, secret: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const text = `${encode(header)}.${encode({ ...claimsOf({}), aud: AUDIENCE })}`
  const mac = createHmac('sha256', secret).update(text).digest('base64url')
  return `${text}.${secret === '' ? '' : mac}`
}

async function publish(
  ctx: TestContext,
  env: Variables,
  directory: string = npmPackage(NAME, '1.0.0'),
) {
  const npm = await nodeClient(ctx, 'npm 11')
  return publishWith('npm 11', npm, registry.url, { directory, env })
}

/** npm fails, prints every part of the sentence, and the package does not exist. */
async function expectRefused(
  ctx: TestContext,
  env: Variables,
  sentence: readonly string[],
): Promise<string> {
  const { status, output } = await publish(ctx, env)
  expect(status).not.toBe(0)
  for (const part of sentence) expect(output).toContain(part.replace('…', '...'))
  expect(await registry.exists(NAME)).toBe(false)
  return output
}
