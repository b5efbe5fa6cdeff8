/**
 * A process that verifies ID tokens and nothing else. It takes `{ token, jwk }` once, then `{ count, lanes }`, which it
 * answers with the milliseconds of CPU that one verification took.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The very jose that the server uses. */
const fromIdentity = createRequire(new URL('../../packages/identity/package.json', import.meta.url))
const { compactVerify, importJWK } = await import(pathToFileURL(fromIdentity.resolve('jose')).href)

let verify = async () => {}

process.on('message', async (message) => {
  if ('token' in message) {
    const key = await importJWK(message.jwk, 'RS256')
    verify = async () => {
      await compactVerify(message.token, key, { algorithms: ['RS256'] })
    }
    return
  }
  const { count, lanes } = message
  let left = count
  const lane = async () => {
    while (left-- > 0) await verify()
  }
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: lanes }, lane))
  const { user, system } = process.cpuUsage(before)
  process.send?.((user + system) / 1000 / count)
})
