import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { planMigration } from '../migrations/plan.ts'
import { readReleases } from '../read.ts'
import { type Files, withRepository } from '../repository/repository.test.util.ts'
import { examine } from './run.ts'

/** Releases to PyPI as people write them: each file holds those of a repository, behind `# file:` lines. */
const RELEASES = fileURLToPath(new URL('../../fixtures/releases/', import.meta.url))

const PROJECT: Files = {
  'pyproject.toml': '[project]\nname = "acme-widget"\nversion = "1.0.0"\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/config': '[remote "origin"]\n\turl = https://github.com/acme/widget.git\n',
}

const named = (folder: string): readonly string[] =>
  readdirSync(join(RELEASES, folder)).map((file) => file.replace(/\.yml$/, ''))

const textIn = (folder: string, name: string): string =>
  readFileSync(join(RELEASES, folder, `${name}.yml`), 'utf8')

/** The repository that a file holds. */
function filesOf(text: string): Files {
  const [, ...parts] = text.split(/^# file: (.+)\n/m)
  const files = parts.flatMap((path, at) => (at % 2 === 0 ? [[path, parts[at + 1] ?? '']] : []))
  return { ...PROJECT, ...Object.fromEntries(files) }
}

/** The errors of doctor, each once, with the check in front. */
function errorsOf(text: string): Promise<readonly string[]> {
  return withRepository(filesOf(text), async (directory) => {
    const findings = (await readReleases(directory)).flatMap((one) => examine(one).findings)
    const errors = findings.filter(({ severity }) => severity === 'error')
    return errors.map(({ check, message }) => `${check}: ${message}`)
  })
}

describe('a release to PyPI that works raises no error', () => {
  it.each(named('works'))('%s', async (name) => {
    expect(await errorsOf(textIn('works', name))).toEqual([])
  })
})

describe('a release to PyPI that works without a stored token stays as it is', () => {
  const trusted = named('works').filter(
    (name) => !/\bsecrets\.(?!GITHUB_TOKEN)/.test(textIn('works', name)),
  )
  it.each(trusted)('%s', async (name) => {
    await withRepository(filesOf(textIn('works', name)), async (directory) => {
      const { changes } = await planMigration(directory, { harden: false })
      expect(changes.map(({ sentence }) => sentence)).toEqual([])
    })
  })
})

describe('a release to PyPI that fails is told why, and nothing else', () => {
  it.each(named('fails'))('%s', async (name) => {
    const text = textIn('fails', name)
    const [, expected] = /^# finds: (.+)/.exec(text) ?? []
    const errors = await errorsOf(text)
    const checks = new Set(errors.map((error) => error.split(':')[0]))
    expect([...checks], errors.join('\n')).toEqual([expected])
  })
})

describe('a checkout without leave to read', () => {
  const text = `# file: .github/workflows/release.yml
on: { push: { tags: ['*'] } }
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions: { id-token: write }
    steps:
      - uses: actions/checkout@v4
      - run: pipx run build
      - uses: pypa/gh-action-pypi-publish@release/v1
`
  it.each([
    ['a warning', {}, ['warning']],
    ['a note where a licence says that the repository is public', { LICENSE: 'MIT' }, ['note']],
  ])('is %s', async (_, more, expected) => {
    const found = await withRepository({ ...filesOf(text), ...more }, async (directory) =>
      (await readReleases(directory)).flatMap((one) => examine(one).findings),
    )
    expect(found.map(({ severity }) => severity)).toEqual(expected)
  })
})
