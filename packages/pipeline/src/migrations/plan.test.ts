import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { examine } from '../checks/run.ts'
import { readReleases } from '../read.ts'
import { uploadsOf } from '../release.ts'
import { withRepository } from '../repository/repository.test.util.ts'
import { parseYaml } from '../yaml/yaml-file.ts'
import type { Migration } from './migration.ts'
import { planMigration } from './plan.ts'
import { randomGitlab } from './random-gitlab.test.util.ts'
import { type RandomRepository, randomRepository } from './random-repository.test.util.ts'

type Files = RandomRepository['files']

interface Migrated {
  readonly migration: Migration
  readonly after: Files
}

function migrate(files: Files, harden = false): Promise<Migrated> {
  return withRepository(files, async (directory) => {
    const migration = await planMigration(directory, { harden })
    const after = new Map(Object.entries(files))
    for (const { file, after: text } of migration.files) {
      if (text === undefined) after.delete(file)
      else after.set(file, text)
    }
    return { migration, after: Object.fromEntries(after) }
  })
}

/** Every secret that the files name, with how often. */
function secretsIn(files: Files): ReadonlyMap<string, number> {
  const names = Object.values(files).flatMap((text) =>
    [...text.matchAll(/secrets\.(\w+)/g)].map(([, name = '']) => name),
  )
  return new Map(names.map((name) => [name, names.filter((one) => one === name).length]))
}

/** The checks that report errors, and how the uploads come by their leave. */
function judge(
  files: Files,
): Promise<{ readonly errors: readonly string[]; readonly credentials: readonly string[] }> {
  return withRepository(files, async (directory) => {
    const releases = await readReleases(directory)
    const findings = releases.flatMap((release) => examine(release).findings)
    return {
      errors: findings.flatMap(({ severity, check }) => (severity === 'error' ? [check] : [])),
      credentials: releases.flatMap(uploadsOf).map(({ credentials }) => credentials),
    }
  })
}

const KINDS = [
  { kind: 'GitHub', repositories: randomRepository, dialect: 'github' as const },
  { kind: 'GitLab', repositories: randomGitlab, dialect: 'gitlab' as const },
]

