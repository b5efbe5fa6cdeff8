import { describe, expect, it } from 'vitest'
import { type Files, readOne } from '../repository/repository.test.util.ts'

const npm = (name: string, more = '') => `{"name":"${name}","version":"1.0.0"${more}}`
const py = (name: string) => `[project]\nname="${name}"\nversion="1.0.0"\n`

const WORKSPACES: Files = {
  'package.json': '{"private":true,"workspaces":["packages/*","!packages/z"]}',
  'packages/a/package.json': npm('@acme/a'),
  'packages/b/package.json': npm('@acme/b'),
  'packages/c/package.json': npm('c', ',"private":true'),
  'packages/z/package.json': npm('z'),
}

/** The packages of one command, and the first words about what cannot be told. */
async function targets(run: string, files: Files, directory = '.') {
  const step = JSON.stringify({ run, 'working-directory': directory })
  const { jobs, unknowns } = await readOne({
    ...files,
    '.github/workflows/r.yml': `on: push\njobs:\n  publish:\n    steps: [${step}]\n`,
  })
  const packages = jobs.flatMap(({ publishes }) => publishes.flatMap((one) => one.packages))
  return { packages, unknowns: unknowns.map(({ sentence }) => sentence) }
}

describe('the packages of an npm command', () => {
  it.each([
    ['npm publish --workspaces', ['packages/a', 'packages/b']],
    ['npm publish -w @acme/a', ['packages/a']],
    ['npm publish -w packages/b', ['packages/b']],
    ['pnpm -r publish', ['packages/a', 'packages/b']],
    ['pnpm --filter a publish', ['packages/a']],
    ['pnpm --filter "@acme/*" --filter "!@acme/b" publish', ['packages/a']],
    ['pnpm --filter "*" publish', ['packages/a', 'packages/b']],
    ['pnpm --filter ./packages/b publish', ['packages/b']],
    ['yarn workspaces foreach -A --exclude @acme/b npm publish', ['packages/a']],
    ['yarn workspace @acme/a npm publish', ['packages/a']],
    ['npm publish ./packages/a', ['packages/a']],
    ['npm publish packages/a/dist', ['packages/a']],
    ['npm publish dist/packages/a', ['packages/a']],
    ['npm publish dist/b', ['packages/b']],
    ['for p in packages/*; do npm publish $p; done', ['packages/a', 'packages/b', 'packages/z']],
    ['for p in a b; do npm publish dist/packages/$p; done', ['packages/a', 'packages/b']],
    ['for p in b\ndo\n  npm publish "packages/$p" --tag next\ndone', ['packages/b']],
    ['npm publish acme-b-1.0.0.tgz', ['packages/b']],
    ['npm publish out/acme-b-*.tgz', ['packages/b']],
    ['npm pack -w a && npm publish packages/a/*.tgz', ['packages/a']],
    ['npx --yes npm@11.19.1 publish ./packages/b/dist/js/*.tgz --tag "$TAG"', ['packages/b']],
  ])('of %j are its public workspaces', async (run, packages) => {
    expect(await targets(run, WORKSPACES)).toEqual({ packages, unknowns: [] })
  })

  it('includes a public root where the client does', async () => {
    const files = {
      'package.json': npm('root'),
      'pnpm-workspace.yaml': 'packages: [packages/*]',
      'packages/a/package.json': npm('a'),
    }
    expect((await targets('pnpm -r publish', files)).packages).toEqual(['.', 'packages/a'])
    expect((await targets('npm publish --workspaces', files)).packages).toEqual(['packages/a'])
  })

  it.each([
    ['npm publish', '.', 'marked "private": true'],
    ['npm publish', 'packages', 'no package.json in packages'],
    ['npm publish -w c', '.', 'marked "private": true'],
    ['npm publish -w none', '.', 'None of the workspaces'],
    ['pnpm --filter "...[origin/main]" publish', '.', 'depends on the run'],
    ['npm publish build', '.', 'made by the build'],
  ])('of %j in %s are not guessed', async (run, directory, words) => {
    const found = await targets(run, WORKSPACES, directory)
    expect(found.packages).toEqual([])
    expect(found.unknowns[0]).toContain(words)
  })

  it('of a script whose variable doubles in a loop are found all the same', async () => {
    const items = Array.from({ length: 60 }, (_, at) => at).join(' ')
    const run = `X=aa\nfor i in ${items}; do X="$X$X"; done\nnpm publish packages/a`
    expect((await targets(run, WORKSPACES)).packages).toEqual(['packages/a'])
  })

  it('of a loop that may leave some out are not told', async () => {
    const run = 'for p in packages/*; do if [ $p != packages/a ]; then npm publish $p; fi; done'
    const found = await targets(run, WORKSPACES)
    expect(found.packages).toEqual([])
    expect(found.unknowns[0]).toContain('"$p" is made by the build')
  })

  it('of a build directory or a tarball are the only public one', async () => {
    const files = { 'package.json': '{"private":true}', 'lib/package.json': npm('lib') }
    expect((await targets('npm publish dist/lib', files)).packages).toEqual(['lib'])
    expect((await targets('npm publish $TARBALL.tgz', files)).packages).toEqual(['lib'])
    expect((await targets('cd dist && npm publish', files)).packages).toEqual(['lib'])
    expect((await targets('cd dist && changeset publish', files)).packages).toEqual(['lib'])
  })

  it('of a script are those of any workspace where the run decides in which it runs', async () => {
    const script = ',"scripts":{"release":"pnpm -w run put $(pwd)","put-all":"npm publish"}'
    const files = { ...WORKSPACES, 'packages/a/package.json': npm('@acme/a', script) }
    const root = {
      scripts: { put: 'npm publish packages/a' },
      private: true,
      workspaces: ['packages/*'],
    }
    const all = { ...files, 'package.json': JSON.stringify(root) }
    expect((await targets('pnpm --filter [HEAD^] release', all)).packages).toEqual(['packages/a'])
    expect((await targets('pnpm --filter [HEAD^] put-all', all)).packages).toEqual(['packages/a'])
  })

  it('of semantic-release are the one whose build it is told to publish', async () => {
    const plugins = [['@semantic-release/npm', { pkgRoot: 'dist/packages/b' }]]
    const files = { ...WORKSPACES, '.releaserc.json': JSON.stringify({ plugins }) }
    expect(await targets('npx semantic-release', files)).toEqual({
      packages: ['packages/b'],
      unknowns: [],
    })
  })

  it('of a step with several registries are told, its registry is not', async () => {
    const found = await targets('npm publish --workspaces', {
      ...WORKSPACES,
      'packages/a/package.json': npm(
        '@acme/a',
        ',"publishConfig":{"registry":"https://x.example"}',
      ),
    })
    expect(found.packages).toEqual(['packages/a', 'packages/b'])
    expect(found.unknowns[0]).toContain('different registries')
  })
})

