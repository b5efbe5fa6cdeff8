import { type LookupAddress, lookup } from 'node:dns'
import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import { BlockList, isIPv6, type LookupFunction } from 'node:net'

/** GitHub's own key set is 5 kB; the bound keeps a hostile issuer from filling the memory. */
const MAX_ANSWER_BYTES = 256 * 1024
/** Clients give a whole exchange about five seconds, so the fetch of keys gets three. */
const TIMEOUT_MS = 3000

const PRIVATE = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv4')
}
for (const [net, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  // Teredo and 6to4 carry an IPv4 address inside, which may be a private one.
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, prefix, 'ipv6')
}

/** Whether an IP address is loopback, private, link-local, multicast or otherwise not of the public internet. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address
  return PRIVATE.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/** Reads a JSON document from a URL. */
export type FetchJson = (url: URL, allowPrivateNetwork: boolean) => Promise<unknown>

/**
 * Reads a small JSON document: bounded in time and size, no redirect followed, and unless allowed no private address
 * reached. The address is checked where the connection is made, so a name that changes in between gains nothing.
 * @throws Error with a reason for people
 */
export const fetchJson: FetchJson = (url, allowPrivateNetwork) => {
  if (url.protocol !== 'https:' && !allowPrivateNetwork) {
    return Promise.reject(new Error(`${url.href} is not https`))
  }
  if (!allowPrivateNetwork && isLiteralPrivate(url.hostname)) {
    return Promise.reject(new Error(`${url.hostname} is a private address`))
  }
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? httpsGet : httpGet
    const options = {
      // A connection of its own: one that was made when private addresses were allowed is never used again.
      agent: false,
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      lookup: allowPrivateNetwork ? (lookup as LookupFunction) : publicLookup,
    }
    const request = get(url, options, (response) => {
      if (response.statusCode !== 200) {
        response.destroy()
        reject(new Error(`${url.href} answered ${response.statusCode}`))
        return
      }
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_ANSWER_BYTES) response.destroy(new Error(`${url.href} answered too much`))
        else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')))
        } catch {
          reject(new Error(`${url.href} did not answer with JSON`))
        }
      })
    })
    request.on('error', (error) => {
      const reason =
        error.name === 'AbortError'
          ? `no answer within ${TIMEOUT_MS / 1000} seconds`
          : error.message
      reject(new Error(`${url.host}: ${reason}`))
    })
  })
}

function isLiteralPrivate(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  return /^[\d.]+$|:/.test(address) && isPrivateAddress(address)
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return callback(error, [])
    const refused = found.find(({ address }) => isPrivateAddress(address))
    if (refused !== undefined) {
      return callback(
        new Error(`${hostname} resolves to the private address ${refused.address}`),
        [],
      )
    }
    const first = found[0]
    if (options.all || first === undefined) return callback(null, found)
    return callback(null, first.address, first.family)
  })
}
