import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { ciEndpoint, tokenFor } from './ci.test.util.ts'
import { askCi, askProgram, memberOf, requireToken } from './id-token-request.ts'
import type { RunProgram } from './provider.ts'

const REQUEST = { provider: 'Some CI', audience: 'pypi' }
const refusal = (reason: string) => ({
  code: 'id_token_unavailable',
  message: `There is no ID token for "pypi" from Some CI: ${reason}.`,
})

/** Answers one status after the other, 200 when there are no more; gives the outcome and how often it was asked. */
async function asked(...statuses: number[]) {
  let times = 0
  const answer = (response: ServerResponse) => {
    times += 1
    const status = statuses.shift() ?? 200
    if (status === 0) response.destroy()
    else response.writeHead(status, { location: '/elsewhere' }).end('the answer')
  }
  const url = new URL(await ciEndpoint((_, response) => answer(response)))
  const outcome: unknown = await askCi(REQUEST, url, {}, fetch).catch((error: unknown) => error)
  return { outcome, times }
}

describe('an endpoint of the CI', () => {
  it.each([[500], [503, 429], [0, 502]])('is asked again after %j %j', async (...statuses) => {
    const { length } = statuses
    expect(await asked(...statuses)).toEqual({ outcome: 'the answer', times: length + 1 })
  })

  it('is asked three times at most', async () => {
    const { outcome, times } = await asked(500, 500, 503, 500)
    expect(outcome).toMatchObject(refusal('it answered 503'))
    expect(times).toBe(3)
  })

  it.each([302, 307, 400, 401, 403, 404])(
    'is asked once if it answers %d, and never elsewhere',
    async (status) => {
      const { outcome, times } = await asked(status)
      expect(outcome).toMatchObject(refusal(`it answered ${status}`))
      expect(times).toBe(1)
    },
  )

  it('that does not exist is named with the cause', async () => {
    const failing = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('ENOTFOUND') }))
    const outcome = askCi(REQUEST, new URL('http://ci.example'), {}, failing)
    await expect(outcome).rejects.toMatchObject(refusal('fetch failed (ENOTFOUND)'))
  })
})

describe('a program of the CI', () => {
  const token = tokenFor('pypi')
  const playing = (...outcomes: (string | Error)[]) => {
    const calls: string[][] = []
    const run: RunProgram = async (program, args) => {
      calls.push([program, ...args])
      const outcome = outcomes[calls.length - 1] ?? token
      if (typeof outcome !== 'string') throw outcome
      return outcome
    }
    return { calls, ask: () => askProgram(REQUEST, 'ci', ['token', '--audience', 'pypi'], run) }
  }

  it('is run with separate arguments, and its output trimmed', async () => {
    const { calls, ask } = playing(`\n${token}\n`)
    expect(await ask()).toBe(token)
    expect(calls).toEqual([['ci', 'token', '--audience', 'pypi']])
  })

  it('is run again if it fails, three times at most', async () => {
    const once = playing(new Error('exit 1'))
    expect(await once.ask()).toBe(token)
    expect(once.calls).toHaveLength(2)
    const always = playing(
      ...['exit 1', 'exit 2', 'exit 3', 'exit 4'].map((text) => new Error(text)),
    )
    await expect(always.ask()).rejects.toMatchObject(refusal('exit 3'))
    expect(always.calls).toHaveLength(3)
  })

  it('is not looked for twice', async () => {
    const missing = playing(Object.assign(new Error('spawn ci ENOENT'), { code: 'ENOENT' }))
    const reason = 'the program ci is not installed in this job'
    await expect(missing.ask()).rejects.toMatchObject(refusal(reason))
    expect(missing.calls).toHaveLength(1)
    const outcome = askProgram(REQUEST, 'ci', [], undefined)
    await expect(outcome).rejects.toMatchObject(refusal('the program ci cannot be run here'))
  })

  it.each(['', 'Usage: ci token', `warning: old\n${token}`, tokenFor('npm:elsewhere')])(
    'is not believed when it prints %j',
    async (printed) => {
      await expect(playing(printed).ask()).rejects.toMatchObject({ code: 'id_token_unavailable' })
    },
  )
})

describe('an answer', () => {
  it.each<[unknown, string]>([
    [undefined, 'it answered without an ID token'],
    ['', 'it answered without an ID token'],
    [1, 'it answered without an ID token'],
    ['text', 'what was given is no ID token'],
    [tokenFor(undefined), 'what was given is no ID token'],
    [tokenFor('npm:other'), 'what was given is one for "npm:other"'],
    [tokenFor(['pypi']), 'what was given is one for ["pypi"]'],
  ])('with the token %j is kept back', (text, reason) => {
    expect(() => requireToken(REQUEST, text)).toThrow(expect.objectContaining(refusal(reason)))
  })

  it.each(['null', '[]', '{}', '1', '<html>', ''])('of %s has no members', (answer) => {
    expect(memberOf(answer, 'value')).toBeUndefined()
  })
})
