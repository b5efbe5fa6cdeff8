import { describe, expect, it } from 'vitest'
import { readReleases } from '../read.ts'
import type { OnlinePackage } from '../release.ts'
import { type Files, withRepository } from '../repository/repository.test.util.ts'
import type { Finding } from './check.ts'
import { examine } from './run.ts'

const NPMJS = 'https://registry.npmjs.org/'
const PYPI = 'https://upload.pypi.org/legacy/'
const OWN = 'https://packages.acme.example/'

const RECORDED = {
  package: 'npm:@acme/widget',
  registry: NPMJS,
  provider: 'github',
  repository: 'acme/widget',
  workflow: 'release.yml',
}
const OF_PYPI = { ...RECORDED, package: 'pypi:acme-widget', registry: PYPI }

const record = (...publishers: readonly object[]): Files => ({
  'trusted-publishers.json': JSON.stringify({ publishers }),
})
const origin = (path: string, upstream?: string): Files => ({
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/config': [
    `[remote "origin"]\n\turl = https://github.com/${path}.git\n`,
    upstream && `[remote "upstream"]\n\turl = https://github.com/${upstream}.git\n`,
  ].join(''),
})
const job = (run: string, more: object = {}): object => ({
  'runs-on': 'ubuntu-latest',
  permissions: { contents: 'read', 'id-token': 'write' },
  steps: [
    { uses: 'actions/checkout@v4' },
    { uses: 'actions/setup-node@v4', with: { 'node-version': 24 } },
    { run },
  ],
  ...more,
})
const workflow = (publish: object, name = 'release.yml'): Files => ({
  [`.github/workflows/${name}`]: JSON.stringify({
    on: { push: { tags: ['v*'] } },
    jobs: { publish },
  }),
})
const NPM = {
  ...origin('acme/widget'),
  'package.json': '{"name":"@acme/widget","version":"1.0.0","repository":"github:acme/widget"}',
  ...workflow(job('npm publish')),
}
const PYTHON = {
  ...origin('acme/widget'),
  'pyproject.toml': '[project]\nname = "Acme_Widget"\nversion = "1.0.0"\n',
  ...workflow(job('uv publish --trusted-publishing always')),
}

/** What the checks with these ids find. */
function found(
  ids: string,
  files: Files,
  online?: Readonly<Record<string, OnlinePackage>>,
): Promise<readonly Finding[]> {
  return withRepository(files, async (directory) => {
    const releases = await readReleases(directory)
    const packages = new Map(Object.entries(online ?? {}))
    return releases
      .flatMap((release) => examine({ ...release, online: { packages } }).findings)
      .filter(({ check }) => ids.split(' ').includes(check))
  })
}

const differing = (files: Files) => found('publisher-differs', files)

