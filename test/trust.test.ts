import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type NpmjsDouble,
  SESSION_TOKEN,
  startNpmjsDouble,
} from 'trustpub/src/trust/npmjs-double.test.util.ts'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { nodeClient } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import type { Json } from './support/http.ts'
import { githubJob } from './support/job.ts'
import { npmManifest, npmPackage } from './support/npm-packages.ts'
import { npmrc, publishWith } from './support/publish.ts'
import { createToken, openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'
import { PROGRAM } from './support/server.ts'
import { type Finished, run, type Tool } from './support/tools.ts'

let registry: TestRegistry
let token: string
beforeAll(async () => {
  registry = await openTestRegistry()
  token = await createToken(registry, ['read', 'publish', 'manage'])
})

/** A repository whose record names publishers at the test's registry. */
function repository(names: readonly string[], changes: object = {}): string {
  const directory = temporaryFolder()
  const publishers = names.map((name) => ({
    package: name,
    registry: name.startsWith('npm:') ? registry.url : `${registry.url}legacy/`,
    provider: 'github',
    issuer: registry.github.url,
    repository: 'acme/widget',
    workflow: 'release.yml',
    environment: 'release',
    ...changes,
  }))
  writeFiles(directory, {
    '.github/workflows/release.yml': `on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: release
    permissions: { id-token: write }
    steps:
      - run: npm publish
`,
    'package.json': JSON.stringify(npmManifest('@acme/planned', '1.0.0')),
    'trusted-publishers.json': JSON.stringify({ publishers }),
  })
  return directory
}

function publishersOf(directory: string): readonly Json[] {
  const text = readFileSync(join(directory, 'trusted-publishers.json'), 'utf8')
  return (JSON.parse(text) as { publishers: Json[] }).publishers
}

function trust(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  const variables = { ...cleanEnvironment(), TRUSTPUB_TOKEN: token, ...env }
  return run(process.execPath, [PROGRAM, 'trust', ...args], {
    cwd: temporaryFolder(),
    env: variables,
  })
}

async function configured(name: string): Promise<readonly Json[]> {
  const query = new URLSearchParams({ package: name })
  return (await registry.api('GET', `/publishers?${query}`)).json().publishers as readonly Json[]
}

describe('trustpub trust apply', () => {
  it('configures npm and Python packages of a registry, and the job may publish then', async (ctx) => {
    const npm = await nodeClient(ctx, 'npm 11')
    const directory = repository(['npm:@acme/applied', 'pypi:acme-applied'])
    const first = await trust(['apply', directory])
    expect(first.output).toMatch(/✓ @acme\/applied at \S+ configured/)
    expect(first.output).toMatch(/✓ acme-applied at \S+ configured/)
    expect(first.status).toBe(0)
    expect(await configured('pypi:acme-applied')).toMatchObject([
      { provider: 'github', fields: { workflow: 'release.yml', environment: 'release' } },
    ])

    const env = githubJob(registry, runOf(registry))
    const publishing = { directory: npmPackage('@acme/applied', '1.0.0'), env }
    expect((await publishWith('npm 11', npm, registry.url, publishing)).status).toBe(0)

    const folder = npmPackage('@acme/applied', '1.0.0')
    writeFiles(folder, { '.npmrc': npmrc(registry.url, token) })
    const options = { cwd: folder, env: cleanEnvironment() }
    const listed = await run(npm.program, [...npm.args, 'trust', 'list', '@acme/applied'], options)
    expect(listed.output).toContain('release.yml')
  })

  it('goes on where it was stopped: what is there is left', async () => {
    const names = ['npm:@acme/one', 'npm:@acme/two', 'npm:@acme/three']
    await trust(['apply', repository(names.slice(0, 1))])
    const { output, status } = await trust(['apply', repository(names)])
    expect(output).toMatch(/@acme\/one at \S+ already there/)
    expect(output).toMatch(/@acme\/three at \S+ configured.* 3\/3/)
    expect(output).toMatch(/already there +1\n.*configured +2/)
    expect(status).toBe(0)
    for (const name of names) expect(await configured(name)).toHaveLength(1)
  })

  it('loses nothing when it is killed in the middle', async () => {
    const names = Array.from({ length: 40 }, (_, number) => `npm:@acme/killed-${number}`)
    const directory = repository(names)
    const child = spawn(process.execPath, [PROGRAM, 'trust', 'apply', directory], {
      env: { ...cleanEnvironment(), TRUSTPUB_TOKEN: token },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let output = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      output += chunk
      if (output.includes('5/40')) break
    }
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    const second = await trust(['apply', directory, '--json'])
    expect(second.status).toBe(0)
    const outcomes = (JSON.parse(second.stdout) as { results: { outcome: string }[] }).results
    const there = outcomes.filter(({ outcome }) => outcome === 'already there').length
    expect(there).toBeGreaterThanOrEqual(5)
    expect(there).toBeLessThan(40)
    for (const name of names) expect(await configured(name)).toHaveLength(1)
  })

  it('ends between two packages when it is interrupted, and says what is left', async () => {
    const names = Array.from({ length: 40 }, (_, number) => `npm:@acme/stopped-${number}`)
    const directory = repository(names)
    const child = spawn(process.execPath, [PROGRAM, 'trust', 'apply', directory], {
      env: { ...cleanEnvironment(), TRUSTPUB_TOKEN: token },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes(' 5/40') && !child.killed) child.kill('SIGINT')
    })
    const [status] = await once(child, 'exit')
    expect(status).toBe(130)
    expect(output).toMatch(/not tried +\d+[\s\S]*goes on where this one stopped/)
    expect((await trust(['apply', directory])).status).toBe(0)
  })

  it('tells of every package that is refused, and configures the others', async () => {
    const directory = repository(['npm:@acme/UPPER', 'npm:@acme/lower'])
    const { output, status } = await trust(['apply', directory])
    expect(output).toMatch(/✗ @acme\/UPPER at \S+ failed: /)
    expect(output).toMatch(/✓ @acme\/lower at \S+ configured/)
    expect(status).toBe(1)
    expect(output).not.toContain(token)
  })

  it('is refused with a token that may not manage', async () => {
    const reader = { TRUSTPUB_TOKEN: registry.reader }
    const { output, status } = await trust(['apply', repository(['npm:@acme/mine'])], reader)
    expect(output).toContain('does not let this token configure npm:@acme/mine')
    expect(output).not.toContain(registry.reader)
    expect(status).toBe(1)
  })

  it('leaves PyPI to a person, with the form filled in', async () => {
    const directory = repository(['pypi:acme-widget'], {
      registry: 'https://upload.pypi.org/legacy/',
      issuer: undefined,
    })
    const { output, status } = await trust(['apply', directory])
    expect(output).toMatch(
      /1\. acme-widget: https:\/\/pypi\.org\/manage\/project\/acme-widget\/settings\/publishing\/\?provider=github&owner=acme/,
    )
    expect(output).toMatch(/by hand +1/)
    expect(status).toBe(0)
  })
})

describe('trustpub trust list and remove', () => {
  it('show what is not recorded, and take it away', async () => {
    const directory = repository(['npm:@acme/listed'])
    await trust(['apply', directory])
    await registry.trust(['npm:@acme/listed'], {
      fields: { repository: 'acme/widget', workflow: 'old.yml' },
    })
    const before = await trust(['list', directory])
    expect(before.output).toMatch(/✓ +@acme\/listed +as recorded .*release\.yml/)
    expect(before.output).toMatch(/\+ +@acme\/listed +not recorded .*old\.yml/)
    expect(before.status).toBe(1)

    const unasked = await trust(['remove', directory, '--surplus'])
    expect(unasked.output).toContain('say --yes')
    expect(unasked.status).toBe(2)
    expect(await configured('npm:@acme/listed')).toHaveLength(2)

    expect((await trust(['remove', directory, '--surplus', '--yes'])).status).toBe(0)
    expect((await trust(['list', directory])).status).toBe(0)
    expect(await configured('npm:@acme/listed')).toHaveLength(1)
  })

  it('say what is missing, as JSON too', async () => {
    const { stdout, status } = await trust(['list', repository(['npm:@acme/absent']), '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      publishers: [{ package: 'npm:@acme/absent', state: 'missing' }],
    })
    expect(status).toBe(1)
  })

  it('say field by field what differs, and apply --replace mends it', async () => {
    const directory = repository(['npm:@acme/moved'])
    await trust(['apply', repository(['npm:@acme/moved'], { workflow: 'old.yml' })])
    const before = await trust(['list', directory])
    expect(before.output).toMatch(
      /≠ +@acme\/moved +differs +workflow old\.yml, recorded release\.yml/,
    )
    expect(before.status).toBe(1)
    const applied = await trust(['apply', directory, '--replace'])
    expect(applied.output).toMatch(/✓ @acme\/moved at \S+ configured[\s\S]*removed: .*old\.yml/)
    expect((await trust(['list', directory])).status).toBe(0)
  })

  it('change what a publisher may do only with --replace: it cannot stand twice', async () => {
    const permissions = ['publish', 'stage']
    const directory = repository(['npm:@acme/may'], { permissions })
    await trust(['apply', repository(['npm:@acme/may'])])
    const left = await trust(['apply', directory])
    expect(left.output).toMatch(/differs: permissions publish, recorded publish, stage/)
    expect(left.status).toBe(1)
    const replaced = await trust(['apply', directory, '--replace'])
    expect(replaced.output).toMatch(/✓ @acme\/may at \S+ replaced/)
    expect(await configured('npm:@acme/may')).toMatchObject([{ permissions }])
  })

  it('takes away what a package has that is no longer in the repository', async () => {
    await trust(['apply', repository(['npm:@acme/gone'])])
    const named = ['--package', 'npm:@acme/gone', '--registry', registry.url, '--yes', '--json']
    const { stdout, status } = await trust(['remove', repository(['npm:@acme/stays']), ...named])
    expect(JSON.parse(stdout)).toMatchObject({ results: [{ outcome: 'removed' }] })
    expect(status).toBe(0)
    expect(await configured('npm:@acme/gone')).toEqual([])
  })
})

describe('the words of npm', () => {
  const PACKAGES = { '@acme/widget': [], plain: [] }

  async function double(): Promise<NpmjsDouble> {
    const started = await startNpmjsDouble({ packages: PACKAGES })
    onTestFinished(started.close)
    return started
  }

  function ofNpm(npm: Tool, { url }: NpmjsDouble, args: readonly string[]): Promise<Finished> {
    const folder = temporaryFolder()
    writeFiles(folder, { '.npmrc': npmrc(url.href, SESSION_TOKEN) })
    const options = { cwd: folder, env: cleanEnvironment() }
    return run(npm.program, [...npm.args, 'trust', ...args], options)
  }

  it.for([
    ['npm:@acme/widget', {}],
    ['npm:plain', { environment: undefined, permissions: ['publish', 'stage'] }],
    [
      'npm:@acme/widget',
      { provider: 'gitlab', repository: 'acme/tools/widget', workflow: '.gitlab-ci.yml' },
    ],
    [
      'npm:plain',
      {
        provider: 'circleci',
        repository: 'github.com/acme/widget',
        workflow: undefined,
        environment: undefined,
        organization: '2d2b7a4c-5f7a-4f1e-8c60-3a4c1d1f2b10',
        project: '7a1f0a2e-6b1d-4d0e-9d1c-5b7d6f8e9a21',
        pipelineDefinition: 'c3f4e5d6-1a2b-4c3d-8e9f-0a1b2c3d4e5f',
        contexts: '5b7d6f8e-9a21-4c3d-8e9f-7a1f0a2e6b1d',
      },
    ],
  ] as const)('are those that npm 11 uses for %j with %j', async ([name, changes], ctx) => {
    const npm = await nodeClient(ctx, 'npm 11')
    const [first, second] = [await double(), await double()]
    const entry = { ...changes, issuer: undefined }
    const directory = (url: string) => repository([name], { ...entry, registry: url })

    const planned = await trust(['plan', directory(first.url.href), '--json'])
    const { publishers } = JSON.parse(planned.stdout) as { publishers: { command: string }[] }
    const [, ...words] = (publishers[0]?.command ?? '').split(' ')
    const npms = await ofNpm(npm, first, [...words.slice(1), '--yes'])
    expect(npms.status, npms.output).toBe(0)
    const env = { TRUSTPUB_TOKEN: SESSION_TOKEN }
    const ours = await trust(['apply', directory(second.url.href)], env)
    expect(ours.status, ours.output).toBe(0)

    const posted = ({ seen }: NpmjsDouble) =>
      seen
        .filter(({ method }) => method === 'POST')
        .map(({ url, headers, body }) => {
          const { authorization, 'content-type': type, 'npm-command': command } = headers
          return { url, body, authorization, type, command, auth: headers['npm-auth-type'] }
        })
    expect(posted(second)).toEqual(posted(first))
    expect(posted(second)).toHaveLength(1)

    const listed = await ofNpm(npm, second, ['list', name.replace('npm:', '')])
    expect(listed.output).toContain(second.configured(name.replace('npm:', ''))[0]?.id)
    const after = await trust(['list', directory(first.url.href)], env)
    expect(after.status, after.output).toBe(0)
  })

  it('lead to a removal as npm trust revoke makes it', async (ctx) => {
    const npm = await nodeClient(ctx, 'npm 11')
    const started = await double()
    const directory = repository(['npm:plain'], { issuer: undefined, registry: started.url.href })
    const env = { TRUSTPUB_TOKEN: SESSION_TOKEN }
    const removal = async (take: (id: string) => Promise<Finished>) => {
      await trust(['apply', directory], env)
      const id = started.configured('plain')[0]?.id ?? ''
      const { status, output } = await take(id)
      expect(status, output).toBe(0)
      expect(started.configured('plain')).toEqual([])
      const { method = '', url = '' } = started.seen.at(-1) ?? {}
      return `${method} ${url.replace(id, 'ID')}`
    }
    const npms = await removal((id) => ofNpm(npm, started, ['revoke', 'plain', '--id', id]))
    const ours = await removal(() =>
      trust(['remove', directory, '--package', 'plain', '--yes'], env),
    )
    expect(ours).toBe(npms)
  })

  it('take a one-time password from the command line', async () => {
    const started = await startNpmjsDouble({
      packages: PACKAGES,
      secondFactor: 'code',
      remembered: 10,
    })
    onTestFinished(started.close)
    const directory = repository(['npm:plain', 'npm:@acme/widget'], {
      issuer: undefined,
      registry: started.url.href,
    })
    const env = { TRUSTPUB_TOKEN: SESSION_TOKEN }
    const without = await trust(['apply', directory], env)
    expect(without.output).toMatch(/wants a one-time password[\s\S]*not tried +1/)
    expect(without.status).toBe(1)
    const given = await trust(['apply', directory, '--otp', started.code()], env)
    expect(given.status, given.output).toBe(0)
    expect(given.output).not.toContain(SESSION_TOKEN)
  })
})

describe('trustpub trust', () => {
  it('plans without a network or a token, and says what the record lacks', async () => {
    const directory = repository(['npm:@acme/planned'], { issuer: undefined })
    const { output, status } = await trust(['plan', directory], { TRUSTPUB_TOKEN: '' })
    expect(output).toMatch(/@acme\/planned +acme\/widget +release\.yml +release/)
    expect(output).toContain('npm trust github @acme/planned')
    expect(status).toBe(0)
  })

  it('plans what a pipeline needs, and records it beside what is recorded', async () => {
    const directory = repository(['npm:@acme/other'])
    const manifest = { ...npmManifest('@acme/planned', '1.0.0'), repository: 'acme/widget' }
    writeFiles(directory, { 'package.json': JSON.stringify(manifest) })
    const { output, status } = await trust(['plan', directory, '--write'])
    expect(output).toContain('The pipeline needs what trusted-publishers.json does not list')
    expect(output).toContain('No job of the pipeline needs what trusted-publishers.json lists')
    expect(output).toContain('trusted-publishers.json has 1 more.')
    expect(status).toBe(0)
    const again = await trust(['plan', directory, '--json', '--write'])
    expect(JSON.parse(again.stdout)).toMatchObject({
      publishers: [
        { package: 'npm:@acme/other', registry: registry.url },
        {
          package: 'npm:@acme/planned',
          registry: 'https://registry.npmjs.org/',
          command:
            'npm trust github @acme/planned --repo acme/widget --file release.yml --env release --allow-publish',
        },
      ],
      missing: [],
    })
    expect(again.output).toContain('lists all that the pipeline needs')
  })

  it('sends a token to one registry only', async () => {
    const directory = repository(['npm:@acme/mine'])
    const other = repository(['npm:@acme/mine'], { registry: 'https://npm.acme.example/' })
    const entries = [directory, other].flatMap(publishersOf)
    writeFiles(directory, { 'trusted-publishers.json': JSON.stringify({ publishers: entries }) })
    const { output, status } = await trust(['list', directory])
    expect(output).toContain('The token of TRUSTPUB_TOKEN is for one registry')
    expect(status).toBe(2)
    expect((await trust(['list', directory, '--registry', registry.url])).status).toBe(1)
  })

  it('reads the token that npm login left', async () => {
    const home = temporaryFolder()
    writeFiles(home, { '.npmrc': npmrc(registry.url, token) })
    const env = { TRUSTPUB_TOKEN: '', HOME: home, npm_config_userconfig: `${home}/.npmrc` }
    const { status, output } = await trust(['apply', repository(['npm:@acme/login'])], env)
    expect(status, output).toBe(0)
  })

  it.for([
    [[], 'trustpub trust plan|list|apply|remove'],
    [['aply'], 'Did you mean apply?'],
    [['list', '.', '--write'], '--write goes with trustpub trust plan'],
    [['plan', '.', 'x'], 'one directory'],
  ] as const)('refuses %j with a sentence', async ([args, words]) => {
    const { output, status } = await trust(args)
    expect(output).toContain(words)
    expect(status).toBe(2)
  })
})
