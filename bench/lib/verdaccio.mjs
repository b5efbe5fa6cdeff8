import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startServer } from './processes.mjs'

const PROGRAM = join(import.meta.dirname, '../node_modules/verdaccio/bin/verdaccio')

/**
 * No uplink, no web pages, no audit, no limit of requests. With `jwt` it only checks a signature for each request; with
 * its older tokens it would compute bcrypt.
 */
const CONFIG = `
storage: ./storage
web: { enable: false }
auth: { htpasswd: { file: ./htpasswd, max_users: 10 } }
security: { api: { legacy: false, jwt: { sign: { expiresIn: 1d } } } }
uplinks: {}
packages: { '**': { access: $authenticated, publish: $authenticated } }
max_body_size: 200mb
userRateLimit: { windowMs: 1000, max: 1000000 }
server: { keepAliveTimeout: 60 }
log: { type: stdout, format: json, level: error }
`

/** @param {import('./workbench.mjs').Workbench} workbench */
export async function startVerdaccio(workbench) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const folder = workbench.folder('verdaccio')
  writeFileSync(join(folder, 'config.yaml'), CONFIG)
  const args = [PROGRAM, '--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`]
  const server = await startServer(workbench.node, args, { url, cwd: folder })
  const bearer = await logIn(url)
  return {
    url,
    pid: server.pid,
    bearer,
    publishToken: async () => bearer,
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** @param {string} url */
async function logIn(url) {
  const response = await fetch(`${url}/-/user/org.couchdb.user:bench`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', password: 'not-a-secret-4711', type: 'user', roles: [] }),
  })
  const { token } = await response.json()
  if (typeof token !== 'string' || !token.startsWith('ey')) throw new Error('Verdaccio gave no JWT')
  return token
}
