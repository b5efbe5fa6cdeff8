import { expect, it } from 'vitest'
import { type Files, withRepository } from '../repository/repository.test.util.ts'
import { planMigration } from './plan.ts'

const PROJECT: Files = {
  'pyproject.toml': '[project]\nname = "acme-widget"\nversion = "1.0.0"\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/config': '[remote "origin"]\n\turl = https://github.com/acme/widget.git\n',
}

/** What a migration leaves of a release that uploads on a runner. */
function left(runner: string): Promise<readonly string[]> {
  const steps = [{ run: 'pipx run build' }, { uses: 'pypa/gh-action-pypi-publish@release/v1' }]
  const permissions = { contents: 'read', 'id-token': 'write' }
  const job = { 'runs-on': runner, permissions, steps }
  const workflow = { on: { push: { tags: ['v*'] } }, jobs: { upload: job } }
  const files = { ...PROJECT, '.github/workflows/release.yml': JSON.stringify(workflow) }
  return withRepository(files, async (directory) =>
    (await planMigration(directory, { harden: false })).left.map(({ sentence }) => sentence),
  )
}

it('a migration says what would stop the release still, and what to do about it', async () => {
  const [first = '', ...more] = await left('windows-latest')
  expect(more).toEqual([])
  expect(first).toContain('Container action is only supported on Linux')
  expect(first).toContain('Publish in a job on ubuntu-latest')
})

it('a migration leaves nothing to say of a release that works', async () => {
  expect(await left('ubuntu-latest')).toEqual([])
})
