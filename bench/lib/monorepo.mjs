import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const PACKAGES = 300
const WORKFLOWS = 60

/**
 * Writes a repository of npm workspaces into a folder: 300 packages, of which each depends on the one before, 60 workflows,
 * a third of which publish and half of which call others, a record of all publishers, and a lock file.
 * @param {string} folder
 */
export function writeMonorepo(folder) {
  /** @param {string} path @param {string} text */
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const names = Array.from({ length: PACKAGES }, (_, at) => `@acme/package-${at}`)
  write(
    'package.json',
    json({ private: true, workspaces: ['packages/*'], devDependencies: { nx: '24.0.6' } }),
  )
  write('.gitignore', 'node_modules\ndist\n')
  names.forEach((name, at) => {
    const repository = { type: 'git', url: 'git+https://github.com/acme/monorepo.git' }
    const dependencies = at === 0 ? {} : { [`@acme/package-${at - 1}`]: '^1.0.0' }
    const scripts = { build: 'tsc -b', prepublishOnly: 'npm run build' }
    write(
      `packages/${at}/package.json`,
      json({ name, version: '1.0.0', license: 'MIT', repository, scripts, dependencies }),
    )
  })
  write('package-lock.json', json({ lockfileVersion: 3, packages: lockOf(names) }))
  write('trusted-publishers.json', json({ publishers: names.map(publisher) }))
  write('.github/workflows/publish.yml', CALLED)
  for (let at = 0; at < WORKFLOWS - 1; at++) {
    write(`.github/workflows/workflow-${at}.yml`, workflow(at))
  }
}

/** @param {unknown} value */
function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** @param {readonly string[]} names */
function lockOf(names) {
  const own = names.map((name, at) => [
    `node_modules/${name}`,
    { resolved: `packages/${at}`, link: true },
  ])
  const others = Array.from({ length: 1500 }, (_, at) => [
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

/** @param {number} at */
function workflow(at) {
  if (at % 2 === 1) return `on: push\njobs:\n${'a b c d'.split(' ').map(test).join('')}`
  return `on:
  push:
    tags: ['v*']
jobs:
${test('test')}  publish:
    needs: test
    permissions:
      contents: read
      id-token: write
    uses: ./.github/workflows/publish.yml
`
}

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

const CALLED = `on: workflow_call
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: npm
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - run: npm ci
      - run: npm publish --workspaces
`
