import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { refuse } from '../errors.ts'
import type { Account, ApiToken, Ecosystem, Grant, PublishedBy, TokenPermission } from './model.ts'
import type { Store } from './ports.ts'

/**
 * An exchanged API token lives as long as PyPI's: enough for a large upload, too short to be worth stealing from a log.
 */
export const EXCHANGED_TOKEN_MINUTES = 15

/** 30 characters of base 62 carry 178 bits: never guessed. */
const RANDOM_LENGTH = 30
const CHECKSUM_LENGTH = 6
const HINT_LENGTH = 8
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Prefixes tell secret scanners what they found; PyPI's clients warn unless theirs begins with `pypi-`. */
const PREFIXES = { account: 'trustpub_', npm: 'trustpub_npm_', pypi: 'pypi-trustpub_' } as const
const TOKEN = new RegExp(
  `^(?:${Object.values(PREFIXES).join('|')})([0-9A-Za-z]{${RANDOM_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
)

/** Whoever sent a request. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'account'
      readonly account: Account
      readonly permissions: readonly TokenPermission[]
    }
  | {
      readonly kind: 'publisher'
      readonly grants: readonly Grant[]
      readonly publishedBy: PublishedBy
    }

/** Makes a new API token text: prefix, random part, checksum of the random part. */
export function newTokenText(kind: keyof typeof PREFIXES): string {
  const random = Array.from({ length: RANDOM_LENGTH }, randomBase62).join('')
  return PREFIXES[kind] + random + checksum(random)
}

function randomBase62(): string {
  // 248 is the largest multiple of 62 that a byte holds; above it some characters would come up more often.
  for (;;) {
    const byte = nextRandomByte()
    if (byte < 248) return BASE62.charAt(byte % 62)
  }
}

let pool = Buffer.alloc(0)
let next = 0

function nextRandomByte(): number {
  if (next === pool.length) {
    pool = randomBytes(1024)
    next = 0
  }
  const byte = pool[next] ?? 0
  pool[next] = 0
  next += 1
  return byte
}

/** Lets garbage be refused, and leaks be recognised, without a look into the database. */
function checksum(random: string): string {
  let value = crc32(random)
  let text = ''
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = BASE62.charAt(value % 62) + text
    value = Math.floor(value / 62)
  }
  return text
}

/** Whether the text has the form of a token that this registry could have issued. */
export function isTokenText(text: string): boolean {
  const [, random, sum] = TOKEN.exec(text) ?? []
  return random !== undefined && checksum(random) === sum
}

/** The only form in which a token is stored. */
export function hashToken(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Issues a token for an account. The text is returned once and not kept. */
export async function issueAccountToken(
  store: Store,
  accountId: string,
  options: {
    readonly description: string
    readonly permissions: readonly TokenPermission[]
    readonly expiresAt?: string
  },
): Promise<{ readonly id: string; readonly text: string }> {
  const text = newTokenText('account')
  const id = randomUUID()
  await store.tokens.create({ ...describe(text, id), accountId, ...options })
  return { id, text }
}

/** Issues the token that an exchange ends with. To be called within its transaction. */
export async function issueExchangedToken(
  store: Store,
  ecosystem: Ecosystem,
  grants: readonly Grant[],
  publishedBy: PublishedBy,
  now: Date,
): Promise<{ readonly text: string; readonly createdAt: Date; readonly expiresAt: Date }> {
  const text = newTokenText(ecosystem)
  const expiresAt = new Date(now.getTime() + EXCHANGED_TOKEN_MINUTES * 60_000)
  await store.tokens.create({
    ...describe(text, randomUUID()),
    description: 'exchanged for an ID token',
    permissions: [],
    expiresAt: expiresAt.toISOString(),
    grants,
    publishedBy,
  })
  return { text, createdAt: now, expiresAt }
}

function describe(text: string, id: string): Pick<ApiToken, 'id' | 'hash' | 'hint' | 'createdAt'> {
  const start = text.lastIndexOf('_') + 1
  const hint = text.slice(0, start + HINT_LENGTH)
  return { id, hash: hashToken(text), hint, createdAt: new Date().toISOString() }
}

/**
 * Says who sent a token.
 * @throws Refusal `token_unknown`, `token_expired` or `token_revoked`
 */
export async function authenticate(store: Store, text: string, now: Date): Promise<Actor> {
  const token = isTokenText(text) ? await store.tokens.byHash(hashToken(text)) : undefined
  if (token === undefined) throw refuse('token_unknown', {})
  if (token.revokedAt !== undefined) throw refuse('token_revoked', { revoked: token.revokedAt })
  if (token.expiresAt !== undefined && token.expiresAt <= now.toISOString()) {
    throw refuse('token_expired', { expired: token.expiresAt, minutes: EXCHANGED_TOKEN_MINUTES })
  }
  if (token.grants !== undefined && token.publishedBy !== undefined) {
    return { kind: 'publisher', grants: token.grants, publishedBy: token.publishedBy }
  }
  if (token.account === undefined) throw refuse('token_unknown', {})
  return { kind: 'account', account: token.account, permissions: token.permissions }
}

/**
 * Revokes an exchanged token before its time. Whoever has the token may do it; nothing happens, and nothing is said,
 * where there is no such token. Tokens of accounts are not touched: those are revoked by their owners.
 */
export async function burnExchangedToken(store: Store, text: string): Promise<void> {
  const token = isTokenText(text) ? await store.tokens.byHash(hashToken(text)) : undefined
  if (token?.grants !== undefined) await store.tokens.revoke(token.hash)
}
