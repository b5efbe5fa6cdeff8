import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProvider } from '@trustpub/identity'
import { beforeAll, describe, expect, it } from 'vitest'
import { pythonClients } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder } from './support/folders.ts'
import { githubJob, gitlabJob } from './support/job.ts'
import {
  buildDistributions,
  indexUrl,
  mint,
  mintAsAction,
  trusting,
  twineUpload,
  uvPublish,
  virtualEnvironment,
} from './support/python.ts'
import { openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'
import { type Finished, type PythonTools, run } from './support/tools.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openTestRegistry({ args: ['--trusted-only', '--tls', 'self-signed'] })
})

describe('uv', () => {
  const name = 'acme-by-uv'

  it('makes a project with its first publish; pip installs it and checks its hash', async (ctx) => {
    const tools = await pythonClients(ctx)
    await registry.trust([`pypi:${name}`])
    const built = await buildDistributions(tools, name, '1.0.0', 'by uv')
    const published = await uvPublish(tools, registry.server, job(), built)
    expect(published.output).toContain('Uploading')
    expect(published.status).toBe(0)

    const sha256 = createHash('sha256').update(built.bytes('.whl')).digest('hex')
    const requirements = join(temporaryFolder(), 'requirements.txt')
    writeFileSync(requirements, `${name}==1.0.0 --hash=sha256:${sha256}\n`)
    const python = await virtualEnvironment(tools)
    const installed = await pipInstall(tools, python, ['--require-hashes', '-r', requirements])
    expect(installed.output).toContain(`Successfully installed ${name}-1.0.0`)
    expect(await textOf(python, 'acme_by_uv')).toBe('by uv')
  })

  it('installs by the metadata beside the wheel (PEP 658)', async (ctx) => {
    const tools = await pythonClients(ctx)
    const python = await virtualEnvironment(tools)
    const args = ['pip', 'install', '--python', python, '--no-cache', '--index-url']
    const options = {
      cwd: temporaryFolder(),
      env: { ...cleanEnvironment(), ...trusting(registry.server) },
    }
    const index = indexUrl(registry.server, registry.reader)
    const installed = await run(tools.uv, [...args, index, name], options)
    expect(installed.output).toContain('Installed 1 package')
    expect(metadataReads('acme-by-uv')).toBeGreaterThan(0)
    expect(await textOf(python, 'acme_by_uv')).toBe('by uv')
  })

  it('shows why other bytes under the name of a file that exists are refused', async (ctx) => {
    const tools = await pythonClients(ctx)
    const other = await buildDistributions(tools, name, '1.0.0', 'other bytes')
    const refused = await uvPublish(tools, registry.server, job(), other)
    expect(refused.status).not.toBe(0)
    expect(refused.output).toContain('already exists with other contents')
    expect(refused.output).toContain('raise the version')
  })

  it('shows why the exchange was refused', async (ctx) => {
    const tools = await pythonClients(ctx)
    const built = await buildDistributions(tools, name, '1.1.0', 'never uploaded')
    const env = githubJob(registry, runOf(registry, 'github', { environment: 'staging' }))
    const refused = await uvPublish(tools, registry.server, env, built)
    expect(refused.status).not.toBe(0)
    expect(refused.output).toContain('The claim environment is')
    expect(refused.output).toContain('staging')
    expect(await versionsOf(name)).toEqual(['1.0.0'])
  })

  it('publishes with the ID token that GitLab put into the job', async (ctx) => {
    const tools = await pythonClients(ctx)
    await registry.trust(['pypi:acme-from-gitlab'], { provider: 'gitlab' })
    const built = await buildDistributions(tools, 'acme-from-gitlab', '1.0.0', 'from GitLab')
    const env = await gitlabJob(registry, runOf(registry, 'gitlab'), {
      LOCALHOST_ID_TOKEN: 'localhost',
    })
    const published = await uvPublish(tools, registry.server, env, built)
    expect(published.output).not.toMatch(/error/i)
    expect(await versionsOf('acme-from-gitlab')).toEqual(['1.0.0'])
  })
})

