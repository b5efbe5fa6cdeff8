import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Claims } from '../check.ts'
import { ciEndpoint, outcomeOf, tokenFor } from '../ci.test.util.ts'
import { parseFields } from '../fields.ts'
import type { Environment } from '../provider.ts'
import { forgejo } from './forgejo.ts'
import { PROVIDERS } from './index.ts'

const { fields, run } = forgejo.example
const outcome = (changed: Claims, publisher = fields, more = {}) =>
  outcomeOf(forgejo, changed, publisher, more)
const workflow = (path: string, ref = run.ref) => ({ workflow_ref: `${path}@${ref}` })

describe('the claims of Forgejo Actions', () => {
  it.each(['refs/tags/v@1.0.0', 'refs/tags/v/x.yml@refs/tags/v1'])(
    'name a workflow at %s',
    (ref) => {
      const claims = { ref, ...workflow('acme/widget/.forgejo/workflows/release.yml', ref) }
      expect(outcome(claims, { ...fields, ref: 'refs/tags/**' })).toBe('trusted')
    },
  )

  it.each([
    workflow('acme/widget/.forgejo/workflows/other.yml'),
    workflow('acme/widget/.github/workflows/release.yml'),
    workflow('acme/widget/.forgejo/workflows/Release.yml'),
    workflow('evil/widget/.forgejo/workflows/release.yml'),
    workflow('acme/widget/.forgejo/workflows/release.yml', 'refs/heads/main'),
    workflow('acme/widget/.forgejo/workflows/release.yml@x.yml'),
    { workflow_ref: '' },
    { ref: '', sha: '' },
  ])('are refused with %j', (claims) => {
    const { ref: _, ...anyRef } = fields
    expect(outcome(claims, anyRef)).toBe('workflow_mismatch')
  })

  it('ignore the letter case of the repository', () => {
    const repository = 'Acme/Widget'
    const renamed = { repository, ...workflow(`${repository}/.forgejo/workflows/release.yml`) }
    expect(outcome(renamed)).toBe('trusted')
    expect(outcome({ repository: 'evil/widget' })).toBe('repository_mismatch')
  })

  it('of a name that changed hands are refused, and those of servers that tell no ids', () => {
    for (const claim of forgejo.pinnedClaims) {
      const { [claim]: id } = forgejo.simulate(run)
      expect(outcome({}, fields, { pins: { [claim]: id } })).toBe('trusted')
      expect(outcome({ [claim]: '1' }, fields, { pins: { [claim]: id } })).toBe('owner_id_mismatch')
      expect(outcome({ [claim]: undefined })).toBe('owner_id_mismatch')
    }
  })

  it.each([
    ['push', 'trusted'],
    ['workflow_dispatch', 'trusted'],
    ['pull_request_target', 'event_refused'],
    ['workflow_run', 'event_refused'],
    ['', 'event_refused'],
  ])('of event %s are %s', (event_name, expected) => {
    expect(outcome({ event_name })).toBe(expected)
  })

  it('of a self-managed server lead to that server', () => {
    for (const server of ['https://git.example', 'https://git.example:8443/forgejo']) {
      const issuer = `${server}/api/actions`
      expect(outcome({}, fields, { issuer })).toBe('trusted')
      const described = forgejo.describe(forgejo.simulate({ ...run, issuer }), issuer)
      expect(described.repositoryUrl).toBe(`${server}/acme/widget`)
    }
  })

  it('may be expected of a file by its name alone', () => {
    const typed = (workflow: string) => parseFields(forgejo, { ...fields, workflow }).workflow
    expect(typed('release.yml')).toBe('.forgejo/workflows/release.yml')
    expect(typed(' .github/workflows/a.yaml ')).toBe('.github/workflows/a.yaml')
    for (const wrong of ['release.sh', 'ci/release.yml', '.forgejo/workflows/../x.yml', '/x.yml']) {
      expect(() => typed(wrong), wrong).toThrow('write the name of a .yml or .yaml file')
    }
  })
})

async function runner(listener: RequestListener): Promise<Environment> {
  return {
    ...forgejo.jobVariables(run),
    ACTIONS_ID_TOKEN_REQUEST_URL: `${await ciEndpoint(listener)}/api/actions/_apis/token?run=1`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-secret',
  }
}

describe('an ID token from the runner of Forgejo Actions', () => {
  it('is there to be had only in a job that may request it, and from no other provider', async () => {
    const env = await runner((_, response) => response.end())
    expect(forgejo.detect(env)).toEqual({ found: true })
    expect(PROVIDERS.filter((each) => each.detect(env).found)).toEqual([forgejo])
    for (const name of ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN']) {
      expect(forgejo.detect({ ...env, [name]: '' })).toMatchObject({
        found: false,
        inCi: true,
        reason: expect.stringContaining('enable-openid-connect: true'),
      })
    }
  })

  it('is asked for with the query kept and the audience added', async () => {
    let asked: unknown
    const env = await runner(({ url, method, headers: { authorization } }, response) => {
      asked = { url, method, authorization }
      response.end(JSON.stringify({ value: tokenFor('npm:a') }))
    })
    expect(await forgejo.requestIdToken(env, 'npm:a', fetch)).toBe(tokenFor('npm:a'))
    expect(asked).toEqual({
      method: 'GET',
      url: '/api/actions/_apis/token?run=1&audience=npm%3Aa',
      authorization: 'bearer request-secret',
    })
  })

  it('is asked for again after a 502, not after a 403', async () => {
    const statuses = [502, 200, 403]
    const env = await runner((_, response) =>
      response.writeHead(statuses.shift() ?? 500).end(JSON.stringify({ value: tokenFor('pypi') })),
    )
    expect(await forgejo.requestIdToken(env, 'pypi', fetch)).toBe(tokenFor('pypi'))
    await expect(forgejo.requestIdToken(env, 'pypi', fetch)).rejects.toThrow('it answered 403')
    expect(statuses).toEqual([])
  })

  it('for another audience, such as that of the owner, is kept back', async () => {
    const value = tokenFor('https://codeberg.org/acme')
    const env = await runner((_, response) => response.end(JSON.stringify({ value })))
    const asked = forgejo.requestIdToken(env, 'pypi', fetch)
    await expect(asked).rejects.toThrow('one for "https://codeberg.org/acme"')
  })
})
