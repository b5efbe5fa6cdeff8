import * as v from 'valibot'
import type { SigningKey } from '../../domain/model.ts'
import { rotateSigningKey } from '../../domain/signing-keys.ts'
import { defineOperation, type Operation } from '../operation.ts'
import { SCHEMAS, type SigningKeyView } from '../schemas.ts'

const group = 'Signing keys'

const listSigningKeys = defineOperation({
  id: 'listSigningKeys',
  group,
  method: 'get',
  path: '/signing-keys',
  access: 'read',
  summary: 'List the keys that sign published versions, newest first',
  input: {},
  status: 200,
  answer: v.strictObject({ keys: v.array(SCHEMAS.SigningKey) }),
  handle: async ({ store }) => ({ keys: (await store.signingKeys.list()).map(toView) }),
})

const rotateSigningKeyOperation = defineOperation({
  id: 'rotateSigningKey',
  group,
  method: 'post',
  path: '/signing-keys',
  access: 'admin',
  summary: 'Change the signing key; versions that the old one signed stay valid',
  input: {},
  status: 201,
  answer: SCHEMAS.SigningKey,
  handle: async ({ store, now }, { account }) =>
    toView(await rotateSigningKey(store, account, now())),
})

function toView({ privateKey: _secret, ...view }: SigningKey): SigningKeyView {
  return view
}

export const signingKeyOperations: readonly Operation[] = [
  listSigningKeys,
  rotateSigningKeyOperation,
]
