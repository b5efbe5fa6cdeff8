import { expect, it } from 'vitest'
import { ask, askOnly } from './ask.ts'
import { type Reply, testContext } from './testing.ts'

const URL_ASKED = new URL('https://registry.example/widget')
const question = {
  what: 'the versions',
  outgoing: () => ({ method: 'GET' as const, url: URL_ASKED }),
}

function answering(...replies: Reply[]) {
  return testContext(() => replies.shift() ?? [200, {}])
}

it.each<[string, Reply]>([
  ['a broken connection', new Error('read ECONNRESET')],
  ['429', [429]],
  ['500', [500]],
  ['503', [503]],
])('asks again after %s', async (_, reply) => {
  const context = answering(reply, reply, [200, { ok: true }])
  expect((await askOnly(question, context)).status).toBe(200)
  expect(context.waits).toEqual([1000, 4000])
})

it.each([400, 401, 403, 404, 409, 422, 501])('takes %d for an answer', async (status) => {
  const context = answering([status])
  expect((await askOnly(question, context)).status).toBe(status)
  expect(context.requests).toHaveLength(1)
})

it('gives up after four attempts, with the reason', async () => {
  const context = testContext(() => new Error('connect ECONNREFUSED'))
  await expect(askOnly(question, context)).rejects.toMatchObject({
    code: 'registry_unreachable',
    message: expect.stringContaining('ECONNREFUSED'),
  })
  expect(context.requests).toHaveLength(4)
})

it('waits as long as it is asked to, but not for ever', async () => {
  const context = answering([429, '', { 'retry-after': '7' }], [429, '', { 'retry-after': '9999' }])
  await askOnly(question, context)
  expect(context.waits).toEqual([7000, 60_000])
})

it('makes every attempt anew', async () => {
  let made = 0
  const context = answering([500], [200])
  await ask(
    { ...question, outgoing: () => ({ ...question.outgoing(), headers: { n: `${++made}` } }) },
    context,
  )
  expect(context.requests.map(({ headers }) => headers.n)).toEqual(['1', '2'])
})

it('stops if what was asked for turns out to be done', async () => {
  const context = answering(new Error('socket hang up'))
  const asked = await ask({ ...question, alreadyDone: async () => true }, context)
  expect(asked).toBe('already done')
  expect(context.requests).toHaveLength(1)
})

it('follows no redirect, wherever it leads', async () => {
  const context = answering([302, '', { location: 'https://elsewhere.example/x' }])
  await expect(askOnly(question, context)).rejects.toMatchObject({
    code: 'redirect_refused',
    message: expect.stringContaining('https://elsewhere.example'),
  })
  expect(context.requests).toHaveLength(1)
})

it('sends nothing in the clear, except on this machine', async () => {
  const context = answering()
  const at = (href: string) => ({
    ...question,
    outgoing: () => ({ method: 'GET' as const, url: new URL(href) }),
  })
  for (const href of [
    'http://registry.example/',
    'http://127.evil.example/',
    'http://localhost.example/',
  ]) {
    await expect(askOnly(at(href), context)).rejects.toMatchObject({ code: 'registry_insecure' })
  }
  expect(context.requests).toHaveLength(0)
  for (const href of ['http://localhost:1/', 'http://127.0.0.1:1/', 'http://[::1]:1/'])
    await askOnly(at(href), context)
})
