import { expect, it } from 'vitest'
import { claimsOf, findIdTokens } from './id-tokens.ts'
import { githubEnvironment, jwt, testContext } from './testing.ts'

const context = (env: Record<string, string>) => testContext(() => [200], env)
const lab = (jti: string, aud: string) => jwt({ jti, aud })

it('asks GitHub anew each time, and masks what it gets before anybody else has it', async () => {
  const github = testContext(() => [200], githubEnvironment())
  const { request, provider } = findIdTokens(github)
  const [one, two] = [await request('npm:registry.example'), await request('npm:registry.example')]
  expect(provider.id).toBe('github')
  expect(one).not.toBe(two)
  expect(github.commands).toEqual(
    expect.arrayContaining([`::add-mask::${one}`, `::add-mask::${two}`]),
  )
})

it('uses every variable of a GitLab job that holds a token for the audience, then the first again', async () => {
  const [first, second] = [lab('1', 'npm:r.example'), lab('2', 'npm:r.example')]
  const other = lab('3', 'pypi')
  const env = {
    GITLAB_CI: 'true',
    NPM_ID_TOKEN: first,
    PYPI_ID_TOKEN: other,
    NPM_ID_TOKEN_2: second,
  }
  const { request } = findIdTokens(context(env))
  const given = [
    await request('npm:r.example'),
    await request('npm:r.example'),
    await request('npm:r.example'),
  ]
  expect(given).toEqual([first, second, first])
})

it('says what the job lacks', () => {
  expect(() => findIdTokens(context({ GITHUB_ACTIONS: 'true' }))).toThrow('id-token: write')
  expect(() => findIdTokens(context({}))).toThrow(expect.objectContaining({ code: 'not_in_ci' }))
})

it('says which variable is missing', async () => {
  const { request } = findIdTokens(context({ GITLAB_CI: 'true', PYPI_ID_TOKEN: lab('1', 'pypi') }))
  await expect(request('npm:r.example')).rejects.toMatchObject({ code: 'id_token_unavailable' })
})

it.each(['', 'x', 'a.b.c', 'a.bnVsbA.c', '..'])('reads no claims from %j', (text) => {
  expect(claimsOf(text)).toEqual({})
})
