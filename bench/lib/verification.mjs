/** A process that verifies ID tokens and nothing else: `{ token, jwk }` once, then how often, answered with milliseconds of CPU. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** The very jose that the server uses. */
const fromIdentity = createRequire(new URL('../../packages/identity/package.json', import.meta.url))
const { compactVerify, importJWK } = await import(pathToFileURL(fromIdentity.resolve('jose')).href)

/** As many at a time as exchanges are. */
const LANES = Number(process.argv[2])

let verify = async () => {}

process.on('message', async (message) => {
  if (typeof message !== 'number') {
    const key = await importJWK(message.jwk, 'RS256')
    verify = async () => {
      await compactVerify(message.token, key, { algorithms: ['RS256'] })
    }
    return
  }
  let left = message
  const lane = async () => {
    while (left-- > 0) await verify()
  }
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: LANES }, lane))
  const { user, system } = process.cpuUsage(before)
  process.send?.((user + system) / 1000 / message)
})
