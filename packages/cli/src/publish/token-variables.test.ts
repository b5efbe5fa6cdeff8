import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { environmentFile, exportLines, npmrc, tokenVariables } from './token-variables.ts'

const TOKEN = "a'b$(echo c)"

it('prints lines that a shell reads as the very token', () => {
  const lines = exportLines(tokenVariables('pypi', new URL('https://x.example/legacy/'), TOKEN))
  const script = `${lines.join('\n')}\nprintf %s "$TWINE_PASSWORD $UV_PUBLISH_URL"`
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(
    `${TOKEN} https://x.example/legacy/`,
  )
})

it('gives the token to npm for its registry only', () => {
  expect(npmrc(new URL('https://x.example:8443/npm/'), TOKEN)).toBe(
    `registry=https://x.example:8443/npm/\n//x.example:8443/npm/:_authToken=${TOKEN}\n`,
  )
})

it('writes one line a variable for the steps that follow', () => {
  const variables = tokenVariables('npm', new URL('https://x.example/'), 'token')
  const lines = environmentFile(variables).split('\n')
  expect(lines.filter((line) => line !== '')).toHaveLength(Object.keys(variables).length)
  expect(lines).toContain('YARN_NPM_PUBLISH_REGISTRY=https://x.example')
})
