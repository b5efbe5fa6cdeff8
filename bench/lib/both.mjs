import { each, measure, requestBytes } from './load.mjs'
import { publishBody } from './npm-package.mjs'
import { startTrustpub } from './trustpub.mjs'
import { startVerdaccio } from './verdaccio.mjs'

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {number} pid
 * @property {string} bearer a token that may read
 * @property {(name: string) => Promise<string>} publishToken a token that may publish the package
 */

/**
 * Starts both servers, runs `work` and stops them.
 * @template T
 * @param {import('./workbench.mjs').Workbench} workbench
 * @param {(ours: Server, peer: Server) => Promise<T>} work
 */
export async function withBoth(workbench, work) {
  const ours = await startTrustpub(workbench)
  try {
    const peer = await startVerdaccio(workbench)
    try {
      return await work(ours, peer)
    } finally {
      await peer.stop()
    }
  } finally {
    await ours.stop()
  }
}

/**
 * The request that publishes a version.
 * @param {Server} server
 * @param {string} name
 * @param {string} version
 * @param {Buffer} [payload]
 */
export async function publishRequest(server, name, version, payload) {
  const url = new URL(`/${name.replace('/', '%2f')}`, server.url)
  const token = await server.publishToken(name)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return requestBytes('PUT', url, headers, publishBody(name, version, payload))
}

/**
 * Publishes one version.
 * @param {Server} server
 * @param {string} name
 * @param {string} version
 * @param {Buffer} [payload]
 */
export async function publishOne(server, name, version, payload) {
  const request = await publishRequest(server, name, version, payload)
  return measure({ ...server, connections: 1, next: each([request]) })
}
