import type { MiddlewareHandler } from 'hono'
import { type Actor, authenticate } from '../domain/tokens.ts'
import type { Registry } from '../registry.ts'
import type { AppEnv } from './app-types.ts'

const ANONYMOUS: Actor = { kind: 'anonymous' }

/** Finds out who sent the request. Routes that take an ID token in its place do not use this. */
export function identifyActor(registry: Registry): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const token = credential(c.req.header('authorization'))
    // What was in time when the request began may take as long as it needs.
    const began = registry.now()
    const identify = async (): Promise<Actor> =>
      token === undefined ? ANONYMOUS : authenticate(registry.store, token, began)
    c.set('actor', await identify())
    c.set('confirmActor', identify)
    await next()
  }
}

/** The API token of `Bearer <token>`, or the password of `Basic`: pip and twine send `__token__:<token>`. */
export function credential(header: string | undefined): string | undefined {
  const [, scheme = '', rest = ''] = /^([A-Za-z]+) +(.*)$/.exec(header ?? '') ?? []
  const value = rest.trim()
  if (value === '') return undefined
  if (scheme.toLowerCase() !== 'basic') return value
  const decoded = Buffer.from(value, 'base64').toString('utf8')
  // uv and pip may give the token as user name and leave the password empty.
  const colon = decoded.indexOf(':')
  const [user, password] = [decoded.slice(0, Math.max(colon, 0)), decoded.slice(colon + 1)]
  return password === '' ? user || undefined : password
}
