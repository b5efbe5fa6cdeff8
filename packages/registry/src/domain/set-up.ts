import { refuse } from '../errors.ts'
import type { Store } from './ports.ts'
import { hashToken, issueAccountToken, newTokenText } from './tokens.ts'

const SETTING = 'set-up token'

/**
 * Prepares an empty registry for its first administrator: keeps the hash of a one-time set-up token.
 * @param given a token that the operator chose; otherwise one is made
 * @returns the token to show to the operator, or undefined if there are accounts already
 */
export async function prepareSetUp(
  store: Store,
  given: string | undefined,
): Promise<string | undefined> {
  return store.transaction(async (tx) => {
    if ((await tx.accounts.list()).length > 0) return undefined
    const text = given ?? newTokenText('account')
    await tx.accounts.setSetting(SETTING, hashToken(text))
    return text
  })
}

/**
 * Makes the first administrator of a registry.
 * @returns an API token with all permissions
 * @throws Refusal `set_up_done` or `token_unknown`
 */
export async function setUp(
  store: Store,
  setUpToken: string,
  accountName: string,
): Promise<string> {
  return store.transaction(async (tx) => {
    const expected = await tx.accounts.setting(SETTING)
    if (expected === undefined) throw refuse('set_up_done', {})
    if (hashToken(setUpToken) !== expected) throw refuse('token_unknown', {})
    const account = await tx.accounts.create(accountName, 'admin')
    await tx.accounts.setSetting(SETTING, undefined)
    await tx.log.audit({
      actor: accountName,
      action: 'registry.set-up',
      subject: accountName,
      details: {},
    })
    const options = {
      description: 'first administrator',
      permissions: ['read', 'publish', 'manage'] as const,
    }
    return (await issueAccountToken(tx, account.id, options)).text
  })
}
