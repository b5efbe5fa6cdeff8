import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { npmRegistrar } from './npm-registrar.ts'
import {
  type DoubleOptions,
  GRANULAR_TOKEN,
  type NpmjsDouble,
  SESSION_TOKEN,
  STRANGER_TOKEN,
  startNpmjsDouble,
} from './npmjs-double.test.util.ts'
import type { Registrar } from './registrar.ts'
import { type SessionOptions, TrustSession } from './session.ts'

const doubles: NpmjsDouble[] = []
afterEach(() => {
  for (const double of doubles.splice(0)) double.close()
})

interface Opened {
  readonly double: NpmjsDouble
  readonly registrar: Registrar
  readonly pauses: number[]
  readonly told: string[]
}

async function open(
  options: DoubleOptions = {},
  session: Partial<SessionOptions> = {},
): Promise<Opened> {
  const double = await startNpmjsDouble({ packages: { a: [], b: [], c: [] }, ...options })
  doubles.push(double)
  const pauses: number[] = []
  const told: string[] = []
  const registrar = npmRegistrar(
    new TrustSession(double.url, {
      token: SESSION_TOKEN,
      asking: { given: undefined, ask: undefined, show: undefined },
      advice: 'Log in.',
      pace: 0,
      tell: (line) => told.push(line),
      pause: async (ms) => void pauses.push(ms),
      ...session,
    }),
    { isNpmjs: true },
  )
  return { double, registrar, pauses, told }
}

const RULE = {
  provider: 'github',
  fields: { repository: 'acme/widget', workflow: 'release.yml', environment: 'npm' },
  permissions: ['publish'] as const,
}

const asking = (changes: Partial<SessionOptions['asking']>): Pick<SessionOptions, 'asking'> => ({
  asking: { given: undefined, ask: undefined, show: undefined, ...changes },
})

