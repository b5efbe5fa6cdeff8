import { measure, each } from './load.mjs'
import { publishRequest } from './npm-package.mjs'
import { startTrustpub } from './trustpub.mjs'
import { startVerdaccio } from './verdaccio.mjs'

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {number} pid
 * @property {string} bearer a token that may read
 * @property {(name: string, version: string, payload?: Buffer) => Promise<void>} publish
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
