import { expect, it } from 'vitest'
import { readReleases } from '../read.ts'
import { withRepository } from '../repository/repository.test.util.ts'
import { releaseMakers } from './release-makers.ts'

/** What the steps of a job that runs for main make with the token of its run. */
function madeBy(
  run: string,
  checkout: object = {},
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const steps = [
    { uses: 'actions/checkout@v6', with: checkout },
    { run, env },
  ]
  const workflow = { on: { push: { branches: ['main'] } }, jobs: { tag: { steps } } }
  const files = { '.github/workflows/tag.yml': JSON.stringify(workflow) }
  return withRepository(files, async (directory) =>
    (await readReleases(directory)).flatMap(releaseMakers).map(({ what }) => what),
  )
}

const NAMED = `git config user.name "acme-bot"
git config user.email "bot@users.noreply.github.com"
TAG="v$VERSION"
git tag -a "$TAG" -m release
`

it.each([
  ['all tags', 'git push --tags', ['`git push --tags`']],
  ['a tag by its name', `${NAMED}git push origin "$TAG"`, ['`git push origin $TAG`']],
  ['no tag where only a branch is pushed', `${NAMED}git push origin main`, []],
  ['no new tag where one is moved', 'git tag -f v1\ngit push origin -f v1', []],
  [
    'nothing where the address holds a token',
    `git remote set-url origin "https://x:$PAT@github.com/acme/widget.git"\n${NAMED}git push origin "$TAG"`,
    [],
  ],
  ['nothing where gh lends its token', `gh auth setup-git\n${NAMED}git push origin "$TAG"`, []],
])('a job pushes with the token of its run: %s', async (_, run, made) => {
  expect(await madeBy(run)).toEqual(made)
})

it('a job that checks out with a token of its own pushes with that', async () => {
  expect(await madeBy('git push --tags', { token: `\${{ secrets.PAT }}` })).toEqual([])
})

it.each<[string, string, readonly string[]]>([
  ['semantic-release', 'npx semantic-release', ['`semantic-release`']],
  ['that of Python', 'semantic-release version', ['`semantic-release version`']],
  [
    'that of Python as a module',
    'python -m semantic_release version',
    ['`semantic_release version`'],
  ],
  ['that of Python, which does not push', 'semantic-release version --no-push', []],
  ['a rehearsal', 'npx semantic-release --dry-run', []],
])('a job makes releases with the token that it hands to %s', async (_, run, made) => {
  expect(await madeBy(run, {}, { GITHUB_TOKEN: `\${{ secrets.GITHUB_TOKEN }}` })).toEqual(made)
  expect(await madeBy(run, {}, { GITHUB_TOKEN: `\${{ secrets.PAT }}` })).toEqual([])
})