describe('a one-time password', () => {
  it('is asked for once, and serves the packages after it for as long as the registry remembers', async () => {
    const questions: string[] = []
    const opened = await open(
      { secondFactor: 'code', remembered: 3 },
      asking({
        ask: async (question) => {
          questions.push(question)
          return opened.double.code()
        },
      }),
    )
    for (const name of ['npm:a', 'npm:b', 'npm:c']) await opened.registrar.add(name, RULE)
    expect(questions).toEqual([`One-time password for ${opened.double.url.host}`])
    for (const name of ['a', 'b', 'c']) expect(opened.double.configured(name)).toHaveLength(1)
    // The stale code was tried once more, and then left away.
    expect(opened.double.seen.map(({ headers }) => headers['npm-otp'])).toEqual([
      undefined,
      '100000',
      '100000',
      undefined,
      undefined,
    ])
  })

  it('is asked for again when the registry has forgotten', async () => {
    let count = 0
    const opened = await open(
      { secondFactor: 'code', remembered: 1 },
      asking({
        ask: async () => {
          count += 1
          return opened.double.code()
        },
      }),
    )
    for (const name of ['npm:a', 'npm:b', 'npm:c']) await opened.registrar.add(name, RULE)
    expect(count).toBe(2)
  })

  it('is taken from the command line first', async () => {
    const { registrar, double } = await open({ secondFactor: 'code' }, asking({ given: '100000' }))
    await registrar.add('npm:a', RULE)
    expect(double.seen.map(({ headers }) => headers['npm-otp'])).toEqual(['100000'])
    expect(double.seen[0]?.headers['npm-auth-type']).toBe('legacy')
  })

  it('is confirmed in the browser where the registry names a page', async () => {
    const opened: string[] = []
    const found = await open(
      { secondFactor: 'web', remembered: 10 },
      {
        ...asking({ show: (url) => void opened.push(url) }),
        // The person takes a while.
        pause: async () => found.double.confirm(),
      },
    )
    await found.registrar.add('npm:a', RULE)
    await found.registrar.add('npm:b', RULE)
    expect(opened).toEqual(['https://www.npmjs.example/auth'])
    expect(found.double.configured('b')).toHaveLength(1)
    const polls = found.double.seen.filter(({ url }) => url.startsWith('/-/auth/done/'))
    expect(polls.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${SESSION_TOKEN}`,
      `Bearer ${SESSION_TOKEN}`,
    ])
  })

  it('has to be confirmed for every package where the person does not let it be skipped', async () => {
    let shown = 0
    const found = await open(
      { secondFactor: 'web' },
      {
        ...asking({
          show: () => {
            shown += 1
          },
        }),
        pause: async () => found.double.confirm(),
      },
    )
    await found.registrar.add('npm:a', RULE)
    await found.registrar.add('npm:b', RULE)
    expect(shown).toBe(2)
  })

  it('that nobody can be asked for is a sentence', async () => {
    const { registrar } = await open({ secondFactor: 'web' })
    await expect(registrar.list('npm:a')).rejects.toMatchObject({ code: 'trust_otp_needed' })
  })

  it('that was given and is wrong is said to be so', async () => {
    const { registrar } = await open({ secondFactor: 'code' }, asking({ given: '000000' }))
    await expect(registrar.list('npm:a')).rejects.toMatchObject({ code: 'trust_otp_refused' })
  })

  it('may be wrong twice', async () => {
    const codes = ['000000', '000001']
    const opened = await open(
      { secondFactor: 'code' },
      asking({ ask: async () => codes.shift() ?? opened.double.code() }),
    )
    expect(await opened.registrar.list('npm:a')).toEqual([])
  })

  it('that is wrong again and again ends the asking', async () => {
    const { registrar, double } = await open(
      { secondFactor: 'code' },
      asking({ ask: async () => '000000' }),
    )
    await expect(registrar.list('npm:a')).rejects.toMatchObject({ code: 'trust_otp_refused' })
    expect(double.seen.length).toBe(4)
  })

  it('is found in words where the registry forgets the header', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(401).end('You must provide a one-time pass.')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const session = new TrustSession(url, { token: 'npm_x', advice: '', pace: 0, ...asking({}) })
    await expect(session.send('GET', '/x', 'npm:a')).rejects.toMatchObject({
      code: 'trust_otp_needed',
    })
    server.close()
  })
})

describe('a registry that asks for patience', () => {
  it('is asked again after the time that it names', async () => {
    const { registrar, pauses, told, double } = await open({ busy: { 0: '7', 1: '100000' } })
    expect(await registrar.list('npm:a')).toEqual([])
    expect(pauses).toEqual([7000, 120_000])
    expect(told[0]).toBe(`${double.url.host} asks for patience: waiting 7 s.`)
  })

  it('is asked less and less often where it names none', async () => {
    const { registrar, pauses } = await open({ busy: { 0: '', 1: '0', 2: '' } })
    await registrar.add('npm:a', RULE)
    expect(pauses).toEqual([5000, 10_000, 20_000])
  })

  it('is left alone in the end', async () => {
    const busy = Object.fromEntries(Array.from({ length: 20 }, (_, number) => [number, '1']))
    const { registrar, double } = await open({ busy })
    await expect(registrar.add('npm:a', RULE)).rejects.toMatchObject({ code: 'trust_rate_limited' })
    expect(double.seen).toHaveLength(6)
  })

  it('gets changes at a distance, and reads without one', async () => {
    const { registrar, pauses } = await open({}, { pace: 60_000 })
    await registrar.list('npm:a')
    await registrar.add('npm:a', RULE)
    await registrar.list('npm:b')
    expect(pauses).toEqual([])
    await registrar.add('npm:b', RULE)
    expect(pauses).toHaveLength(1)
    expect(pauses[0]).toBeGreaterThan(59_000)
  })
})

describe('a registry that refuses', () => {
  it.each([
    [GRANULAR_TOKEN, 'trust_token_invalid', 'tokens that bypass 2FA are being restricted. Log in.'],
    [STRANGER_TOKEN, 'trust_token_refused', 'configure npm:a: you may not'],
    ['nonsense', 'trust_token_invalid', 'it answers 401'],
  ])('the token %s is told of', async (token, code, words) => {
    const { registrar } = await open({}, { token })
    const adding = registrar.add('npm:a', RULE)
    await expect(adding).rejects.toMatchObject({ code })
    await expect(adding).rejects.toThrow(words)
    await expect(adding).rejects.not.toThrow(token)
  })

  it.each([
    [400, { message: 'no such route' }, 'trust_refused', 'no such route'],
    [409, {}, 'trust_conflict', 'it answers 409'],
    [422, { error: 'no such workflow.' }, 'trust_refused', 'no such workflow.'],
    [302, {}, 'trust_answer_unusable', 'leads to another address'],
    [503, {}, 'trust_unreachable', 'it answers 503'],
    [422, { error: '\u001b[2Jcleared' }, 'trust_refused', '�[2Jcleared'],
  ])('with %d %j is told of as %s', async (status, body, code, words) => {
    const { registrar } = await open({ refusal: () => ({ status, body }) })
    const adding = registrar.add('npm:a', RULE)
    await expect(adding).rejects.toMatchObject({ code })
    await expect(adding).rejects.toThrow(words)
  })

  it('does not get a change a second time after an outage, but reads are tried again', async () => {
    const adding = await open({ cut: [0] })
    await expect(adding.registrar.add('npm:a', RULE)).rejects.toMatchObject({
      code: 'trust_unreachable',
    })
    expect(adding.double.seen).toHaveLength(1)
    const reading = await open({ cut: [0, 1] })
    expect(await reading.registrar.list('npm:a')).toEqual([])
    expect(reading.pauses).toEqual([500, 2000])
  })

  it('that is not there is told of', async () => {
    const { registrar, double } = await open()
    double.close()
    await expect(registrar.list('npm:a')).rejects.toMatchObject({ code: 'trust_unreachable' })
  })
})

it.each(['', 'two words', 'npm_\nx', 'npm_ü'])('sends no token like %j', (token) => {
  const make = () =>
    new TrustSession(new URL('https://registry.example/'), {
      token,
      advice: '',
      pace: 0,
      ...asking({}),
    })
  expect(make).toThrow('has characters that no token has')
})

it('sends no token over http to another machine', () => {
  const make = (url: string) =>
    new TrustSession(new URL(url), { token: 'npm_x', advice: '', pace: 0, ...asking({}) })
  expect(() => make('http://registry.example/')).toThrow('by http')
  expect(() => make('http://127.0.0.1.example/')).toThrow('by http')
  expect(make('http://[::1]:4873/').host).toBe('[::1]:4873')
})