describe('twine, with the exchange of gh-action-pypi-publish', () => {
  const name = 'acme-by-twine'

  it('makes a project with its first upload', async (ctx) => {
    const tools = await pythonClients(ctx)
    await registry.trust([`pypi:${name}`])
    const { token } = await mintAsAction(registry.server, job())
    expect(await projectStatus(name)).toBe(404)
    const built = await buildDistributions(tools, name, '1.0.0', 'by twine')
    const uploaded = await twineUpload(tools, registry.server, String(token), built)
    expect(uploaded.output).not.toMatch(/error/i)
    expect(uploaded.status).toBe(0)
    const python = await virtualEnvironment(tools)
    await pipInstall(tools, python, [name])
    expect(metadataReads(name)).toBeGreaterThan(0)
    expect(await textOf(python, 'acme_by_twine')).toBe('by twine')
  })

  it('may send the same bytes again, and shows why others are refused', async (ctx) => {
    const tools = await pythonClients(ctx)
    const project = 'acme-sent-twice'
    await registry.trust([`pypi:${project}`])
    const { token } = await mintAsAction(registry.server, job())
    const built = await buildDistributions(tools, project, '1.0.0', 'first')
    const upload = () => twineUpload(tools, registry.server, String(token), built)
    expect([(await upload()).status, (await upload()).status]).toEqual([0, 0])
    const other = await buildDistributions(tools, project, '1.0.0', 'other bytes')
    const refused = await twineUpload(tools, registry.server, String(token), other)
    expect(refused.status).not.toBe(0)
    expect(unwrapped(refused)).toContain('already exists with other contents')
  })

  it('shows why an API token may not upload another project', async (ctx) => {
    const tools = await pythonClients(ctx)
    const { token } = await mintAsAction(registry.server, job())
    const built = await buildDistributions(tools, 'acme-not-covered', '1.0.0', 'never')
    const refused = await twineUpload(tools, registry.server, String(token), built)
    expect(refused.status).not.toBe(0)
    expect(unwrapped(refused)).toContain('not acme-not-covered')
    expect(await projectStatus('acme-not-covered')).toBe(404)
  })
})

describe('the exchange of the Python clients', () => {
  it('gives the sentence with its code when an ID token comes again', async () => {
    await registry.trust(['pypi:acme-replayed'])
    const claims = findProvider('github').simulate(runOf(registry))
    const idToken = await registry.github.sign(claims, 'localhost')
    expect(await mint(registry.server, idToken)).toMatchObject({ success: true })
    expect((await mint(registry.server, idToken)).errors).toMatchObject([
      { code: 'id_token_reused', description: expect.stringContaining('was exchanged before') },
    ])
  })
})

it('lets pip notice a file that was changed on the disk of the registry', async (ctx) => {
  const tools = await pythonClients(ctx)
  await registry.trust(['pypi:acme-damaged'])
  // Large enough to be a file of its own, also compressed.
  const text = randomBytes(100_000).toString('hex')
  const built = await buildDistributions(tools, 'acme-damaged', '1.0.0', text)
  await uvPublish(tools, registry.server, job(), built)
  damageBlob(built.bytes('.whl'))
  const python = await virtualEnvironment(tools)
  const refused = await pipInstall(tools, python, ['--only-binary=:all:', 'acme-damaged'])
  expect(refused.status).not.toBe(0)
  expect(refused.output).toMatch(/DO NOT MATCH THE HASHES/i)
})

function job() {
  return githubJob(registry, runOf(registry))
}

function pipInstall(
  tools: PythonTools,
  python: string,
  args: readonly string[],
): Promise<Finished> {
  const own = ['-m', 'pip', '--python', python, 'install', '--no-cache-dir', '--index-url']
  const index = indexUrl(registry.server, registry.reader)
  const env = { ...cleanEnvironment(), ...trusting(registry.server) }
  return run(tools.python, [...own, index, ...args], { cwd: temporaryFolder(), env })
}

async function textOf(python: string, module: string): Promise<string> {
  const script = `import ${module}; print(${module}.text, end="")`
  const options = { cwd: temporaryFolder(), env: cleanEnvironment() }
  return (await run(python, ['-c', script], options)).output
}

/** twine breaks lines to the width of a terminal that is not there. */
function unwrapped({ output }: Finished): string {
  return output.replace(/\s+/g, ' ')
}

/** How often a client asked for the metadata beside a wheel of the project. */
function metadataReads(name: string): number {
  const requests = registry.server.log().split('\n')
  return requests.filter((line) => line.includes(`/${name}/`) && line.includes('.whl.metadata'))
    .length
}

function simple(name: string) {
  const headers = { accept: 'application/vnd.pypi.simple.v1+json' }
  return registry.server.send(`/simple/${name}/`, { token: registry.reader, headers })
}

async function projectStatus(name: string): Promise<number> {
  return (await simple(name)).status
}

async function versionsOf(name: string): Promise<unknown> {
  return (await simple(name)).json().versions
}

function damageBlob(content: Buffer): void {
  const root = join(registry.server.data, 'blobs')
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const path = paths.find((each) => readFileSync(each).equals(content)) ?? ''
  const damaged = Buffer.from(content)
  damaged[content.length - 1] = (damaged.at(-1) ?? 0) ^ 1
  writeFileSync(path, damaged)
}
