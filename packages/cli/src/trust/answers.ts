import { printable } from '../ui/printable.ts'

/** Answers of the trust endpoints have some hundred bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024

/** Longer reasons are pages. */
const MAX_REASON_LENGTH = 300

/** What a registry answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: unknown
  /** What it says in words, as half a sentence. */
  readonly reason: string
}

/** Reads an answer. `secrets` are not repeated, whatever the registry says. */
export async function answerOf(response: Response, secrets: readonly string[]): Promise<Answer> {
  const text = await bounded(response)
  const json = parsed(text)
  const { status, headers } = response
  const notice = headers.get('npm-notice') ?? undefined
  const isText = json === undefined && !/^\s*</.test(text)
  const said = reasonIn(json) ?? notice ?? (isText ? text.trim() : '')
  const reason = said.slice(0, MAX_REASON_LENGTH).replace(/\.$/, '') || `it answers ${status}`
  return { status, headers, json, reason: printable(masked(reason, secrets)) }
}

/** The text without what nobody must read. */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, '***')),
    text,
  )
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new Error('its answer is longer than any registry’s')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `error` and `message` of npm registries, `message` of trustpub's API. */
function reasonIn(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { error, message } = json as { error?: unknown; message?: unknown }
  return [message, error].find((text): text is string => typeof text === 'string' && text !== '')
}
