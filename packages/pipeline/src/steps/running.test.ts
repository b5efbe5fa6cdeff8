import { describe, expect, it } from 'vitest'
import { type Files, readOne } from '../repository/repository.test.util.ts'

const PACKAGES: Files = {
  'package.json': '{"private":true,"workspaces":["packages/*"]}',
  'packages/core/package.json': '{"name":"@acme/core","version":"1.0.0"}',
  'packages/cli/package.json': '{"name":"@acme/cli","version":"1.0.0"}',
  'packages/site/package.json': '{"name":"@acme/site","private":true}',
}

/** The command of each publish, with the packages that it uploads. */
async function published(run: string, files: Files = {}): Promise<readonly string[]> {
  const workflow = { on: 'push', jobs: { publish: { steps: [{ run }] } } }
  const { jobs, unknowns } = await readOne({
    ...PACKAGES,
    '.github/workflows/release.yml': JSON.stringify(workflow),
    ...files,
  })
  const found = jobs.flatMap(({ publishes }) =>
    publishes.map(({ text, packages }) => `${text}: ${packages.join(' ')}`),
  )
  return [...found, ...unknowns.map(({ sentence }) => sentence)]
}

const BOTH = 'npm publish: packages/core packages/cli'

describe('a publish in a loop', () => {
  it.each([
    ['over names', 'for p in core cli; do (cd packages/$p && npm publish); done', BOTH],
    [
      'that goes back itself',
      'for p in core cli\ndo\n  cd "packages/$p"\n  npm publish\n  cd ../..\ndone',
      BOTH,
    ],
    [
      'that goes back by popd',
      'for p in core cli; do pushd packages/$p; npm publish; popd; done',
      BOTH,
    ],
    [
      'over an array',
      'DIRS=(\n  packages/core # first\n  "packages/cli"\n)\nfor d in "$' +
        '{DIRS[@]}"; do (cd "$d"; npm publish); done',
      BOTH,
    ],
    [
      'over a list in a variable',
      'LIST="core cli"; for p in $LIST; do (cd packages/$p && npm publish); done',
      BOTH,
    ],
    ['over braces', 'for d in packages/{core,cli}; do (cd $d && npm publish); done', BOTH],
    [
      'over all packages, of which it leaves out the private ones',
      `for d in packages/*/; do (cd "\${d%/}" && npm publish); done`,
      'npm publish: packages/cli packages/core',
    ],
    [
      'in a loop',
      'for a in packages; do for b in core cli; do (cd $a/$b && npm publish); done; done',
      BOTH,
    ],
    [
      'around another that only the run knows',
      'for p in core cli; do while read l; do echo; done < x; (cd packages/$p && npm publish); done',
      BOTH,
    ],
    [
      'that picks workspaces',
      'for p in core cli; do\n  npm publish -w "@acme/$p"\ndone',
      'npm publish -w "@acme/$p": packages/core packages/cli',
    ],
    [
      'that names directories',
      'for p in core cli; do\n  npm publish ./packages/$p\ndone',
      'npm publish ./packages/$p: packages/core packages/cli',
    ],
    [
      'of a package script',
      'for p in core cli; do (cd packages/$p && npm run release); done',
      'npm run release: ',
    ],
  ])('%s', async (what, run, expected) => {
    const scripts = '{"release":"npm publish"}'
    const files: Files = what.startsWith('of a package')
      ? Object.fromEntries(
          ['core', 'cli'].map((name) => [
            `packages/${name}/package.json`,
            `{"name":"@acme/${name}","version":"1.0.0","scripts":${scripts}}`,
          ]),
        )
      : {}
    expect(await published(run, files)).toEqual([expected.startsWith('npm run') ? BOTH : expected])
  })

  it('stays unknown where only the run knows what it goes through', async () => {
    const found = await published('for d in $(ls packages); do (cd $d && npm publish); done')
    expect(found).toEqual(['npm publish: ', expect.stringContaining('only known at run time')])
  })

  it('stays unknown where some package names a registry of its own', async () => {
    const files: Files = {
      'packages/inner/package.json':
        '{"name":"@acme/inner","publishConfig":{"registry":"https://npm.pkg.github.com"}}',
    }
    const run = 'for d in $(ls packages); do (cd $d && npm publish); done'
    expect(await published(run, files)).toEqual([expect.stringContaining('only known at run time')])
  })

  it('leaves what comes after it where it was, if each round comes back', async () => {
    const run =
      'for d in npm/*; do\n  cd $d\n  npm publish\n  cd ../..\ndone\ncd packages/cli\nnpm publish'
    expect(await published(run)).toContain('npm publish: packages/cli')
  })
})

describe('a publish in a function', () => {
  it.each([
    [
      'that is given the directory',
      'publish() {\n  local dir="$1"\n  npm view x || { echo new; }\n  (cd "$dir" && npm publish)\n}\npublish packages/core\npublish packages/cli',
      BOTH,
    ],
    [
      'that a loop calls',
      'function release {\n  (cd packages/$1 && npm publish)\n}\nfor p in core cli; do release $p; done',
      BOTH,
    ],
    [
      'that nothing calls here is read where it stands',
      'release() {\n  npm publish\n}\nexport -f release',
      'npm publish: packages/core',
    ],
    [
      'that runs what it is given',
      'again() {\n  "$@" || "$@"\n}\ncd packages/core\nagain npm publish',
      'again npm publish: packages/core',
    ],
  ])('%s', async (what, run, expected) => {
    const files: Files = what.startsWith('that nothing')
      ? { 'package.json': '{"name":"@acme/root","version":"1.0.0"}' }
      : {}
    const root = expected.replace('packages/core', '.')
    expect(await published(run, files)).toEqual([what.startsWith('that nothing') ? root : expected])
  })
})
