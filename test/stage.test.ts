import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProvider } from '@trustpub/identity'
import { beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { type NodeClientId, nodeClient } from './support/clients.ts'
import { cleanEnvironment, type Variables } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { githubJob } from './support/job.ts'
import { npmPackage, publishBody, tarball } from './support/npm-packages.ts'
import { installAndImport, npmrc, publishWith } from './support/publish.ts'
import {
  createToken,
  FIELDS,
  openTestRegistry,
  runOf,
  type TestRegistry,
} from './support/registry.ts'
import { openSigstore, type TestSigstore } from './support/sigstore.ts'
import { type Finished, run } from './support/tools.ts'

const STAGE_ID = /staged with id ([0-9a-f-]{36})\)/

let sigstore: TestSigstore
let registry: TestRegistry
let owner: string
beforeAll(async () => {
  sigstore = await openSigstore()
  const sigstoreArgs = ['--sigstore', sigstore.trustedRootFile, '--transparency-log', sigstore.url]
  registry = await openTestRegistry({ args: ['--trusted-only', ...sigstoreArgs] })
  const { url } = registry.github
  sigstore.accept({ url, provider: 'github', allowPrivateNetwork: true })
  owner = await createToken(registry, ['read', 'publish'])
})

describe.each<NodeClientId>(['npm 11', 'npm 12'])('%s stage', (id) => {
  const name = `@acme/staged-by-${id.replace(' ', '-')}`
  beforeAll(() => existsWith(name))

  it('puts a version with provenance where only its owner sees it, who approves it', async (ctx) => {
    const staged = await inCi(ctx, id, packageOf(name, '1.0.0'), [
      'stage',
      'publish',
      '--provenance',
      '--access=public',
    ])
    expect(staged.output).toContain(`+ ${name}@1.0.0 (staged with id`)
    const [, stageId = ''] = STAGE_ID.exec(staged.output) ?? []
    const listed = await asOwner(ctx, id, ['stage', 'list', name])
    expect(listed.output).toContain(stageId)
    expect(listed.output).toContain('GitHub Actions (trusted publisher)')
    expect(listed.output).toContain('https://slsa.dev/provenance/v1')
    const viewed = await asOwner(ctx, id, ['stage', 'view', stageId])
    expect(viewed.output).toMatch(/package name: @acme\/staged-by/)
    const downloaded = await asOwner(ctx, id, ['stage', 'download', stageId])
    expect(downloaded.output).toContain(`-1.0.0-${stageId}.tgz`)
    expect(await installed(ctx, `${name}@1.0.0`)).toMatch(/ETARGET|No matching version/)

    const approved = await asOwner(ctx, id, ['stage', 'approve', stageId])
    expect(approved.output).toContain('approved and published successfully')
    expect(approved.status).toBe(0)
    expect(await installed(ctx, `${name}@1.0.0`)).toBe('1.0.0')
    await expect.poll(() => attestationsOf(name)).toBe(2)
    const audited = await audit(ctx, id, name)
    expect(audited.output).toContain('1 package has a verified registry signature')
    expect(audited.output).toContain('1 package has a verified attestation')
    expect(audited.status).toBe(0)
    expect(await registry.tags(name)).toEqual({ latest: '1.0.0' })
  })

  it('approves what the job staged last if it was run again, with provenance of its own', async (ctx) => {
    const folder = packageOf(name, '1.1.0')
    const args = ['stage', 'publish', '--provenance', '--access=public']
    const [, first = ''] = STAGE_ID.exec((await inCi(ctx, id, folder, args)).output) ?? []
    const [, second = ''] = STAGE_ID.exec((await inCi(ctx, id, folder, args)).output) ?? []
    expect(await onlyStaged(name)).toBe(second)
    const refused = await asOwner(ctx, id, ['stage', 'approve', first])
    expect(refused.status).not.toBe(0)
    expect(refused.output).toContain('staged anew')
    const approved = await asOwner(ctx, id, ['stage', 'approve', second])
    expect(approved.status).toBe(0)
    expect(await registry.tags(name)).toEqual({ latest: '1.1.0' })
  })

  it('takes back a version that its owner rejects', async (ctx) => {
    const staged = await inCi(ctx, id, packageOf(name, '2.0.0'), ['stage', 'publish'])
    const [, stageId = ''] = STAGE_ID.exec(staged.output) ?? []
    const rejected = await asOwner(ctx, id, ['stage', 'reject', stageId])
    expect(rejected.output).toContain('has been rejected')
    expect(rejected.status).toBe(0)
    const listed = await asOwner(ctx, id, ['stage', 'list', name])
    expect(listed.output).toContain(`No staged versions of package name "${name}"`)
    const approved = await asOwner(ctx, id, ['stage', 'approve', stageId])
    expect(approved.status).not.toBe(0)
    expect(approved.output).toContain(`No version is staged under ${stageId}`)
    expect(await installed(ctx, `${name}@2.0.0`)).toMatch(/ETARGET|No matching version/)
  })

  it('is told that it may only stage, if it publishes', async (ctx) => {
    const refused = await inCi(ctx, id, packageOf(name, '3.0.0'), ['publish'])
    expect(refused.status).not.toBe(0)
    expect(refused.output.replace(/\s+/g, ' ')).toContain(
      `The trusted publisher of ${name} lacks the permission "publish"; it has "stage".`,
    )
  })

  it('cannot stage a version twice, nor one that is published', async (ctx) => {
    const first = await inCi(ctx, id, packageOf(name, '4.0.0'), ['stage', 'publish'])
    expect(first.status).toBe(0)
    const other = packageOf(name, '4.0.0', 'other text')
    const again = await inCi(ctx, id, other, ['stage', 'publish'])
    expect(again.status).not.toBe(0)
    expect(again.output).toContain(`${name} 4.0.0 is staged already`)
    // npm itself refuses a version that it sees in the registry, unless it is forced.
    const published = await inCi(ctx, id, packageOf(name, '0.1.0'), ['stage', 'publish', '--force'])
    expect(published.status).not.toBe(0)
    expect(published.output).toContain(`${name} 0.1.0 is published already`)
  })
})

