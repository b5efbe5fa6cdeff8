import { expect, it } from 'vitest'
import { readReleases } from '../read.ts'
import { type Files, withRepository } from '../repository/repository.test.util.ts'
import { examine } from './run.ts'

const GIT: Files = {
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/config': '[remote "origin"]\n\turl = https://github.com/acme/widget.git\n',
}
const crate = (repository: string) => `[package]\nname = "acme-widget"\n${repository}\n`
const STALE = 'repository = "https://github.com/someone/widget"'
const OWN = 'repository = "https://github.com/acme/widget"'

/** What is said of the field of a package that wasm-pack makes in a job. */
function said(toml: string, run: string, files: Files = {}): Promise<readonly string[]> {
  const steps = [
    { uses: 'actions/checkout@v6' },
    { uses: 'actions/setup-node@v6', with: { 'node-version': 24 } },
    { run },
  ]
  const permissions = { contents: 'read', 'id-token': 'write' }
  const workflow = {
    on: { push: { tags: ['v*'] } },
    jobs: { npm: { 'runs-on': 'ubuntu-latest', permissions, steps } },
  }
  const all = {
    ...GIT,
    'wasm/Cargo.toml': toml,
    '.github/workflows/release.yml': JSON.stringify(workflow),
    ...files,
  }
  return withRepository(all, async (directory) => {
    const found = (await readReleases(directory)).flatMap((one) => examine(one).findings)
    const own = found.filter(({ check }) => check === 'repository-field')
    return own.map(({ severity, place }) => `${severity} ${place.file}:${place.line}`)
  })
}

const BUILT = 'wasm-pack build wasm --target web\ncd wasm/pkg\n'

it.each<[string, string, string, readonly string[], Files?]>([
  [
    'another repository',
    crate(STALE),
    `${BUILT}npm publish --provenance`,
    ['error wasm/Cargo.toml:3'],
  ],
  ['no repository', crate(''), `${BUILT}npm publish --provenance`, ['error wasm/Cargo.toml:1']],
  [
    'another repository, where npm may make provenance by itself',
    crate(STALE),
    `${BUILT}npm publish`,
    ['warning wasm/Cargo.toml:3'],
  ],
  [
    'another repository for all crates of the workspace',
    crate('repository.workspace = true'),
    'cd wasm\nwasm-pack build --out-dir out --scope acme\nnpm publish ./out --provenance',
    ['error Cargo.toml:2'],
    { 'Cargo.toml': `[workspace.package]\n${STALE}\n` },
  ],
  ['its own repository', crate(OWN), `${BUILT}npm publish --provenance`, []],
  [
    'another repository, which a manifest of its own replaces',
    crate(STALE),
    `wasm-pack build wasm\ncp package.wasm.json wasm/pkg/package.json\ncd wasm/pkg\nnpm publish --provenance`,
    [],
  ],
])('a crate that names %s', async (_, toml, run, expected, files = {}) => {
  expect(await said(toml, run, files)).toEqual(expected)
})
