import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOfRefusal, openTemporaryRegistry, type TemporaryRegistry } from '../testing.ts'
import { createToken, revokeToken } from './accounts.ts'
import type { PublishedBy } from './model.ts'
import {
  authenticate,
  burnExchangedToken,
  EXCHANGED_TOKEN_MINUTES,
  issueExchangedToken,
  isTokenText,
  newTokenText,
} from './tokens.ts'

const KINDS = ['account', 'npm', 'pypi'] as const
const BY: PublishedBy = { kind: 'publisher', id: 'p', name: 'GitHub Actions', provider: 'github' }

describe('the text of an API token', () => {
  it.each([
    ['account', /^trustpub_[0-9A-Za-z]{36}$/],
    ['npm', /^trustpub_npm_[0-9A-Za-z]{36}$/],
    ['pypi', /^pypi-trustpub_[0-9A-Za-z]{36}$/],
  ] as const)('of kind %s has a prefix that secret scanners can find', (kind, form) => {
    expect(newTokenText(kind)).toMatch(form)
  })

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 1000 }, () => newTokenText('npm')))).toHaveLength(1000)
  })

  it('is recognised, and no longer if one character is another', () => {
    const anyCharacter = fc
      .integer({ min: 0x20, max: 0x7e })
      .map((code) => String.fromCharCode(code))
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.nat(),
        anyCharacter,
        (kind, position, character) => {
          const text = newTokenText(kind)
          expect(isTokenText(text)).toBe(true)
          const at = position % text.length
          fc.pre(text[at] !== character)
          expect(isTokenText(text.slice(0, at) + character + text.slice(at + 1))).toBe(false)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each(['', 'trustpub_', 'npm_abcdefghijklmnopqrstuvwxyz0123456789', 'XXXXX-XXXXX-XXXXX-XXXXX'])(
    'is not %j',
    (text) => {
      expect(isTokenText(text)).toBe(false)
    },
  )
})

describe('an API token', () => {
  let registry: TemporaryRegistry
  beforeAll(async () => {
    registry = await openTemporaryRegistry()
  })
  afterAll(() => registry.close())

  const now = () => new Date()
  const exchanged = (at: Date) =>
    issueExchangedToken(
      registry.store,
      'npm',
      [{ publisherId: 'p', ecosystem: 'npm', normalised: 'widget' }],
      BY,
      at,
    )

  it('says who sent it', async () => {
    const text = await registry.token(registry.alice, 'read')
    expect(await authenticate(registry.store, text, now())).toEqual({
      kind: 'account',
      account: registry.alice,
      permissions: ['read'],
    })
    const { text: other } = await exchanged(now())
    expect(await authenticate(registry.store, other, now())).toEqual({
      kind: 'publisher',
      grants: [{ publisherId: 'p', ecosystem: 'npm', normalised: 'widget' }],
      publishedBy: BY,
    })
  })

  it('is refused if this registry did not issue it, whatever its form', async () => {
    for (const text of ['garbage', newTokenText('account'), newTokenText('npm')]) {
      expect(await codeOfRefusal(() => authenticate(registry.store, text, now()))).toBe(
        'token_unknown',
      )
    }
  })

  it('that was exchanged is refused once its minutes are over, and not before', async () => {
    const issued = new Date('2026-01-01T00:00:00Z')
    const { text, expiresAt } = await exchanged(issued)
    expect(expiresAt.getTime() - issued.getTime()).toBe(EXCHANGED_TOKEN_MINUTES * 60_000)
    const justBefore = new Date(expiresAt.getTime() - 1)
    expect(await authenticate(registry.store, text, justBefore)).toHaveProperty('kind', 'publisher')
    expect(await codeOfRefusal(() => authenticate(registry.store, text, expiresAt))).toBe(
      'token_expired',
    )
  })

  it('of an account expires on the day that was asked for', async () => {
    const { store, alice } = registry
    const request = {
      accountName: 'alice',
      description: 'ci',
      permissions: ['read'] as const,
      expiresInDays: 1,
    }
    const { text, expiresAt } = await createToken(store, alice, ['read'], request, now())
    const after = new Date(expiresAt ?? '')
    expect(await codeOfRefusal(() => authenticate(store, text, after))).toBe('token_expired')
  })

  it('is refused as soon as it is revoked', async () => {
    const { store, alice } = registry
    const request = { accountName: 'alice', description: 'ci', permissions: ['read'] as const }
    const { id, text } = await createToken(store, alice, ['read'], request, now())
    await revokeToken(store, alice, id)
    expect(await codeOfRefusal(() => authenticate(store, text, now()))).toBe('token_revoked')
  })

  it('that was exchanged can be burnt by whoever has it; that of an account cannot', async () => {
    const { store, alice } = registry
    const { text } = await exchanged(now())
    await burnExchangedToken(store, text)
    expect(await codeOfRefusal(() => authenticate(store, text, now()))).toBe('token_revoked')
    const account = await registry.token(alice, 'read')
    await burnExchangedToken(store, account)
    await burnExchangedToken(store, 'garbage')
    expect(await authenticate(store, account, now())).toHaveProperty('kind', 'account')
  })
})
