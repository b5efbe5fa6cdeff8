import type { Refusal } from '@trustpub/identity'
import type { AppContext } from './app-types.ts'

/** Sentences may repeat what the request said; Node's clients take 16 kB of headers in all. */
const MAX_HEADER_LENGTH = 2000

/**
 * The answer to a refused request. Every client finds the same sentence where it looks: npm prints the header
 * `npm-notice` and the member `error`, pnpm `body.message`, twine the reason phrase, uv and gh-action-pypi-publish
 * `errors[].code` and `.description`, and uv `title` and `detail` (RFC 9457) of an upload.
 */
export function answerRefusal(c: AppContext, refusal: Refusal): Response {
  const { code, message, status } = refusal
  const line = headerText(message)
  c.set('refusal', refusal)
  if (c.env?.outgoing !== undefined && 'statusMessage' in c.env.outgoing)
    c.env.outgoing.statusMessage = line
  const errors = [{ code, description: message }]
  // uv prints the whole body of a refused exchange, so it holds nothing but what PyPI's clients read.
  const body = c.req.path.startsWith('/_/oidc/')
    ? { message, errors }
    : {
        error: message,
        code,
        message,
        body: { message },
        errors,
        title: code,
        detail: message,
        ...(refusal.checks.length === 0 ? {} : { checks: refusal.checks }),
      }
  const type = /^\/legacy\/?$/.test(c.req.path) ? 'application/problem+json' : 'application/json'
  const headers = { 'content-type': type, 'cache-control': 'no-store' }
  // npm looks a package up before it publishes it: "does not exist" would be the last thing it prints before it succeeds.
  const notice = c.req.method === 'GET' && status === 404 ? {} : { 'npm-notice': line }
  return new Response(JSON.stringify(body), { status, headers: { ...headers, ...notice } })
}

/** One line of printable Latin-1, which is all that a header and a reason phrase may hold. */
function headerText(text: string): string {
  return text
    .slice(0, MAX_HEADER_LENGTH)
    .replace(/…/g, '...')
    .replace(/[^\x20-\x7e\xa0-\xff]+/g, ' ')
}