describe('publisher-differs', () => {
  it('names every field that differs at once, and what each should be', async () => {
    const publisher = { ...RECORDED, workflow: 'publish.yml', environment: 'npm' }
    const [one] = await differing({ ...NPM, ...record({ ...publisher, repository: 'acme/other' }) })
    expect(one).toMatchObject({
      severity: 'error',
      place: { file: '.github/workflows/release.yml' },
    })
    expect(one?.message).toContain('repository is "acme/widget", expected "acme/other"')
    expect(one?.message).toContain('workflow is "release.yml", expected "publish.yml" (no file has')
    expect(one?.message).toContain('environment is none, expected "npm"')
  })

  it.each([
    ['Release.yml', 'only the case differs'],
    ['release.yaml', 'only the ending differs'],
  ])('tells how little %s differs', async (name, hint) => {
    const [one] = await differing({ ...NPM, ...record({ ...RECORDED, workflow: name }) })
    expect(one).toMatchObject({ severity: 'error' })
    expect(one?.message).toContain(hint)
  })

  it.each<[string, object, Files, 'error' | undefined]>([
    ['npmjs.com', RECORDED, NPM, 'error'],
    ['PyPI', OF_PYPI, PYTHON, undefined],
    ['a registry that follows PyPI', { ...RECORDED, registry: OWN }, ofOwn(), undefined],
  ])(
    'takes the letter case of environments as %s does',
    async (_where, publisher, files, severity) => {
      const text = JSON.stringify(files)
      const inEnvironment = JSON.parse(
        text.replaceAll('\\"steps\\"', '\\"environment\\":\\"release\\",\\"steps\\"'),
      )
      const all = await differing({
        ...inEnvironment,
        ...record({ ...publisher, environment: 'Release' }),
      })
      expect(all.map((one) => one.severity)).toEqual(severity === undefined ? [] : [severity])
    },
  )

  it('finds the environment missing that PyPI was told of', async () => {
    const [one] = await differing({ ...PYTHON, ...record({ ...OF_PYPI, environment: 'pypi' }) })
    expect(one?.message).toContain('environment is none, expected "pypi"')
    expect(one?.message).toContain('pypi.org answers "invalid-publisher')
  })

  it('is not sure of an environment that only a run knows', async () => {
    const open = job('npm publish', { environment: `\${{ inputs.environment }}` })
    const files = { ...NPM, ...workflow(open), ...record({ ...RECORDED, environment: 'npm' }) }
    expect(await differing(files)).toMatchObject([{ severity: 'warning' }])
  })

  it('takes every environment where the publisher names none', async () => {
    const files = { ...NPM, ...workflow(job('npm publish', { environment: 'npm' })) }
    expect(await differing({ ...files, ...record(RECORDED) })).toEqual([])
  })

  it.each<[string, Files, readonly string[]]>([
    ['another repository', origin('acme/gadget'), ['error']],
    ['the same in other letters, which git takes as well', origin('Acme/Widget'), ['warning']],
    ['a fork whose upstream is known', origin('somebody/widget', 'acme/widget'), []],
    ['nothing that git names', { '.git/config': '' }, []],
  ])('compares the repository with %s', async (_what, git, severities) => {
    const files = { ...NPM, ...git, 'package.json': '{"name":"@acme/widget","version":"1.0.0"}' }
    const all = await differing({ ...files, ...record(RECORDED) })
    expect(all.map(({ severity }) => severity)).toEqual(severities)
  })

  it('only warns where the manifest still names the recorded repository: it may be a fork', async () => {
    const files = { ...NPM, ...origin('somebody/widget'), ...record(RECORDED) }
    expect(await differing(files)).toMatchObject([{ severity: 'warning' }])
  })

  it('takes the file that PyPI compares, the called one, under either field of the record', async () => {
    const called = {
      on: { workflow_call: {} },
      jobs: { publish: job('uv publish --trusted-publishing always') },
    }
    const caller = {
      uses: './.github/workflows/publish.yml',
      permissions: { contents: 'read', 'id-token': 'write' },
    }
    const files = {
      ...PYTHON,
      ...workflow(caller),
      '.github/workflows/publish.yml': JSON.stringify(called),
    }
    const { workflow: entry, ...rest } = OF_PYPI
    expect(await differing({ ...files, ...record({ ...rest, workflow: 'publish.yml' }) })).toEqual(
      [],
    )
    expect(
      await differing({ ...files, ...record({ ...rest, calledWorkflow: 'publish.yml' }) }),
    ).toEqual([])
    expect(await differing({ ...files, ...record({ ...rest, workflow: entry }) })).toHaveLength(1)
    const own = { ...rest, registry: `${OWN}legacy/` }
    const atOwn = JSON.parse(
      JSON.stringify(files).replaceAll('always', `always --publish-url ${OWN}legacy/`),
    )
    expect(await differing({ ...atOwn, ...record({ ...own, workflow: entry }) })).toEqual([])
    expect(
      await differing({ ...atOwn, ...record({ ...own, calledWorkflow: 'publish.yml' }) }),
    ).toEqual([])
    expect(
      await differing({ ...atOwn, ...record({ ...own, workflow: 'publish.yml' }) }),
    ).toHaveLength(1)
  })

  it('compares with the nearest of several, and finds nothing if one fits', async () => {
    const far = { ...OF_PYPI, workflow: 'a.yml', environment: 'x' }
    const near = { ...OF_PYPI, workflow: 'b.yml' }
    const [one] = await differing({ ...PYTHON, ...record(far, near) })
    expect(one?.message).toMatch(/^The nearest of 2 publishers .*"b\.yml"/)
    expect(await differing({ ...PYTHON, ...record(far, near, OF_PYPI) })).toEqual([])
  })

  it('only warns while a stored token makes the release work', async () => {
    const step = { run: 'npm publish', env: { NODE_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` } }
    const files = { ...NPM, ...workflow(job('', { steps: [step] })) }
    const publisher = record({ ...RECORDED, workflow: 'publish.yml' })
    expect(await differing({ ...files, ...publisher })).toMatchObject([{ severity: 'warning' }])
  })

  it('reads an origin at the other CI as the copy that it is', async () => {
    const git = {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/config': '[remote "origin"]\n\turl = https://gitlab.com/acme/mirror.git\n',
    }
    expect(await differing({ ...NPM, ...git, ...record(RECORDED) })).toEqual([])
  })
})

/** A package that goes to a registry of its own. */
function ofOwn(): Files {
  return { ...NPM, ...workflow(job(`npm publish --registry ${OWN}`)) }
}

describe('publisher-missing', () => {
  const missing = (files: Files) => found('publisher-missing', files)

  it('takes names of PyPI in every spelling', async () => {
    expect(
      await missing({ ...PYTHON, ...record({ ...OF_PYPI, package: 'pypi:acme.widget' }) }),
    ).toEqual([])
  })

  it('tells PyPI and TestPyPI apart', async () => {
    const registry = 'https://test.pypi.org/legacy/'
    const [one] = await missing({ ...PYTHON, ...record({ ...OF_PYPI, registry }) })
    expect(one).toMatchObject({ severity: 'error' })
    expect(one?.message).toContain('no trusted publisher at pypi.org')
    expect(one?.message).toContain('There is one at test.pypi.org only.')
  })

  it('says nothing without a record, and only warns if nothing of this CI is recorded', async () => {
    expect(await missing(NPM)).toEqual([])
    const other = { ...RECORDED, provider: 'gitlab', workflow: '.gitlab-ci.yml' }
    expect(await missing({ ...NPM, ...record(other) })).toMatchObject([{ severity: 'warning' }])
  })
})

describe('publisher-missing of packages with binaries', () => {
  const napi = (prepublishOnly: string, targets: readonly string[] = ['aarch64-apple-darwin']) =>
    JSON.stringify({
      name: '@acme/widget',
      version: '1.0.0',
      repository: 'github:acme/widget',
      scripts: { prepublishOnly },
      napi: { targets },
    })
  const missing = async (files: Files) => {
    const findings = await found('publisher-missing', { ...NPM, ...record(RECORDED), ...files })
    return findings.map(({ message }) => /@acme\/widget-[\w-]+/.exec(message)?.[0])
  }
  const asked = { 'package.json': napi('napi prepublish -t npm') }

  it('names those that napi makes and publishes before the package itself', async () => {
    expect(await missing(asked)).toEqual(['@acme/widget-darwin-arm64'])
  })

  it('names those that are committed, and not the private ones', async () => {
    const name = (of: string, more = '') => `{"name":"@acme/widget-${of}","version":"1.0.0"${more}}`
    const files = {
      'package.json': napi('napi pre-publish', []),
      'npm/linux/package.json': name('linux'),
      'npm/windows/package.json': name('windows', ',"private":true'),
      'examples/a/package.json': name('example'),
    }
    expect(await missing(files)).toEqual(['@acme/widget-linux'])
  })

  it('is silent where the script does not run or does not publish them', async () => {
    const ignored = workflow(job('npm publish --ignore-scripts'))
    expect(await missing({ ...asked, ...ignored })).toEqual([])
    const skipped = napi('napi prepublish -t npm --skip-optional-publish')
    expect(await missing({ 'package.json': skipped })).toEqual([])
  })

  it('names them where the job runs napi itself', async () => {
    const files = { 'package.json': napi(''), ...workflow(job('napi prepublish && npm publish')) }
    expect(await missing(files)).toEqual(['@acme/widget-darwin-arm64'])
  })
})

describe('publisher-permission', () => {
  const refused = (files: Files) => found('publisher-permission', files)
  const staging = { ...RECORDED, permissions: ['stage'] }
  const runs = (run: string) => ({ ...NPM, ...workflow(job(run)) })

  it('finds a publish by a publisher that may only stage', async () => {
    const [one] = await refused({ ...NPM, ...record(staging) })
    expect(one).toMatchObject({ severity: 'error' })
    expect(one?.message).toContain('OIDC permission denied for this action')
  })

  it.each(['npm stage publish', 'pnpm stage publish', 'yarn npm publish --staged'])(
    'takes `%s` of a publisher that may stage, and warns of one that may not',
    async (run) => {
      expect(await refused({ ...runs(run), ...record(staging) })).toEqual([])
      expect(await refused({ ...runs(run), ...record(RECORDED) })).toMatchObject([
        { severity: 'warning' },
      ])
    },
  )

  it('is sure where the registry is not npmjs.com, which may let every publisher stage', async () => {
    const files = { ...runs('npm stage publish'), ...record({ ...RECORDED, registry: OWN }) }
    expect(await refused(files)).toMatchObject([{ severity: 'error' }])
  })

  it('leaves a file that is staged to others: which package it is, is not known', async () => {
    const files = { ...runs('npm stage publish ./widget.tgz'), ...record(RECORDED) }
    expect(await refused(files)).toEqual([])
    expect(await found('publisher-unused', files)).toEqual([])
  })
})

describe('publisher-unused', () => {
  const unused = (files: Files) => found('publisher-unused', files)

  it('notes what nothing publishes, once for each package', async () => {
    const other = { ...RECORDED, package: 'npm:@acme/gone' }
    const twice = { ...other, workflow: 'b.yml' }
    const all = await unused({ ...NPM, ...record(RECORDED, other, twice) })
    expect(all).toMatchObject([{ severity: 'note', place: { file: 'trusted-publishers.json' } }])
  })

  it('says nothing beside a workflow of another repository, which may publish anything', async () => {
    const uses = 'acme/workflows/.github/workflows/release.yml@v2'
    const files = {
      ...record(RECORDED),
      ...NPM,
      ...workflow({ uses, permissions: { 'id-token': 'write' } }),
    }
    expect(await unused(files)).toEqual([])
  })

  it('counts staging as use', async () => {
    const files = { ...NPM, ...workflow(job('npm stage publish')), ...record(RECORDED) }
    expect(await unused(files)).toEqual([])
  })
})

describe('record-unreadable', () => {
  it.each([
    ['{', 'not JSON'],
    ['{"publishers":[{"package":"widget"}]}', 'npm:<name>'],
    [JSON.stringify({ publishers: [{ ...RECORDED, workflow: 'ci/release.sh' }] }), 'workflow'],
  ])('says what is wrong with %s', async (text, sentence) => {
    const [one] = await found('record-unreadable', { ...NPM, 'trusted-publishers.json': text })
    expect(one).toMatchObject({ severity: 'error', place: { file: 'trusted-publishers.json' } })
    expect(one?.message).toContain(sentence)
  })
})

describe('several-publishers', () => {
  it('finds a package that two workflows publish, and not one that several jobs of a file do', async () => {
    const twice = { ...NPM, ...workflow(job('npm publish --tag next'), 'canary.yml') }
    const [one] = await found('several-publishers', twice)
    expect(one).toMatchObject({ severity: 'note' })
    expect(one?.message).toContain('@acme/widget is published by canary.yml and by release.yml')
    expect(await found('several-publishers', NPM)).toEqual([])
    expect(await found('several-publishers', { ...twice, ...record(RECORDED) })).toEqual([])
    expect(await differing({ ...twice, ...record(RECORDED) })).toHaveLength(1)
  })
})

describe('last-provenance and package-not-there', () => {
  const at = (repository: string, file: string): OnlinePackage => ({
    exists: true,
    builtBy: { repository, workflow: `.github/workflows/${file}`, version: '0.9.0' },
  })

  it.each<[string, OnlinePackage, number]>([
    ['the same file', at('acme/widget', 'release.yml'), 0],
    ['a file that has been renamed', at('acme/widget', 'publish.yml'), 1],
    ['a repository that has been renamed', at('acme/widgets', 'release.yml'), 1],
    ['other letters', at('Acme/widget', 'release.yml'), 1],
    ['nothing that has provenance', { exists: true }, 0],
  ])('compare the last release by %s', async (_what, last, count) => {
    const all = await found('last-provenance', NPM, { 'npm:@acme/widget': last })
    expect(all).toHaveLength(count)
  })

  it('take the letter case of a repository as PyPI does', async () => {
    const online = { 'pypi:Acme_Widget': at('Acme/Widget', 'release.yml') }
    expect(await found('last-provenance', PYTHON, online)).toEqual([])
  })

  it('find what does not exist at npmjs.com, and leave PyPI its pending publishers', async () => {
    const ids = 'package-not-there'
    const [one] = await found(ids, NPM, { 'npm:@acme/widget': { exists: false } })
    expect(one).toMatchObject({ severity: 'error' })
    expect(await found(ids, PYTHON, { 'pypi:Acme_Widget': { exists: false } })).toEqual([])
    expect(await found(ids, NPM)).toEqual([])
  })
})
