import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeClient, pythonClients } from './support/clients.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { type Json, send } from './support/http.ts'
import { recordLeftOut } from './support/left-out.ts'
import { npmManifest } from './support/npm-packages.ts'
import {
  copyOf,
  hashOfTree,
  npmExample,
  pythonExample,
  rehearsalEnvironment,
  rehearse,
  WORKFLOW,
  workflow,
} from './support/rehearsal.ts'
import { PROGRAM } from './support/server.ts'
import { run } from './support/tools.ts'

/** What setup-node leaves behind; npm puts the variable in. */
const STORED_TOKEN = `//registry.npmjs.org/:_authToken=$\{NPM_TOKEN}\n`

describe('a release that works', () => {
  it('is played for npm and Python, and leaves neither repository nor machine changed', async (ctx) => {
    await pythonClients(ctx)
    const directory = copyOf('widget')
    const before = hashOfTree(directory)
    const TMPDIR = temporaryFolder()
    const { status, stdout } = await rehearse([directory], { ...rehearsalEnvironment(), TMPDIR })
    expect(stdout).toMatch(/✓ +publish-npm +npm \S+ +@acme\/widget 1\.0\.0( +✓){5}/)
    expect(stdout).toMatch(/✓ +publish-pypi +twine \S+ +acme-widget 1\.0\.0( +✓){5}/)
    expect(stdout).toContain('All 2 packages were published without a stored token')
    expect(status).toBe(0)
    expect(hashOfTree(directory)).toBe(before)
    expect(leftBy(TMPDIR)).toEqual([])
  })

  it('is not played in a directory that only a run knows, which proves nothing and is no failure of the release', async () => {
    const example = npmExample((text) => text.replace('npm publish', 'cd "$DIR" && npm publish'))
    const { status, stdout } = await rehearse([example])
    expect(stdout).toMatch(/– +publish-npm +npm +not played/)
    expect(stdout).toContain('There was nothing to play.')
    // Nothing is proved either.
    expect(status).toBe(1)
  })

  it('is played as GitLab would run it, and its claims can be read as JSON', async (ctx) => {
    await pythonClients(ctx)
    const { status, stdout } = await rehearse([copyOf('widget-gitlab'), '--json'])
    const report = JSON.parse(stdout) as Json
    expect(report).toMatchObject({ ok: true, provider: 'gitlab', repository: 'acme/widget' })
    expect(report.jobs).toMatchObject([
      { job: 'publish-npm', steps: [{ packages: [{ installed: true, imported: true }] }] },
      { job: 'publish-pypi', steps: [{ packages: [{ installed: true, imported: true }] }] },
    ])
    expect(status).toBe(0)
  })

  it.for(['npm', 'pnpm', 'yarn'] as const)('is played with %s', async (client, ctx) => {
    await nodeClient(ctx, client === 'npm' ? 'npm 11' : client)
    const { status, stdout } = await rehearse([npmExample(), '--client', client])
    expect(stdout).toMatch(new RegExp(`✓ +publish-npm +${client} \\S+ +@acme/widget`))
    expect(status).toBe(0)
  })

  it.for(['twine', 'uv'] as const)('is played with %s', async (client, ctx) => {
    await pythonClients(ctx)
    const { status, stdout } = await rehearse([pythonExample(), '--client', client])
    expect(stdout).toMatch(new RegExp(`✓ +publish-pypi +${client} \\S+ +acme-widget`))
    expect(status).toBe(0)
  })

  it('is played for every package of a monorepo that has no record of its publishers', async () => {
    const names = ['@acme/one', '@acme/two']
    const directory = temporaryFolder()
    writeFiles(directory, {
      'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
      [WORKFLOW]: workflow('publish', 'npm publish --workspaces'),
      ...Object.fromEntries(names.flatMap(workspaceFiles)),
    })
    const { status, stdout } = await rehearse([directory])
    for (const name of names) expect(stdout).toMatch(new RegExp(`✓ .*${name} 1\\.0\\.0`))
    expect(stdout).toContain('There is no trusted-publishers.json')
    expect(status).toBe(0)
  })

  it('is played twice at once without one disturbing the other', async () => {
    const both = await Promise.all([rehearse([npmExample()]), rehearse([npmExample()])])
    expect(both.map(({ status }) => status)).toEqual([0, 0])
  })

  it('needs no network but loopback', async (ctx) => {
    const options = { cwd: temporaryFolder(), env: rehearsalEnvironment() }
    const isolate = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
    const possible = await run('unshare', [...isolate, 'true'], options).catch(() => undefined)
    if (possible?.status !== 0) {
      const sentence = `${ctx.task.name}: this machine cannot make a network of its own (unshare).`
      recordLeftOut(sentence)
      return ctx.skip(sentence)
    }
    // Fetched beforehand, where this machine's own npm is too old.
    await rehearse([npmExample()])
    const program = [process.execPath, PROGRAM, 'rehearse', npmExample()]
    const { status, output } = await run('unshare', [...isolate, ...program], options)
    expect(output).toMatch(/✓ .*@acme\/widget 1\.0\.0( +✓){5}/)
    expect(status).toBe(0)
  })

  it('does not use tokens that are stored in files or variables', async (ctx) => {
    await pythonClients(ctx)
    const directory = copyOf('widget', { '.npmrc': STORED_TOKEN })
    // uv would prefer such a token to an exchange, and the registry would refuse it.
    const names = ['NPM_TOKEN', 'NODE_AUTH_TOKEN', 'UV_PUBLISH_TOKEN', 'TWINE_PASSWORD']
    const stored = Object.fromEntries(names.map((name) => [name, 'npm_stored']))
    const env = { ...rehearsalEnvironment(), ...stored }
    const { status, output } = await rehearse([directory, '--client', 'uv'], env)
    expect(output).toContain('published without a stored token')
    expect(output).not.toContain('npm_stored')
    expect(status).toBe(0)
  })
})

