import type { RequestListener } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Claims } from '../check.ts'
import { ciEndpoint, tokenFor } from '../ci.test.util.ts'
import type { Environment, Fields } from '../provider.ts'
import { startDevelopmentIssuer } from '../testing/development-issuer.ts'
import { assess, explainRefusal, type TrustedPublisher } from '../trust.ts'
import type { IdToken } from '../verify.ts'
import { github } from './github.ts'

const { run } = github.example
const fields = { repository: 'acme/widget', workflow: 'release.yml' }
const genuine = github.simulate({ ...run, environment: undefined })

function outcome(changed: Claims, publisher: Fields = fields, pins = {}): string {
  const stored: TrustedPublisher = {
    provider: 'github',
    issuer: github.issuer,
    fields: publisher,
    pins,
  }
  const token: IdToken = {
    issuer: { url: github.issuer, provider: 'github', allowPrivateNetwork: false },
    provider: github,
    claims: { ...genuine, ...changed },
    jti: 'one',
    forgetAt: new Date(0),
  }
  const assessment = assess(stored, token)
  return assessment.trusted ? 'trusted' : explainRefusal([assessment], token, 'widget').code
}

const workflow = (file: string, ref: string, repository = 'acme/widget') => ({
  workflow_ref: `${repository}/.github/workflows/${file}@${ref}`,
})
const called = (text: string) => ({ job_workflow_ref: text })

describe('the claims of GitHub Actions', () => {
  it.each([
    ['release.yml', 'refs/tags/pkg@1.0.0'],
    ['release.yml', 'refs/heads/user@feature'],
    ['release.yml', 'refs/heads/x.yml@refs/heads/main'],
    ['a@b.yml', 'refs/heads/main'],
  ])('name the workflow %s at %s', (file, ref) => {
    const claims = { ...workflow(file, ref), ref }
    expect(outcome(claims, { ...fields, workflow: file })).toBe('trusted')
  })

  it('may name the commit in place of the ref', () => {
    expect(outcome(workflow('release.yml', run.commit))).toBe('trusted')
    expect(outcome({ ...workflow('release.yml', run.commit), sha: '' })).toBe('workflow_mismatch')
  })

  it.each([
    workflow('a@b.yml', run.ref),
    workflow('release.yml@b.yml', run.ref),
    workflow('sub/release.yml', run.ref),
    workflow('Release.yml', run.ref),
    workflow('release.yml', 'refs/heads/main'),
    workflow('release.yml', ''),
    workflow('release.yml', run.ref, 'evil/widget'),
    workflow('release.yml', run.ref, 'acme/widget/evil'),
    { workflow_ref: 'release.yml' },
    { ref: '', sha: '' },
    { ref: null, sha: null, ...workflow('release.yml', 'null') },
  ])('are refused with %j', (claims) => {
    expect(outcome(claims)).toBe('workflow_mismatch')
  })

  it('ignore the letter case of the repository, not that of the file', () => {
    const renamed = {
      repository: 'Acme/Widget',
      ...workflow('release.yml', run.ref, 'Acme/Widget'),
    }
    expect(outcome(renamed)).toBe('trusted')
    expect(outcome(renamed, { ...fields, workflow: 'Release.yml' })).toBe('workflow_mismatch')
    expect(outcome({ repository: 'Acme/Widget' })).toBe('workflow_mismatch')
  })

  it('of a repository whose name only folds to the same are those of a stranger', () => {
    const kit = { ...fields, repository: 'acme/kit' }
    expect(outcome({ repository: 'acme/\u212Ait' }, kit)).toBe('repository_mismatch')
  })

  it('of another owner by the same name are refused', () => {
    const pins = { repository_owner_id: String(genuine.repository_owner_id), repository_id: '1' }
    expect(outcome({ repository_id: '1' }, fields, pins)).toBe('trusted')
    expect(outcome({ repository_id: '1', repository_owner_id: '666' }, fields, pins)).toBe(
      'owner_id_mismatch',
    )
    expect(outcome({ repository_id: '2' }, fields, pins)).toBe('owner_id_mismatch')
  })

  it('name the environment in any letter case', () => {
    const withEnvironment = { ...fields, environment: 'Release' }
    expect(outcome({ environment: 'rELEASE' }, withEnvironment)).toBe('trusted')
    expect(outcome({ environment: 'release ' }, withEnvironment)).toBe('environment_mismatch')
    expect(outcome({ environment: 'staging' }, withEnvironment)).toBe('environment_mismatch')
    expect(outcome({ environment: '' }, withEnvironment)).toBe('environment_missing')
    expect(outcome({}, withEnvironment)).toBe('environment_missing')
    expect(outcome({ environment: 'anything' })).toBe('trusted')
  })

  it.each([
    ['push', 'trusted'],
    ['workflow_dispatch', 'trusted'],
    ['pull_request_target', 'event_refused'],
    ['workflow_run', 'event_refused'],
    ['', 'event_refused'],
    [null, 'event_refused'],
  ])('of event %s are %s', (event_name, expected) => {
    expect(outcome({ event_name })).toBe(expected)
  })

  it('come from a ref that the publisher allows', () => {
    const withRef = { ...fields, ref: 'refs/tags/v*' }
    expect(outcome({}, withRef)).toBe('trusted')
    const ref = 'refs/heads/main'
    expect(outcome({ ref, ...workflow('release.yml', ref) }, withRef)).toBe('ref_mismatch')
    // A branch may bear any name, so the pattern must not match in the middle.
    const sneaky = 'refs/heads/refs/tags/v1'
    expect(outcome({ ref: sneaky, ...workflow('release.yml', sneaky) }, withRef)).toBe(
      'ref_mismatch',
    )
  })

  it('may be those of any caller if the publisher names the called workflow here', () => {
    const calledHere = { repository: 'acme/widget', calledWorkflow: 'publish.yml' }
    const file = 'acme/widget/.github/workflows/publish.yml'
    expect(outcome(called(`${file}@${run.ref}`), calledHere)).toBe('trusted')
    expect(outcome(called(`${file}@refs/heads/other`), calledHere)).toBe('workflow_mismatch')
    expect(outcome(called(`evil/${file}@${run.ref}`), calledHere)).toBe('workflow_mismatch')
    expect(outcome({}, calledHere)).toBe('workflow_mismatch')
  })

  it('name a called workflow of another repository at any ref or commit', () => {
    const file = 'acme/ci/.github/workflows/publish.yml'
    const elsewhere = { repository: 'acme/widget', calledWorkflow: file }
    for (const ref of ['refs/tags/v1', 'refs/heads/a@b', run.commit]) {
      expect(outcome(called(`${file}@${ref}`), elsewhere)).toBe('trusted')
    }
    for (const text of [
      file,
      `${file}@`,
      `${file}@evil.yml@refs/heads/main`,
      `${file}@v1`,
      `${file}x@refs/heads/main`,
      `x${file}@refs/heads/main`,
      `evil/ci/.github/workflows/publish.yml@refs/heads/main`,
    ]) {
      expect(outcome(called(text), elsewhere)).toBe('workflow_mismatch')
    }
    const stranger = { repository: 'evil/widget', ...called(`${file}@refs/tags/v1`) }
    expect(outcome(stranger, elsewhere)).toBe('repository_mismatch')
  })

  it('describe the run on the server of the issuer', () => {
    const url = (issuer: string) => github.describe(genuine, issuer).repositoryUrl
    expect(url(github.issuer)).toBe('https://github.com/acme/widget')
    expect(url(`${github.issuer}/acme`)).toBe('https://github.com/acme/widget')
    expect(url('https://ghes.example/_services/token')).toBe('https://ghes.example/acme/widget')
    expect(url('https://token.actions.acme.ghe.com')).toBe('https://acme.ghe.com/acme/widget')
  })
})

