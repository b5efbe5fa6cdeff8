import type { Item } from './item.ts'

/** Who signed an attestation: a run, in the words of its CI. */
export interface Builder {
  readonly repository: string
  readonly workflow: string
  readonly ref: string
  readonly commit: string
  /** The address of the run, where the certificate names it. */
  readonly run: string
  readonly environment?: string
  readonly issuer: string
}

/** An attestation of which everything was verified. */
export interface Attested {
  /** The name that the file was signed under: a package URL for npm, the file name otherwise. */
  readonly subject: string
  readonly predicateType: string
  /** Absent if a registry's key signed. */
  readonly builder?: Builder
  readonly keyid?: string
  readonly time: string
  readonly logIndex: string
}

export interface Problem {
  readonly code: string
  readonly message: string
}

/** What is known of one file. */
export interface FileFinding {
  readonly file: string
  /** `sha512-<base64>` or `sha256:<hex>`. */
  readonly digest: string
  /** Whether its bytes were read; otherwise the digest is that of the lock file. */
  readonly read: boolean
  /** The keys of the registry that signed. */
  readonly signatures: readonly string[]
  readonly attestations: readonly Attested[]
  /** What would be good to have, e.g. `provenance`. */
  readonly missing: readonly string[]
  readonly problems: readonly Problem[]
}

export const STATUSES = ['provenance', 'signature', 'nothing', 'failed', 'skipped'] as const

/** `provenance` and `signature`: verified. `failed`: wrong, not as expected, or unreachable. `skipped`: of no registry. */
export type Status = (typeof STATUSES)[number]

/** What came of one item. */
export interface Finding {
  readonly title: string
  readonly kind: Item['kind']
  readonly status: Status
  readonly registry?: string
  readonly files: readonly FileFinding[]
  readonly problems: readonly Problem[]
}

/** How much vouches for a file; a run that built it counts more than the registry's signature. */
export function vouched({
  attestations,
  signatures,
}: FileFinding): 'provenance' | 'signature' | 'nothing' {
  if (attestations.some(({ builder }) => builder !== undefined)) return 'provenance'
  return signatures.length > 0 || attestations.length > 0 ? 'signature' : 'nothing'
}