describe('a release that would fail', () => {
  it('shows expected and actual side by side', async () => {
    const { status, stdout } = await rehearse([npmExample(), '--environment', 'staging'])
    expect(stdout).toMatch(/claim +publisher expects +token says/)
    expect(stdout).toMatch(/✗ +environment +release +staging/)
    expect(stdout).toContain('but the trusted publisher asks for "release"')
    expect(stdout).toContain('This release would fail.')
    expect(status).toBe(1)
  })

  it('names the missing permission, and no stored token steps in', async () => {
    const directory = npmExample((text) => text.replace('id-token: write', 'contents: read'))
    writeFiles(directory, { '.npmrc': STORED_TOKEN })
    const stored = { ...rehearsalEnvironment(), NPM_TOKEN: 'npm_stored' }
    const { status, stdout } = await rehearse([directory, '--json'], stored)
    const [job] = (JSON.parse(stdout) as Json).jobs as readonly Json[]
    expect(job?.idToken).toMatchObject({ granted: false })
    expect(JSON.stringify(job?.idToken)).toContain('id-token: write')
    expect(JSON.stringify(job)).not.toContain('token_unknown')
    expect(status).toBe(1)
  })

  it('names both workflow files when the file was renamed', async () => {
    const directory = npmExample()
    rmSync(join(directory, WORKFLOW))
    writeFiles(directory, {
      '.github/workflows/publish.yml': workflow('publish-npm', 'npm publish'),
    })
    const { status, stdout } = await rehearse([directory])
    expect(stdout).toContain('Rename the workflow file back')
    expect(stdout).toMatch(/✗ +workflow_ref +\S*release\.yml\S* +\S*publish\.yml/)
    expect(status).toBe(1)
  })

  it('tells what is missing on this machine, and plays what is not', async () => {
    const bin = temporaryFolder()
    symlinkSync(process.execPath, join(bin, 'node'))
    symlinkSync(realpathSync(programPath('npm')), join(bin, 'npm'))
    const env = { ...rehearsalEnvironment(), PATH: bin }
    const { status, stdout } = await rehearse([copyOf('widget')], env)
    expect(stdout).toContain('Python 3.9 or newer is not installed')
    expect(stdout).toMatch(/✓ +publish-npm/)
    expect(status).toBe(3)
  })
})

describe('wrong use', () => {
  it('ends with 1 where no job publishes', async () => {
    const directory = temporaryFolder()
    writeFiles(directory, { [WORKFLOW]: workflow('test', 'npm test') })
    const { status, output } = await rehearse([directory])
    expect(output).toContain('No job publishes')
    expect(status).toBe(1)
  })

  it('ends with 1, and ends, where the record of publishers cannot be used', async () => {
    const directory = npmExample()
    const entry = { package: 'npm:@acme/widget', registry: 'https://registry.npmjs.org/' }
    const fields = { provider: 'github', repository: 'acme/widget', workflow: 'release.yml' }
    const publishers = [
      { ...entry, ...fields },
      { ...entry, ...fields },
    ]
    writeFiles(directory, { 'trusted-publishers.json': JSON.stringify({ publishers }) })
    const { status, output } = await rehearse([directory])
    expect(output).toContain('already exists')
    expect(status).toBe(1)
  })

  it.each([
    [['missing-directory'], 'There is no directory missing-directory'],
    [['--reff', 'refs/tags/v1'], 'There is no option --reff. Did you mean --ref?'],
    [['--client', 'yarm'], 'There is no client yarm. Did you mean yarn?'],
    [['one', 'two'], 'rehearse takes one directory, not also "two"'],
  ])('ends with 2 for %s', async (args, sentence) => {
    const { status, output } = await rehearse(args)
    expect(output).toContain(sentence)
    expect(status).toBe(2)
  })
})

it('keeps the registry running with --keep until it is interrupted', async (ctx) => {
  await nodeClient(ctx, 'npm 11')
  const args = [PROGRAM, 'rehearse', npmExample(), '--keep', '--json']
  const child = spawn(process.execPath, args, {
    env: rehearsalEnvironment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit')
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += chunk
    if (text.endsWith('\n}\n')) break
  }
  const { url, token } = (JSON.parse(text) as Json).registry as Json
  const packument = await send(`${url}/@acme%2fwidget`, { token: String(token) })
  expect(packument.json()['dist-tags']).toEqual({ latest: '1.0.0' })
  child.kill('SIGINT')
  expect(await exited).toEqual([0, null])
  await expect(send(`${url}/-/ping`)).rejects.toThrow()
})

/** npm and pip leave caches of their own in the temporary folder; what counts is ours. */
function leftBy(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('trustpub-'))
}

function programPath(name: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return join(folders.find((folder) => existsSync(join(folder, name))) ?? '', name)
}

function workspaceFiles(name: string): [string, string][] {
  const folder = `packages/${name.split('/')[1]}`
  return [
    [`${folder}/package.json`, JSON.stringify(npmManifest(name, '1.0.0'))],
    [`${folder}/index.js`, 'export const text = ""\n'],
  ]
}
