import * as v from 'valibot'
import { parseAccountName } from '../../domain/accounts.ts'
import { setUp } from '../../domain/set-up.ts'
import { refuse } from '../../errors.ts'
import { type Operation, parseRequest } from '../operation.ts'

const input = { body: v.strictObject({ account: v.string() }) }

/** The one operation that no account can do: there is none yet. */
const setUpRegistry: Operation = {
  id: 'setUp',
  group: 'Accounts',
  method: 'post',
  path: '/set-up',
  access: 'set-up',
  summary: 'Make the first administrator',
  input,
  status: 201,
  answer: v.strictObject({ token: v.string() }),
  run: async ({ store }, { credential }, request) => {
    if (credential === undefined) throw refuse('authentication_required', {})
    const { body } = await parseRequest(input, request)
    return { token: await setUp(store, credential, parseAccountName(body.account)) }
  },
}

export const setUpOperations: readonly Operation[] = [setUpRegistry]
