import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pathsFromCheckout, rootAbove } from './workspace.ts'

let checkout: string

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'trustpub-checkout-'))
  mkdirSync(join(checkout, 'code/widget'), { recursive: true })
})

afterEach(() => rmSync(checkout, { recursive: true, force: true }))

it.each(['GITHUB_WORKSPACE', 'CI_PROJECT_DIR'])('paths begin at %s', (variable) => {
  const pathOf = pathsFromCheckout(join(checkout, 'code/widget'), { [variable]: checkout })
  expect(pathOf('package.json')).toBe('code/widget/package.json')
})

it('paths stay as they are at the root of the checkout, outside of it, and without one', () => {
  for (const env of [
    { GITHUB_WORKSPACE: checkout },
    { GITHUB_WORKSPACE: join(checkout, 'code/widget') },
    { GITHUB_WORKSPACE: '/nowhere/at/all' },
    {},
  ]) {
    expect(pathsFromCheckout(checkout, env)('package.json')).toBe('package.json')
  }
})

it('the root of the repository is the next folder above that looks like one', () => {
  const below = join(checkout, 'code/widget')
  writeFileSync(join(checkout, '.gitlab-ci.yml'), '')
  expect(rootAbove(below)).toBe('../..')
  mkdirSync(join(checkout, 'code/.git'))
  expect(rootAbove(below)).toBe('..')
})
