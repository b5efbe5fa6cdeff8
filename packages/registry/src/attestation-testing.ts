import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Claims,
  type Environment,
  findProvider,
  KeySets,
  verifyIdToken,
} from '@trustpub/identity'
import { type DevelopmentIssuer, startDevelopmentIssuer } from '@trustpub/identity/testing'
import {
  type Bundle,
  npmProvenance,
  npmSubject,
  type Statement,
  type Subject,
  sign,
} from '@trustpub/provenance'
import { type PrivateSigstore, startPrivateSigstore } from '@trustpub/provenance/private'
import { claimsOf, RUN } from './testing.ts'

/** A private Sigstore and an issuer that stands in for GitHub's. */
export interface AttestationKit {
  readonly issuer: DevelopmentIssuer
  readonly keys: KeySets
  readonly sigstore: PrivateSigstore
  /** What registries are told to trust: the file with its roots. */
  readonly trustedRoot: string
  /** Signs as the run of the tests, or as one with other claims. */
  readonly sign: (statement: Statement, changes?: Claims) => Promise<Bundle>
  readonly close: () => Promise<void>
}

/** Starts both; the Sigstore goes by its own clock. */
export async function openAttestationKit(
  now: () => Date = () => new Date(),
): Promise<AttestationKit> {
  const issuer = await startDevelopmentIssuer({ issuer: RUN.issuer })
  const keys = new KeySets({ fetch: issuer.fetchJson })
  const known = { url: RUN.issuer, provider: 'github', allowPrivateNetwork: false }
  const sigstore = await startPrivateSigstore({
    now,
    verifyIdToken: (text) =>
      verifyIdToken(text, {
        findIssuer: async (url) => (url === known.url ? known : undefined),
        keys,
        audiences: ['sigstore'],
        now: Date.now(),
      }),
  })
  const folder = await mkdtemp(join(tmpdir(), 'sigstore-'))
  const trustedRoot = join(folder, 'trusted_root.json')
  await writeFile(trustedRoot, JSON.stringify(sigstore.trustedRoot))
  return {
    issuer,
    keys,
    sigstore,
    trustedRoot,
    sign: (statement, changes = {}) =>
      sign(statement, {
        services: { fulcio: sigstore.url, rekor: sigstore.url },
        identityToken: () => issuer.sign(claimsOf({}, changes), 'sigstore'),
      }),
    close: async () => {
      await sigstore.close()
      await issuer.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** The provenance that npm states in the run of the tests. */
export function provenanceOf(subject: Subject): Statement {
  return npmProvenance('github', jobOf(), subject)
}

/** The variables of the job that makes the run of the tests. */
export function jobOf(): Environment {
  const { repository_id, repository_owner_id, run_id, run_attempt } = claimsOf()
  return {
    ...findProvider('github').jobVariables(RUN),
    GITHUB_REPOSITORY_ID: String(repository_id),
    GITHUB_REPOSITORY_OWNER_ID: String(repository_owner_id),
    GITHUB_RUN_ID: String(run_id),
    GITHUB_RUN_ATTEMPT: String(run_attempt),
  }
}

/** The subject of a version with this digest. */
export function subjectOf(name: string, version: string, sha512: string): Subject {
  return npmSubject(name, version, `sha512-${Buffer.from(sha512, 'hex').toString('base64')}`)
}
