import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { type NodeClientId, nodeClient } from './support/clients.ts'
import { cleanEnvironment, type Variables } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { githubJob, gitlabJob } from './support/job.ts'
import { npmPackage } from './support/npm-packages.ts'
import { npmrc, publishWith } from './support/publish.ts'
import { openTestRegistry, packument, runOf, type TestRegistry } from './support/registry.ts'
import { openSigstore, type TestSigstore } from './support/sigstore.ts'
import { type Finished, run } from './support/tools.ts'

const PROVENANCE = ['--provenance', '--access=public']

let sigstore: TestSigstore
let registry: TestRegistry
beforeAll(async () => {
  sigstore = await openSigstore()
  const sigstoreArgs = ['--sigstore', sigstore.trustedRootFile, '--transparency-log', sigstore.url]
  registry = await openTestRegistry({ args: ['--trusted-only', ...sigstoreArgs] })
  for (const provider of ['github', 'gitlab'] as const) {
    sigstore.accept({ url: registry[provider].url, provider, allowPrivateNetwork: true })
  }
})

describe.each<NodeClientId>(['npm 11', 'npm 12'])('%s', (id) => {
  const name = `@acme/proven-by-${id.replace(' ', '-')}`

  it('publishes with provenance, and verifies it with the signature of the registry', async (ctx) => {
    await registry.trust([`npm:${name}`])
    const published = await publish(
      ctx,
      id,
      packageWith(name, `${registry.github.url}/acme/widget`),
    )
    expect(published.output).toContain(`+ ${name}@1.0.0`)

    await attestedBy(name, 2)
    const audited = await audit(ctx, id, name)
    expect(audited.output).toContain('1 package has a verified registry signature')
    expect(audited.output).toContain('1 package has a verified attestation')
    expect(audited.status).toBe(0)
  })

  it('is told why provenance of another repository than in package.json is refused', async (ctx) => {
    const other = `${name}-elsewhere`
    await registry.trust([`npm:${other}`])
    const refused = await publish(ctx, id, packageWith(other, 'https://github.com/acme/elsewhere'))
    expect(refused.status).not.toBe(0)
    expect(refused.output.replace(/\s+/g, ' ')).toContain(
      'package.json names "https://github.com/acme/elsewhere" as its repository',
    )
    expect(await registry.exists(other)).toBe(false)
  })
})

it('takes the provenance that npm makes in GitLab CI/CD', async (ctx) => {
  const name = '@acme/proven-in-gitlab'
  await registry.trust([`npm:${name}`], { provider: 'gitlab' })
  const audiences = { NPM_ID_TOKEN: 'npm:localhost', SIGSTORE_ID_TOKEN: 'sigstore' }
  const job = await gitlabJob(registry, runOf(registry, 'gitlab'), audiences)
  const directory = packageWith(name, `${registry.gitlab.url}/acme/widget`)
  const published = await publish(ctx, 'npm 11', directory, PROVENANCE, job)
  expect(published.output).toContain(`+ ${name}@1.0.0`)
  await attestedBy(name, 2, 'https://slsa.dev/provenance/v0.2')
})

it('lets the trust policy of pnpm refuse a version that comes without, after one that came with', async (ctx) => {
  const name = '@acme/proven-once'
  await registry.trust([`npm:${name}`])
  const repository = `${registry.github.url}/acme/widget`
  await publish(ctx, 'npm 11', packageWith(name, repository))
  await publish(ctx, 'npm 11', packageWith(name, repository, '1.1.0'), [])
  const first = await installWithPolicy(ctx, name, '1.0.0')
  expect(first.output).not.toMatch(/error/i)
  expect(first.status).toBe(0)
  const second = await installWithPolicy(ctx, name, '1.1.0')
  expect(second.status).not.toBe(0)
  expect(second.output).toContain('trust downgrade for')
})

async function publish(
  ctx: TestContext,
  id: NodeClientId,
  directory: string,
  args: readonly string[] = PROVENANCE,
  job: Variables = githubJob(registry, runOf(registry)),
): Promise<Finished> {
  const client = await nodeClient(ctx, id)
  const env = sigstore.leadHere(job)
  return publishWith(id, client, registry.url, { directory, env, args })
}

async function audit(ctx: TestContext, id: NodeClientId, name: string): Promise<Finished> {
  const client = await nodeClient(ctx, id)
  const project = temporaryFolder()
  const dependencies = { [name]: '1.0.0' }
  writeFiles(project, {
    'package.json': JSON.stringify({ name: 'app', private: true, dependencies }),
    '.npmrc': npmrc(registry.url, registry.reader),
  })
  const env = sigstore.leadHere(cleanEnvironment())
  const start = (...args: string[]) =>
    run(client.program, [...client.args, ...args], { cwd: project, env })
  const installed = await start('install')
  return installed.status === 0 ? start('audit', 'signatures') : installed
}

async function installWithPolicy(
  ctx: TestContext,
  name: string,
  version: string,
): Promise<Finished> {
  const { program, args } = await nodeClient(ctx, 'pnpm')
  const project = temporaryFolder()
  writeFiles(project, {
    'package.json': JSON.stringify({ name: 'app', dependencies: { [name]: version } }),
    'pnpm-workspace.yaml': 'trustPolicy: no-downgrade\nminimumReleaseAge: 0\n',
    '.npmrc': npmrc(registry.url, registry.reader),
  })
  return run(program, [...args, 'install'], { cwd: project, env: cleanEnvironment() })
}

/** Waits for the registry's own attestation, which it makes after it has answered. */
async function attestedBy(
  name: string,
  count: number,
  predicateType = 'https://slsa.dev/provenance/v1',
): Promise<void> {
  const path = `/-/npm/v1/attestations/${name.replace('/', '%2f')}@1.0.0`
  await expect
    .poll(async () => {
      const answer = await registry.server.send(path, { token: registry.reader })
      return (answer.json().attestations as unknown[] | undefined)?.length
    })
    .toBe(count)
  const { versions } = (await packument(registry.server, name, registry.reader)).json() as {
    versions: Record<string, unknown>
  }
  expect(versions['1.0.0']).toMatchObject({
    _npmUser: { trustedPublisher: { oidcConfigId: expect.stringMatching(/^oidc:/) } },
    dist: { attestations: { provenance: { predicateType } } },
  })
}

function packageWith(name: string, repository: string, version = '1.0.0'): string {
  const folder = npmPackage(name, version)
  const file = join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...manifest, repository }))
  return folder
}
