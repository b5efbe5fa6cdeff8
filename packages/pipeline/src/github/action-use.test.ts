import { describe, expect, it } from 'vitest'
import { actionUse, isActionBelow } from './action-use.ts'

const SHA = 'a'.repeat(40)
const use = (uses: string, comment?: string) =>
  actionUse(
    { place: { file: 'f', line: 1, column: 1 }, value: uses, ...(comment && { comment }) },
    uses,
  )

describe('actionUse', () => {
  it.each([
    ['actions/setup-node@v4', undefined, 'actions/setup-node', [4]],
    ['PyPA/gh-action-pypi-publish@release/v1', undefined, 'pypa/gh-action-pypi-publish', [1]],
    ['a/b/c@v1.8.14', undefined, 'a/b/c', [1, 8, 14]],
    [`a/b@${SHA}`, 'v1.2.3', 'a/b', [1, 2, 3]],
    [`a/b@${SHA}`, 'tag=v3.0.0', 'a/b', [3, 0, 0]],
    [`a/b@${SHA}`, undefined, 'a/b', undefined],
    ['a/b@main', undefined, 'a/b', undefined],
    ['./.github/actions/Publish/', undefined, './.github/actions/Publish', undefined],
  ])('reads %j with the comment %j', (uses, comment, name, version) => {
    const found = use(uses, comment)
    expect(found.name).toBe(name)
    expect(found.version).toEqual(version)
  })
})

describe('isActionBelow', () => {
  it.each([
    ['a/b@v3', [4, 0], true],
    ['a/b@v1.7.1', [1, 8], true],
    ['a/b@v1', [1, 8], false],
    ['a/b@release/v1', [1, 8], false],
    ['a/b@v1.8.0', [1, 8], false],
    ['a/b@main', [9, 0], false],
    [`a/b@${SHA}`, [9, 0], false],
  ] as const)('tells of %s and %j: %s', (uses, floor, below) => {
    expect(isActionBelow(use(uses), floor)).toBe(below)
  })
})
