import type { ApiToken } from '../../domain/model.ts'
import type { TokenStore } from '../../domain/ports.ts'
import { insertion, prepared } from '../prepared.ts'
import { toAccount, toToken } from '../rows.ts'
import type { Db, Schema } from '../schema.ts'

export function tokenStore(db: Db): TokenStore {
  return {
    async create(token) {
      await insertToken(db, {
        id: token.id,
        hash: token.hash,
        hint: token.hint,
        description: token.description,
        account_id: token.accountId ?? null,
        permissions: JSON.stringify(token.permissions),
        grants: token.grants === undefined ? null : JSON.stringify(token.grants),
        published_by: token.publishedBy === undefined ? null : JSON.stringify(token.publishedBy),
        created_at: token.createdAt,
        expires_at: token.expiresAt ?? null,
        revoked_at: token.revokedAt ?? null,
      })
    },

    async byHash(hash) {
      return toAccountToken((await tokenByHash(db, { hash })).rows[0])
    },

    async find(id) {
      return toAccountToken(
        await tokensWithAccounts(db)
          .where('api_tokens.id', '=', id)
          .where('api_tokens.account_id', 'is not', null)
          .executeTakeFirst(),
      )
    },

    async byAccount(accountId) {
      const rows = await db
        .selectFrom('api_tokens')
        .selectAll()
        .where('account_id', '=', accountId)
        .orderBy('created_at')
        .execute()
      return rows.map((row) => toToken(row, undefined))
    },

    async revoke(hash) {
      await db
        .updateTable('api_tokens')
        .set({ revoked_at: new Date().toISOString() })
        .where('hash', '=', hash)
        .where('revoked_at', 'is', null)
        .execute()
    },

    async claimIdToken(issuer, jti, forgetAt) {
      const claimed = await claim(db, { issuer, jti, forget_at: forgetAt.toISOString() })
      return claimed.numAffectedRows === 1n
    },

    async sweep(now) {
      const over = now.toISOString()
      await db.deleteFrom('used_id_tokens').where('forget_at', '<', over).execute()
      await db
        .deleteFrom('api_tokens')
        .where('account_id', 'is', null)
        .where('expires_at', '<', over)
        .execute()
    },
  }
}

function tokensWithAccounts(db: Db) {
  return db
    .selectFrom('api_tokens')
    .leftJoin('accounts', 'accounts.id', 'api_tokens.account_id')
    .selectAll('api_tokens')
    .select(['accounts.name', 'accounts.role', 'accounts.created_at as account_created_at'])
}

type TokenRow = Awaited<ReturnType<ReturnType<typeof tokensWithAccounts>['executeTakeFirst']>>

const tokenByHash = prepared<{ hash: string }, NonNullable<TokenRow>>((db, value) =>
  tokensWithAccounts(db).where('api_tokens.hash', '=', value('hash')),
)

const insertToken = insertion('api_tokens')

const claim = prepared<Schema['used_id_tokens']>((db, value) =>
  db
    .insertInto('used_id_tokens')
    .values({ issuer: value('issuer'), jti: value('jti'), forget_at: value('forget_at') })
    .onConflict((conflict) => conflict.columns(['issuer', 'jti']).doNothing()),
)

function toAccountToken(row: TokenRow): ApiToken | undefined {
  if (row === undefined) return undefined
  const { account_id, name, role, account_created_at } = row
  if (account_id === null || name === null || role === null || account_created_at === null) {
    return toToken(row, undefined)
  }
  return toToken(row, toAccount({ id: account_id, name, role, created_at: account_created_at }))
}
