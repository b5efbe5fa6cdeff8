import { describe, expect, it } from 'vitest'
import { applyEdits } from '../edits/edit.ts'
import { readReleases } from '../read.ts'
import { type Files, withRepository } from '../repository/repository.test.util.ts'
import type { Finding } from './check.ts'
import { examine } from './run.ts'

/** A job that publishes, as GitHub reads it. */
interface Job {
  readonly steps: readonly object[]
  /** Whether it may ask for ID tokens. */
  readonly granted?: boolean
  readonly [key: string]: unknown
}

const WIDGET = { name: '@acme/widget', version: '1.2.3', license: 'MIT', repository: 'acme/widget' }
const NPM_TOKEN = { NODE_AUTH_TOKEN: `\${{ secrets.NPM_TOKEN }}` }
const PUBLISH = { run: 'npm publish' }
const WITH_TOKEN = { ...PUBLISH, env: NPM_TOKEN }

const setUp = (version: string | number, more: object = {}) => ({
  uses: 'actions/setup-node@v4',
  with: { 'node-version': version, ...more },
})
const forNpm = { 'registry-url': 'https://registry.npmjs.org' }
const manifest = (more: object): Files => ({
  'package.json': JSON.stringify({ ...WIDGET, ...more }),
})
const asGit = (...remotes: readonly (readonly [string, string])[]): Files => ({
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/config': remotes
    .map(([name, path]) => `[remote "${name}"]\n\turl = https://github.com/${path}.git\n`)
    .join(''),
})

/** What is found in a release, and then what is left of it after the edits. */
function findingsOf(
  { granted = true, steps, ...more }: Job,
  files: Files,
): Promise<readonly (readonly Finding[])[]> {
  const permissions = { contents: 'read', ...(granted && { 'id-token': 'write' }) }
  const job = { 'runs-on': 'ubuntu-latest', permissions, steps, ...more }
  const workflow = { on: { push: { tags: ['v*'] } }, jobs: { publish: job } }
  const all = {
    ...manifest({}),
    '.github/workflows/release.yml': JSON.stringify(workflow),
    ...files,
  }
  return withRepository(all, async (directory) => {
    const findings = async (overlay: ReadonlyMap<string, string>) =>
      (await readReleases(directory, overlay)).flatMap((release) => examine(release).findings)
    const before = await findings(new Map())
    const edits = before.flatMap((one) => one.edits ?? [])
    const mended = Object.entries<string>(all).map(([file, text]): [string, string] => {
      return [
        file,
        applyEdits(
          text,
          edits.filter((edit) => edit.file === file),
        ),
      ]
    })
    return [before, await findings(new Map(mended))]
  })
}

/** The ids of the checks that report an error. */
async function errorsOf(job: Job, files: Files): Promise<readonly string[]> {
  const [found = []] = await findingsOf(job, files)
  return errorsIn(found)
}

function errorsIn(found: readonly Finding[]): readonly string[] {
  return [
    ...new Set(found.filter(({ severity }) => severity === 'error').map(({ check }) => check)),
  ]
}

