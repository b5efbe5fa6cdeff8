import * as v from 'valibot'
import { acceptedIssuers, registerIssuer, removeIssuer } from '../../domain/issuers.ts'
import { defineOperation, type Operation } from '../operation.ts'
import { SCHEMAS } from '../schemas.ts'

const group = 'Issuers'

const listIssuers = defineOperation({
  id: 'listIssuers',
  group,
  method: 'get',
  path: '/issuers',
  access: 'manage',
  summary: 'List the issuers whose ID tokens are accepted',
  input: {},
  status: 200,
  answer: v.strictObject({ issuers: v.array(SCHEMAS.Issuer) }),
  handle: async (around) => ({ issuers: [...(await acceptedIssuers(around))] }),
})

const registerIssuerOperation = defineOperation({
  id: 'registerIssuer',
  group,
  method: 'post',
  path: '/issuers',
  access: 'admin',
  summary: 'Register issuers of self-managed servers',
  input: {
    body: v.strictObject({
      url: v.pipe(v.string(), v.description('Byte for byte as in the claim iss')),
      provider: v.string(),
      allowPrivateNetwork: v.pipe(
        v.optional(v.boolean()),
        v.description('Its keys may come from a private address or over plain http'),
      ),
    }),
  },
  status: 201,
  answer: SCHEMAS.Issuer,
  handle: (around, { account }, { body }) => {
    const { url, provider, allowPrivateNetwork = false } = body
    return registerIssuer(around, account, { url, provider, allowPrivateNetwork })
  },
})

const removeIssuerOperation = defineOperation({
  id: 'removeIssuer',
  group,
  method: 'delete',
  path: '/issuers/{url}',
  access: 'admin',
  summary: 'Remove registered issuers',
  input: {
    path: v.strictObject({
      url: v.pipe(v.string(), v.description('Percent-encoded, slashes included')),
    }),
  },
  status: 204,
  handle: ({ store }, { account }, { path }) => removeIssuer(store, account, path.url),
})

export const issuerOperations: readonly Operation[] = [
  listIssuers,
  registerIssuerOperation,
  removeIssuerOperation,
]
