import { refuse } from '../errors.ts'
import type { Account, TokenPermission } from './model.ts'
import type { Store } from './ports.ts'
import { issueAccountToken } from './tokens.ts'

/** A longer name fits no column of a listing. */
const MAX_NAME_LENGTH = 64
const DAY_MS = 24 * 3600_000

/**
 * An account's name: what people see and type, so one spelling only.
 * @throws Refusal `name_invalid`
 */
export function parseAccountName(text: string): string {
  if (text.length <= MAX_NAME_LENGTH && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text)) return text
  const shown = JSON.stringify(text.slice(0, MAX_NAME_LENGTH))
  throw refuse('name_invalid', {
    reason: `The account name ${shown} cannot be used: write lower-case letters, digits and "-", with a letter or digit at both ends, at most ${MAX_NAME_LENGTH} characters.`,
  })
}

/** Makes an account. @throws Refusal `name_invalid` or `already_exists` */
export async function createAccount(
  store: Store,
  admin: Account,
  nameText: string,
  role: Account['role'],
): Promise<Account> {
  const name = parseAccountName(nameText)
  return store.transaction(async (tx) => {
    if ((await tx.accounts.byName(name)) !== undefined) {
      throw refuse('already_exists', { what: `The account ${name}` })
    }
    const account = await tx.accounts.create(name, role)
    const event = { action: 'account.created', subject: name, details: { role } }
    await tx.log.audit({ actor: admin.name, ...event })
    return account
  })
}

interface TokenRequest {
  /** Whose token it will be: the own account's, or for an administrator any account's. */
  readonly accountName: string
  readonly description: string
  readonly permissions: readonly TokenPermission[]
  readonly expiresInDays?: number | undefined
}

/**
 * Issues an API token for an account. The text is returned once and not kept.
 * @param held what the token of the request may do: no token makes one that may do more
 * @throws Refusal `admin_only`, `token_permission` or `does_not_exist`
 */
export async function createToken(
  store: Store,
  by: Account,
  held: readonly TokenPermission[],
  request: TokenRequest,
  now: Date,
): Promise<{ readonly id: string; readonly text: string; readonly expiresAt?: string }> {
  const { accountName, description, permissions, expiresInDays } = request
  if (accountName !== by.name) requireAdminRole(by, "issue another account's tokens")
  const lacking = permissions.find((permission) => !held.includes(permission))
  if (lacking !== undefined) throw refuse('token_permission', { permission: lacking })
  const expiry =
    expiresInDays === undefined
      ? {}
      : { expiresAt: new Date(now.getTime() + expiresInDays * DAY_MS).toISOString() }
  return store.transaction(async (tx) => {
    const account = await accountNamed(tx, accountName)
    const options = { description, permissions, ...expiry }
    const issued = await issueAccountToken(tx, account.id, options)
    const details = { id: issued.id, description, permissions, ...expiry }
    const event = { action: 'token.created', subject: account.name, details }
    await tx.log.audit({ actor: by.name, ...event })
    return { ...issued, ...expiry }
  })
}

/** Makes a token worthless from now on. @throws Refusal `does_not_exist` */
export async function revokeToken(store: Store, by: Account, id: string): Promise<void> {
  await store.transaction(async (tx) => {
    const token = await tx.tokens.find(id)
    if (token === undefined || (token.account?.id !== by.id && by.role !== 'admin')) {
      throw refuse('does_not_exist', { what: `The API token ${id}` })
    }
    await tx.tokens.revoke(token.hash)
    const subject = token.account?.name ?? token.publishedBy?.run?.repository ?? id
    await tx.log.audit({ actor: by.name, action: 'token.revoked', subject, details: { id } })
  })
}

/** @throws Refusal `does_not_exist` */
export async function accountNamed(store: Store, name: string): Promise<Account> {
  const account = await store.accounts.byName(name)
  if (account !== undefined) return account
  throw refuse('does_not_exist', { what: `The account ${name}` })
}

/** @throws Refusal `admin_only` */
export function requireAdminRole(account: Account, action: string): void {
  if (account.role !== 'admin') throw refuse('admin_only', { action })
}
