import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recognise } from './commands.ts'
import { splitScript } from './shell.ts'
import { unwrap } from './wrappers.ts'

const read = (line: string) => recognise(unwrap(splitScript(line)[0]?.words ?? []).words)

describe('recognise', () => {
  it.each([
    ['npm publish', 'npm', []],
    ['npm publish --access public ./dist', 'npm', ['--access', 'public', './dist']],
    ['npm --loglevel verbose publish x.tgz', 'npm', ['--loglevel', 'verbose', 'x.tgz']],
    ['FOO=bar npm publish', 'npm', []],
    ['env A=b npm publish', 'npm', []],
    ['sudo -u ci npm publish', 'npm', []],
    ['npx npm@11 publish', 'npm', []],
    ['npx --yes -p npm@11.5.1 -- npm publish --tag next', 'npm', ['--tag', 'next']],
    ['npm exec -- npm@latest publish', 'npm', []],
    ['corepack pnpm publish', 'pnpm', []],
    ['corepack npm@11 publish', 'npm', []],
    ['pnpm dlx npm@11 publish', 'npm', []],
    ['pnpm -r publish --no-git-checks', 'pnpm', ['-r', '--no-git-checks']],
    ['pnpm recursive publish', 'pnpm', ['-r']],
    ['pnpm --filter @acme/a publish', 'pnpm', ['--filter', '@acme/a']],
    ['yarn npm publish --tolerate-republish', 'yarn', ['--tolerate-republish']],
    ['yarn publish --new-version 1.0.0', 'yarn-classic', ['--new-version', '1.0.0']],
    ['twine upload dist/*', 'twine', ['dist/*']],
    ['python -m twine upload dist/*', 'twine', ['dist/*']],
    ['python3.12 -m twine upload dist/*', 'twine', ['dist/*']],
    ['.venv/bin/twine upload dist/*', 'twine', ['dist/*']],
    ['uvx twine upload dist/*', 'twine', ['dist/*']],
    ['uvx --from twine==6.1 twine upload dist/*', 'twine', ['dist/*']],
    ['uvx twine@6.1.0 upload dist/*', 'twine', ['dist/*']],
    ['uv tool run twine upload dist/*', 'twine', ['dist/*']],
    ['pipx run twine==6.1.0 upload dist/*', 'twine', ['dist/*']],
    ['uv run --with twine twine upload dist/*', 'twine', ['dist/*']],
    ['uv run python -m twine upload dist/*', 'twine', ['dist/*']],
    ['uv publish --trusted-publishing always', 'uv', ['--trusted-publishing', 'always']],
    ['uv --color never publish dist/a.whl', 'uv', ['--color', 'never', 'dist/a.whl']],
    ['python -m uv publish', 'uv', []],
  ])('reads %j as a publish', (line, client, args) => {
    expect(read(line)).toMatchObject({ kind: 'publish', client, args })
  })

  it.each([
    ['npm publish -w a --workspace=b', ['a', 'b'], false],
    ['npm publish --workspaces', ['**'], false],
    ['npm publish -ws --include-workspace-root', ['**'], true],
    ['pnpm publish -r', ['**'], true],
    ["pnpm --filter './packages/*' --filter '!b' publish", ['./packages/*', '!b'], true],
    ['pnpm -F !b publish', ['**', '!b'], true],
    ['yarn workspace @acme/a npm publish', ['@acme/a'], true],
    ['yarn workspaces foreach -A --no-private npm publish', ['**'], true],
    ['yarn workspaces foreach --all --exclude b exec npm publish', ['**', '!b'], true],
  ])('reads the workspaces of %j', (line, globs, root) => {
    expect(read(line)).toMatchObject({ selection: { of: 'workspaces', globs, root } })
  })

  it.each([
    ['npm --prefix a publish', 'a'],
    ['npm -C a publish', 'a'],
    ['pnpm --dir=a publish', 'a'],
    ['yarn --cwd a npm publish', 'a'],
    ['uv publish --directory a', 'a'],
    ['pdm publish -p a --no-build', 'a'],
    ['poetry -C a publish --build', 'a'],
  ])('reads where %j works', (line, directory) => {
    expect(read(line)).toMatchObject({ kind: 'publish', directory })
  })

  it.each([
    'npm publish --dry-run',
    'pnpm -r publish --dry-run',
    'uv publish --dry-run',
    'npx semantic-release --dry-run',
    'echo npm publish',
    'printf "%s" "npm publish"',
    'git commit -m "npm publish"',
    'npm install',
    'npm pack',
    'twine check dist/*',
    'uv build',
    'python -m build',
    'npx jsr publish',
    'cargo publish',
    'dotnet nuget list',
    'gh release create v1',
    'npx nx release version',
    'npx nx release --skip-publish',
    'npx np --no-publish',
    'npx auto release',
    'semantic-release version',
  ])('does not take %j for a publish', (line) => {
    expect(read(line)).toBeUndefined()
  })

  it('does publish with --dry-run=false', () => {
    expect(read('npm publish --dry-run=false')).toMatchObject({ kind: 'publish' })
  })

  it.each([
    ['npx semantic-release', 'semantic-release'],
    ['yarn dlx semantic-release@25', 'semantic-release'],
    ['pnpm exec changeset publish', 'changesets'],
    ['npx @changesets/cli publish', 'changesets'],
    ['poetry publish --build', 'poetry'],
    ['flit publish', 'flit'],
    ['hatch publish', 'hatch'],
    ['pdm publish', 'pdm'],
    ['bun publish', 'bun'],
    ['npx lerna publish from-package', 'lerna'],
    ['npx nx release publish', 'nx'],
    ['np --no-tests', 'np'],
    ['npx release-it --ci', 'release-it'],
    ['npx -p publib@latest publib-npm', 'publib'],
    ['python setup.py sdist upload', 'setup.py'],
    ['maturin upload target/wheels/*', 'maturin'],
  ])('reads %j as a publish by another tool', (line, client) => {
    expect(read(line)).toMatchObject({ kind: 'publish', client })
  })

  it.each([
    ['make release', 'make release'],
    ['./scripts/publish.sh', 'publish.sh'],
    ['bash scripts/release.sh', 'scripts/release.sh'],
    ['retry 3 npm publish', 'npm publish'],
    ['node --import tsx/esm ./scripts/release.mts', './scripts/release.mts'],
    ['bun run --cwd apps/cli src/release.ts --publish-only', 'src/release.ts'],
    ["dotnet nuget push 'dist/*.nupkg' --api-key $KEY", 'dotnet nuget push'],
  ])('names what is not played in %j', (line, name) => {
    const found = read(line)
    expect(found?.kind).toBe('unplayed')
    expect(found?.kind === 'unplayed' && found.sentence).toContain(name)
  })

  it.each([
    ['npm run release', 'release'],
    ['npm run -w a release', 'release'],
    ['pnpm release', 'release'],
    ['yarn run release --now', 'release'],
    ['bun run release', 'release'],
    ['bun run --cwd apps/cli release', 'release'],
  ])('reads %j as a package script', (line, name) => {
    expect(read(line)).toMatchObject({ kind: 'script', name })
  })

  it('reads the script of bash -c', () => {
    expect(read('bash -euc "cd a && npm publish"')).toEqual({
      kind: 'shell',
      script: 'cd a && npm publish',
    })
  })

  it('never throws', () => {
    const word = fc.constantFrom(
      ...'npm npx pnpm yarn uv uvx run exec publish workspaces foreach -r --filter -- = env A=b - @ python -m twine'.split(
        ' ',
      ),
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        recognise(unwrap(words).words)
      }),
      { numRuns: 2000 },
    )
  })
})