it('serves pnpm, which stages from CI, lists and approves', async (ctx) => {
  const name = '@acme/staged-by-pnpm'
  await existsWith(name)
  const args = ['stage', 'publish', '--no-git-checks']
  const staged = await inCi(ctx, 'pnpm', packageOf(name, '1.0.0'), args)
  expect(staged.output).toContain('@acme/staged-by-pnpm')
  expect(staged.status).toBe(0)
  const stageId = await onlyStaged(name)
  const listed = await asOwner(ctx, 'pnpm', ['stage', 'list', name])
  expect(listed.output).toContain(stageId)
  const approved = await asOwner(ctx, 'pnpm', ['stage', 'approve', stageId])
  expect(approved.status).toBe(0)
  expect(await registry.tags(name)).toEqual({ latest: '1.0.0' })
})

it('serves yarn, which stages from CI', async (ctx) => {
  const name = '@acme/staged-by-yarn'
  await existsWith(name)
  const env = githubJob(registry, runOf(registry))
  const publishing = { directory: packageOf(name, '1.0.0'), env, args: ['--staged'] }
  const yarn = await nodeClient(ctx, 'yarn')
  const staged = await publishWith('yarn', yarn, registry.url, publishing)
  expect(staged.output).toContain(await onlyStaged(name))
  expect(staged.status).toBe(0)
  expect(await registry.tags(name)).toEqual({ latest: '0.1.0' })
})

it('lets the trust policy of pnpm refuse a version that nobody approved, after one that was', async (ctx) => {
  const name = '@acme/approved-once'
  await existsWith(name, ['stage', 'publish'])
  await inCi(ctx, 'npm 11', packageOf(name, '1.0.0'), ['stage', 'publish'])
  await asOwner(ctx, 'npm 11', ['stage', 'approve', await onlyStaged(name)])
  const published = await inCi(ctx, 'npm 11', packageOf(name, '1.1.0'), ['publish'])
  expect(published.status).toBe(0)
  const first = await installWithPolicy(ctx, name, '1.0.0')
  expect(first.status).toBe(0)
  const second = await installWithPolicy(ctx, name, '1.1.0')
  expect(second.status).not.toBe(0)
  expect(second.output).toContain('trust downgrade for')
})

