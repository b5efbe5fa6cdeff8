import { beforeAll, describe, expect, it } from 'vitest'
import { nodeClient } from './support/clients.ts'
import { cleanEnvironment } from './support/environment.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import type { Json } from './support/http.ts'
import { githubJob } from './support/job.ts'
import { npmManifest, npmPackage } from './support/npm-packages.ts'
import { npmrc, publishWith } from './support/publish.ts'
import { createToken, openTestRegistry, runOf, type TestRegistry } from './support/registry.ts'
import { PROGRAM } from './support/server.ts'
import { type Finished, run } from './support/tools.ts'

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
    expect(output).toContain('1 already there, 2 configured.')
    expect(status).toBe(0)
    for (const name of names) expect(await configured(name)).toHaveLength(1)
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
    expect(output).toContain('refuses to change the publishers')
    expect(status).toBe(1)
  })

  it('leaves PyPI to a person, with the form filled in', async () => {
    const directory = repository(['pypi:acme-widget'], {
      registry: 'https://upload.pypi.org/legacy/',
      issuer: undefined,
    })
    const { output, status } = await trust(['apply', directory])
    expect(output).toMatch(
      /https:\/\/pypi\.org\/manage\/account\/publishing\/\?provider=github&owner=acme/,
    )
    expect(output).toContain('1 by hand.')
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
    expect(before.output).toMatch(/@acme\/listed .*release\.yml .*as recorded/)
    expect(before.output).toMatch(/@acme\/listed .*old\.yml .*not recorded/)
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
      publishers: [],
      missing: [{ package: 'npm:@acme/absent' }],
    })
    expect(status).toBe(1)
  })
})

describe('trustpub trust', () => {
  it('plans without a network or a token, and says what the record lacks', async () => {
    const directory = repository(['npm:@acme/planned'])
    const { output, status } = await trust(['plan', directory], { TRUSTPUB_TOKEN: '' })
    expect(output).toMatch(/@acme\/planned +acme\/widget +release\.yml +release/)
    expect(output).toContain('npm trust github @acme/planned')
    expect(status).toBe(0)
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
