/**
 * A process that verifies ID tokens and nothing else. It takes `{ token, jwk }` once, then `{ count }`, which it
 * answers with the milliseconds of CPU that one verification took.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The very jose that the server uses. */
const fromIdentity = createRequire(new URL('../../packages/identity/package.json', import.meta.url))
const { importJWK, jwtVerify } = await import(pathToFileURL(fromIdentity.resolve('jose')).href)

let verify = async () => {}

process.on('message', async (message) => {
  if ('token' in message) {
    const key = await importJWK(message.jwk, 'RS256')
    verify = async () => {
      await jwtVerify(message.token, key, { algorithms: ['RS256'] })
    }
    return
  }
  const { count } = message
  const before = process.cpuUsage()
  for (let left = count; left > 0; left--) await verify()
  const { user, system } = process.cpuUsage(before)
  process.send?.((user + system) / 1000 / count)
})
