import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Finding } from './finding.ts'
import { Http } from './http.ts'
import type { Item, NpmItem, SkippedItem } from './item.ts'
import { Session } from './session.ts'
import { verifyAll } from './verify.ts'
import { integrityOf, startTestRegistry, type TestRegistry } from './verify-testing.ts'

let registry: TestRegistry
let http: Http
beforeEach(async () => {
  registry = await startTestRegistry()
  http = new Http(undefined, [])
})
afterEach(async () => {
  http.close()
  await registry.close()
})

function verify(items: readonly Item[], require?: 'signature', done = (_: Finding) => {}) {
  const source = { kind: 'file', path: '/there/are/no/roots' } as const
  const session = new Session({ http, issuers: [], source })
  return verifyAll(items, session, () => (require ? { require } : {}), done)
}

function unsigned(index: number): NpmItem {
  const [name, integrity] = [`w${index}`, integrityOf(`${index}`)]
  registry.answers[`/${name}/1.0.0`] = { dist: { integrity } }
  return { kind: 'npm', name, version: '1.0.0', registry: registry.url, integrity }
}

const GIT: SkippedItem = { kind: 'skipped', title: 'npm:w@', subject: 'npm:w', reason: 'is of git' }

it('asks for the keys of a registry once, and keeps the order of the items', async () => {
  const items = Array.from({ length: 50 }, (_, index) => unsigned(index))
  const done: string[] = []
  const findings = await verify(items, undefined, ({ title }) => done.push(title))
  expect(findings.map(({ title }) => title)).toEqual(items.map(({ name }) => `npm:${name}@1.0.0`))
  expect(done).toHaveLength(50)
  expect(registry.asked.filter(({ path }) => path.endsWith('/keys'))).toHaveLength(1)
})

it('asks a registry no more than sixteen things at once', async () => {
  let [now, most] = [0, 0]
  const counting = new Http(undefined, [])
  const get = counting.get.bind(counting)
  counting.get = async (...args) => {
    now += 1
    most = Math.max(most, now)
    await wait(2)
    const answer = await get(...args)
    now -= 1
    return answer
  }
  http = counting
  await verify(Array.from({ length: 100 }, (_, index) => unsigned(index)))
  expect(most).toBe(16)
})

it('goes on with the others after one that fails', async () => {
  const [first, second, third] = [unsigned(1), unsigned(2), unsigned(3)]
  registry.answers['/w2/1.0.0'] = 404
  const findings = await verify([first, second, third])
  expect(findings.map(({ status }) => status)).toEqual(['nothing', 'failed', 'nothing'])
})

it('skips what is of no registry, but not past an expectation', async () => {
  expect(await verify([GIT])).toMatchObject([{ status: 'skipped' }])
  const [finding] = await verify([GIT], 'signature')
  expect(finding).toMatchObject({ status: 'failed', problems: [{ code: 'registry_required' }] })
  const [nothing] = await verify([unsigned(1)], 'signature')
  expect(nothing?.files[0]?.problems).toMatchObject([{ code: 'signature_required' }])
})

it('tells of roots of trust that cannot be read, where attestations need them', async () => {
  const item = unsigned(1)
  const dist = { integrity: item.integrity, attestations: { url: '/attestations' } }
  registry.answers['/w1/1.0.0'] = { dist }
  registry.answers['/attestations'] = { attestations: [{ predicateType: 'x', bundle: {} }] }
  const [finding] = await verify([item])
  expect(finding?.files[0]?.problems).toMatchObject([{ code: 'trust_unavailable' }])
})
