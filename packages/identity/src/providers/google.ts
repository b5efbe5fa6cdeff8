import { type Check, type Claims, exactly, isBoolean, lowerAscii, textClaim } from '../check.ts'
import { textField } from '../fields.ts'
import {
  askCi,
  type IdTokenRequest,
  memberOf,
  noIdToken,
  requireToken,
} from '../id-token-request.ts'
import {
  type Detection,
  defineProvider,
  type Environment,
  type Provider,
  type Run,
  type SimulatedRun,
} from '../provider.ts'
import { simulatedId, simulatedTimes } from '../simulate.ts'

type Name = 'email'

const ISSUER = 'https://accounts.google.com'
const ACCOUNT = 'publisher@acme-release.iam.gserviceaccount.com'
const EMAIL = /[A-Za-z0-9][A-Za-z0-9._-]*@(?:[a-z0-9.-]+\.)?gserviceaccount\.com/

/** Any other address could be a machine of the job's own choosing. */
const METADATA =
  'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default'
const METADATA_HEADERS = { 'metadata-flavor': 'Google' }
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const CREDENTIALS = 'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts'

/** What the firmware of Google Cloud's virtual machines calls them. */
const MACHINES = ['Google', 'Google Compute Engine']

/** Google Cloud service accounts. Claims: https://cloud.google.com/compute/docs/instances/verifying-instance-identity */
export const google: Provider = defineProvider<Name>({
  id: 'google',
  label: 'Google Cloud',
  issuer: ISSUER,
  keysOrigin: 'https://www.googleapis.com',
  numbered: false,
  algorithms: ['RS256'],
  maxLifetime: 3600,
  fields: {
    email: textField(
      {
        label: 'Service account',
        help: 'The e-mail address of the service account under which the publishing job runs. Whatever else runs under it may publish too, so give that job an account of its own.',
        example: ACCOUNT,
      },
      EMAIL,
      'write the e-mail address of a service account, which ends in gserviceaccount.com',
    ),
  },
  sourceClaim: 'email',
  // The number of the account: one that is deleted and made again by the same name has another.
  pinnedClaims: ['sub'],
  lookupKey: (fields) => lowerAscii(fields.email ?? ''),
  lookupKeyOf: (claims) => lowerAscii(textClaim(claims, 'email')),
  check: (fields, claims): Check[] => [
    exactly('repository_mismatch', 'email', fields.email ?? '', textClaim(claims, 'email')),
    isBoolean('email_verified', true, claims),
  ],
  describe,
  detect,
  requestIdToken,
  // Nothing of Google's is in variables: whoever reaches the metadata server gets tokens.
  secretVariables: /^$/,
  simulate,
  jobVariables: (run) => ({ GOOGLE_SERVICE_ACCOUNT_NAME: run.repository }),
  npmTrust: {
    fromClaims: (claims) => ({ email: textClaim(claims, 'email') }),
    toClaims: (fields) => ({ email: fields.email }),
  },
  example: {
    fields: { email: ACCOUNT },
    // The claims tell of an account only, not of what it works on.
    run: {
      issuer: ISSUER,
      repository: ACCOUNT,
      ref: '',
      commit: '',
      event: '',
      entry: '',
      file: '',
    },
  },
})

function describe(claims: Claims): Run {
  const repository = textClaim(claims, 'email')
  return { repository, repositoryUrl: '', workflow: '', ref: '', commit: '', url: '' }
}

function detect(env: Environment, machine?: string): Detection {
  if (env.GOOGLE_SERVICE_ACCOUNT_NAME) return { found: true }
  if (machine !== undefined && MACHINES.includes(machine.trim())) return { found: true }
  return {
    found: false,
    inCi: false,
    reason:
      'this is not a machine of Google Cloud, and GOOGLE_SERVICE_ACCOUNT_NAME names no service account',
  }
}

/** From the metadata server of the machine; for another service account, `$GOOGLE_SERVICE_ACCOUNT_NAME`, by leave of its own. */
async function requestIdToken(
  env: Environment,
  audience: string,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const request = { provider: 'Google Cloud', audience }
  const account = env.GOOGLE_SERVICE_ACCOUNT_NAME
  if (account) return impersonate(request, account, fetch)
  const url = new URL(`${METADATA}/identity`)
  url.searchParams.set('audience', audience)
  url.searchParams.set('format', 'full')
  const token = await askCi(request, url, { headers: METADATA_HEADERS }, fetch)
  return requireToken(request, token.trim())
}

async function impersonate(
  request: IdTokenRequest,
  account: string,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  if (!new RegExp(`^(?:${EMAIL.source})$`).test(account)) {
    throw noIdToken(request, 'GOOGLE_SERVICE_ACCOUNT_NAME is not the address of a service account')
  }
  const own = new URL(`${METADATA}/token`)
  own.searchParams.set('scopes', SCOPE)
  const access = memberOf(
    await askCi(request, own, { headers: METADATA_HEADERS }, fetch),
    'access_token',
  )
  if (typeof access !== 'string' || access === '') {
    throw noIdToken(request, 'the metadata server answered without an access token')
  }
  const answer = await askCi(
    request,
    new URL(`${CREDENTIALS}/${account}:generateIdToken`),
    {
      method: 'POST',
      headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
      body: JSON.stringify({ audience: request.audience, includeEmail: true }),
    },
    fetch,
  )
  return requireToken(request, memberOf(answer, 'token'))
}

function simulate(run: SimulatedRun): Claims {
  const sub = simulatedId(`account ${run.repository}`)
  const { jti: _, nbf: __, ...times } = simulatedTimes(3600)
  return {
    iss: run.issuer,
    sub,
    ...times,
    azp: sub,
    email: run.repository,
    email_verified: true,
  }
}
