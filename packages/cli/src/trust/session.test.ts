import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { npmRegistrar } from './npm-registrar.ts'
import { type OneTimePasswords, TrustSession } from './session.ts'

/** What a request was answered with, and what it asked. */
type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A double of a registry's trust endpoint; each request takes the next answer, the last one again and again. */
async function registry(...answers: Answer[]): Promise<{ base: URL; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const answer = answers[Math.min(seen.length, answers.length - 1)]
      seen.push(request)
      answer?.(request, response, body)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { base: new URL(`http://127.0.0.1:${port}/`), seen }
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

const NOBODY: OneTimePasswords = { given: undefined, ask: undefined, open: () => {} }
const somebody = (code: string): OneTimePasswords => ({
  given: undefined,
  ask: async () => code,
  open: () => {},
})
const session = (base: URL, passwords = NOBODY) =>
  new TrustSession(base, 'secret-token', passwords, async () => {})
const OTP = { 'www-authenticate': 'OTP' }
const PUBLISHER = {
  package: 'npm:@acme/widget',
  provider: 'github',
  fields: { repository: 'acme/widget', workflow: 'release.yml', environment: 'npm' },
  permissions: ['publish'] as const,
}

describe('the trust endpoint of npm', () => {
  it('is asked and told in the words of npm trust', async () => {
    let sent: unknown
    const { base, seen } = await registry((_request, response, body) => {
      sent = JSON.parse(body)
      json(201, [])(_request, response, body)
    })
    await npmRegistrar(session(base)).add(PUBLISHER)
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/-/package/@acme%2fwidget/trust' })
    expect(seen[0]?.headers.authorization).toBe('Bearer secret-token')
    expect(sent).toEqual([
      {
        type: 'github',
        claims: {
          repository: 'acme/widget',
          workflow_ref: { file: 'release.yml' },
          environment: 'npm',
        },
        permissions: ['createPackage'],
      },
    ])
  })

  it('lists what is there, also of a kind of CI that is not known here', async () => {
    const claims = { repository: 'acme/widget', workflow_ref: { file: 'release.yml' } }
    const { base } = await registry(
      json(200, [
        { id: '1', type: 'github', claims, permissions: ['createPackage'] },
        { id: '2', type: 'jenkins', claims: { x: 1 }, permissions: [] },
      ]),
    )
    expect(await npmRegistrar(session(base)).list('npm:@acme/widget')).toEqual([
      {
        id: '1',
        provider: 'github',
        fields: { repository: 'acme/widget', workflow: 'release.yml' },
        permissions: ['publish'],
      },
      { id: '2', provider: 'jenkins', fields: {}, permissions: [] },
    ])
  })

  it.each([
    [401, {}, 'trust_token_refused'],
    [403, { message: 'Forbidden.' }, 'trust_token_refused'],
    [404, {}, 'trust_package_missing'],
    [409, { error: 'already configured' }, 'trust_refused'],
    [422, { message: 'no such workflow' }, 'trust_refused'],
    [302, {}, 'trust_answer_unusable'],
    [500, {}, 'trust_unreachable'],
  ])('that answers %d is told of as %j → %s', async (status, body, code) => {
    const { base } = await registry(json(status, body))
    const adding = npmRegistrar(session(base)).add(PUBLISHER)
    await expect(adding).rejects.toMatchObject({ code })
    await expect(adding).rejects.not.toThrow('secret-token')
  })

  it('that asks for patience is asked again, and in the end is left alone', async () => {
    const slow = json(429, {}, { 'retry-after': '1' })
    const patient = await registry(slow, slow, json(200, []))
    expect(await npmRegistrar(session(patient.base)).list('npm:a')).toEqual([])
    const busy = await registry(slow)
    await expect(npmRegistrar(session(busy.base)).list('npm:a')).rejects.toMatchObject({
      code: 'trust_rate_limited',
    })
  })

  it('that is not there is told of', async () => {
    const { base } = await registry(json(200, []))
    servers.splice(0)[0]?.close()
    await new Promise((resolve) => setTimeout(resolve, 10))
    await expect(npmRegistrar(session(base)).list('npm:a')).rejects.toMatchObject({
      code: 'trust_unreachable',
    })
  })
})

describe('a one-time password', () => {
  it('is asked for once and serves the requests after it', async () => {
    const needsCode: Answer = (request, response, body) =>
      (request.headers['npm-otp'] === '123456' ? json(200, []) : json(401, {}, OTP))(
        request,
        response,
        body,
      )
    const { base, seen } = await registry(needsCode)
    const registrar = npmRegistrar(session(base, somebody('123456')))
    await registrar.list('npm:a')
    await registrar.list('npm:b')
    expect(seen.map(({ headers }) => headers['npm-otp'])).toEqual([undefined, '123456', '123456'])
  })

  it('is confirmed in the browser where the registry names a page', async () => {
    const opened: string[] = []
    let base = new URL('http://127.0.0.1/')
    const pages: Answer = (request, response, body) => {
      const { url } = request
      const answer =
        url === '/done'
          ? opened.length > 0 && seenDone++ > 0
            ? json(200, { token: 'from-browser' })
            : json(202, {}, { 'retry-after': '1' })
          : request.headers['npm-otp'] === 'from-browser'
            ? json(200, [])
            : json(401, { authUrl: 'https://x.example/auth', doneUrl: `${base}done` }, OTP)
      answer(request, response, body)
    }
    let seenDone = 0
    const server = await registry(pages)
    base = server.base
    const passwords = { ...somebody('unused'), open: (url: string) => void opened.push(url) }
    expect(await npmRegistrar(session(base, passwords)).list('npm:a')).toEqual([])
    expect(opened).toEqual(['https://x.example/auth'])
  })

  it('that nobody can be asked for is a sentence', async () => {
    const { base } = await registry(json(401, { error: 'one-time password' }))
    await expect(npmRegistrar(session(base)).list('npm:a')).rejects.toMatchObject({
      code: 'trust_otp_needed',
    })
  })

  it('that is wrong ends after some attempts', async () => {
    const { base, seen } = await registry(json(401, {}, OTP))
    const listing = npmRegistrar(session(base, somebody('000000'))).list('npm:a')
    await expect(listing).rejects.toMatchObject({ code: 'trust_token_refused' })
    expect(seen.length).toBeLessThan(10)
  })
})

it('sends no token over http to another machine', () => {
  expect(() => session(new URL('http://registry.example/'))).toThrow('by http')
})
