import * as v from 'valibot'
import { createAccount } from '../../domain/accounts.ts'
import type { Account } from '../../domain/model.ts'
import { defineOperation, type Operation } from '../operation.ts'
import { DEFAULT_LIMIT, limit } from '../parameters.ts'
import { type AccountView, SCHEMAS } from '../schemas.ts'

const listAccounts = defineOperation({
  id: 'listAccounts',
  group: 'Accounts',
  method: 'get',
  path: '/accounts',
  access: 'admin',
  summary: 'List accounts',
  input: { query: v.strictObject({ after: v.optional(v.string()), limit }) },
  status: 200,
  answer: v.strictObject({ accounts: v.array(SCHEMAS.Account) }),
  handle: async ({ store }, _caller, { query }) => {
    const all = await store.accounts.list()
    const rest = all.filter(({ name }) => name > (query.after ?? ''))
    return { accounts: rest.slice(0, query.limit ?? DEFAULT_LIMIT).map(toView) }
  },
})

const createAccountOperation = defineOperation({
  id: 'createAccount',
  group: 'Accounts',
  method: 'post',
  path: '/accounts',
  access: 'admin',
  summary: 'Create accounts',
  input: {
    body: v.strictObject({ name: v.string(), role: v.picklist(['admin', 'member']) }),
  },
  status: 201,
  answer: SCHEMAS.Account,
  handle: async ({ store }, { account }, { body }) =>
    toView(await createAccount(store, account, body.name, body.role)),
})

function toView({ name, role, createdAt }: Account): AccountView {
  return { name, role, createdAt }
}

export const accountOperations: readonly Operation[] = [listAccounts, createAccountOperation]
