import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { inNpmrc, namedToken } from './token.ts'

const url = (text: string) => new URL(text)

describe('the token in .npmrc', () => {
  it.each([
    ['//registry.npmjs.org/:_authToken=abc', 'https://registry.npmjs.org/', 'abc'],
    ['//registry.npmjs.org/:_authToken = "abc"', 'https://registry.npmjs.org/', 'abc'],
    ['"//registry.npmjs.org/:_authToken" = abc', 'https://registry.npmjs.org/', 'abc'],
    ['//registry.npmjs.org/:_authToken=a=b==', 'https://registry.npmjs.org/', 'a=b=='],
    [
      '//registry.npmjs.org/:_authToken=old\n//registry.npmjs.org/:_authToken=new',
      'https://registry.npmjs.org/',
      'new',
    ],
    [
      '//h.example/:_authToken=up\n//h.example/npm/:_authToken=own',
      'https://h.example/npm/',
      'own',
    ],
    ['//h.example/:_authToken=up', 'https://h.example/npm/', 'up'],
    ['//h.example/npm:_authToken=abc', 'https://h.example/npm/', 'abc'],
    ['//h.example:8080/:_authToken=abc', 'http://h.example:8080/legacy/', 'abc'],
    [`//h.example/:_authToken=\${T}`, 'https://h.example/', 'from variable'],
    [`//h.example/:_authToken=\${T?}`, 'https://h.example/', 'from variable'],
  ])('of %j for %s is %s', (text, registry, token) => {
    expect(inNpmrc(text, url(registry), { T: 'from variable' })).toBe(token)
  })

  it.each([
    ['//other.example/:_authToken=abc', 'https://registry.npmjs.org/'],
    ['//registry.npmjs.org.evil.example/:_authToken=abc', 'https://registry.npmjs.org/'],
    ['registry=https://registry.npmjs.org/', 'https://registry.npmjs.org/'],
    ['; //registry.npmjs.org/:_authToken=abc', 'https://registry.npmjs.org/'],
    ['#//registry.npmjs.org/:_authToken=abc', 'https://registry.npmjs.org/'],
    ['[section]\n//registry.npmjs.org/:_authToken=abc', 'https://registry.npmjs.org/'],
    [`//registry.npmjs.org/:_authToken=\${UNSET}`, 'https://registry.npmjs.org/'],
    ['//registry.npmjs.org/:_authToken=', 'https://registry.npmjs.org/'],
  ])('is not taken from %j for %s', (text, registry) => {
    expect(inNpmrc(text, url(registry), {})).toBeUndefined()
  })
})

describe('the token that is named', () => {
  it('is in the file, else in the variable', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trustpub-token-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'token')
    writeFileSync(file, 'from-file\n')
    const env = { TRUSTPUB_TOKEN: 'from-variable' }
    expect(await namedToken(file, env)).toEqual({ value: 'from-file', from: '--token-file' })
    expect(await namedToken(undefined, env)).toMatchObject({ value: 'from-variable' })
    expect(await namedToken(undefined, { TRUSTPUB_TOKEN: '' })).toBeUndefined()
    await expect(namedToken(join(folder, 'absent'), env)).rejects.toThrow('ENOENT')
  })
})
