import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { pythonClients } from './support/clients.ts'
import { temporaryFolder, writeFiles } from './support/folders.ts'
import { recordLeftOut } from './support/left-out.ts'
import { rehearse, WORKFLOW } from './support/rehearsal.ts'
import { fetchedTool, MissingTool } from './support/tools.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures/generated')

/** The version that stands in for the one which only a run computes. */
const ALL_WELL = '1\\.0\\.0( +✓){5}'

/** Dependencies, jsii, and the Python environment that jsii-pacmak makes for itself: half a minute on an idle machine. */
const JSII_TIMEOUT_MS = 10 * 60_000

describe('a generated pipeline', () => {
  it('publishes what another job has built, under the version and dist-tag that a run would have', async () => {
    const directory = repository('npm')
    const { status, stdout } = await rehearse([directory])
    expect(stdout).toMatch(new RegExp(`✓ +release_npm +npm \\S+ +@acme/widget ${ALL_WELL}`))
    expect(stdout).toContain(
      '--tag is $NPM_DIST_TAG, which only a run knows; it was played as latest',
    )
    expect(stdout).toContain('it was played as 1.0.0, as only a run of the CI computes it')
    // The script that plans the release is read, and publishes nothing.
    expect(stdout).not.toContain('Not played, or not known')
    expect(status).toBe(0)
  })

  it('publishes a prerelease under its own dist-tag', async () => {
    const { status, stdout } = await rehearse([
      repository('npm'),
      '--ref',
      'refs/tags/v1.5.0-beta.2',
    ])
    expect(stdout).toMatch(/@acme\/widget 1\.5\.0-beta\.2( +✓){5}/)
    expect(stdout).toContain('it was played as beta')
    expect(status).toBe(0)
  })

  it('is refused where the recorded environment is another', async () => {
    const directory = repository('npm', (text) =>
      text.replace('environment: npm', 'environment: x'),
    )
    const { status, stdout } = await rehearse([directory])
    expect(stdout).toMatch(/✗ +environment +npm +x/)
    expect(status).toBe(1)
  })

  it.for([
    ['uv_build', '>=0.9,<1', 'uv_build'],
    ['hatchling', '>=1.27', 'hatchling.build'],
    ['setuptools', '>=77', 'setuptools.build_meta'],
    ['poetry-core', '>=2', 'poetry.core.masonry.api'],
  ])('publishes what %s builds', async ([requirement, range, backend], ctx) => {
    await pythonClients(ctx)
    const directory = repository('python')
    const system = `requires = ["${requirement}${range}"]\nbuild-backend = "${backend}"\n`
    const project = readFileSync(join(directory, 'pyproject.toml'), 'utf8')
    writeFiles(directory, { 'pyproject.toml': `${project}\n[build-system]\n${system}` })
    const { status, stdout } = await rehearse([directory])
    expect(stdout).toMatch(new RegExp(`✓ +release_pypi +twine \\S+ +acme-widget ${ALL_WELL}`))
    expect(stdout).toContain('played as acme/widget, which trusted-publishers.json names')
    expect(status).toBe(0)
  })

  it(
    'publishes the npm package and the Python package of one jsii project',
    async (ctx) => {
      await pythonClients(ctx)
      await jsii(ctx)
      const { status, stdout } = await rehearse([repository('jsii')])
      expect(stdout).toMatch(new RegExp(`✓ +release_npm +npm \\S+ +@acme/widget ${ALL_WELL}`))
      expect(stdout).toMatch(new RegExp(`✓ +release_pypi +twine \\S+ +acme-widget ${ALL_WELL}`))
      expect(status).toBe(0)
    },
    JSII_TIMEOUT_MS,
  )

  it('is played as GitLab would run it, for a push of the default branch', async (ctx) => {
    await pythonClients(ctx)
    const { status, stdout } = await rehearse([repository('gitlab')])
    expect(stdout).toContain('GitLab CI/CD, push of refs/heads/main')
    expect(stdout).toMatch(new RegExp(`✓ +release_npm +npm \\S+ +@acme/widget ${ALL_WELL}`))
    expect(stdout).toMatch(new RegExp(`✓ +release_pypi +uv \\S+ +acme-widget ${ALL_WELL}`))
    expect(status).toBe(0)
  })

  it('of a monorepo publishes each package from its own workflow, built where that builds it', async () => {
    const directory = repository('monorepo')
    const text = (path: string) => readFileSync(join(directory, path), 'utf8')
    const ofB = (path: string) => text(path).replace(/(packages|@acme|release_)(\/|)a\b/g, '$1$2b')
    writeFiles(directory, {
      '.github/workflows/release_b.yml': ofB('.github/workflows/release_a.yml'),
      'packages/b/package.json': ofB('packages/a/package.json'),
      'packages/b/build.js': text('packages/a/build.js'),
      'packages/b/index.js': text('packages/a/index.js'),
      'packages/b/.trustpub/plan-release.sh': text('packages/a/.trustpub/plan-release.sh'),
    })
    const { status, stdout } = await rehearse([directory])
    for (const name of ['a', 'b']) {
      const job = `release_${name}\\.yml/release_npm`
      expect(stdout).toMatch(new RegExp(`✓ +${job} +npm \\S+ +@acme/${name} ${ALL_WELL}`))
    }
    expect(status).toBe(0)
  })
})

/** A repository in the shape that a definition yields; `change` edits its workflow. */
function repository(kind: string, change: (workflow: string) => string = (text) => text): string {
  const folder = temporaryFolder()
  for (const source of ['common', kind]) cpSync(join(FIXTURES, source), folder, { recursive: true })
  if (kind === 'npm') {
    writeFiles(folder, { [WORKFLOW]: change(readFileSync(join(folder, WORKFLOW), 'utf8')) })
  }
  return folder
}

/** The test is skipped where jsii cannot be had. */
async function jsii(ctx: TestContext): Promise<void> {
  const wanted = { package: 'jsii-pacmak', version: '1.140.0', entry: 'bin/jsii-pacmak' }
  try {
    await fetchedTool(wanted, () => {})
  } catch (error) {
    if (!(error instanceof MissingTool)) throw error
    const sentence = `${ctx.task.name}: ${error.message}`
    recordLeftOut(sentence)
    ctx.skip(sentence)
  }
}
