import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { nodeClient, pythonClients } from './support/clients.ts'
import { type CutProxy, startCutProxy } from './support/cut-proxy.ts'
import { cleanEnvironment, type Variables } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import type { Json } from './support/http.ts'
import { githubJob, gitlabJob, jobWithoutToken } from './support/job.ts'
import { npmManifest, npmPackage } from './support/npm-packages.ts'
import { trustpub } from './support/project.ts'
import { installAndImport } from './support/publish.ts'
import { buildDistributions } from './support/python.ts'
import {
  FIELDS,
  openTestRegistry,
  packument,
  runOf,
  type TestRegistry,
} from './support/registry.ts'
import { PROGRAM } from './support/server.ts'
import { type Finished, run } from './support/tools.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openTestRegistry({ args: ['--trusted-only'] })
})

describe('trustpub publish, with an npm package', () => {
  it('makes the package with its first version, and npm installs it', async (ctx) => {
    const npm = await nodeClient(ctx, 'npm 11')
    const name = '@acme/first'
    await registry.trust([`npm:${name}`])
    const published = await publish([npmPackage(name, '1.0.0', 'by trustpub')])
    expect(published.stdout).toContain('The release is out.')
    expect(published.status).toBe(0)
    const env = cleanEnvironment()
    const text = await installAndImport(npm, registry.url, registry.reader, name, env)
    expect(text).toBe('by trustpub')
  })

  it('sends the very bytes that npm packs', async (ctx) => {
    const npm = await nodeClient(ctx, 'npm 11')
    const name = '@acme/same-bytes'
    await registry.trust([`npm:${name}`])
    const folder = unevenPackage(name)
    const args = ['pack', '--json', '--pack-destination', temporaryFolder()]
    const packed = await run(npm.program, [...npm.args, ...args], {
      cwd: folder,
      env: cleanEnvironment(),
    })
    const [{ integrity = '' } = {}] = JSON.parse(packed.stdout) as { integrity?: string }[]
    expect((await publish([folder])).status).toBe(0)
    expect(await distOf(name, '1.0.0')).toMatchObject({ integrity })
  })

  it('derives the dist-tag, so that latest stays where people want it', async () => {
    const name = '@acme/tags'
    await registry.trust([`npm:${name}`])
    for (const version of ['2.0.0', '3.0.0-beta.1', '1.5.0', '2.1.0']) {
      expect((await publish([npmPackage(name, version)])).status).toBe(0)
    }
    expect(await registry.tags(name)).toEqual({
      latest: '2.1.0',
      beta: '3.0.0-beta.1',
      'release-1.x': '1.5.0',
    })
  })

  it('publishes the members of a workspace after those they depend on', async () => {
    const names = ['@acme/a-app', '@acme/b-base']
    await registry.trust(names.map((name) => `npm:${name}`))
    const folder = workspace({
      'a-app': {
        ...npmManifest('@acme/a-app', '1.0.0'),
        dependencies: { '@acme/b-base': '^1.0.0' },
      },
      'b-base': npmManifest('@acme/b-base', '1.0.0'),
      tools: { ...npmManifest('tools', '1.0.0'), private: true },
    })
    const report = await publishJson([folder])
    expect(report.files.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['@acme/b-base', 'published'],
      ['@acme/a-app', 'published'],
    ])
  })

  it('says that a version is there already, and lets nobody replace it', async () => {
    const name = '@acme/again'
    await registry.trust([`npm:${name}`])
    const folder = npmPackage(name, '1.0.0')
    expect((await publish([folder])).status).toBe(0)
    const again = await publish([folder])
    expect(again.stdout).toContain('already there, same contents')
    expect(again.status).toBe(0)
    const other = await publish([npmPackage(name, '1.0.0', 'other contents')])
    expect(other.stdout).toContain('with other contents')
    expect(other.status).toBe(1)
  })

  it('uploads nothing in a dry run, and finds what would be refused', async () => {
    const name = '@acme/dry'
    await registry.trust([`npm:${name}`])
    const dry = await publish([npmPackage(name, '1.0.0')], ['--dry-run'])
    expect(dry.stdout).toContain('would be published')
    expect(dry.status).toBe(0)
    expect(await registry.exists(name)).toBe(false)
    const refused = await publish([npmPackage('@acme/unknown', '1.0.0')], ['--dry-run'])
    expect(refused.status).toBe(1)
  })

  it('hands a version in for approval, which then is not published yet', async () => {
    const name = '@acme/staged'
    const { id } = await registry.trust([`npm:${name}`])
    expect((await publish([npmPackage(name, '1.0.0')])).status).toBe(0)
    await registry.api('DELETE', `/publishers/${id}`)
    const stager = { provider: 'github', issuer: registry.github.url, fields: FIELDS.github }
    const body = { ...stager, packages: [`npm:${name}`], permissions: ['stage'] }
    expect((await registry.api('POST', '/publishers', body)).status).toBe(201)
    const refused = await publish([npmPackage(name, '1.1.0')])
    expect(refused.stdout).toContain('lacks the permission "publish"')
    const staged = await publish([npmPackage(name, '1.1.0')], ['--stage'])
    expect(staged.stdout).toContain('staged, waits for approval')
    expect(staged.output).toMatch(/npm stage approve [0-9a-f-]{36}/)
    expect(await registry.tags(name)).toEqual({ latest: '1.0.0' })
  })

  it('works with the ID tokens that GitLab put into the job, one for each package', async () => {
    const names = ['@acme/lab-one', '@acme/lab-two']
    await registry.trust(
      names.map((name) => `npm:${name}`),
      { provider: 'gitlab' },
    )
    const env = await gitlabJob(registry, runOf(registry, 'gitlab'), {
      NPM_ID_TOKEN: 'npm:localhost',
      SECOND_ID_TOKEN: 'npm:localhost',
    })
    const folders = names.map((name) => npmPackage(name, '1.0.0'))
    const { status, output } = await publish(folders, [], env)
    expect(output).toContain('The release is out.')
    expect(status).toBe(0)
    for (const token of [env.NPM_ID_TOKEN, env.SECOND_ID_TOKEN]) expect(output).not.toContain(token)
  })
})

