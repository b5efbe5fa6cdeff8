import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { environmentFile, exportLines, tokenVariables } from './token-variables.ts'

const TOKEN = "a'b$(echo c)"

it('prints lines that a shell reads as the very token', () => {
  const lines = exportLines(tokenVariables('pypi', new URL('https://x.example/legacy/'), TOKEN))
  const script = `${lines.join('\n')}\nprintf %s "$TWINE_PASSWORD $UV_PUBLISH_URL"`
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(
    `${TOKEN} https://x.example/legacy/`,
  )
})

it('gives the token to poetry as that of PyPI only if it is', () => {
  const names = (url: string) =>
    Object.entries(tokenVariables('pypi', new URL(url), TOKEN)).filter(([name]) =>
      /^POETRY/.test(name),
    )
  expect(names('https://upload.pypi.org/legacy/')).toEqual([['POETRY_PYPI_TOKEN_PYPI', TOKEN]])
  for (const url of ['https://test.pypi.org/legacy/', 'https://x.example/legacy/']) {
    expect(names(url)).toEqual([
      ['POETRY_REPOSITORIES_TRUSTPUB_URL', url],
      ['POETRY_PYPI_TOKEN_TRUSTPUB', TOKEN],
    ])
  }
})

it('tells every program that sends to PyPI by itself where to send instead', () => {
  const url = 'https://x.example/legacy/'
  expect(tokenVariables('pypi', new URL(url), TOKEN)).toMatchObject({
    TWINE_REPOSITORY_URL: url,
    UV_PUBLISH_URL: url,
    FLIT_INDEX_URL: url,
    HATCH_INDEX_REPO: url,
    PDM_PUBLISH_REPO: url,
  })
})

it('writes one line a variable for the steps that follow', () => {
  const variables = tokenVariables('npm', new URL('https://x.example/'), 'token')
  const lines = environmentFile(variables).split('\n')
  expect(lines.filter((line) => line !== '')).toHaveLength(Object.keys(variables).length)
  expect(lines).toContain('YARN_NPM_PUBLISH_REGISTRY=https://x.example')
})
