import { describe, expect, it } from 'vitest'
import { type Files, readOne } from '../repository/repository.test.util.ts'

const WIDGET: Files = {
  'package.json': '{"name":"widget","version":"1.0.0"}',
  'pyproject.toml': '[project]\nname="widget"\nversion="1"\n',
}

/** The only publish of a job with these steps. */
async function publishOf(steps: readonly object[], { container, ...files }: Files = {}) {
  const job = { 'runs-on': 'ubuntu-latest', container, steps }
  const { jobs } = await readOne({
    ...WIDGET,
    ...files,
    '.github/workflows/release.yml': JSON.stringify({ on: 'push', jobs: { publish: job } }),
  })
  const [publish] = jobs[0]?.publishes ?? []
  if (publish === undefined) throw new Error('nothing is published')
  return publish
}

const setUpNode = (version: string) => ({
  uses: 'actions/setup-node@v4',
  with: { 'node-version': version },
})
const manifest = (more: object) => ({
  'package.json': JSON.stringify({ name: 'widget', version: '1.0.0', ...more }),
})

describe('a client', () => {
  it.each<[string, readonly object[], Files, string]>([
    ['npm of Node 22', [setUpNode('22'), { run: 'npm publish' }], {}, 'Node 22 comes with'],
    [
      'npm of the Node in .nvmrc',
      [
        { uses: 'actions/setup-node@v4', with: { 'node-version-file': '.nvmrc' } },
        { run: 'npm publish' },
      ],
      { '.nvmrc': '20\n' },
      'Node 20 comes with',
    ],
    [
      'npm after a later setup-node',
      [{ run: 'npm i -g npm@11' }, setUpNode('20'), { run: 'npm publish' }],
      {},
      'Node 20',
    ],
    ['npm that is fetched', [setUpNode('24'), { run: 'npx npm@10 publish' }], {}, 'npm 10'],
    [
      'semantic-release of the lock file',
      [{ run: 'npx semantic-release' }],
      {
        'package-lock.json': '{"node_modules/semantic-release": {\n      "version": "19.0.5" } }',
      },
      'semantic-release 19.0.5 (package-lock.json)',
    ],
    [
      'lerna of the manifest',
      [{ run: 'npx lerna publish from-package' }],
      manifest({ devDependencies: { lerna: '^8.0.0' } }),
      'lerna ^8.0.0',
    ],
    [
      'yarn that packageManager pins',
      [{ run: 'yarn npm publish' }],
      manifest({ packageManager: 'yarn@4.6.0' }),
      'yarn 4.6.0',
    ],
    ['Yarn 1', [{ run: 'yarn publish' }], {}, 'Yarn 1'],
    ['bun', [{ run: 'bun publish' }], {}, 'bun cannot'],
    ['poetry', [{ run: 'poetry publish --build' }], {}, 'poetry cannot'],
    [
      'twine that is pinned',
      [{ run: 'pip install twine==5.1.0' }, { run: 'twine upload dist/*' }],
      {},
      'twine 5.1.0',
    ],
    [
      'twine of a file of requirements',
      [{ run: 'pip install -r dev.txt' }, { run: 'twine upload dist/*' }],
      { 'dev.txt': '# tools\n-r more.txt\n', 'more.txt': 'build\ntwine==4.0.2  # old\n' },
      'twine 4.0.2 (more.txt)',
    ],
    [
      'twine of an extra of the project',
      [{ run: "pip install -e '.[release]'" }, { run: 'twine upload dist/*' }],
      {
        'pyproject.toml':
          '[project]\nname="widget"\nversion="1"\n[project.optional-dependencies]\nrelease = ["twine<6"]\n',
      },
      'twine <6',
    ],
    [
      'twine that a script installs',
      [{ run: 'sh install.sh' }, { run: 'twine upload dist/*' }],
      { 'install.sh': 'pip install twine==5.0\n' },
      'twine 5.0',
    ],
    [
      'twine of a tox environment',
      [{ run: 'tox -e release' }],
      { 'tox.ini': '[testenv:release]\ndeps = twine<6\ncommands = twine upload dist/*\n' },
      'twine <6',
    ],
    [
      'twine of a lock file',
      [{ run: 'poetry run twine upload dist/*' }],
      { 'poetry.lock': '[[package]]\nname = "twine"\nversion = "5.1.1"\n' },
      'twine 5.1.1 (poetry.lock)',
    ],
    [
      'pdm that is set up',
      [{ uses: 'pdm-project/setup-pdm@v4', with: { version: '2.5.0' } }, { run: 'pdm publish' }],
      {},
      'pdm 2.5.0',
    ],
    [
      'maturin that its action is told to run',
      [
        {
          uses: 'PyO3/maturin-action@v1',
          with: { command: 'upload', 'maturin-version': 'v0.14.17' },
        },
      ],
      {},
      'maturin v0.14.17',
    ],
    [
      'pnpm 10 on the npm of Node 20',
      [
        { uses: 'pnpm/action-setup@v4', with: { version: '10' } },
        setUpNode('20'),
        { run: 'pnpm publish' },
      ],
      {},
      'Node 20',
    ],
    [
      'the newest npm that Node 18 runs',
      [setUpNode('18'), { run: 'npm install -g npm' }, { run: 'npm publish' }],
      {},
      'the newest that runs on the Node of the job',
    ],
    [
      'npm of the image of the job',
      [{ run: 'npm publish' }],
      { container: 'node:20-alpine' },
      'Node 20 comes with',
    ],
    [
      'changesets with pnpm 9 on the npm of Node 22',
      [setUpNode('22'), { run: 'npx changeset publish' }],
      manifest({ packageManager: 'pnpm@9.15.0' }),
      'Node 22',
    ],
    ['np 10', [{ run: 'npx np' }], manifest({ devDependencies: { np: '^10.2.0' } }), 'np ^10.2.0'],
    [
      'an action that is told to run an older semantic-release',
      [{ uses: 'cycjimmy/semantic-release-action@v6', with: { semantic_version: '24' } }],
      {},
      'semantic-release 24',
    ],
  ])('cannot exchange: %s', async (_what, steps, files, words) => {
    expect((await publishOf(steps, files)).incapable).toContain(words)
  })

  it.each<[string, readonly object[], Files]>([
    ['npm of Node 24', [setUpNode('24'), { run: 'npm publish' }], {}],
    ['npm of the machine', [{ run: 'npm publish' }], {}],
    [
      'npm that was installed',
      [setUpNode('20'), { run: 'npm i -g npm@11' }, { run: 'npm publish' }],
      {},
    ],
    [
      'a matrix that only a run knows',
      [setUpNode(`\${{ vars.NODE }}`), { run: 'npm publish' }],
      {},
    ],
    [
      'pnpm 11 on the npm of Node 20',
      [
        { uses: 'pnpm/action-setup@v4', with: { version: '11' } },
        setUpNode('20'),
        { run: 'pnpm publish' },
      ],
      {},
    ],
    ['semantic-release that is fetched', [{ run: 'npx semantic-release' }], {}],
    [
      'twine that is fetched anew',
      [{ run: 'pip install twine==5' }, { run: 'pipx run twine upload dist/*' }],
      {},
    ],
    ['pdm without a pin', [{ run: 'pdm publish' }], {}],
    ['twine without a pin', [{ run: 'pip install twine' }, { run: 'twine upload dist/*' }], {}],
    ['uv', [{ run: 'uv publish' }], {}],
    [
      'the newest npm that Node 20 runs',
      [setUpNode('20'), { run: 'npm install -g npm' }, { run: 'npm publish' }],
      {},
    ],
    [
      'changesets with pnpm 11, which exchanges by itself',
      [setUpNode('22'), { run: 'npx changeset publish' }],
      manifest({ packageManager: 'pnpm@11.5.2' }),
    ],
    ['np 11', [{ run: 'npx np' }], manifest({ devDependencies: { np: '^11.0.0' } })],
    [
      'an action that is told to run semantic-release 25',
      [{ uses: 'cycjimmy/semantic-release-action@v4', with: { semantic_version: '25' } }],
      {},
    ],
  ])('may exchange: %s', async (_what, steps, files) => {
    expect((await publishOf(steps, files)).incapable).toBeUndefined()
  })
})
