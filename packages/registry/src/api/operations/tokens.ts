import * as v from 'valibot'
import { accountNamed, createToken, requireAdminRole, revokeToken } from '../../domain/accounts.ts'
import type { ApiToken } from '../../domain/model.ts'
import { defineOperation, type Operation } from '../operation.ts'
import { DEFAULT_LIMIT, limit, sentence } from '../parameters.ts'
import { SCHEMAS, type TokenView } from '../schemas.ts'

/** A token that outlives its purpose by years is one that nobody remembers to revoke. */
const MAX_DAYS = 730

const permission = v.picklist(['read', 'publish', 'manage'])

const listTokens = defineOperation({
  id: 'listTokens',
  group: 'API tokens',
  method: 'get',
  path: '/tokens',
  access: 'manage',
  summary: "List the account's API tokens, newest first; an administrator names any account",
  input: { query: v.strictObject({ account: v.optional(v.string()), limit }) },
  status: 200,
  answer: v.strictObject({ tokens: v.array(SCHEMAS.Token) }),
  handle: async ({ store }, { account }, { query }) => {
    const whose = query.account ?? account.name
    if (whose !== account.name) requireAdminRole(account, "list another account's tokens")
    const tokens = await store.tokens.byAccount((await accountNamed(store, whose)).id)
    const newest = [...tokens].reverse().slice(0, query.limit ?? DEFAULT_LIMIT)
    return { tokens: newest.map(toView) }
  },
})

const createTokenOperation = defineOperation({
  id: 'createToken',
  group: 'API tokens',
  method: 'post',
  path: '/tokens',
  access: 'manage',
  summary: 'Issue an API token for the account; an administrator names any account',
  input: {
    body: v.strictObject({
      description: sentence,
      permissions: v.pipe(v.array(permission), v.minLength(1, 'name at least one permission')),
      expiresInDays: v.optional(
        v.pipe(
          v.number(),
          v.integer('write a whole number'),
          v.minValue(1, 'write at least 1'),
          v.maxValue(MAX_DAYS, `write at most ${MAX_DAYS}`),
        ),
      ),
      account: v.optional(v.string()),
    }),
  },
  status: 201,
  answer: SCHEMAS.IssuedToken,
  handle: async ({ store, now }, { account, held }, { body }) => {
    const request = { ...body, accountName: body.account ?? account.name }
    const { text, ...issued } = await createToken(store, account, held, request, now())
    return { ...issued, token: text }
  },
})

const revokeTokenOperation = defineOperation({
  id: 'revokeToken',
  group: 'API tokens',
  method: 'delete',
  path: '/tokens/{id}',
  access: 'manage',
  summary: "Revoke an API token of the account; an administrator any account's",
  input: { path: v.strictObject({ id: v.string() }) },
  status: 204,
  handle: ({ store }, { account }, { path }) => revokeToken(store, account, path.id),
})

function toView({
  hash: _hash,
  account: _account,
  grants: _g,
  publishedBy: _p,
  ...view
}: ApiToken): TokenView {
  return view
}

export const tokenOperations: readonly Operation[] = [
  listTokens,
  createTokenOperation,
  revokeTokenOperation,
]
