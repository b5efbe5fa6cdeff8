import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleFromJSON, bundleToJSON, type SerializedBundle } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign'
import { getTrustedRoot, initTUF } from '@sigstore/tuf'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { findProvider, KeySets, verifyIdToken } from '@trustpub/identity'
import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PrivateSigstore, startPrivateSigstore } from './start.ts'

const github = findProvider('github')
const claims = github.simulate(github.example.run)
const ISSUER = github.issuer

let issuer: DevelopmentIssuer
let sigstore: PrivateSigstore
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'private-sigstore-'))
  issuer = await startDevelopmentIssuer({ issuer: ISSUER })
  sigstore = await start(issuer)
})

afterAll(async () => {
  await sigstore.close()
  await issuer.close()
  await rm(folder, { recursive: true })
})

function start({ fetchJson }: DevelopmentIssuer): Promise<PrivateSigstore> {
  const keys = new KeySets({ fetch: fetchJson })
  const known = { url: ISSUER, provider: 'github', allowPrivateNetwork: false } as const
  return startPrivateSigstore({
    verifyIdToken: (text) =>
      verifyIdToken(text, {
        findIssuer: async (url) => (url === ISSUER ? known : undefined),
        keys,
        audiences: ['sigstore'],
        now: Date.now(),
      }),
  })
}

interface How {
  readonly audience?: string
  readonly entryType?: 'dsse' | 'intoto'
  readonly timestamp?: boolean
}

async function sign({ audience = 'sigstore', entryType = 'dsse', timestamp }: How = {}) {
  const token = await issuer.sign(claims, audience)
  const { url } = sigstore
  const witnesses = [
    new RekorWitness({ rekorBaseURL: url, entryType }),
    ...(timestamp === true ? [new TSAWitness({ tsaBaseURL: url })] : []),
  ]
  const signer = new FulcioSigner({
    fulcioBaseURL: url,
    identityProvider: { getToken: async () => token },
  })
  const bundle = await new DSSEBundleBuilder({ signer, witnesses }).create({
    data: Buffer.from('{"_type":"https://in-toto.io/Statement/v1"}'),
    type: 'application/vnd.in-toto+json',
  })
  return bundleToJSON(bundle)
}

function verify(bundle: SerializedBundle, root: unknown = sigstore.trustedRoot, thresholds = {}) {
  const material = toTrustMaterial(TrustedRoot.fromJSON(root))
  return new Verifier(material, thresholds).verify(toSignedEntity(bundleFromJSON(bundle)))
}

describe('a private Sigstore', () => {
  it('signs for a job so that its trusted root verifies certificate, log entry and signature', async () => {
    const { identity } = verify(await sign())
    expect(identity?.extensions?.issuer).toBe(ISSUER)
    expect(identity?.subjectAlternativeName).toBe(
      'https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.0.0',
    )
  })

  it('proves inclusion in a log of any size', async () => {
    for (const _ of Array(9)) verify(await sign())
  })

  it('logs entries of the older kind as well', async () => {
    const bundle = await sign({ entryType: 'intoto' })
    expect(bundle.verificationMaterial.tlogEntries[0]?.kindVersion?.kind).toBe('intoto')
    expect(() => verify(bundle)).not.toThrow()
  })

  it('gives timestamps that verify', async () => {
    const bundle = await sign({ timestamp: true })
    expect(() => verify(bundle, undefined, { timestampThreshold: 2 })).not.toThrow()
  })

  it('signs nothing that another instance trusts', async () => {
    const bundle = await sign()
    const other = await start(issuer)
    try {
      expect(() => verify(bundle, other.trustedRoot)).toThrow()
    } finally {
      await other.close()
    }
  })

  it('signs nothing that the public instance trusts', async () => {
    const bundle = await sign()
    const seeds = createRequire(import.meta.url)('@sigstore/tuf/seeds.json') as Record<
      string,
      { targets: Record<string, string> } | undefined
    >
    const target = seeds['https://tuf-repo-cdn.sigstore.dev']?.targets['trusted_root.json'] ?? ''
    const publicRoot: unknown = JSON.parse(Buffer.from(target, 'base64').toString())
    expect(() => verify(bundle, publicRoot)).toThrow()
  })

  it('refuses a changed statement', async () => {
    const bundle = await sign()
    const payload = Buffer.from('{"_type":"other"}').toString('base64')
    const changed = { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload } }
    expect(() => verify(changed as SerializedBundle)).toThrow('payload hash mismatch')
  })

  it('refuses an ID token for another audience', async () => {
    await expect(sign({ audience: 'npm:registry.npmjs.org' })).rejects.toThrow(
      'error creating signing certificate',
    )
  })

  it('hands out its trusted root through TUF, to clients that start with its first root', async () => {
    const options = await tufOptions('once')
    expect(await getTrustedRoot(options)).toEqual(TrustedRoot.fromJSON(sigstore.trustedRoot))
  })

  it('updates the targets of clients that came before', async () => {
    const options = await tufOptions('twice')
    await initTUF(options)
    const key = { keyid: 'SHA256:one', key: 'AAAA', expires: null }
    sigstore.publishRegistryKeys('https://registry.example:4873/npm/', [key])
    const tuf = await initTUF(options)
    const target = JSON.parse(await tuf.getTarget('registry.example:4873/npm/keys.json'))
    expect(target.keys).toMatchObject([
      { keyId: 'SHA256:one', keyUsage: 'npm:signatures', publicKey: { rawBytes: 'AAAA' } },
    ])
  })

  async function tufOptions(cache: string) {
    const rootPath = join(folder, `${cache}.root.json`)
    await writeFile(rootPath, sigstore.tufRoot)
    return { mirrorURL: sigstore.url, rootPath, cachePath: join(folder, cache), retry: 0 }
  }
})