describe('a release that works raises no error', () => {
  it.each<[string, Job, Files]>([
    [
      'Lerna-Lite that exchanges',
      { steps: [setUp(22), { run: 'npx lerna publish from-git --yes' }] },
      manifest({
        devDependencies: { '@lerna-lite/cli': '^4.9.0', '@lerna-lite/publish': '^4.9.0' },
      }),
    ],
    [
      'lerna 9 with an npm that cannot exchange, for both registries',
      {
        permissions: { contents: 'write', packages: 'write', 'id-token': 'write' },
        steps: [
          setUp('20.x'),
          { run: 'npm i -g npm@10 && npm i' },
          { run: 'npx lerna publish from-git --yes --registry=https://registry.npmjs.org' },
          {
            run: 'npx lerna publish from-git --yes --registry=https://npm.pkg.github.com',
            env: { NODE_AUTH_TOKEN: `\${{ secrets.GITHUB_TOKEN }}` },
          },
        ],
      },
      manifest({ devDependencies: { lerna: '^9.0.3' } }),
    ],
    ['Node 24 and nothing else', { steps: [setUp(24), PUBLISH] }, {}],
    ['npm 11 on Node 20', { steps: [setUp(20), { run: 'npm i -g npm@11' }, PUBLISH] }, {}],
    [
      'the newest npm that Node 20 runs',
      { steps: [setUp(20), { run: 'npm i -g npm' }, PUBLISH] },
      {},
    ],
    [
      'a range of npm with one that Node 20 runs',
      { steps: [setUp(20), { run: "npm i -g 'npm@>=11.5.1'" }, PUBLISH] },
      {},
    ],
    ['a token with an old npm', { granted: false, steps: [setUp(18, forNpm), WITH_TOKEN] }, {}],
    [
      'a token and provenance with an old npm',
      { steps: [setUp(20, forNpm), { run: 'npm publish --provenance', env: NPM_TOKEN }] },
      {},
    ],
    [
      'an upgrade of npm that may fail',
      { granted: false, steps: [setUp(20), { run: 'npm i -g npm@latest || true' }, WITH_TOKEN] },
      {},
    ],
    [
      'a matrix of which one row publishes',
      {
        strategy: { matrix: { node: [18, 20, 24] } },
        steps: [
          setUp(`\${{ matrix.node }}`),
          { run: 'npm test' },
          { ...PUBLISH, if: 'matrix.node == 24' },
        ],
      },
      {},
    ],
    ['the image of Node 24', { container: 'node:24', steps: [PUBLISH] }, {}],
    [
      'a variable that nothing sets in .npmrc, of which npm makes no token',
      { steps: [setUp(24), PUBLISH] },
      { '.npmrc': `//registry.npmjs.org/:_authToken=\${NPM_TOKEN}\n` },
    ],
    [
      'an empty token in .npmrc with npm 12',
      { steps: [setUp(24), { run: 'npm i -g npm@12' }, PUBLISH] },
      { '.npmrc': '//registry.npmjs.org/:_authToken=\n' },
    ],
    [
      'an empty token in the .npmrc of a workspace, which npm does not read',
      { steps: [setUp(24), { run: 'npm publish', 'working-directory': 'a' }] },
      {
        ...manifest({ private: true, workspaces: ['a'] }),
        'a/package.json': JSON.stringify({ ...WIDGET, name: '@acme/a' }),
        'a/.npmrc': '//registry.npmjs.org/:_authToken=\n',
      },
    ],
    [
      'a token of yarn that is empty without the variable',
      { steps: [setUp(24), { run: 'yarn npm publish' }] },
      { '.yarnrc.yml': `npmAuthToken: "\${NPM_TOKEN:-}"\n` },
    ],
    [
      'no repository where no provenance is made',
      { steps: [setUp(24), { run: 'npm publish --provenance=false' }] },
      manifest({ repository: undefined }),
    ],
    [
      'the checkout of a fork',
      { steps: [setUp(24), PUBLISH] },
      asGit(['origin', 'bob/widget'], ['upstream', 'acme/widget']),
    ],
    [
      'no repository in a manifest that the build makes',
      { steps: [setUp(24), { run: 'npm publish ./dist --provenance' }] },
      manifest({ repository: undefined }),
    ],
    [
      'a runner of its own without provenance',
      { 'runs-on': ['self-hosted'], steps: [setUp(24), { run: 'npm publish --no-provenance' }] },
      {},
    ],
    [
      'a larger runner of GitHub with a name of its own',
      { 'runs-on': 'ubuntu-latest-16-cores', steps: [setUp(24), PUBLISH] },
      {},
    ],
    [
      'a prerelease whose tag stands in .npmrc',
      { steps: [setUp(24), PUBLISH] },
      { ...manifest({ version: '1.0.0-beta.1' }), '.npmrc': 'tag=next\n' },
    ],
    [
      'a prerelease that a condition publishes with its tag',
      {
        steps: [
          setUp(24),
          { run: 'npm publish --tag next', if: 'github.event.release.prerelease' },
          { ...PUBLISH, if: '!github.event.release.prerelease' },
        ],
      },
      manifest({ version: '1.0.0-beta.1' }),
    ],
    [
      'semantic-release without the plugin of npm',
      { granted: false, steps: [setUp(20), { run: 'npx semantic-release' }] },
      { '.releaserc.json': '{"plugins":["@semantic-release/github"]}' },
    ],
    [
      'both registries, each with its own leave',
      {
        permissions: { 'id-token': 'write', packages: 'write' },
        steps: [
          setUp(24, forNpm),
          PUBLISH,
          setUp(24, { 'registry-url': 'https://npm.pkg.github.com' }),
          { ...PUBLISH, env: { NODE_AUTH_TOKEN: `\${{ secrets.GITHUB_TOKEN }}` } },
        ],
      },
      {},
    ],
    [
      'an npm that a script unpacks over the one of Node 22',
      {
        steps: [
          setUp(22),
          {
            run: 'curl -fsS "https://registry.npmjs.org/npm/-/npm-$NPM.tgz" -o npm.tgz\ntar xzf npm.tgz -C "$(npm root -g)/../node_modules/npm"\n',
            env: { NPM: '11.6.2' },
          },
          PUBLISH,
        ],
      },
      {},
    ],
    [
      'an npm that is installed into a folder of its own, which goes before the others',
      {
        steps: [
          setUp(22),
          {
            run: 'npm install --prefix "$RUNNER_TEMP/npm" npm@11.6.2\necho "$RUNNER_TEMP/npm/node_modules/.bin" >> "$GITHUB_PATH"\n',
          },
          PUBLISH,
        ],
      },
      {},
    ],
    [
      'an npm that the repository depends on, in a script and by npx',
      { steps: [setUp(22), { run: 'npm run release' }, { run: 'npx npm publish' }] },
      manifest({ scripts: { release: 'npm publish' }, devDependencies: { npm: '^11.6.0' } }),
    ],
    [
      'a Node of nvm in the shell that publishes',
      { steps: [setUp(20), { run: 'nvm install 24\nnpm publish' }] },
      {},
    ],
    [
      'an old Node of nvm in the shell of another step',
      { steps: [setUp(24), { run: 'nvm use 18 && npm test' }, PUBLISH] },
      {},
    ],
    [
      'a Node of a file that only mise reads',
      { steps: [setUp(20), { uses: 'jdx/mise-action@v2' }, PUBLISH] },
      {},
    ],
    [
      'a matrix of which a condition publishes on a runner of GitHub',
      {
        strategy: { matrix: { os: ['ubuntu-latest', 'blacksmith-4vcpu-windows-2025'] } },
        'runs-on': `\${{ matrix.os }}`,
        steps: [setUp(24), { ...PUBLISH, if: "matrix.os == 'ubuntu-latest'" }],
      },
      {},
    ],
    [
      'a script of Yarn 1 that names the registry',
      { steps: [setUp(24), { run: 'yarn release' }] },
      {
        ...manifest({ scripts: { release: 'npm publish --registry https://registry.npmjs.org/' } }),
        'yarn.lock': '# yarn lockfile v1\n',
      },
    ],
    [
      'changesets under Yarn 1, which knows what that sets',
      { steps: [setUp(24), { run: 'yarn release' }] },
      {
        ...manifest({ scripts: { release: 'changeset publish' } }),
        'yarn.lock': '# yarn lockfile v1\n',
      },
    ],
    [
      'Yarn 1 that is told its registry',
      {
        steps: [
          setUp(24),
          { run: 'yarn config set registry https://registry.npmjs.org && yarn release' },
        ],
      },
      { ...manifest({ scripts: { release: 'npm publish' } }), 'yarn.lock': '# yarn lockfile v1\n' },
    ],
    [
      'a version that a script sets, with a tag',
      { steps: [setUp(24), { run: 'npm version prerelease && npm publish --tag next' }] },
      {},
    ],
    [
      'a version of the tag that was pushed',
      { steps: [setUp(24), { run: `npm version "\${GITHUB_REF_NAME#release-}"\nnpm publish` }] },
      {},
    ],
    [
      'semantic-release of pnpm on a Node whose npm exchanges',
      { steps: [setUp(24), { run: 'pnpm exec semantic-release' }] },
      {
        ...manifest({ devDependencies: { 'semantic-release': '^25.0.0' } }),
        'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
      },
    ],
    [
      'semantic-release of npm, which finds the npm that it brings',
      { steps: [setUp(22), { run: 'npx semantic-release' }] },
      {
        ...manifest({ devDependencies: { 'semantic-release': '^25.0.0' } }),
        'package-lock.json': '{}',
      },
    ],
    [
      'a token from a vault that the ID token is for',
      { steps: [setUp(20), { uses: 'hashicorp/vault-action@v3' }, PUBLISH] },
      {},
    ],
  ])('%s', async (_what, job, files) => {
    expect(await errorsOf(job, files)).toEqual([])
  })
})

