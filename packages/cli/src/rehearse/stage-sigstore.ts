import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KeySets, type Provider, verifyIdToken } from '@trustpub/identity'
import type { DevelopmentIssuer } from '@trustpub/identity/testing'
import {
  type PrivateSigstore,
  SIGSTORE_HOSTS,
  startPrivateSigstore,
} from '@trustpub/provenance/private'
import type { Tls } from '@trustpub/registry'

/** The audience that the public Sigstore's clients ask ID tokens for. */
const AUDIENCE = 'sigstore'

/** Where npm keeps what it knows of the public Sigstore, in its cache. */
const NPM_TUF = '_tuf/tuf-repo-cdn.sigstore.dev'

/** A Sigstore of the stage's own: its keys are new, so nothing outside trusts what it signs. */
export interface StageSigstore
  extends Pick<PrivateSigstore, 'url' | 'publishRegistryKeys' | 'close'> {
  /** The hosts of the public Sigstore, each with the port that answers for it. */
  readonly ports: readonly (readonly [host: string, port: number])[]
  /** `trusted_root.json`. */
  readonly trustFile: string
  /** A cache for npm, in which the public Sigstore's first root was replaced by this one's. */
  readonly npmCache: string
}

/** Starts it; it certifies the jobs of one issuer. */
export async function openSigstore(
  folder: string,
  {
    issuer,
    provider,
    tls,
  }: { readonly issuer: DevelopmentIssuer; readonly provider: Provider; readonly tls: Tls },
): Promise<StageSigstore> {
  const keys = new KeySets({ fetch: issuer.fetchJson })
  const known = { url: provider.issuer, provider: provider.id, allowPrivateNetwork: false }
  const sigstore = await startPrivateSigstore({
    tls,
    verifyIdToken: (text) =>
      verifyIdToken(text, {
        findIssuer: async (url) => (url === known.url ? known : undefined),
        keys,
        audiences: [AUDIENCE],
        now: Date.now(),
      }),
  })
  const { url, publishRegistryKeys, close, securePort = 0 } = sigstore
  const npmCache = join(folder, 'npm-cache')
  await mkdir(join(npmCache, NPM_TUF), { recursive: true })
  await writeFile(join(npmCache, NPM_TUF, 'root.json'), sigstore.tufRoot)
  const trustFile = join(folder, 'trusted_root.json')
  await writeFile(trustFile, JSON.stringify(sigstore.trustedRoot))
  const ports = SIGSTORE_HOSTS.map((host) => [host, securePort] as const)
  return { url, publishRegistryKeys, close, ports, trustFile, npmCache }
}
