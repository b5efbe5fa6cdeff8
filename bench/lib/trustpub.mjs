import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startDevelopmentIssuer } from '../../packages/identity/dist/testing/index.js'
import { freePort, startServer } from './processes.mjs'

export const PROGRAM = join(import.meta.dirname, '../../packages/cli/dist/main.js')
const SET_UP_TOKEN = `set-up-${randomUUID()}`
const REPOSITORY = 'acme/widget'
const WORKFLOW = 'release.yml'

/**
 * The registry as `trustpub serve` runs it, on SQLite and files, with an issuer on loopback that it trusts.
 * @param {import('./workbench.mjs').Workbench} workbench
 */
export async function startTrustpub(workbench) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const data = workbench.folder('trustpub')
  const args = ['serve', '--quiet', '--json', '--port', String(port), '--data', data]
  const server = await startServer(
    workbench.node,
    [...workbench.nodeFlags, PROGRAM, ...args, '--public-url', url],
    {
      url,
      cwd: workbench.root,
      env: { TRUSTPUB_SETUP_TOKEN: SET_UP_TOKEN },
    },
  )
  const issuer = await startDevelopmentIssuer()
  const call = apiOf(url)
  const { token } = await call('set-up', SET_UP_TOKEN, { account: 'admin' })
  await call('issuers', token, { url: issuer.url, provider: 'github', allowPrivateNetwork: true })
  const read = await call('tokens', token, { description: 'read', permissions: ['read'] })

  /** @type {Map<string, string>} */
  const tokens = new Map()
  /** Signs an ID token of a job in the trusted repository. */
  const idToken = (audience = 'npm:127.0.0.1') => issuer.sign(claimsOfJob(), audience)
  /** @param {readonly string[]} packages */
  const trust = (packages) => call('publishers', token, publisherOf(packages, issuer.url))
  return {
    url,
    pid: server.pid,
    /** An API token of an account that may read. */
    bearer: /** @type {string} */ (read.token),
    issuer,
    idToken,
    trust,
    /** The variables of a job in the trusted repository that may ask for ID tokens. */
    job: () => issuer.githubEnvironment(claimsOfJob),
    /** The API token that CI gets for all Python projects that the repository is trusted with. */
    pythonToken: async () => {
      const { audience } = await okJson(await fetch(`${url}/_/oidc/audience`))
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ token: await idToken(audience) })
      const init = { method: 'POST', headers, body }
      return (await okJson(await fetch(`${url}/_/oidc/mint-token`, init))).token
    },
    /**
     * The API token that CI gets for a package; it lives for 15 minutes.
     * @param {string} name
     */
    publishToken: async (name) => {
      const known = tokens.get(name)
      if (known !== undefined) return known
      await trust([`npm:${name}`])
      const headers = { authorization: `Bearer ${await idToken()}` }
      const answer = await okJson(await fetch(exchangeUrl(url, name), { method: 'POST', headers }))
      tokens.set(name, answer.token)
      return answer.token
    },
    stop: async () => {
      await server.stop()
      await issuer.close()
      rmSync(data, { recursive: true })
    },
  }
}

/**
 * @param {readonly string[]} packages
 * @param {string} issuer
 */
function publisherOf(packages, issuer) {
  const fields = { repository: REPOSITORY, workflow: WORKFLOW }
  return { provider: 'github', issuer, fields, packages, permissions: ['publish'] }
}

/**
 * @param {string} origin
 * @param {string} name
 */
export function exchangeUrl(origin, name) {
  return new URL(`/-/npm/v1/oidc/token/exchange/package/${encodeURIComponent(name)}`, origin)
}

function claimsOfJob() {
  const now = Math.floor(Date.now() / 1000)
  return {
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + 900,
    sub: `repo:${REPOSITORY}:ref:refs/tags/v1.0.0`,
    repository: REPOSITORY,
    repository_id: '1001',
    repository_owner: 'acme',
    repository_owner_id: '2002',
    repository_visibility: 'public',
    workflow: 'Release',
    workflow_ref: `${REPOSITORY}/.github/workflows/${WORKFLOW}@refs/tags/v1.0.0`,
    workflow_sha: '3d3c42e5aac5ba805825da76410c181273ba90b1',
    job_workflow_ref: `${REPOSITORY}/.github/workflows/${WORKFLOW}@refs/tags/v1.0.0`,
    job_workflow_sha: '3d3c42e5aac5ba805825da76410c181273ba90b1',
    ref: 'refs/tags/v1.0.0',
    ref_type: 'tag',
    ref_protected: 'false',
    sha: '3d3c42e5aac5ba805825da76410c181273ba90b1',
    event_name: 'release',
    actor: 'octocat',
    actor_id: '3003',
    run_id: '4004',
    run_number: '5',
    run_attempt: '1',
    runner_environment: 'github-hosted',
  }
}

/** @param {string} url */
function apiOf(url) {
  /**
   * @param {string} path
   * @param {string} token
   * @param {unknown} body
   */
  return async (path, token, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return okJson(await fetch(`${url}/-/api/v1/${path}`, init))
  }
}

/** @param {Response} response */
async function okJson(response) {
  if (!response.ok)
    throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