async function installWithPolicy(
  ctx: TestContext,
  name: string,
  version: string,
): Promise<Finished> {
  const { program, args } = await nodeClient(ctx, 'pnpm')
  const cwd = temporaryFolder()
  writeFiles(cwd, {
    'package.json': JSON.stringify({ name: 'app', dependencies: { [name]: version } }),
    'pnpm-workspace.yaml': 'trustPolicy: no-downgrade\nminimumReleaseAge: 0\n',
    '.npmrc': npmrc(registry.url, registry.reader),
  })
  return run(program, [...args, 'install'], { cwd, env: cleanEnvironment() })
}

async function onlyStaged(name: string): Promise<string> {
  const path = `/-/stage?package=${encodeURIComponent(name)}`
  const { items } = (await registry.server.send(path, { token: owner })).json()
  expect(items).toHaveLength(1)
  return (items as { id: string }[])[0]?.id ?? ''
}

/** The package with its first version; from now on CI may do with it what the permissions say. */
async function existsWith(name: string, permissions: readonly string[] = ['stage']): Promise<void> {
  const { id } = await registry.trust([`npm:${name}`])
  const path = name.replace('/', '%2f')
  const idToken = await registry.github.sign(
    findProvider('github').simulate(runOf(registry)),
    'npm:localhost',
  )
  const exchange = `/-/npm/v1/oidc/token/exchange/package/${path}`
  const exchanged = await registry.server.send(exchange, { method: 'POST', token: idToken })
  const body = publishBody(name, '0.1.0', tarball(name, '0.1.0', Buffer.from('export {}')))
  const token = String(exchanged.json().token)
  const headers = { 'content-type': 'application/json' }
  const published = await registry.server.send(`/${path}`, { method: 'PUT', token, body, headers })
  expect(published.status).toBe(201)
  expect((await registry.api('DELETE', `/publishers/${id}`)).status).toBe(204)
  const publisher = {
    provider: 'github',
    issuer: registry.github.url,
    fields: FIELDS.github,
    packages: [`npm:${name}`],
    permissions,
  }
  expect((await registry.api('POST', '/publishers', publisher)).status).toBe(201)
}

async function inCi(
  ctx: TestContext,
  id: NodeClientId,
  directory: string,
  args: readonly string[],
): Promise<Finished> {
  const client = await nodeClient(ctx, id)
  const env = sigstore.leadHere(githubJob(registry, runOf(registry)))
  const all = [...client.args, ...args, `--registry=${registry.url}`]
  return run(client.program, all, { cwd: directory, env })
}

async function asOwner(
  ctx: TestContext,
  id: NodeClientId,
  args: readonly string[],
): Promise<Finished> {
  const client = await nodeClient(ctx, id)
  const cwd = temporaryFolder()
  writeFiles(cwd, { '.npmrc': npmrc(registry.url, owner) })
  return run(client.program, [...client.args, ...args], { cwd, env: cleanEnvironment() })
}

async function installed(ctx: TestContext, spec: string): Promise<string> {
  const npm = await nodeClient(ctx, 'npm 11')
  return installAndImport(npm, registry.url, registry.reader, spec, cleanEnvironment())
}

async function audit(ctx: TestContext, id: NodeClientId, name: string): Promise<Finished> {
  const client = await nodeClient(ctx, id)
  const project = temporaryFolder()
  const dependencies = { [name]: '1.0.0' }
  writeFiles(project, {
    'package.json': JSON.stringify({ name: 'app', private: true, dependencies }),
    '.npmrc': npmrc(registry.url, registry.reader),
  })
  const env: Variables = sigstore.leadHere(cleanEnvironment())
  const start = (...args: string[]) =>
    run(client.program, [...client.args, ...args], { cwd: project, env })
  const done = await start('install')
  return done.status === 0 ? start('audit', 'signatures') : done
}

async function attestationsOf(name: string): Promise<number | undefined> {
  const path = `/-/npm/v1/attestations/${name.replace('/', '%2f')}@1.0.0`
  const answer = await registry.server.send(path, { token: registry.reader })
  return (answer.json().attestations as unknown[] | undefined)?.length
}

function packageOf(name: string, version: string, text = version): string {
  const folder = npmPackage(name, version, text)
  const file = join(folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object
  const repository = `${registry.github.url}/acme/widget`
  writeFileSync(file, JSON.stringify({ ...manifest, repository }))
  return folder
}
