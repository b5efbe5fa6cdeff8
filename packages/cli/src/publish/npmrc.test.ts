import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { npmrc, userNpmrc } from './npmrc.ts'

const registry = new URL('https://x.example:8443/npm/')
const OWN = `registry=https://x.example:8443/npm/
//x.example:8443/npm/:_authToken=\${NODE_AUTH_TOKEN}
`

it('gives the token to npm for its registry only', () => {
  expect(npmrc(registry, '')).toBe(OWN)
})

it.each([
  'cafile=/etc/ca.pem',
  '@acme:registry=https://npm.acme.example/',
  '//npm.acme.example/:_authToken=abc',
  '//x.example:8443/:_authToken=abc',
  '//x.example:8443/npm/:certfile=/etc/client.pem',
  '; a comment',
])('keeps what the person has: %s', (line) => {
  expect(npmrc(registry, `${line}\r\n`)).toBe(`${line}\n${OWN}`)
  expect(npmrc(registry, line)).toBe(`${line}\n${OWN}`)
})

it.each([
  'registry=https://registry.npmjs.org/',
  ' registry = https://registry.npmjs.org/',
  '//x.example:8443/npm/:_authToken=abc',
  '//x.example:8443/npm:_auth = abc',
  '"//x.example:8443/npm/:_password"="abc"',
  '//x.example:8443/npm/:username=me',
  '_authToken=abc',
  '_auth=abc',
])('leaves out what would be used beside the token or in its place: %s', (line) => {
  expect(npmrc(registry, `${line}\n`)).toBe(OWN)
})

it('leaves out lines that would hand the token to another registry', () => {
  const line = '//registry.npmjs.org/:_authToken=$' + '{NODE_AUTH_TOKEN}'
  expect(npmrc(registry, line)).toBe(OWN)
})

it('ends what it keeps where npm reads no further, so that its own lines are read', () => {
  expect(npmrc(registry, 'a=b\n[section]\nc=d\n')).toBe(`a=b\n${OWN}`)
})

it('finds the file of the person by its variable, in either case, and does without', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trustpub-npmrc-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'theirs')
  writeFileSync(file, 'a=b\n')
  expect(await userNpmrc({ npm_config_userconfig: file })).toBe('a=b\n')
  expect(await userNpmrc({ NPM_CONFIG_USERCONFIG: file })).toBe('a=b\n')
  expect(await userNpmrc({ NPM_CONFIG_USERCONFIG: join(folder, 'none') })).toBe('')
})