describe('a release that fails is found', () => {
  it.each<[string, string, Job, Files]>([
    [
      'client-refuses-node',
      'any semantic-release on a Node that the one which exchanges refuses',
      { steps: [setUp(16), { run: 'npx semantic-release' }] },
      {},
    ],
    [
      'client-too-old',
      'Lerna-Lite from before trusted publishing',
      { steps: [setUp(24), { run: 'npx lerna publish from-git --yes' }] },
      manifest({ devDependencies: { '@lerna-lite/cli': '3.3.1', '@lerna-lite/publish': '4.8.0' } }),
    ],
    [
      'client-too-old',
      'auto in a monorepo of a lerna from before trusted publishing',
      { steps: [setUp(24), { run: 'npx auto shipit', env: { NPM_TOKEN: 'unused' } }] },
      { ...manifest({ devDependencies: { lerna: '^8.1.9' } }), 'lerna.json': '{}' },
    ],
    ['npm-too-old', 'the npm of Node 20', { steps: [setUp(20), PUBLISH] }, {}],
    [
      'npm-too-old',
      'a new npm that the next setup takes away',
      { steps: [setUp(20), { run: 'npm i -g npm@11' }, setUp(20, forNpm), PUBLISH] },
      {},
    ],
    [
      'npm-too-old',
      'an npm that Corepack prepares and nobody enables',
      { steps: [setUp(22), { run: 'corepack prepare npm@11.6.0 --activate' }, PUBLISH] },
      {},
    ],
    [
      'npm-too-old',
      'an npm that a script unpacks, and that is too old as well',
      {
        steps: [
          setUp(22),
          {
            run: 'curl -O https://registry.npmjs.org/npm/11.4.2\ncp -r npm /opt/lib/node_modules/npm',
          },
          PUBLISH,
        ],
      },
      {},
    ],
    [
      'npm-too-old',
      'semantic-release of pnpm, which finds the npm of Node 22 only',
      { steps: [setUp(22), { run: 'pnpm exec semantic-release' }] },
      {
        ...manifest({ devDependencies: { 'semantic-release': '^25.0.0' } }),
        'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
      },
    ],
    [
      'npm-too-old',
      'an ID token in the place of a token',
      {
        steps: [
          setUp(22),
          {
            id: 'oidc',
            uses: 'actions/github-script@v7',
            with: { script: "core.setOutput('token', await core.getIDToken('npmjs.com'))" },
          },
          { ...PUBLISH, env: { NODE_AUTH_TOKEN: `\${{ steps.oidc.outputs.token }}` } },
        ],
      },
      {},
    ],
    [
      'client-too-old',
      'multi-semantic-release with an old semantic-release, under a private root',
      { steps: [setUp(24), { run: 'npx multi-semantic-release' }] },
      {
        ...manifest({
          private: true,
          workspaces: ['a'],
          devDependencies: { 'semantic-release': '^24.0.0' },
        }),
        'a/package.json': JSON.stringify({ ...WIDGET, name: '@acme/a' }),
      },
    ],
    [
      'npm-too-old',
      'an npm that the repository depends on, which is not the one of the step',
      { steps: [setUp(22), PUBLISH] },
      manifest({ devDependencies: { npm: '^11.6.0' } }),
    ],
    [
      'npm-too-old',
      'an old Node of nvm, by the file that nvm reads',
      { steps: [setUp(24), { run: 'nvm use\nnpm publish' }] },
      { '.nvmrc': '20\n' },
    ],
    ['npm-too-old', 'the image of Node 20', { container: 'node:20', steps: [PUBLISH] }, {}],
    [
      'npm-cannot-install',
      'npm@latest on Node 20, with a token too',
      { granted: false, steps: [setUp(20), { run: 'npm i -g npm@latest' }, WITH_TOKEN] },
      {},
    ],
    [
      'npm-cannot-install',
      'a range of npm without one that Node 18 runs',
      { steps: [setUp(18), { run: "npm i -g 'npm@>=11.5.1'" }, PUBLISH] },
      {},
    ],
    [
      'client-too-old',
      'yarn 4.5, whatever the npm',
      { steps: [setUp(22), { run: 'yarn npm publish' }] },
      manifest({ packageManager: 'yarn@4.5.0' }),
    ],
    [
      'empty-token',
      'a variable that is set to nothing in .npmrc',
      { steps: [setUp(24), { ...PUBLISH, env: { NPM_TOKEN: '' } }] },
      { '.npmrc': `//registry.npmjs.org/:_authToken=\${NPM_TOKEN}\n` },
    ],
    [
      'empty-token',
      'a script that writes a token which nothing sets',
      {
        steps: [
          setUp(24),
          { run: 'echo "//registry.npmjs.org/:_authToken=$NPM_TOKEN" > .npmrc' },
          PUBLISH,
        ],
      },
      {},
    ],
    [
      'yarn-token',
      'a token of yarn from a variable that nothing sets',
      { steps: [setUp(24), { run: 'yarn npm publish' }] },
      { '.yarnrc.yml': `npmAuthToken: "\${NPM_TOKEN}"\n` },
    ],
    [
      'forced-provenance',
      'provenance with a token, and no leave to ask for an ID token',
      {
        granted: false,
        steps: [setUp(24), { ...WITH_TOKEN, env: { ...NPM_TOKEN, NPM_CONFIG_PROVENANCE: 'true' } }],
      },
      {},
    ],
    [
      'repository-field',
      'no repository, and provenance that npm makes by itself',
      { steps: [setUp(24), PUBLISH] },
      manifest({ repository: undefined }),
    ],
    [
      'repository-field',
      'no repository, and `publishConfig.provenance: false`, which does not keep npm from it',
      { steps: [setUp(24), PUBLISH] },
      manifest({ repository: undefined, publishConfig: { provenance: false } }),
    ],
    [
      'repository-field',
      'the repository that was forked',
      { steps: [setUp(24), PUBLISH] },
      asGit(['origin', 'bob/widget']),
    ],
    [
      'self-hosted-runner',
      'provenance on a runner of others, with a token too',
      {
        'runs-on': 'blacksmith-4vcpu-ubuntu-2404',
        steps: [setUp(24), { run: 'npm publish --provenance', env: NPM_TOKEN }],
      },
      {},
    ],
    [
      'self-hosted-runner',
      'one row of a matrix on a runner of others, all of which publish',
      {
        strategy: { matrix: { os: ['ubuntu-latest', 'blacksmith-4vcpu-windows-2025'] } },
        'runs-on': `\${{ matrix.os }}`,
        steps: [setUp(24), { run: 'npm publish --provenance' }],
      },
      {},
    ],
    [
      'wrong-registry',
      'npm in a script of Yarn 1, which sets its own registry',
      { steps: [setUp(24), { run: 'yarn release' }] },
      { ...manifest({ scripts: { release: 'npm publish' } }), 'yarn.lock': '# yarn lockfile v1\n' },
    ],
    [
      'wrong-registry',
      'a scope that .npmrc sends elsewhere',
      { steps: [setUp(24), { run: 'npm publish --registry https://registry.npmjs.org/' }] },
      { '.npmrc': '@acme:registry=https://npm.pkg.github.com\n' },
    ],
    [
      'wrong-registry',
      'semantic-release with a registry in other letters',
      { steps: [setUp(24), { run: 'npx semantic-release' }] },
      manifest({
        devDependencies: { 'semantic-release': '^25.0.0' },
        publishConfig: { registry: 'https://registry.npmjs.org' },
      }),
    ],
    [
      'wrong-registry',
      'GitHub Packages with a token that may not write packages',
      {
        granted: false,
        steps: [
          setUp(20, { 'registry-url': 'https://npm.pkg.github.com' }),
          { ...PUBLISH, env: { NODE_AUTH_TOKEN: `\${{ secrets.GITHUB_TOKEN }}` } },
        ],
      },
      {},
    ],
    [
      'prerelease-tag',
      'a prerelease that a command makes, without a tag',
      {
        steps: [
          setUp(24),
          { run: `npm version "$(cat version.txt)-\${GITHUB_SHA::7}"\nnpm publish` },
        ],
      },
      {},
    ],
    [
      'prerelease-tag',
      'a prerelease without a tag',
      { steps: [setUp(24), PUBLISH] },
      manifest({ version: '1.0.0-beta.1' }),
    ],
  ])('%s: %s', async (check, _what, job, files) => {
    expect(await errorsOf(job, files)).toEqual([check])
  })
})