describe('trustpub publish, with Python distributions', () => {
  it('uploads wheel and sdist with one exchange, and finds both again', async (ctx) => {
    const tools = await pythonClients(ctx)
    const name = 'acme-published'
    await registry.trust([`pypi:${name}`])
    const built = await buildDistributions(tools, name, '1.0.0', 'by trustpub')
    const before = registry.github.issued()
    const report = await publishJson([built.folder])
    expect(report.files.map(({ file, outcome }) => [file, outcome])).toEqual([
      ['acme_published-1.0.0-py3-none-any.whl', 'published'],
      ['acme_published-1.0.0.tar.gz', 'published'],
    ])
    expect(registry.github.issued() - before).toBe(1)
    const page = await registry.server.send(`/pypi/${name}/json`, { token: registry.reader })
    const { urls } = page.json() as { urls: { filename: string; digests: { sha256: string } }[] }
    const listed = Object.fromEntries(
      urls.map(({ filename, digests }) => [filename, digests.sha256]),
    )
    expect(listed).toEqual(
      Object.fromEntries(
        built.files.map((file) => [
          file.slice(built.folder.length + 1),
          sha256(readFileSync(file)),
        ]),
      ),
    )
    const again = await publish([built.folder])
    expect(again.stdout).toContain('Everything was there already.')
  })

  it('publishes packages and distributions of one release together', async (ctx) => {
    const tools = await pythonClients(ctx)
    await registry.trust(['npm:@acme/both', 'pypi:acme-both'])
    const built = await buildDistributions(tools, 'acme-both', '1.0.0', 'both')
    const folder = npmPackage('@acme/both', '1.0.0')
    expect((await publish([folder, built.folder])).status).toBe(0)
    expect(await registry.exists('@acme/both')).toBe(true)
  })
})

