import { describe, expect, it } from 'vitest'
import { insteadOfYarn } from './npm-command.ts'

describe('insteadOfYarn', () => {
  it.each([
    ['yarn publish', 'npm publish'],
    ['yarn publish --non-interactive --access public', 'npm publish --access public'],
    ['npx yarn@1.22.22 publish --tag=next', 'npm publish --tag=next'],
    ['yarnpkg publish --no-git-tag-version ./dist', 'npm publish ./dist'],
    ['yarn publish --network-timeout 100000 --tag "$TAG"', 'npm publish --tag "$TAG"'],
    ['yarn workspace @acme/one publish --tag next', 'npm publish --workspace @acme/one --tag next'],
    ['yarn --cwd packages/one publish', 'npm publish ./packages/one'],
  ])('writes %j as %j', (yarn, npm) => {
    expect(insteadOfYarn(yarn)).toBe(npm)
  })

  it.each([
    'yarn publish --new-version 1.2.3',
    'yarn publish --patch',
    'yarn publish --message "v%s"',
    'yarn --cwd "$DIR" publish',
    'yarn release publish',
  ])('has nothing for %j, which npm does not do', (yarn) => {
    expect(insteadOfYarn(yarn)).toBeUndefined()
  })
})
