import { generateKeyPairSync, sign } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Signer } from '@sigstore/sign'
import { refuse } from './errors.ts'

/** Certificates are issued within a second; the public authority has been seen to need ten. */
const TIMEOUT_MS = 20_000
/** Pauses before the second and third try, after network errors, 429 and 5xx. The same ID token may be shown again. */
const PAUSES_MS = [500, 2000]
/** A leaf and its chain are about 5 kB. */
const MAX_ANSWER_BYTES = 256 * 1024

/**
 * Signs with a new key, for which the certificate authority issues a certificate on showing an ID token. Not the
 * library's signer: that one follows redirects with the token, and repeats the token in its errors.
 */
export function keylessSigner(fulcio: string, identityToken: () => Promise<string>): Signer {
  return {
    sign: async (data) => {
      const token = await identityToken()
      const subject = provenSubject(token)
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const certificate = await requestCertificate(fulcio, {
        credentials: { oidcIdentityToken: token },
        publicKeyRequest: {
          publicKey: {
            algorithm: 'ECDSA',
            content: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
          },
          proofOfPossession: sign('sha256', Buffer.from(subject), privateKey).toString('base64'),
        },
      })
      return {
        signature: sign('sha256', data, privateKey),
        key: { $case: 'x509Certificate', certificate },
      }
    },
  }
}

/** What the key signs to show that its holder has the ID token: the verified e-mail address if there is one, or `sub`. */
function provenSubject(token: string): string {
  const claims = payloadOf(token)
  const { email, sub } = claims
  if (typeof email === 'string' && email !== '' && claims.email_verified === true) return email
  if (email === undefined && typeof sub === 'string' && sub !== '') return sub
  throw refuse('identity_token_malformed', {})
}

function payloadOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    )
    if (typeof payload === 'object' && payload !== null) return payload as Record<string, unknown>
  } catch {
    // Told below, without the text: it may be a token after all.
  }
  throw refuse('identity_token_malformed', {})
}

async function requestCertificate(fulcio: string, request: unknown): Promise<string> {
  const url = `${fulcio.replace(/\/$/, '')}/api/v2/signingCert`
  for (let attempt = 0; ; attempt += 1) {
    const answer = await post(url, request)
    if ('text' in answer) return certificateIn(url, answer.text)
    const pause = answer.again ? PAUSES_MS[attempt] : undefined
    if (pause === undefined) throw refuse('signing_refused', { url, reason: answer.reason })
    await wait(pause)
  }
}

type Answer = { readonly text: string } | { readonly reason: string; readonly again: boolean }

async function post(url: string, request: unknown): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(request),
      // A redirect would carry the token to somebody else; it is an answer like any other that is no certificate.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await boundedText(response)
    if (response.ok) return { text }
    const again = response.status === 429 || response.status >= 500
    return { reason: `it answered ${response.status}${messageIn(text)}`, again }
  } catch (error) {
    const { message, cause } = error as Error
    return {
      reason: cause instanceof Error ? `${message} (${cause.message})` : message,
      again: true,
    }
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES)
      throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Fulcio explains refusals in `message`. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? `: ${message.slice(0, 300)}` : ''
  } catch {
    return ''
  }
}

/** The leaf: the first certificate of the chain, with its proof of logging inside it or beside it. */
function certificateIn(url: string, text: string): string {
  try {
    const answer = JSON.parse(text) as Record<string, { chain?: { certificates?: unknown[] } }>
    const signed = answer.signedCertificateEmbeddedSct ?? answer.signedCertificateDetachedSct
    const leaf = signed?.chain?.certificates?.[0]
    if (typeof leaf === 'string' && leaf.includes('BEGIN CERTIFICATE')) return leaf
  } catch {
    // Told below.
  }
  throw refuse('signing_refused', { url, reason: 'its answer holds no certificate' })
}