describe('a release of five packages', () => {
  const members = Object.fromEntries(
    [1, 2, 3, 4, 5].map((number) => [
      `five-${number}`,
      npmManifest(`@acme/five-${number}`, '1.0.0'),
    ]),
  )
  const names = Object.keys(members).map((member) => `@acme/${member}`)

  it('uploads nothing if the third is refused, and says why', async () => {
    await registry.trust(
      names.filter((name) => name !== '@acme/five-3').map((name) => `npm:${name}`),
    )
    const folder = workspace(members)
    const summary = join(temporaryFolder(), 'summary.md')
    const env = { ...job(), GITHUB_STEP_SUMMARY: summary }
    const { status, stdout, output } = await publish([folder], [], env)
    expect(status).toBe(1)
    expect(stdout).toContain('Nothing was uploaded.')
    expect(stdout).toMatch(/The trusted publisher for acme\/widget covers .*, not @acme\/five-3/)
    expect(stdout).toMatch(
      /workflow_ref +acme\/widget\/.github\/workflows\/release.yml@refs\/tags\/v1.0.0/,
    )
    expect(await Promise.all(names.map(registry.exists))).toEqual(names.map(() => false))
    expect(readFileSync(summary, 'utf8')).toContain('held back')
    expect(withoutMasks(output)).not.toMatch(/eyJ|trustpub_npm_/)
  })

  it('is finished by the same command after the network was cut in an upload', async () => {
    await registry.trust(['npm:@acme/five-3'])
    const proxy = await startCutProxy(registry.server.url)
    // Large enough that its upload is under way when the connection ends.
    const folder = workspace(members, 'five-4')
    const cut = await publishThrough(proxy, folder)
    expect(cut.status).not.toBe(0)
    expect(cut.stdout).toContain('3 of 5 files were uploaded.')
    proxy.heal()
    const again = await publishThrough(proxy, folder)
    expect(again.stdout).toContain('The release is out.')
    expect(again.stdout.match(/already there, same contents/g)).toHaveLength(3)
    expect(await Promise.all(names.map(registry.exists))).toEqual(names.map(() => true))
    await proxy.close()
  })
})

describe('what cannot be published', () => {
  it('is told without a word to the registry where the job may not ask for ID tokens', async () => {
    const { status, output } = await publish(
      [npmPackage('@acme/no-token', '1.0.0')],
      [],
      withoutToken(),
    )
    expect(status).toBe(1)
    expect(output).toContain('id-token: write')
  })

  it('has ranges that only a package manager understands', async () => {
    const folder = temporaryFolder()
    const manifest = { ...npmManifest('@acme/ranges', '1.0.0'), dependencies: { x: 'workspace:*' } }
    writeFiles(folder, { 'package.json': JSON.stringify(manifest) })
    const { status, output } = await publish([folder])
    expect(status).toBe(1)
    expect(output).toContain('"workspace:*"')
  })
})

