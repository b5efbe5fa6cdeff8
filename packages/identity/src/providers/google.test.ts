import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Claims } from '../check.ts'
import { ciEndpoint, outcomeOf, tokenFor } from '../ci.test.util.ts'
import { parseFields } from '../fields.ts'
import type { Environment } from '../provider.ts'
import { google } from './google.ts'

const { fields, run } = google.example
const ACCOUNT = String(fields.email)
const outcome = (changed: Claims, pins = {}) => outcomeOf(google, changed, fields, { pins })

describe('the claims of Google Cloud', () => {
  it('name the service account exactly', () => {
    expect(outcome({ email: `x${ACCOUNT}` })).toBe('repository_mismatch')
    expect(outcome({ email: ACCOUNT.toUpperCase() })).toBe('repository_mismatch')
    expect(outcome({ email: '' })).toBe('repository_mismatch')
  })

  it.each([false, 'true', '', 1, null, undefined])(
    'are refused if email_verified is %j',
    (value) => {
      expect(outcome({ email_verified: value })).toBe('claim_refused')
    },
  )

  it('of an account that was made again by the same name are refused', () => {
    const { sub } = google.simulate(run)
    expect(outcome({}, { sub })).toBe('trusted')
    expect(outcome({ sub: '1' }, { sub })).toBe('owner_id_mismatch')
    expect(outcome({ sub: undefined })).toBe('owner_id_mismatch')
  })

  it.each([
    '123-compute@developer.gserviceaccount.com',
    'acme-release@appspot.gserviceaccount.com',
    '123@cloudbuild.gserviceaccount.com',
  ])('may be expected of %s', (email) => {
    expect(parseFields(google, { email })).toEqual({ email })
  })

  it.each([
    'person@gmail.com',
    'person@acme.example',
    'x@gserviceaccount.com.evil.example',
    'x@evilgserviceaccount.com',
    'x@y@acme.iam.gserviceaccount.com',
    'x/y@acme.iam.gserviceaccount.com',
  ])('cannot be expected of %s', (email) => {
    expect(() => parseFields(google, { email })).toThrow('the e-mail address of a service account')
  })
})

interface Asked {
  readonly to: string
  readonly method: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Metadata server and IAM Credentials API behind one address; the host that was meant is part of the path. */
async function cloud(answer: (asked: Asked, response: ServerResponse) => void) {
  const asked: Asked[] = []
  const base = await ciEndpoint(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { url = '', method, headers } = request
    const one = { to: url.slice(1), method, headers, body }
    asked.push(one)
    answer(one, response)
  })
  const redirected: typeof fetch = (url, init) =>
    fetch(`${base}/${String(url).replace(/^(\w+):\/\//, '$1:')}`, init)
  const request = (env: Environment, audience = 'pypi') =>
    google.requestIdToken(env, audience, redirected)
  return { asked, request }
}

const METADATA =
  'http:metadata.google.internal/computeMetadata/v1/instance/service-accounts/default'

describe('an ID token from the metadata server of Google Cloud', () => {
  it('is there to be had on a machine of Google Cloud, or by the name of an account', () => {
    for (const machine of ['Google', 'Google Compute Engine\n']) {
      expect(google.detect({}, machine)).toEqual({ found: true })
    }
    expect(google.detect({ GOOGLE_SERVICE_ACCOUNT_NAME: ACCOUNT })).toEqual({ found: true })
    for (const machine of ['', 'Googleplex', 'VirtualBox', undefined]) {
      expect(google.detect({}, machine)).toMatchObject({ found: false, inCi: false })
    }
  })

  it('is asked for with the audience, in the full format, which holds the e-mail address', async () => {
    const audience = 'npm:registry.example&format=standard'
    const { asked, request } = await cloud((_, response) => response.end(tokenFor(audience)))
    expect(await request({}, audience)).toBe(tokenFor(audience))
    const query = 'audience=npm%3Aregistry.example%26format%3Dstandard&format=full'
    expect(asked).toMatchObject([
      {
        to: `${METADATA}/identity?${query}`,
        method: 'GET',
        headers: { 'metadata-flavor': 'Google' },
      },
    ])
  })

  it('is asked for again after a 503, not after a 404 for a machine without an account', async () => {
    const statuses = [503, 200, 404]
    const { asked, request } = await cloud((_, response) =>
      response.writeHead(statuses.shift() ?? 500).end(tokenFor('pypi')),
    )
    expect(await request({})).toBe(tokenFor('pypi'))
    await expect(request({})).rejects.toThrow('from Google Cloud: it answered 404')
    expect(asked).toHaveLength(3)
  })

  it.each([tokenFor('other'), 'text', '', '{}'])('is not read from %s', async (answer) => {
    const { request } = await cloud((_, response) => response.end(answer))
    await expect(request({})).rejects.toMatchObject({ code: 'id_token_unavailable' })
  })
})

describe('an ID token of another service account of Google Cloud', () => {
  const env = { GOOGLE_SERVICE_ACCOUNT_NAME: ACCOUNT }
  const GENERATE = `https:iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${ACCOUNT}:generateIdToken`
  const answering = (token: string, status = 200) =>
    cloud(({ to }, response) => {
      if (to.startsWith(METADATA)) response.end(JSON.stringify({ access_token: 'access-secret' }))
      else response.writeHead(status).end(JSON.stringify({ token }))
    })

  it('is made by leave of the machine', async () => {
    const { asked, request } = await answering(tokenFor('pypi'))
    expect(await request(env)).toBe(tokenFor('pypi'))
    const scopes = encodeURIComponent('https://www.googleapis.com/auth/cloud-platform')
    expect(asked).toMatchObject([
      {
        to: `${METADATA}/token?scopes=${scopes}`,
        method: 'GET',
        headers: { 'metadata-flavor': 'Google' },
      },
      {
        to: GENERATE,
        method: 'POST',
        headers: { authorization: 'Bearer access-secret', 'content-type': 'application/json' },
        body: JSON.stringify({ audience: 'pypi', includeEmail: true }),
      },
    ])
  })

  it('is refused to a machine that may not, and for another audience', async () => {
    await expect((await answering('x', 403)).request(env)).rejects.toThrow('it answered 403')
    await expect((await answering(tokenFor('other'))).request(env)).rejects.toThrow('"other"')
  })

  it.each(['{}', '{"access_token":""}', '{"access_token":1}', 'null', 'text'])(
    'is not asked for with the access token of %s',
    async (answer) => {
      const { asked, request } = await cloud((_, response) => response.end(answer))
      await expect(request(env)).rejects.toThrow('without an access token')
      expect(asked).toHaveLength(1)
    },
  )

  it.each(['me', '../x', `${ACCOUNT}/../y`, `${ACCOUNT}?x=`, 'person@gmail.com'])(
    'is not asked for under the name %j',
    async (GOOGLE_SERVICE_ACCOUNT_NAME) => {
      const { asked, request } = await answering(tokenFor('pypi'))
      await expect(request({ GOOGLE_SERVICE_ACCOUNT_NAME })).rejects.toThrow('is not the address')
      expect(asked).toEqual([])
    },
  )
})