describe('the edits of a finding mend it', () => {
  it.each<[string, Job, Files]>([
    ['npm-cannot-install', { steps: [setUp(20), { run: 'npm i -g npm@latest' }, PUBLISH] }, {}],
    [
      'empty-token',
      { steps: [setUp(24), PUBLISH] },
      { '.npmrc': '//registry.npmjs.org/:_authToken=\n' },
    ],
    [
      'repository-field',
      { steps: [setUp(24), PUBLISH] },
      { ...manifest({ repository: undefined }), ...asGit(['origin', 'acme/widget']) },
    ],
    [
      'repository-field',
      { steps: [setUp(24), PUBLISH] },
      {
        ...manifest({ repository: { type: 'git', url: 'git+https://github.com/old/widget.git' } }),
        ...asGit(['origin', 'acme/widget']),
      },
    ],
    [
      'repository-field',
      { steps: [setUp(24), { run: 'npm publish -w a' }] },
      {
        ...manifest({ private: true, workspaces: ['a'] }),
        'a/package.json': '{\n  "name": "@acme/a",\n  "version": "1.0.0",\n  "license": "MIT"\n}\n',
        ...asGit(['origin', 'acme/widget']),
      },
    ],
  ])('%s', async (check, job, files) => {
    const [before = [], after = []] = await findingsOf(job, files)
    expect(errorsIn(before)).toEqual([check])
    expect(errorsIn(after)).toEqual([])
  })
})