describe('trustpub token', () => {
  it('runs a command with a token in an .npmrc, and gives the token back', async (ctx) => {
    const npm = await nodeClient(ctx, 'npm 11')
    const name = '@acme/by-token'
    await registry.trust([`npm:${name}`])
    const folder = npmPackage(name, '1.0.0')
    const kept = join(temporaryFolder(), 'npmrc')
    // A client that exchanges nothing by itself: it sees no CI.
    const script = `(cat "$NPM_CONFIG_USERCONFIG" && echo "$NODE_AUTH_TOKEN" && echo "$NPM_CONFIG_USERCONFIG") > ${kept} && env -u GITHUB_ACTIONS "$@"`
    const command = ['sh', '-c', script, 'sh', npm.program, ...npm.args, 'publish']
    const theirs = join(temporaryFolder(), 'npmrc')
    const { host } = new URL(registry.url)
    writeFileSync(theirs, `//${host}/:_authToken=stale\n@acme:registry=${registry.url}\n`)
    // As npx names the file of its user.
    const env = { ...job(), npm_config_userconfig: theirs }
    const { status, output } = await trustpub(
      folder,
      ['token', registry.url, '--', ...command],
      env,
    )
    expect(output).toContain('The token was given back.')
    expect(status).toBe(0)
    expect(await registry.exists(name)).toBe(true)
    const lines = readFileSync(kept, 'utf8').trim().split('\n')
    const [token = '', file = ''] = lines.slice(-2)
    expect(lines).toContain(`@acme:registry=${registry.url}`)
    expect(lines).not.toContain(`//${host}/:_authToken=stale`)
    expect(() => readFileSync(file)).toThrow('ENOENT')
    const body = JSON.stringify({})
    const late = await registry.server.send('/@acme%2fby-token', { method: 'PUT', token, body })
    expect(late.json().code).toBe('token_revoked')
  })

  it('ends with the status of the command', async () => {
    await registry.trust(['npm:@acme/failing'])
    const args = ['token', registry.url, '--package', '@acme/failing', '--', 'sh', '-c', 'exit 7']
    const { status, output } = await trustpub(temporaryFolder(), args, job())
    expect(status).toBe(7)
    expect(output).toContain('sh ended with status 7.')
  })

  it('prints lines for eval, and masks the token beside them', async () => {
    await registry.trust(['pypi:acme-by-token'])
    const args = ['token', `${registry.url}legacy/`]
    const { status, stdout, output } = await trustpub(temporaryFolder(), args, job())
    expect(status).toBe(0)
    const [, token = ''] = /^export TWINE_PASSWORD='(pypi-trustpub_\w+)'$/m.exec(stdout) ?? []
    expect(output).toContain(`::add-mask::${token}`)
    expect(stdout).not.toContain('::add-mask::')
  })

  it('sets the variables for the steps that follow', async () => {
    await registry.trust(['npm:@acme/later'])
    const file = join(temporaryFolder(), 'env')
    writeFileSync(file, 'A=b\n')
    const args = ['token', registry.url, '--package', '@acme/later', '--github-env']
    const env = { ...job(), GITHUB_ENV: file }
    const { status, stdout } = await trustpub(temporaryFolder(), args, env)
    expect([status, stdout]).toEqual([0, ''])
    expect(readFileSync(file, 'utf8')).toMatch(/^A=b\nNODE_AUTH_TOKEN=trustpub_npm_\w+\n/)
  })

  it('shows the claims when the registry refuses', async () => {
    const args = ['token', registry.url, '--package', '@acme/nobody']
    const { status, stdout, output } = await trustpub(temporaryFolder(), args, job())
    expect([status, stdout]).toEqual([1, 'false\n'])
    expect(output).toContain('The ID token says:')
  })

  it.each([
    ['the registry refuses', ['--package', '@acme/nobody'], job],
    ['the job may not ask for ID tokens', ['--package', '@acme/nobody'], withoutToken],
    ['it is not said for which package', [], job],
  ])('lets nothing follow eval where %s', async (_, args, variables) => {
    const { status, stdout } = await publishAfterEval(args, variables())
    expect([status, stdout]).toEqual([1, ''])
  })

  it('lets what follows eval have the token', async () => {
    await registry.trust(['npm:@acme/eval'])
    const { status, stdout } = await publishAfterEval(['--package', '@acme/eval'], job())
    expect([status, stdout]).toEqual([0, 'published by trustpub_npm'])
  })

  it('prints nothing for a shell where nobody evaluates it', async () => {
    const refused = ['token', registry.url, '--package', '@acme/nobody']
    for (const args of [['--json'], ['--github-env'], ['--', 'true']]) {
      const { status, stdout } = await trustpub(temporaryFolder(), [...refused, ...args], job())
      expect(status).toBe(1)
      expect(stdout).not.toContain('false\n')
    }
  })
})