describe('the project of a Python command', () => {
  const two = { 'a/pyproject.toml': py('a'), 'b/pyproject.toml': py('b') }

  it.each<[string, string, Files, readonly string[]]>([
    ['twine upload dist/*', '.', { 'pyproject.toml': py('w') }, ['.']],
    ['twine upload dist/*', '.', { 'sub/pyproject.toml': py('w') }, ['sub']],
    ['twine upload dist/*', 'b', two, ['b']],
    ['twine upload --skip-existing b/dist/*', '.', two, ['b']],
    ['twine upload */dist/*', '.', two, ['a', 'b']],
    ['uv publish --directory a', '.', two, ['a']],
    ['uv publish --trusted-publishing always b/dist/python/*', '.', two, ['b']],
  ])('of %j in %s', async (run, directory, files, packages) => {
    expect(await targets(run, files, directory)).toEqual({ packages, unknowns: [] })
  })

  it.each<[Files, string]>([
    [two, 'several Python projects'],
    [{}, 'no pyproject.toml'],
    [{ 'pyproject.toml': `${py('p')}classifiers=["Private :: x"]\n` }, 'Private ::'],
    [
      {
        'package.json':
          '{"name":"p","private":true,"jsii":{"targets":{"python":{"distName":"p","module":"p"}}}}',
      },
      'jsii makes no Python package',
    ],
  ])('is not guessed: %#', async (files, words) => {
    const found = await targets('uv publish', files)
    expect(found.packages).toEqual([])
    expect(found.unknowns[0]).toContain(words)
  })
})
