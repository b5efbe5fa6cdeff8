import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Issuer, KeySets, verifyIdToken } from '@trustpub/identity'
import {
  type PrivateSigstore,
  SIGSTORE_HOSTS,
  startPrivateSigstore,
} from '@trustpub/provenance/private'
import { selfSigned } from '@trustpub/registry'
import { startHostProxy } from 'trustpub/src/rehearse/host-proxy.ts'
import { afterAll } from 'vitest'
import type { Variables } from './environment.ts'
import { temporaryFolder } from './folders.ts'

/** A private Sigstore for clients that believe they talk to the public one. */
export interface TestSigstore extends PrivateSigstore {
  /** For `trustpub serve --sigstore`. */
  readonly trustedRootFile: string
  /** Signs for runs of this issuer, too. */
  readonly accept: (issuer: Issuer) => void
  /** Leads a client to it, whose home folder is that of the environment. */
  readonly leadHere: (env: Variables) => Variables
}

/** Starts one that is stopped with the tests of the file. */
export async function openSigstore(): Promise<TestSigstore> {
  const folder = temporaryFolder()
  const issuers: Issuer[] = []
  const keys = new KeySets()
  const sigstore = await startPrivateSigstore({
    tls: await selfSigned(join(folder, 'tls'), SIGSTORE_HOSTS),
    verifyIdToken: (text) =>
      verifyIdToken(text, {
        findIssuer: async (url) => issuers.find((issuer) => issuer.url === url),
        keys,
        audiences: ['sigstore'],
        now: Date.now(),
      }),
  })
  const { securePort = 0 } = sigstore
  const proxy = await startHostProxy(new Map(SIGSTORE_HOSTS.map((host) => [host, securePort])))
  afterAll(async () => {
    await proxy.close()
    await sigstore.close()
  })
  const trustedRootFile = join(folder, 'trusted_root.json')
  writeFileSync(trustedRootFile, JSON.stringify(sigstore.trustedRoot))
  return {
    ...sigstore,
    trustedRootFile,
    accept: (issuer) => void issuers.push(issuer),
    leadHere: (env) => {
      const seed = join(env.HOME ?? folder, '.npm/_tuf/tuf-repo-cdn.sigstore.dev')
      mkdirSync(seed, { recursive: true })
      writeFileSync(join(seed, 'root.json'), sigstore.tufRoot)
      return {
        ...env,
        HTTPS_PROXY: proxy.url,
        // npm 12 reads the roots with Node's own fetch, which looks for a proxy only if told so.
        NODE_USE_ENV_PROXY: '1',
        NO_PROXY: 'localhost,127.0.0.1',
        NODE_EXTRA_CA_CERTS: join(folder, 'tls', 'certificate.pem'),
      }
    },
  }
}