describe.each(KINDS)(
  'planMigration of a random repository at $kind',
  ({ repositories, dialect }) => {
    it('leaves everything that is not about publishing as it stands', async () => {
      await fc.assert(
        fc.asyncProperty(repositories, async ({ files, kept }) => {
          const { after } = await migrate(files)
          for (const { file, text } of kept) expect(after[file]).toContain(text)
          const now = secretsIn(after)
          for (const [name, count] of secretsIn(files)) {
            if (!/^(?:NPM|PYPI)_TOKEN$/.test(name))
              expect({ name, count: now.get(name) }).toEqual({ name, count })
          }
        }),
        { numRuns: 25 },
      )
    })

    it('writes YAML with the line breaks of the file', async () => {
      await fc.assert(
        fc.asyncProperty(repositories, async ({ files }) => {
          const { migration } = await migrate(files)
          for (const { file, before, after = '' } of migration.files) {
            if (file.endsWith('.yml')) expect(() => parseYaml(file, after, dialect)).not.toThrow()
            if (before?.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toContain('\n')
          }
        }),
        { numRuns: 25 },
      )
    })

    it('has nothing to do the second time, nor with what makes it harder to misuse', async () => {
      await fc.assert(
        fc.asyncProperty(repositories, fc.boolean(), async ({ files }, harden) => {
          const { after } = await migrate(files, harden)
          const { migration } = await migrate(after, harden)
          expect(migration.changes).toEqual([])
          expect(migration.files).toEqual([])
        }),
        { numRuns: 25 },
      )
    })

    it('ends in a release without stored tokens, or says what stays, and brings no error', async () => {
      await fc.assert(
        fc.asyncProperty(repositories, fc.boolean(), async ({ files }, harden) => {
          const { migration, after } = await migrate(files, harden)
          const [old, now] = [await judge(files), await judge(after)]
          expect(now.errors.filter((check) => !old.errors.includes(check))).toEqual([])
          if (migration.left.length === 0) {
            expect(now.credentials).toEqual(now.credentials.map(() => 'trusted'))
          }
        }),
        { numRuns: 25 },
      )
    })
  },
)

it('gives a called job no more than its caller has, since the run would not start', async () => {
  const files = {
    'package.json': '{"name":"@acme/widget","version":"1.0.0","repository":"github:acme/widget"}',
    '.github/workflows/release.yml': `on: { push: { tags: ['v*'] } }
permissions:
  contents: read
  id-token: write
jobs:
  call:
    uses: ./.github/workflows/publish.yml
`,
    '.github/workflows/publish.yml': `on: workflow_call
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - run: npm publish
      - run: gh release create v1.0.0
        env:
          GH_TOKEN: \${{ github.token }}
`,
  }
  const { after } = await migrate(files, true)
  expect((await judge(after)).errors).toEqual([])
  expect(after['.github/workflows/publish.yml']).toContain(
    '    permissions:\n      contents: read\n      id-token: write\n',
  )
})

it('lets the second half of a split job run where the first runs although others were skipped', async () => {
  const files = {
    'pyproject.toml': '[project]\nname = "acme-widget"\nversion = "1.0.0"\n',
    '.git/config': '[remote "origin"]\n\turl = https://github.com/acme/widget.git\n',
    '.github/workflows/release.yml': `on: { push: { tags: ['v*'] }, pull_request: }
jobs:
  report:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    steps:
      - run: echo report
  release:
    needs: report
    if: "!cancelled() && startsWith(github.ref, 'refs/tags/')"
    runs-on: ubuntu-latest
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v4
      - run: python -m build
      - uses: pypa/gh-action-pypi-publish@release/v1
`,
  }
  const { after } = await migrate(files, true)
  expect((await judge(after)).errors).toEqual([])
  expect(after['.github/workflows/release.yml']).toContain(
    `    needs: build-release\n    if: \${{ !cancelled() && needs.build-release.result == 'success' }}\n`,
  )
})

it('damages no file that is not UTF-8', async () => {
  const workflow = `on: { push: { tags: ['v*'] } }
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions: { contents: read, id-token: write }
    steps:
      - uses: actions/setup-node@v5
        with: { node-version: 24 }
      - run: sh release.sh
        env: { NPM_TOKEN: "\${{ secrets.NPM_TOKEN }}" }
`
  const migration = await withRepository(
    {
      '.github/workflows/release.yml': workflow,
      'package.json': '{"name":"@acme/widget","version":"1.0.0","repository":"github:acme/widget"}',
    },
    async (directory) => {
      const script = `# J\u00f6rg\necho "//registry.npmjs.org/:_authToken=$NPM_TOKEN" > ~/.npmrc\nnpm publish\n`
      await writeFile(join(directory, 'release.sh'), script, 'latin1')
      return planMigration(directory, { harden: false })
    },
  )
  expect(migration.files.map(({ file }) => file)).not.toContain('release.sh')
})

describe('what planMigration leaves', () => {
  const project = '[project]\nname = "acme-widget"\nversion = "1.0.0"\n'
  const workflow = (steps: readonly object[], more: object = {}): string =>
    JSON.stringify({
      on: { push: { tags: ['v*'] } },
      jobs: { publish: { 'runs-on': 'ubuntu-latest', ...more, steps } },
    })
  const GRANTED = { permissions: { contents: 'read', 'id-token': 'write' } }
  const leftOf = async (text: string): Promise<readonly string[]> => {
    const files = { 'pyproject.toml': project, '.github/workflows/release.yml': text }
    const { migration } = await migrate(files)
    return migration.left.map(({ sentence }) => sentence)
  }

  it('speaks of no installation where a secret of PyPI has another use', async () => {
    const env = { TWINE_PASSWORD: `\${{ secrets.PYPI_TOKEN }}` }
    const left = await leftOf(
      workflow(
        [
          { run: 'twine upload dist/*', env },
          { run: 'make', env },
        ],
        GRANTED,
      ),
    )
    expect(left).toContainEqual(expect.stringContaining('Take it out there too'))
    expect(left).not.toContainEqual(expect.stringContaining('To install'))
  })

  it('is a script that may publish with a token that another step has stored', async () => {
    const left = await leftOf(
      workflow([
        { run: `echo "//registry.npmjs.org/:_authToken=\${{ secrets.NPM_TOKEN }}" >> ~/.npmrc` },
        { run: 'node ./scripts/publish.js' },
      ]),
    )
    expect(left).toEqual([expect.stringContaining('"./scripts/publish.js" may publish')])
  })

  it('is the token of a job that cannot be given leave', async () => {
    const env = { TWINE_PASSWORD: `\${{ secrets.PYPI_TOKEN }}` }
    const text = workflow([{ run: 'twine upload dist/*', env }])
    const { migration } = await migrate({ '.github/workflows/release.yml': text })
    expect(migration.changes).toEqual([])
    expect(migration.left.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('Add it by hand'),
    ])
  })

  it('is a publisher without a name, with what has to be registered', async () => {
    const env = { TWINE_PASSWORD: `\${{ secrets.PYPI_TOKEN }}` }
    const files = {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/config': '[remote "origin"]\n\turl = https://github.com/acme/widget.git\n',
      '.github/workflows/release.yml': workflow([{ run: 'twine upload dist/*', env }], {
        environment: 'pypi',
        ...GRANTED,
      }),
    }
    const { migration } = await migrate(files)
    expect(migration.left.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('repository acme/widget, workflow release.yml, environment pypi'),
    ])
  })

  it('is a job that exchanges by itself, and says so', async () => {
    const exchange = 'curl -X POST https://pypi.org/_/oidc/mint-token >> $GITHUB_ENV'
    const left = await leftOf(
      workflow([{ run: exchange }, { run: 'twine upload dist/*' }], GRANTED),
    )
    expect(left).toContainEqual(expect.stringContaining('it exchanges the ID token itself'))
  })

  it('is an action that cannot exchange, together with its Node and its token', async () => {
    const env = { NPM_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` }
    const { migration } = await migrate({
      'package.json': '{"name":"@acme/widget","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/workflows/release.yml': workflow([
        { uses: 'actions/setup-node@v4', with: { 'node-version': 16 } },
        { uses: 'pascalgn/npm-publish-action@1.3.9', env },
      ]),
    })
    expect(migration.changes).toEqual([])
    expect(migration.left.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('pascalgn/npm-publish-action cannot exchange ID tokens'),
    ])
  })

  it('is a secret of a called workflow that hands all of its secrets on', async () => {
    const secrets = { NPM_TOKEN: `\${{ secrets.NPM_TOKEN }}`, DOCS_TOKEN: `\${{ secrets.DOCS }}` }
    const called = '.github/workflows/publish.yml'
    const { after } = await migrate({
      'package.json': '{"name":"@acme/widget","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/workflows/release.yml': JSON.stringify({
        on: { push: { tags: ['v*'] } },
        jobs: { publish: { uses: `./${called}`, ...GRANTED, secrets } },
      }),
      [called]: JSON.stringify({
        on: { workflow_call: { secrets: { NPM_TOKEN: {}, DOCS_TOKEN: {} } } },
        jobs: {
          docs: { uses: './.github/workflows/docs.yml', secrets: 'inherit' },
          npm: {
            'runs-on': 'ubuntu-latest',
            steps: [
              { uses: 'actions/setup-node@v4', with: { 'node-version': 24 } },
              { run: 'npm publish', env: { NODE_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` } },
            ],
          },
        },
      }),
    })
    expect(after['.github/workflows/release.yml']).toContain('DOCS_TOKEN')
    expect(after[called]).toContain('DOCS_TOKEN')
    expect(after[called]).not.toContain('NODE_AUTH_TOKEN')
  })

  it('is an input of a composite action that nobody reads, but that gets the own token of GitHub', async () => {
    const { after } = await migrate({
      'package.json': '{"name":"@acme/widget","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/workflows/release.yml': workflow(
        [
          { uses: './.github/set-up', with: { 'repo-token': `\${{ secrets.GITHUB_TOKEN }}` } },
          { run: 'npm publish', env: { NODE_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` } },
        ],
        GRANTED,
      ),
      '.github/set-up/action.yml': JSON.stringify({
        inputs: { 'repo-token': { required: true } },
        runs: {
          using: 'composite',
          steps: [{ uses: 'actions/setup-node@v4', with: { 'node-version': 24 } }],
        },
      }),
    })
    expect(after['.github/set-up/action.yml']).toContain('repo-token')
    expect(after['.github/workflows/release.yml']).toContain('repo-token')
    expect(after['.github/workflows/release.yml']).not.toContain('NODE_AUTH_TOKEN')
  })

  const inLines = (json: string): string => JSON.stringify(JSON.parse(json), null, 2)

  it('is a release without a token whose Node a run chooses: it may work already', async () => {
    const { migration } = await migrate({
      'package.json': '{"name":"@acme/a","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/workflows/release.yml': inLines(
        workflow(
          [
            {
              uses: 'actions/setup-node@v4',
              with: { 'node-version': `\${{ steps.which.outputs.version }}` },
            },
            { run: 'npm publish' },
          ],
          GRANTED,
        ),
      ),
    })
    expect(migration.changes).toEqual([])
  })

  it('is the token of a job on a runner that npmjs.com does not take', async () => {
    const env = { NPM_TOKEN: `\${{ secrets.NPM_TOKEN }}` }
    const { migration } = await migrate({
      'package.json': '{"name":"@acme/a","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/workflows/release.yml': inLines(
        workflow([{ run: 'npm publish', env }], { 'runs-on': 'blacksmith-2vcpu-ubuntu-2204' }),
      ),
    })
    expect(migration.changes).toEqual([])
    expect(migration.left[0]?.sentence).toContain("GitHub's own machines only")
  })

  it('is lerna where a generator writes the workflow that sets up its Node', async () => {
    const { migration } = await migrate({
      'package.json':
        '{"private":true,"workspaces":["packages/*"],"devDependencies":{"lerna":"^4.0.0"}}',
      'packages/a/package.json':
        '{"name":"@acme/a","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/workflows/release.yml': `# This file was generated by generate-workflows.js
on: { push: { branches: [main] } }
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-node@v4
        with:
          node-version: 14
      - run: npx lerna publish --yes
        env:
          NPM_TOKEN: \${{ secrets.NPM_TOKEN }}
`,
    })
    expect(migration.changes).toEqual([])
    expect(migration.left[0]?.sentence).toContain('lerna ^4.0.0 stays')
  })

  it('is no Node that other jobs get too without their names', async () => {
    const action = `runs:
  using: composite
  steps:
    - uses: actions/setup-node@v4
      with:
        node-version: 18
`
    const { migration } = await migrate({
      'package.json': '{"name":"@acme/a","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/set-up/action.yml': action,
      '.github/workflows/test.yml':
        '{"on":"push","jobs":{"test":{"steps":[{"uses":"./.github/set-up"},{"run":"npm test"}]}}}',
      '.github/workflows/release.yml': inLines(
        workflow([
          { uses: './.github/set-up' },
          { run: 'npm publish', env: { NODE_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` } },
        ]),
      ),
    })
    expect(migration.changes.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringMatching(
        /^Node 24 .* \.github\/set-up\/action\.yml sets it up for "test" too\.$/,
      ),
    )
  })

  it('is lerna where no other Node can be set up for the one that exchanges', async () => {
    const { migration } = await migrate({
      'package.json':
        '{"private":true,"workspaces":["packages/*"],"devDependencies":{"lerna":"^8.1.0"}}',
      'packages/a/package.json':
        '{"name":"@acme/a","version":"1.0.0","repository":"github:acme/widget"}',
      '.github/workflows/release.yml': inLines(
        workflow(
          [
            { uses: 'actions/setup-node@v4', with: { 'node-version': `\${{ matrix.node }}` } },
            {
              run: 'npx lerna publish from-git',
              env: { NPM_TOKEN: `\${{ secrets.NPM_TOKEN }}` },
            },
          ],
          { strategy: { matrix: { node: [16, 18] } }, ...GRANTED },
        ),
      ),
    })
    expect(migration.changes).toEqual([])
    expect(migration.left.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringContaining('lerna ^8.1.0 stays, and its token with it'),
    )
  })

  it('is a token in the environment of an action where nothing else publishes', async () => {
    const env = { NODE_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` }
    const uses = { uses: 'acme/covector/packages/action@v0', env }
    const own = '{"name":"@acme/widget","version":"1.0.0","repository":"github:acme/widget"}'
    const leftBeside = async (...steps: readonly object[]) => {
      const text = workflow([uses, ...steps])
      const { migration } = await migrate({
        'package.json': own,
        '.github/workflows/release.yml': text,
      })
      return migration.left.map(({ sentence }) => sentence).join()
    }
    expect(await leftBeside()).toContain('acme/covector/packages/action gets the secret NPM_TOKEN')
    expect(await leftBeside({ run: 'npm publish', env })).not.toContain('gets the secret')
  })
})

describe('what the migration says of a workflow elsewhere', () => {
  const upload = `on: push
jobs:
  upload:
    runs-on: ubuntu-latest
    permissions: { id-token: write }
    steps: [{ uses: pypa/gh-action-pypi-publish@release/v1 }]
`
  const call = (name: string, secrets: string) => `on: push
jobs:
  call:
    uses: acme/ci/.github/workflows/${name}.yml@v1
    secrets: ${secrets}
`
  it.each<[string, string, string | undefined, RegExp | undefined]>([
    ['tests', 'inherit', upload, undefined],
    ['tests', 'inherit', undefined, /has to learn to do without/],
    ['release', 'inherit', upload, /has to learn to do without/],
    ['tests', `{ t: "\${{ secrets.PYPI_TOKEN }}" }`, upload, /repository only\. Let it only build/],
    ['tests', `{ codecov: "\${{ secrets.CODECOV }}" }`, undefined, undefined],
  ])('%s with %s', async (name, secrets, beside, expected) => {
    const { migration } = await migrate({
      'pyproject.toml': '[project]\nname = "acme-widget"\nversion = "1.0.0"\n',
      '.github/workflows/call.yml': call(name, secrets),
      ...(beside !== undefined && { '.github/workflows/upload.yml': beside }),
    })
    const said = migration.left.filter(({ place }) => place.file.endsWith('call.yml'))
    expect(said.map(({ sentence }) => sentence)).toEqual(
      expected === undefined ? [] : [expect.stringMatching(expected)],
    )
  })
})
