import type { KeySets } from '@trustpub/identity'
import type { TrustSource } from '@trustpub/provenance'
import type { Logger } from 'pino'
import type { Blobs, Store } from './domain/ports.ts'
import type { PublishPolicy } from './domain/publish.ts'
import type { PublishAttester } from './domain/publish-attestations.ts'
import type { TrustRoots } from './domain/trust-roots.ts'

/** What the operator of a registry decides. {@link readConfig} makes it from flags and the environment. */
export interface RegistryConfig {
  /** Where the database is: `file:` for SQLite. */
  readonly database: URL
  /** Where the bytes of files are: `file:` for a folder. */
  readonly blobs: URL
  /** The address that clients use, without a path. Its host is what ID tokens must be meant for. */
  readonly publicUrl: URL
  /** The accepted audiences of ID tokens; the first is the one to ask for. */
  readonly audiences: { readonly npm: readonly string[]; readonly pypi: readonly string[] }
  readonly policy: PublishPolicy
  /** Whether the public issuers (GitHub Actions, GitLab.com) are known without being registered. */
  readonly publicIssuers: boolean
  /** Bytes of the largest file that is taken. */
  readonly maxFileSize: number
  /** Whose certificates and logs count when an attestation is verified. */
  readonly sigstore: TrustSource
  /** The transparency log (Rekor) that the registry's own attestations go to; it makes none if absent. */
  readonly transparencyLog?: URL
  /** Where to send readers for packages that are not here; nowhere if absent. */
  readonly upstreams: { readonly npm?: URL; readonly pypi?: URL }
}

/** What request handlers work with. */
export interface Registry {
  readonly config: RegistryConfig
  readonly store: Store
  readonly blobs: Blobs
  readonly keys: KeySets
  readonly roots: TrustRoots
  /** Absent without a transparency log. */
  readonly attester: PublishAttester | undefined
  readonly log: Logger
  readonly now: () => Date
}
