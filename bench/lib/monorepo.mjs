import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const NPM_PACKAGES = 240
const PYTHON_PACKAGES = 60
const WORKFLOWS = 60
const TAGS = 5000

/**
 * Writes a repository of workspaces into a folder: 240 npm packages, of which each depends on the one before, 60 Python
 * projects, 60 workflows, half of which publish in one of five ways, a record of all publishers, a lock file, and the
 * remote and the tags of git. The record and the manifests name the repository as it was called before.
 * @param {string} folder
 */
export function writeMonorepo(folder) {
  /** @param {string} path @param {string} text */
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const names = numbered(NPM_PACKAGES, (at) => `@acme/package-${at}`)
  write('package.json', json(ROOT))
  write('.gitignore', 'node_modules\ndist\n')
  names.forEach((name, at) => {
    write(`packages/${at}/package.json`, json(manifest(name, at)))
  })
  for (let at = 0; at < PYTHON_PACKAGES; at++) write(`python/${at}/pyproject.toml`, pyproject(at))
  write('package-lock.json', json({ lockfileVersion: 3, packages: lockOf(names) }))
  write('trusted-publishers.json', json({ publishers: names.map(publisher) }))
  write('.github/workflows/publish.yml', CALLED)
  for (let at = 0; at < WORKFLOWS - 1; at++) {
    const text = at % 2 === 1 ? TESTS : (PUBLISHING[(at / 2) % PUBLISHING.length] ?? '')
    write(`.github/workflows/workflow-${at}.yml`, text)
  }
  write('.git/HEAD', 'ref: refs/heads/main\n')
  write('.git/config', '[remote "origin"]\n\turl = git@github.com:acme/renamed.git\n')
  const tags = numbered(
    TAGS,
    (at) => `${String(at).padStart(40, '0')} refs/tags/p${at % 9}@1.${at}.0`,
  )
  write('.git/packed-refs', `# pack-refs with: peeled fully-peeled sorted\n${tags.join('\n')}\n`)
}

/** @template T @param {number} count @param {(at: number) => T} make */
function numbered(count, make) {
  return Array.from({ length: count }, (_, at) => make(at))
}

/** @param {unknown} value */
function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`
}

const ROOT = {
  private: true,
  workspaces: ['packages/*'],
  scripts: { release: 'npm run build && npx changeset publish', build: 'tsc -b' },
  devDependencies: { nx: '24.0.6' },
}

/** @param {string} name @param {number} at */
function manifest(name, at) {
  return {
    name,
    version: '1.0.0',
    license: 'MIT',
    repository: { type: 'git', url: 'git+https://github.com/acme/monorepo.git' },
    scripts: { build: 'tsc -b', prepublishOnly: 'npm run build' },
    dependencies: at === 0 ? {} : { [`@acme/package-${at - 1}`]: '^1.0.0' },
  }
}

/** @param {number} at */
function pyproject(at) {
  return `[project]
name = "acme-project-${at}"
version = "1.0.0"

[project.urls]
Source = "https://github.com/acme/monorepo"
`
}

/** @param {readonly string[]} names */
function lockOf(names) {
  const own = names.map((name, at) => [
    `node_modules/${name}`,
    { resolved: `packages/${at}`, link: true },
  ])
  const others = numbered(1500, (at) => [
    `node_modules/dependency-${at}`,
    { version: '1.2.3', resolved: `dependency-${at}-1.2.3.tgz`, integrity: 'sha512-AAAA' },
  ])
  return Object.fromEntries([...own, ...others])
}

/** @param {string} name */
function publisher(name) {
  return {
    package: `npm:${name}`,
    registry: 'https://registry.npmjs.org/',
    provider: 'github',
    repository: 'acme/monorepo',
    workflow: 'workflow-0.yml',
    environment: 'npm',
    permissions: ['publish'],
  }
}

const NODE = `      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
`

/** @param {string} id */
function test(id) {
  return `  ${id}:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        node: [20, 22, 24]
        os: [ubuntu-latest, windows-latest, macos-latest]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: \${{ matrix.node }}
      - run: |
          npm ci
          npm run build --workspaces --if-present
          npm test --workspaces --if-present
`
}

const TESTS = `on: push\njobs:\n${['a', 'b', 'c', 'd'].map(test).join('')}`

/** @param {string} steps */
function job(steps) {
  return `  publish:
    runs-on: ubuntu-latest
    environment: npm
    permissions:
      contents: read
      id-token: write
${steps}`
}

const CALLED = `on: workflow_call
jobs:
${job(`    steps:\n${NODE}      - run: npm ci\n      - run: npm publish --workspaces\n`)}`

const PUBLISHING = [
  `on:
  push:
    tags: ['v*']
jobs:
${test('test')}  publish:
    needs: test
    permissions:
      contents: read
      id-token: write
    uses: ./.github/workflows/publish.yml
`,
  `on:
  push:
    branches: [main]
jobs:
${job(`    strategy:
      matrix:
        package: [${numbered(50, String).join(', ')}]
    steps:
${NODE}      - run: pnpm install && pnpm -r publish --no-git-checks
        env:
          NODE_AUTH_TOKEN: \${{ secrets.NPM_TOKEN }}
      - run: cd packages/\${{ matrix.package }} && npm publish
`)}`,
  `on:
  push:
    branches: [main]
jobs:
${job(`    steps:
${NODE}      - uses: changesets/action@v1
        with:
          publish: npx changeset publish
`)}`,
  `on:
  push:
    tags: ['v*']
jobs:
${job(`    steps:
${NODE}      - run: |
          npm ci
          for package in packages/*; do (cd "$package" && npm publish); done
          npx lerna publish from-package --yes
          npm run release
`)}`,
  `on:
  release:
    types: [published]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: for project in python/*; do python -m build --outdir dist "$project"; done
      - uses: actions/upload-artifact@v4
        with:
          name: dist
          path: dist
${job(`    needs: build
    steps:
      - uses: actions/download-artifact@v4
        with:
          name: dist
          path: dist
      - uses: pypa/gh-action-pypi-publish@release/v1
`)}`,
]
