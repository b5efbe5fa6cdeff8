import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codeOfRefusal, openStore } from '../testing.ts'
import type { Store } from './ports.ts'
import { prepareSetUp, setUp } from './set-up.ts'
import { authenticate } from './tokens.ts'

describe('set-up', () => {
  let folder: string
  let store: Store
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'registry-'))
    store = await openStore(pathToFileURL(join(folder, 'registry.db')))
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })

  it('makes an administrator whose token may do everything', async () => {
    const text = await prepareSetUp(store, undefined)
    const token = await setUp(store, text ?? '', 'root')
    expect(await authenticate(store, token, new Date())).toMatchObject({
      kind: 'account',
      account: { name: 'root', role: 'admin' },
      permissions: ['read', 'publish', 'manage'],
    })
    expect(await store.log.events(10)).toMatchObject([{ action: 'registry.set-up', actor: 'root' }])
  })

  it('takes the token that the operator chose, and no other', async () => {
    expect(await prepareSetUp(store, 'chosen')).toBe('chosen')
    expect(await codeOfRefusal(() => setUp(store, 'guessed', 'root'))).toBe('token_unknown')
    expect(await store.accounts.list()).toEqual([])
    await expect(setUp(store, 'chosen', 'root')).resolves.toMatch(/^trustpub_/)
  })

  it('happens once, also if two do it at once', async () => {
    await prepareSetUp(store, 'chosen')
    const results = await Promise.allSettled([
      setUp(store, 'chosen', 'root'),
      setUp(store, 'chosen', 'mallory'),
    ])
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await store.accounts.list()).toHaveLength(1)
    expect(await codeOfRefusal(() => setUp(store, 'chosen', 'again'))).toBe('set_up_done')
  })

  it('is not offered where there are accounts', async () => {
    await store.accounts.create('alice', 'member')
    expect(await prepareSetUp(store, 'chosen')).toBeUndefined()
    expect(await codeOfRefusal(() => setUp(store, 'chosen', 'root'))).toBe('set_up_done')
  })

  it('replaces the token of an earlier start that nobody used', async () => {
    const first = await prepareSetUp(store, undefined)
    const second = await prepareSetUp(store, undefined)
    expect(second).not.toBe(first)
    expect(await codeOfRefusal(() => setUp(store, first ?? '', 'root'))).toBe('token_unknown')
  })
})
