import { refuse } from './errors.ts'
import type { Http } from './http.ts'

/** A JSON object of which nothing is known. */
export type Json = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member as an object; an empty one if it is none. */
export function objectIn(value: unknown, name: string): Json {
  const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return isObject(member) ? member : {}
}

/** A member as a list; an empty one if it is none. */
export function listIn(value: unknown, name: string): readonly unknown[] {
  const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return Array.isArray(member) ? member : []
}

/** A member as text; undefined if it is none. */
export function textIn(value: unknown, name: string): string | undefined {
  const member = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof member === 'string' ? member : undefined
}

/** What is asked for; the largest answer that makes sense, in bytes. */
export interface Question {
  readonly url: URL
  readonly accept?: string
  readonly limit: number
}

/**
 * Asks for a JSON object. Undefined if it is not there: 404, or one of `absent`.
 * @throws Refusal `unreachable`, `access_refused`, `answer_unusable`
 */
export async function askJson(
  http: Http,
  { url, accept = 'application/json', limit }: Question,
  absent: readonly number[] = [404],
): Promise<Json | undefined> {
  const { status, text } = await http.get(url, accept, limit)
  if (absent.includes(status)) return undefined
  if (status === 401 || status === 403) throw refuse('access_refused', { url: url.href, status })
  if (status !== 200) throw unusable(url, `it answers ${status}`)
  const json = parsed(text)
  if (!isObject(json)) throw unusable(url, 'it is no JSON object')
  return json
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unusable(url: URL, reason: string): Error {
  return refuse('answer_unusable', { url: url.href, reason })
}