describe('with what the registry says', () => {
  it('a version below the newest needs a tag, unless it is raised before', async () => {
    const job = {
      'runs-on': 'ubuntu-latest',
      permissions: { 'id-token': 'write' },
      steps: [setUp(24), PUBLISH],
    }
    const files = {
      ...manifest({ version: '1.2.3' }),
      '.github/workflows/release.yml': JSON.stringify({ on: 'push', jobs: { publish: job } }),
    }
    const found = await withRepository(files, async (directory) => {
      const [release] = await readReleases(directory)
      const ofNewest = (latest: string) => ({
        packages: new Map([['npm:@acme/widget', { exists: true, latest }]]),
      })
      if (release === undefined) throw new Error('nothing is read')
      return ['2.0.0', '1.2.3'].map((latest) =>
        examine({ ...release, online: ofNewest(latest) }).findings.filter(
          ({ check }) => check === 'prerelease-tag',
        ),
      )
    })
    expect(found.map((one) => one.map(({ severity }) => severity))).toEqual([['warning'], []])
    expect(found[0]?.[0]?.message).toContain('previously published version 2.0.0 is higher')
  })
})

it.each([
  ['acme/config/.github/setup@main', []],
  ['actions/setup-python@v6', ['npm-unknown']],
])(
  'a job without a Node that the file tells is warned of, but not where %s may bring one',
  async (uses, found) => {
    const [before = []] = await findingsOf({ steps: [{ uses }, PUBLISH] }, {})
    expect(
      before.filter(({ severity }) => severity === 'warning').map(({ check }) => check),
    ).toEqual(found)
  },
)
