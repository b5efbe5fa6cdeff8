import { beforeAll, describe, expect, it } from 'vitest'
import { type NodeClientId, nodeClient } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { writeFiles } from './support/folders.ts'
import type { Json } from './support/http.ts'
import { githubJob } from './support/job.ts'
import { npmPackage } from './support/npm-packages.ts'
import { npmrc, publishWith } from './support/publish.ts'
import { createToken, openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'
import { type Finished, run, type Tool } from './support/tools.ts'

const CLIENTS: readonly NodeClientId[] = ['npm 11', 'npm 12']

let registry: TestRegistry
let token: string
beforeAll(async () => {
  registry = await openTestRegistry()
  token = await createToken(registry, ['read', 'publish', 'manage'])
})

describe.each(CLIENTS)('%s trust', (id) => {
  const name = `@acme/trusted-by-${id.replace(' ', '-')}`

  it('adds a GitHub publisher, lists it and takes it away again', async (ctx) => {
    const npm = await nodeClient(ctx, id)
    const args = ['--file', 'release.yml', '--repo', 'acme/widget', '--env', 'release']
    const added = await trust(npm, name, ['github', name, ...args, '--allow-publish', '--yes'])
    expect(added.output).toContain(`${name} does not exist yet`)
    expect(added.status).toBe(0)
    const listed = await trust(npm, name, ['list', name])
    expect(listed.output).toMatch(/release\.yml[\s\S]*acme\/widget|acme\/widget[\s\S]*release\.yml/)
    const publisherId = await onlyPublisher(name)
    const revoked = await trust(npm, name, ['revoke', name, '--id', publisherId])
    expect(revoked.status).toBe(0)
    expect((await publishersOf(name)).length).toBe(0)
  })

  it('adds a GitLab publisher', async (ctx) => {
    const npm = await nodeClient(ctx, id)
    const args = ['--file', '.gitlab-ci.yml', '--project', 'acme/tools/widget']
    const added = await trust(npm, name, ['gitlab', name, ...args, '--allow-publish', '--yes'])
    expect(added.status).toBe(0)
    expect(await publishersOf(name)).toMatchObject([
      {
        provider: 'gitlab',
        fields: { repository: 'acme/tools/widget', workflow: '.gitlab-ci.yml' },
      },
    ])
  })
})

it('refuses the exchange once npm trust revoke has taken the publisher away', async (ctx) => {
  const npm = await nodeClient(ctx, 'npm 11')
  const name = '@acme/revoked'
  const { id } = await registry.trust([`npm:${name}`])
  const env = githubJob(registry, runOf(registry))
  const first = { directory: npmPackage(name, '1.0.0'), env }
  expect((await publishWith('npm 11', npm, registry.url, first)).status).toBe(0)
  expect((await trust(npm, name, ['revoke', name, '--id', String(id)])).status).toBe(0)
  const second = { directory: npmPackage(name, '1.1.0'), env }
  const refused = await publishWith('npm 11', npm, registry.url, second)
  expect(refused.status).not.toBe(0)
  expect(refused.output).toContain(`no trusted publisher of ${name} names it`)
  expect(await registry.tags(name)).toEqual({ latest: '1.0.0' })
})

function trust(npm: Tool, name: string, args: readonly string[]): Promise<Finished> {
  const directory = npmPackage(name, '1.0.0')
  writeFiles(directory, { '.npmrc': npmrc(registry.url, token) })
  const options = { cwd: directory, env: cleanEnvironment() }
  return run(npm.program, [...npm.args, 'trust', ...args], options)
}

async function publishersOf(name: string): Promise<readonly Json[]> {
  const query = new URLSearchParams({ package: `npm:${name}` })
  const answer = await registry.api('GET', `/publishers?${query}`)
  return answer.json().publishers as readonly Json[]
}

async function onlyPublisher(name: string): Promise<string> {
  const publishers = await publishersOf(name)
  expect(publishers.length).toBe(1)
  return String(publishers[0]?.id)
}