function job(): Variables {
  return githubJob(registry, runOf(registry))
}

function withoutToken(): Variables {
  return jobWithoutToken(runOf(registry))
}

function publish(
  paths: readonly string[],
  args: readonly string[] = [],
  env: Variables = job(),
): Promise<Finished> {
  return trustpub(
    temporaryFolder(),
    ['publish', ...paths, '--registry', registry.url, ...args],
    env,
  )
}

/** What a shell does that evaluates the lines of `trustpub token`, and then publishes. */
function publishAfterEval(args: readonly string[], env: Variables): Promise<Finished> {
  const token = ['"$NODE" "$PROGRAM" token', registry.url, ...args].join(' ')
  const script = `eval "$(${token})" && printf 'published by %.12s' "$NPM_TOKEN"`
  const all = { ...cleanEnvironment(), ...env, NODE: process.execPath, PROGRAM }
  return run('sh', ['-c', script], { cwd: temporaryFolder(), env: all })
}

function publishThrough({ url }: CutProxy, folder: string): Promise<Finished> {
  return trustpub(temporaryFolder(), ['publish', folder, '--registry', url], job())
}

interface Report {
  readonly files: readonly {
    readonly name: string
    readonly file: string
    readonly outcome: string
  }[]
}

async function publishJson(paths: readonly string[]): Promise<Report> {
  const { stdout, output } = await publish(paths, ['--json'])
  expect(output).toContain('"ok": true')
  return JSON.parse(stdout) as Report
}

async function distOf(name: string, version: string): Promise<Json> {
  const document = (await packument(registry.server, name, registry.reader)).json()
  const versions = document.versions as Json
  return (versions[version] as Json).dist as Json
}

/** The root of a workspace with these members in packages/; one of them large, if it is named. */
function workspace(members: Readonly<Record<string, object>>, large?: string): string {
  const folder = temporaryFolder()
  writeFiles(folder, {
    'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
  })
  for (const [member, manifest] of Object.entries(members)) {
    writeFiles(folder, {
      [`packages/${member}/package.json`]: JSON.stringify(manifest),
      [`packages/${member}/index.js`]: 'export const text = ""\n',
    })
    if (member === large) {
      const noise = createHash('shake256', { outputLength: 4_000_000 }).update('noise').digest()
      writeFileSync(join(folder, 'packages', member, 'noise.bin'), noise)
    }
  }
  return folder
}

/** Everything by which clients differ: ignore files, programs, long and foreign names, odd modes. */
function unevenPackage(name: string): string {
  const folder = temporaryFolder()
  const manifest = { ...npmManifest(name, '1.0.0'), bin: './bin/run.js', main: 'index.js' }
  const deep = `lib/${'folder/'.repeat(14)}${'file'.repeat(10)}.js`
  writeFiles(folder, {
    'package.json': JSON.stringify(manifest),
    'README.md': '# Uneven\n',
    LICENSE: 'text\n',
    '.npmignore': 'secret/\n*.log\n',
    '.gitignore': 'bin\n',
    'secret/key': 'no\n',
    'a.log': 'no\n',
    'index.js': 'export const text = ""\n',
    'bin/run.js': '#!/usr/bin/env node\n',
    '.hidden': 'yes\n',
    'lib/ünïcode.js': '1\n',
    'lib/@at.js': '1\n',
    '@top/x.js': '1\n',
    'node_modules/x/index.js': 'no\n',
    'lib/package-lock.json': '{}\n',
    [deep]: '1\n',
  })
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'lib/odd.sh'), 'x\n', { mode: 0o777 })
  writeFileSync(join(folder, 'lib/zeros.bin'), Buffer.alloc(1_000_000))
  expect(readdirSync(folder).length).toBeGreaterThan(5)
  return folder
}

function withoutMasks(output: string): string {
  return output.replace(/^::add-mask::.*$/gm, '')
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
