import type { Context } from '../context.ts'
import { refuse } from '../errors.ts'
import { type Answer, bodyOf, jsonOf } from '../http.ts'
import type { Place, Said } from './target.ts'

/** Longer texts are pages for browsers. */
const MAX_MESSAGE_LENGTH = 1000

/** What the registry said, wherever its kind says it: npm `error` or `message`, PyPI `errors[]`, uv `detail`, or the text. */
export function saidBy(url: URL, { status, headers, text }: Answer): Said {
  const body = jsonOf(text) ?? {}
  const [first] = Array.isArray(body.errors) ? (body.errors as unknown[]) : []
  const error =
    typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : {}
  const code = textOf(error.code) ?? textOf(body.code)
  const message =
    textOf(error.description) ??
    textOf(body.error) ??
    textOf(body.message) ??
    textOf(body.detail) ??
    headers['npm-notice'] ??
    plainText(text)
  return {
    host: url.host,
    status,
    code,
    message: message.trim().slice(0, MAX_MESSAGE_LENGTH) || 'no reason was given',
    // PyPI's codes have dashes, npm has none.
    explains: code !== undefined && /^[a-z]+(?:_[a-z]+)+$/.test(code),
  }
}

/** PyPI answers uploads with a page whose text is the reason. */
function plainText(text: string): string {
  return text
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Visible ASCII without spaces: it goes into headers, .npmrc and $GITHUB_ENV, where a line break would begin something else. */
const TOKEN = /^[\x21-\x7e]+$/

/** The token in the answer to an exchange. @throws Refusal `answer_unusable` if there is none, or none that can be passed on */
export function tokenIn(url: URL, what: string, { status, text }: Answer): string {
  const token = jsonOf(text)?.token
  if (typeof token === 'string' && TOKEN.test(token)) return token
  const reason =
    typeof token === 'string' && token !== ''
      ? 'its token has characters that no token has'
      : 'there is no token in the answer'
  throw refuse('answer_unusable', { host: url.host, what, status, reason })
}

/**
 * The route by which PyPI and trustpub take tokens back, whatever the ecosystem. Asked once and never fatal: a token that
 * is not taken back ends by itself within minutes.
 */
export async function burn(place: Place, token: string, { send }: Context): Promise<boolean> {
  const url = new URL('/_/oidc/burn-token', place.registry)
  const headers = { 'content-type': 'application/json', 'user-agent': USER_AGENT }
  const body = bodyOf(JSON.stringify({ token }))
  return send({ method: 'POST', url, headers, body }).then(isFine, () => false)
}

/** Registries refuse requests of nobody. */
export const USER_AGENT = 'trustpub (+https://github.com/trustpub/trustpub)'

export function isFine({ status }: Answer): boolean {
  return status >= 200 && status < 300
}
