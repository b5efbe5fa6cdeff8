import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { afterEach, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import type { PythonProjectOptions } from '../options/python.ts'
import { TOOL_VERSIONS } from '../release/recipe.ts'
import { planSynth } from '../synth/plan.ts'
import { PythonProject } from './python-project.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const TOOLS = ['uv', 'hatch', 'setuptools', 'poetry'] as const

const TRUSTED = { publishToPypi: { trustedPublishing: true } } as const

function project(options: Partial<PythonProjectOptions> = {}): PythonProject {
  const outdir = mkdtempSync(join(tmpdir(), 'trustpub-python-'))
  folders.push(outdir)
  return new PythonProject({ name: 'acme-widget', repository: 'acme/widget', outdir, ...options })
}

/** What synthesis would write, by path. */
function written(made: PythonProject): ReadonlyMap<string, string> {
  return new Map(planSynth(made).changes.map(({ path, after = '' }) => [path, after]))
}

const textOf = (made: PythonProject, path: string): string => written(made).get(path) ?? ''

const pyproject = (options?: Partial<PythonProjectOptions>) =>
  parseToml(textOf(project(options), 'pyproject.toml'))

interface Step {
  readonly id?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions: Readonly<Record<string, string>>
  readonly environment?: string
  readonly steps: readonly Step[]
}

function releaseJobs(options: Partial<PythonProjectOptions>): Readonly<Record<string, Job>> {
  const text = textOf(project(options), '.github/workflows/release.yml')
  return (parseYaml(text) as { jobs: Record<string, Job> }).jobs
}

const stepOf = (job: Job | undefined, id: string): Step | undefined =>
  job?.steps.find((step) => step.id === id)

describe('pyproject.toml', () => {
  it('says what the definition says', () => {
    const document = pyproject({
      packageName: 'Acme.Widget',
      description: 'It "greets"\\ people',
      authorName: 'Ann',
      authorEmail: 'ann@acme.dev',
      license: 'MIT',
      keywords: ['greeting'],
      classifiers: ['Typing :: Typed'],
      homepage: 'https://acme.dev',
      requiresPython: '^3.11',
      deps: ['requests@^2.30', 'idna>=3,<4'],
      devDeps: ['mypy'],
    })
    expect(document.project).toEqual({
      name: 'Acme.Widget',
      version: '0.0.0',
      description: 'It "greets"\\ people',
      readme: 'README.md',
      'requires-python': '>=3.11,<4',
      license: 'MIT',
      'license-files': ['LICENSE'],
      authors: [{ name: 'Ann', email: 'ann@acme.dev' }],
      keywords: ['greeting'],
      classifiers: ['Typing :: Typed'],
      urls: { Homepage: 'https://acme.dev', Repository: 'https://github.com/acme/widget' },
      dependencies: ['idna>=3,<4', 'requests>=2.30,<3'],
    })
    expect(document['dependency-groups']).toEqual({ dev: ['mypy', 'pytest>=9,<10'] })
  })

  it('names no licence file where none is written', () => {
    const { project: table } = pyproject({ license: 'UNLICENSED' })
    expect(table).not.toHaveProperty('license')
    expect(table).not.toHaveProperty('license-files')
  })

  it('has the dependencies that are added later', () => {
    const made = project()
    made.addDependency('requests@~2.30')
    made.addDevDependency('pytest@^8')
    const { project: table, 'dependency-groups': groups } = parseToml(
      textOf(made, 'pyproject.toml'),
    )
    expect(table).toHaveProperty('dependencies', ['requests>=2.30,<2.31'])
    expect(groups).toEqual({ dev: ['pytest>=8,<9'] })
  })

  it.each([
    ['uv', 'uv_build', {}],
    ['hatch', 'hatchling.build', { build: { targets: { wheel: { packages: ['src/core'] } } } }],
    ['setuptools', 'setuptools.build_meta', { packages: { find: { where: ['src'] } } }],
    ['poetry', 'poetry.core.masonry.api', { packages: [{ include: 'core', from: 'src' }] }],
  ] as const)('is one that %s builds', (buildTool, backend, table) => {
    const { 'build-system': system, tool } = pyproject({ buildTool, moduleName: 'core' })
    expect(system).toHaveProperty('build-backend', backend)
    expect(tool).toHaveProperty(buildTool)
    expect(tool).toMatchObject({
      [buildTool]: table,
      pytest: { ini_options: { testpaths: ['tests'] } },
    })
  })

  it('lets uv build with its own copy of the backend', () => {
    const [minor] = /^0\.\d+/.exec(TOOL_VERSIONS.uv) ?? []
    const { 'build-system': system } = pyproject()
    expect(system).toHaveProperty('requires', [expect.stringMatching(`^uv_build>=${minor},<0\\.`)])
  })
})

describe('the range of Python', () => {
  it('can stand among the dependencies, as Poetry has it', () => {
    const { project } = pyproject({ deps: ['python@^3.11', 'idna'] })
    expect(project).toMatchObject({ 'requires-python': '>=3.11,<4', dependencies: ['idna'] })
  })

  it('cannot be given twice', () => {
    const twice = () => pyproject({ deps: ['python@^3.11'], requiresPython: '>=3.12' })
    expect(twice).toThrow(expect.objectContaining({ code: 'option_conflict' }))
  })
})

describe('names', () => {
  it('are made from the name of the package', () => {
    expect(project({ packageName: 'Acme.Widget-2' }).moduleName).toBe('acme_widget_2')
    const files = [...written(project()).keys()].filter((path) => /^(?:src|tests)\//.test(path))
    expect(files).toEqual([
      'src/acme_widget/__init__.py',
      'src/acme_widget/py.typed',
      'tests/test_acme_widget.py',
    ])
  })
})

describe('the build tool', () => {
  it('has its lock file written at the start, if it has one', () => {
    const commands = TOOLS.map((buildTool) => project({ buildTool }).installCommand)
    expect(commands).toEqual([['uv', 'lock'], undefined, undefined, ['poetry', 'lock']])
  })
})

describe('metadata', () => {
  it.each([
    { version: '1.0.0-next.1' },
    { requiresPython: 'three' },
    { requiresPython: '*' },
    { deps: ['requests@latest'] },
    { devDeps: ['@types/node'] },
  ])('is refused before a build tool would: %j', (options) => {
    expect(() => project(options)).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })

  it('has the licence in one place', () => {
    expect(() => project({ classifiers: ['License :: OSI Approved :: MIT License'] })).toThrow(
      expect.objectContaining({ code: 'option_conflict' }),
    )
  })
})

describe('the release at GitHub', () => {
  it('builds without anything worth stealing', () => {
    const { release } = releaseJobs(TRUSTED)
    expect(release?.permissions).toEqual({ contents: 'read' })
    expect(JSON.stringify(release)).not.toMatch(/secrets\.|id-token|make /)
    expect(stepOf(release, 'setup_uv')?.with).toMatchObject({ version: TOOL_VERSIONS.uv })
    expect(stepOf(release, 'setup_python')?.with).toEqual({ 'python-version': '3.13' })
    expect(stepOf(release, 'set_version')?.run).toBe('uv version "$PYTHON_VERSION" --frozen')
  })

  it('publishes in a job that runs nothing of the project', () => {
    const { release_pypi: job } = releaseJobs(TRUSTED)
    expect(job?.permissions).toEqual({ 'id-token': 'write', contents: 'read' })
    expect(job?.environment).toBe('pypi')
    expect(job?.steps.map(({ id }) => id)).toEqual([
      'download',
      'check_digests',
      'check_version',
      'release',
    ])
    const publish = stepOf(job, 'release')
    expect(publish?.uses).toMatch(/^pypa\/gh-action-pypi-publish@[0-9a-f]{40}$/)
    expect(publish?.with).toEqual({ 'packages-dir': 'dist/python/' })
  })

  it('takes a stored token where trusted publishing is not asked for', () => {
    const { release_pypi: job } = releaseJobs({ publishToPypi: true })
    expect(job?.permissions).toEqual({ contents: 'read' })
    expect(stepOf(job, 'release')?.with).toEqual({
      'packages-dir': 'dist/python/',
      user: expect.stringMatching(/secrets\.TWINE_USERNAME /),
      password: expect.stringMatching(/secrets\.TWINE_PASSWORD /),
      attestations: false,
    })
  })

  it('publishes to TestPyPI before PyPI, or in its place', () => {
    const publishing = (testPypi: true | 'only') =>
      Object.keys(releaseJobs({ publishToPypi: { trustedPublishing: true, testPypi } })).filter(
        (id) => id.endsWith('pypi'),
      )
    expect(publishing(true)).toEqual(['release_testpypi', 'release_pypi'])
    const both = { publishToPypi: { trustedPublishing: true, testPypi: true } } as const
    expect(releaseJobs(both).release_pypi).toHaveProperty(
      'needs',
      expect.arrayContaining(['release_testpypi']),
    )
    expect(publishing('only')).toEqual(['release_testpypi'])
  })

  it.each([
    ['uv', ['uv.lock'], /^uv sync --locked$/],
    ['hatch', [], /^hatch env create$/],
    ['setuptools', [], / pip==\S+ build==\S+ setuptools==\S+$/m],
    ['poetry', ['poetry.lock'], /^poetry check --lock$/m],
  ] as const)('installs with %s what is pinned', (buildTool, locks, install) => {
    const { release } = releaseJobs({ ...TRUSTED, buildTool })
    expect(stepOf(release, 'install')?.run).toMatch(install)
    const checked = stepOf(release, 'unchanged')?.run ?? ''
    for (const file of ['pyproject.toml', ...locks]) expect(checked).toContain(`(exclude)${file}'`)
  })

  it.each(TOOLS)(
    'packs with %s at the time of the commit, and nothing from before',
    (buildTool) => {
      const { release } = releaseJobs({ ...TRUSTED, buildTool })
      const [first, ...others] = (stepOf(release, 'pack')?.run ?? '').split('\n')
      expect(first).toBe('rm -rf dist/python')
      expect(others.length).toBeGreaterThan(0)
      for (const line of others) expect(line).toMatch(/^SOURCE_DATE_EPOCH="\$\(git log -1 /)
    },
  )

  it('runs what the tasks are in the end', () => {
    const made = project(TRUSTED)
    made.testTask.exec('uv run mypy src')
    made.postCompileTask.exec('echo $HOME')
    const { jobs } = parseYaml(textOf(made, '.github/workflows/release.yml'))
    expect(stepOf(jobs.release, 'build')?.run).toBe('echo $HOME\nuv run pytest\nuv run mypy src')
    const pullRequests = parseYaml(textOf(made, '.github/workflows/build.yml'))
    expect(stepOf(pullRequests.jobs.build, 'build')?.run).toMatch(/\nuv run mypy src$/)
    expect(textOf(made, 'Makefile')).toContain(
      '\nbuild:\n\t$(MAKE) --no-print-directory post-compile\n',
    )
    expect(textOf(made, 'Makefile')).toContain('\n\techo $$HOME\n')
  })

  it('has something to run where there are no tests', () => {
    const { release } = releaseJobs({ ...TRUSTED, pytest: false })
    expect(stepOf(release, 'build')?.run).toMatch(/^echo /)
  })

  it('records the publishers that PyPI and TestPyPI need', () => {
    const made = project({ publishToPypi: { trustedPublishing: true, testPypi: true } })
    const { publishers } = JSON.parse(textOf(made, 'trusted-publishers.json'))
    expect(publishers).toMatchObject([
      { package: 'pypi:acme-widget', environment: 'testpypi', workflow: 'release.yml' },
      { package: 'pypi:acme-widget', environment: 'pypi', repository: 'acme/widget' },
    ])
  })
})

describe('whether there is a release', () => {
  it('depends on whether anything is published', () => {
    expect(project().release).toBeUndefined()
    expect([...written(project()).keys()]).toContain('.github/workflows/build.yml')
    expect(project({ release: true }).release).toBeDefined()
  })

  it('cannot be no where something is published', () => {
    expect(() => project({ ...TRUSTED, release: false })).toThrow(
      expect.objectContaining({ code: 'release_off' }),
    )
  })
})

describe('the release at GitLab', () => {
  const options = { ...TRUSTED, repository: 'gitlab:acme/widget', workflowPythonVersion: '3.12' }
  const jobs = () => parseYaml(textOf(project(options), '.gitlab-ci.yml'))

  it('builds with the uv that GitHub has, and without an identity', () => {
    const { release } = jobs()
    expect(release.image).toBe(`ghcr.io/astral-sh/uv:${TOOL_VERSIONS.uv}-python3.12-bookworm`)
    expect(release).not.toHaveProperty('id_tokens')
    expect(release.script).toContain('uv version "$PYTHON_VERSION" --frozen')
    expect(release.script).toContain('uv run pytest')
  })

  it('publishes with the ID token for PyPI', () => {
    const { release_pypi: job } = jobs()
    expect(job.id_tokens).toEqual({ PYPI_ID_TOKEN: { aud: 'pypi' } })
    expect(job.environment).toBe('pypi')
    expect(job.script.at(-1)).toBe('uv publish --trusted-publishing always dist/python/*')
  })
})
