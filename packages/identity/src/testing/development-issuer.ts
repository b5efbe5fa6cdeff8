import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { Claims } from '../check.ts'
import type { FetchJson } from '../fetch-json.ts'
import type { Environment } from '../provider.ts'

/** An issuer on loopback that signs whatever it is told: for rehearsals and tests, never for production. */
export interface DevelopmentIssuer {
  /** The HTTP address, e.g. `http://127.0.0.1:40123`; also the text of `iss` unless another was asked for. */
  readonly url: string
  /** Discovery and key set of the issuer that `iss` names, without any network; for `new KeySets({ fetch })`. */
  readonly fetchJson: FetchJson
  /** Signs claims as they are; `iss` is set unless the claims name another, `aud` is `audience`. */
  readonly sign: (claims: Claims, audience: string, options?: SignOptions) => Promise<string>
  /**
   * The variables that the GitHub Actions runner would give to a job with these claims; the request URL answers
   * like the runner's, with a fresh `jti` and fresh times each time.
   */
  readonly githubEnvironment: (identity: JobIdentity) => Environment
  /** How many ID tokens were handed out over HTTP. */
  readonly issued: () => number
  readonly close: () => Promise<void>
}

export interface DevelopmentIssuerOptions {
  /**
   * The text of `iss` in signed tokens, such as that of a public issuer in a rehearsal.
   * @default the HTTP address
   */
  readonly issuer?: string
}

/** Makes the claims of a job at the moment it asks for an ID token. */
export type JobIdentity = () => Claims

export interface SignOptions {
  /** Members of the JOSE header that replace the usual ones. */
  readonly header?: Readonly<Record<string, string>>
  /** Sign with a key that the issuer does not publish. */
  readonly foreignKey?: boolean
}

/** GitHub's path of the token endpoint; its query is already there, so clients must add to it, not replace it. */
const REQUEST_PATH = '/idtoken/request?api-version=2.0'

const DISCOVERY_PATH = '/.well-known/openid-configuration'
const KEYS_PATH = '/.well-known/jwks'

/** Starts the issuer on a free port of 127.0.0.1: discovery, key set and a token endpoint. */
export async function startDevelopmentIssuer(
  options: DevelopmentIssuerOptions = {},
): Promise<DevelopmentIssuer> {
  const own = await makeKey('development')
  let foreign: ReturnType<typeof makeKey> | undefined
  const foreignKey = () => {
    foreign ??= makeKey(own.jwk.kid)
    return foreign
  }
  const jobs = new Map<string, JobIdentity>()
  let issued = 0
  let url = ''
  let issuer = ''

  const sign = async (claims: Claims, audience: string, how: SignOptions = {}): Promise<string> => {
    const key = how.foreignKey === true ? await foreignKey() : own
    const payload = JSON.stringify({ iss: issuer, ...claims, aud: audience })
    const header = { alg: 'RS256', typ: 'JWT', kid: key.jwk.kid, ...how.header }
    return new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader(header)
      .sign(key.privateKey)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = new URL(request.url ?? '/', url)
    if (at.pathname === DISCOVERY_PATH) {
      return send(response, 200, discovery(url))
    }
    if (at.pathname === KEYS_PATH) return send(response, 200, { keys: [own.jwk] })
    if (at.pathname !== new URL(REQUEST_PATH, url).pathname)
      return send(response, 404, { message: 'Not found' })
    const identity = jobs.get((request.headers.authorization ?? '').replace(/^bearer /i, ''))
    if (identity === undefined) return send(response, 401, { message: 'Unauthorized' })
    if (at.searchParams.get('api-version') === null) {
      return send(response, 400, {
        message: 'The api-version is missing: the query of the request URL was lost',
      })
    }
    const claims = identity()
    const owner = `https://github.com/${String(claims.repository_owner ?? '')}`
    const value = await sign(claims, at.searchParams.get('audience') ?? owner)
    issued += 1
    return send(response, 200, { count: value.length, value })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      send(response, 500, { message: String(error) }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  issuer = options.issuer ?? url

  return {
    url,
    fetchJson: (at) => answerFor(issuer, own.jwk, at),
    sign,
    githubEnvironment: (identity) => {
      const secret = randomBytes(24).toString('base64url')
      jobs.set(secret, identity)
      return {
        GITHUB_ACTIONS: 'true',
        ACTIONS_ID_TOKEN_REQUEST_URL: url + REQUEST_PATH,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
      }
    },
    issued: () => issued,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function makeKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk: JWK & { kid: string } = {
    ...(await exportJWK(publicKey)),
    kid,
    use: 'sig',
    alg: 'RS256',
  }
  return { privateKey, jwk }
}

function answerFor(issuer: string, jwk: JWK, at: URL): Promise<unknown> {
  if (at.href === issuer + DISCOVERY_PATH) return Promise.resolve(discovery(issuer))
  if (at.href === issuer + KEYS_PATH) return Promise.resolve({ keys: [jwk] })
  return Promise.reject(new Error(`The development issuer does not answer for ${at.href}`))
}

function discovery(issuer: string) {
  return {
    issuer,
    jwks_uri: issuer + KEYS_PATH,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
