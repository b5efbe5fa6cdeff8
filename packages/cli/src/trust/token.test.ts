import { describe, expect, it } from 'vitest'
import { inNpmrc } from './token.ts'

const url = (text: string) => new URL(text)

describe('the token in .npmrc', () => {
  it.each([
    ['//registry.npmjs.org/:_authToken=abc', 'https://registry.npmjs.org/', 'abc'],
    ['//registry.npmjs.org/:_authToken = "abc"', 'https://registry.npmjs.org/', 'abc'],
    [
      '//h.example/:_authToken=up\n//h.example/npm/:_authToken=own',
      'https://h.example/npm/',
      'own',
    ],
    ['//h.example/:_authToken=up', 'https://h.example/npm/', 'up'],
    ['//h.example:8080/:_authToken=abc', 'http://h.example:8080/', 'abc'],
    [`//h.example/:_authToken=\${T}`, 'https://h.example/', 'from variable'],
  ])('of %j for %s is %s', (text, registry, token) => {
    expect(inNpmrc(text, url(registry), { T: 'from variable' })).toBe(token)
  })

  it.each([
    ['//other.example/:_authToken=abc', 'https://registry.npmjs.org/'],
    ['registry=https://registry.npmjs.org/', 'https://registry.npmjs.org/'],
    [`//registry.npmjs.org/:_authToken=\${UNSET}`, 'https://registry.npmjs.org/'],
  ])('is not taken from %j for %s', (text, registry) => {
    expect(inNpmrc(text, url(registry), {})).toBeUndefined()
  })
})