async function runner(listener: RequestListener): Promise<Environment> {
  return {
    GITHUB_ACTIONS: 'true',
    ACTIONS_ID_TOKEN_REQUEST_URL: `${await ciEndpoint(listener)}/token?api-version=2.0&x=a%2Bb`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-secret',
  }
}

describe('an ID token from the runner of GitHub Actions', () => {
  it('is there to be had only in a job that may request it', () => {
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: 'u', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }
    expect(github.detect({ ...env, GITHUB_ACTIONS: 'true' })).toEqual({ found: true })
    expect(github.detect(env)).toMatchObject({ found: false, inCi: false })
    for (const name of ['FORGEJO_ACTIONS', 'GITEA_ACTIONS']) {
      const likeGithub = { ...env, GITHUB_ACTIONS: 'true', [name]: 'true' }
      expect(github.detect(likeGithub)).toMatchObject({ found: false, inCi: false })
    }
    for (const name of Object.keys(env)) {
      const detected = github.detect({ ...env, GITHUB_ACTIONS: 'true', [name]: '' })
      expect(detected).toMatchObject({
        found: false,
        inCi: true,
        reason: expect.stringContaining('id-token: write'),
      })
    }
  })

  it('is asked for with the query of the request URL kept and the audience added', async () => {
    let asked: unknown
    const audience = 'npm:registry.example&x=1'
    const token = tokenFor(audience)
    const env = await runner(({ url, method, headers: { authorization } }, response) => {
      asked = { url, method, authorization }
      response.end(JSON.stringify({ value: token }))
    })
    expect(await github.requestIdToken(env, audience, fetch)).toBe(token)
    expect(asked).toEqual({
      method: 'GET',
      url: '/token?api-version=2.0&x=a%2Bb&audience=npm%3Aregistry.example%26x%3D1',
      authorization: 'bearer request-secret',
    })
  })

  it('is that of a fresh job at the development issuer', async () => {
    const issuer = await startDevelopmentIssuer()
    onTestFinished(issuer.close)
    const env = issuer.githubEnvironment(() => github.simulate({ ...run, issuer: issuer.url }))
    expect(github.detect(env)).toEqual({ found: true })
    const token = await github.requestIdToken(env, 'pypi', fetch)
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    expect(payload).toMatchObject({ iss: issuer.url, aud: 'pypi', repository: 'acme/widget' })
  })

  it.each([307, 400, 401, 403, 404, 500])(
    'is not read from an answer with status %d',
    async (status) => {
      const env = await runner((_, response) => response.writeHead(status).end('{"value":"x"}'))
      await expect(github.requestIdToken(env, 'pypi', fetch)).rejects.toThrow(`answered ${status}`)
    },
  )

  it.each(['{}', 'null', '[]', '{"value":null}', '{"value":1}', '{"value":""}'])(
    'is not read from %s',
    async (answer) => {
      const env = await runner((_, response) => response.end(answer))
      await expect(github.requestIdToken(env, 'pypi', fetch)).rejects.toThrow('without an ID token')
    },
  )

  it.each(['<html>', JSON.stringify({ value: 'text' })])('is not read from %s', async (answer) => {
    const env = await runner((_, response) => response.end(answer))
    await expect(github.requestIdToken(env, 'pypi', fetch)).rejects.toMatchObject({
      code: 'id_token_unavailable',
    })
  })

  it('is not fetched from where a redirect leads', async () => {
    const paths: unknown[] = []
    const env = await runner((request, response) => {
      paths.push(request.url)
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    await expect(github.requestIdToken(env, 'pypi', fetch)).rejects.toThrow()
    expect(paths).toHaveLength(1)
  })
})
