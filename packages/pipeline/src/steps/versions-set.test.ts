import { describe, expect, it } from 'vitest'
import { splitScript } from './shell.ts'
import { versionSetBy } from './versions-set.ts'

const read = (command: string) => versionSetBy(splitScript(command)[0]?.words ?? [])

describe('versionSetBy', () => {
  it.each([
    'npm version 1.2.3',
    'npm version --no-git-tag-version --allow-same-version "$VERSION"',
    'npm pkg set version=1.2.3',
    'yarn version --new-version 1.2.3',
    'perl -pi -e "s/0.0.0/$VERSION/" packages/a/package.json',
  ])('knows that %j sets that of a package.json', (command) => {
    expect(read(command)).toBe('package.json')
  })

  it.each([
    'uv version --frozen "$VERSION"',
    'uv version --bump minor',
    'hatch version "$VERSION"',
    'poetry version 1.2.3',
    `sed -i 's/^version = .*/version = "1.2.3"/' pyproject.toml`,
  ])('knows that %j sets that of a pyproject.toml', (command) => {
    expect(read(command)).toBe('pyproject.toml')
  })

  it.each([
    'npm version',
    'npm --version',
    'npm pkg set name=a',
    'uv version --short',
    'hatch version',
    'grep version package.json',
    'node -p "require(\'./package.json\').name"',
    'sed -i s/a/b/ pyproject.toml',
    "sed -n '/version/p' pyproject.toml",
    'yq .project.version pyproject.toml',
  ])('knows that %j sets none', (command) => {
    expect(read(command)).toBeUndefined()
  })
})
