import { findProvider } from '@trustpub/identity'
import { beforeAll, describe, expect, it } from 'vitest'
import { type NodeClientId, nodeClient } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { githubJob, gitlabJob } from './support/job.ts'
import { npmManifest, npmPackage } from './support/npm-packages.ts'
import { installAndImport, npmrc, publishWith } from './support/publish.ts'
import { createToken, openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'
import { run, type Tool } from './support/tools.ts'

const CLIENTS: readonly NodeClientId[] = ['npm 11', 'npm 12', 'pnpm', 'yarn']

let registry: TestRegistry
beforeAll(async () => {
  registry = await openTestRegistry({ args: ['--trusted-only'] })
})

describe.each(CLIENTS)('%s', (id) => {
  const name = `@acme/by-${id.replace(' ', '-')}`

  it('makes a package with its first publish, by an exchange, and it can be installed', async (ctx) => {
    const client = await nodeClient(ctx, id)
    const npm = await nodeClient(ctx, 'npm 11')
    await registry.trust([`npm:${name}`])
    const published = await publish(client, id, npmPackage(name, '1.0.0', 'first'))
    expect(published.output).not.toMatch(/error/i)
    expect(published.status).toBe(0)
    const env = cleanEnvironment()
    const imported = await installAndImport(npm, registry.url, registry.reader, name, env)
    expect(imported).toBe('first')
  })

  it('adds a version under a dist-tag and leaves latest where it was', async (ctx) => {
    const client = await nodeClient(ctx, id)
    const directory = npmPackage(name, '2.0.0-rc.1', 'second')
    const published = await publish(client, id, directory, ['--tag', 'next'])
    expect(published.output).not.toMatch(/error/i)
    expect(await registry.tags(name)).toEqual({ latest: '1.0.0', next: '2.0.0-rc.1' })
  })

  it('shows why other contents of a version that exists are refused', async (ctx) => {
    const client = await nodeClient(ctx, id)
    const other = npmPackage(name, '1.0.0', 'other contents')
    const { status, output } = await publish(client, id, other)
    expect(status).not.toBe(0)
    // npm looks first whether the version is there, and sends nothing then.
    const sentence = id.startsWith('npm')
      ? 'You cannot publish over the previously published versions: 1.0.0.'
      : `${name} 1.0.0 already exists with other contents, or from another publisher. A published version is never replaced`
    expect(unwrapped(output)).toContain(sentence)
  })

  function publish(client: Tool, as: NodeClientId, directory: string, args: string[] = []) {
    const env = githubJob(registry, runOf(registry))
    return publishWith(as, client, registry.url, { directory, env, args })
  }
})

it.for(['pnpm', 'yarn'] as const)('lets %s send the very same version again', async (id, ctx) => {
  const client = await nodeClient(ctx, id)
  const name = `@acme/again-by-${id}`
  await registry.trust([`npm:${name}`])
  const directory = npmPackage(name, '1.0.0')
  for (let times = 0; times < 2; times++) {
    const env = githubJob(registry, runOf(registry))
    const published = await publishWith(id, client, registry.url, { directory, env })
    expect(published.output).not.toMatch(/error/i)
    expect(published.status).toBe(0)
  }
})

it('does not make a package by an exchange alone', async () => {
  const created = await registry.trust(['npm:@acme/exchanged-only'])
  const claims = findProvider('github').simulate(runOf(registry))
  const idToken = await registry.github.sign(claims, 'npm:localhost')
  const path = '/-/npm/v1/oidc/token/exchange/package/@acme%2fexchanged-only'
  const exchanged = await registry.server.send(path, { method: 'POST', token: idToken })
  expect(exchanged.status).toBe(201)
  expect(await registry.exists('@acme/exchanged-only')).toBe(false)
  const shown = await registry.api('GET', `/publishers/${created.id}`)
  expect(shown.json().packages).toContainEqual({
    package: 'npm:@acme/exchanged-only',
    pending: true,
  })
})

it('lets npm publish with the ID token that GitLab put into the job', async (ctx) => {
  const npm = await nodeClient(ctx, 'npm 11')
  await registry.trust(['npm:@acme/from-gitlab'], { provider: 'gitlab' })
  const env = await gitlabJob(registry, runOf(registry, 'gitlab'), {
    NPM_ID_TOKEN: 'npm:localhost',
  })
  const directory = npmPackage('@acme/from-gitlab', '1.0.0')
  const published = await publishWith('npm 11', npm, registry.url, { directory, env })
  expect(published.output).toContain('+ @acme/from-gitlab@1.0.0')
})

it('publishes both packages of a workspace with one exchange each', async (ctx) => {
  const npm = await nodeClient(ctx, 'npm 11')
  const names = ['@acme/one', '@acme/two']
  await registry.trust(names.map((name) => `npm:${name}`))
  const directory = temporaryFolder()
  writeFiles(directory, {
    'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
    ...Object.fromEntries(names.flatMap(workspaceFiles)),
  })
  const before = registry.github.issued()
  const env = githubJob(registry, runOf(registry))
  const args = ['--workspaces']
  const published = await publishWith('npm 11', npm, registry.url, { directory, env, args })
  expect(published.status).toBe(0)
  expect(await Promise.all(names.map(registry.exists))).toEqual([true, true])
  expect(registry.github.issued() - before).toBe(2)
})

describe('with the token of an account', () => {
  let open: TestRegistry
  let token: string
  beforeAll(async () => {
    open = await openTestRegistry()
    token = await createToken(open, ['read', 'publish', 'manage'])
  })

  it('npm publishes, views, tags and deprecates a package', async (ctx) => {
    const npm = await nodeClient(ctx, 'npm 12')
    const directory = npmPackage('@acme/by-hand', '1.0.0')
    writeFiles(directory, { '.npmrc': npmrc(open.url, token) })
    const env = cleanEnvironment()
    const start = async (...args: string[]) =>
      (await run(npm.program, [...npm.args, ...args], { cwd: directory, env })).output.trim()
    expect(await start('whoami')).toBe('admin')
    expect(await start('ping')).toContain('PONG')
    expect(await start('publish')).toContain('+ @acme/by-hand@1.0.0')
    expect(await start('view', '@acme/by-hand', 'version')).toBe('1.0.0')
    await start('dist-tag', 'add', '@acme/by-hand@1.0.0', 'stable')
    expect((await start('dist-tag', 'ls', '@acme/by-hand')).split('\n')).toEqual([
      'latest: 1.0.0',
      'stable: 1.0.0',
    ])
    await start('deprecate', '@acme/by-hand@1.0.0', 'use two')
    expect(await start('view', '@acme/by-hand', 'deprecated')).toBe('use two')
  })

  it('npm is told to publish from CI where only trusted publishers may', async (ctx) => {
    const npm = await nodeClient(ctx, 'npm 12')
    const strict = await createToken(registry, ['read', 'publish'])
    const directory = npmPackage('@acme/by-hand-refused', '1.0.0')
    writeFiles(directory, { '.npmrc': npmrc(registry.url, strict) })
    const options = { cwd: directory, env: cleanEnvironment() }
    const { status, output } = await run(npm.program, [...npm.args, 'publish'], options)
    expect(status).not.toBe(0)
    expect(output).toContain('from trusted publishers only, not with the API token of an account')
    expect(await registry.exists('@acme/by-hand-refused')).toBe(false)
  })
})

/** pnpm breaks lines and draws a border beside them. */
function unwrapped(output: string): string {
  return output.replace(/\s+(?:│\s+)?/g, ' ')
}

function workspaceFiles(name: string): [string, string][] {
  const folder = `packages/${name.split('/')[1]}`
  return [
    [`${folder}/package.json`, JSON.stringify(npmManifest(name, '1.0.0'))],
    [`${folder}/index.js`, 'export const text = ""\n'],
  ]
}
