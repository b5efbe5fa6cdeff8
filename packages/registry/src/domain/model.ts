import type { Check, Fields, Pins, ProviderId, Run, TrustedPublisher } from '@trustpub/identity'

/** The kinds of package this registry holds; each has a protocol of its own. */
export type Ecosystem = 'npm' | 'pypi'

/** `restricted`: whoever has an account may read it. `public`: anybody may. */
export type Visibility = 'public' | 'restricted'

/** What a trusted publisher may do with its packages. */
export type PublisherPermission = 'publish' | 'stage'

/** What an account's API token may be used for. */
export type TokenPermission = 'read' | 'publish' | 'manage'

/** A package's name: as its owner writes it, and as it is looked up. They only differ at PyPI (PEP 503). */
export interface PackageName {
  readonly ecosystem: Ecosystem
  readonly name: string
  readonly normalised: string
}

export interface Package extends PackageName {
  readonly id: string
  readonly visibility: Visibility
  /** Grows with every change, so that whatever was built from the package can be known to be current. */
  readonly revision: number
  readonly createdAt: string
  readonly updatedAt: string
}

/** Who published: shown on releases and compared when the same release is sent again. */
export interface PublishedBy {
  readonly kind: 'account' | 'publisher'
  /** The id of the account or of the trusted publisher. */
  readonly id: string
  /** The account's name, or the provider's label. */
  readonly name: string
  readonly provider?: ProviderId
  readonly run?: Run
  /** Name of the account that approved it, if it was staged. */
  readonly approver?: string
}

export interface Release {
  readonly id: string
  readonly version: string
  /** npm: the version's manifest. PyPI: the core metadata that the upload form carried. */
  readonly manifest: Readonly<Record<string, unknown>>
  readonly publishedAt: string
  readonly publishedBy: PublishedBy
  /** The registry's own, over name, version and integrity; PyPI has none. */
  readonly signatures: readonly Signature[]
  readonly files: readonly ReleaseFile[]
}

export interface ReleaseFile {
  readonly filename: string
  readonly kind: 'tarball' | 'sdist' | 'wheel'
  readonly size: number
  /** Hex, by algorithm. npm needs sha512 and sha1, PyPI sha256. */
  readonly digests: Readonly<Record<string, string>>
  /** Where the bytes are, in the blob store. */
  readonly blob: string
  /** PEP 658: where the wheel's METADATA is, and its sha256. */
  readonly metadata?: { readonly blob: string; readonly sha256: string }
  readonly requiresPython?: string
  /** PEP 592: the reason why it was yanked; the empty string is a reason too. */
  readonly yanked?: string
  readonly uploadedAt: string
  /** Predicate types of the attestations that came with it. */
  readonly predicates?: readonly string[]
}

/** A signature as npm's `dist.signatures` has it: ECDSA with SHA-256, DER, base64. */
export interface Signature {
  readonly keyid: string
  readonly sig: string
}

/** A key pair of the registry: ECDSA on P-256; both halves are DER (SPKI, PKCS #8) in base64. */
export interface SigningKey {
  readonly keyid: string
  readonly publicKey: string
  readonly privateKey: string
  readonly createdAt: string
  /** What is published from then on is not signed with this key. */
  readonly expiresAt?: string
}

/** What is kept of an attestation that was verified. */
export interface StoredAttestation {
  readonly predicateType: string
  /** npm: the Sigstore bundle. PyPI: the attestation object (PEP 740). */
  readonly content: unknown
  /** PyPI: by whom, in the words of PEP 740. */
  readonly publisher?: Readonly<Record<string, unknown>>
}

/** Attestations that were found to be good for a file, and the trusted publisher whose runs made them. */
export interface Attested {
  readonly publisherId: string
  readonly attestations: readonly StoredAttestation[]
}

/** What lists show of a staged version: all but its manifest and attestations, which may be large. */
export interface StagedSummary {
  readonly id: string
  readonly package: Package
  readonly version: string
  /** The dist-tags that will point at it. */
  readonly tags: readonly string[]
  readonly file: Omit<ReleaseFile, 'uploadedAt'>
  readonly stagedAt: string
  readonly stagedBy: PublishedBy
}

/** A version of an npm package that its owner has not approved yet; nobody else sees it. */
export interface StagedVersion extends StagedSummary {
  readonly manifest: Readonly<Record<string, unknown>>
  readonly attested?: Attested
}

export interface Account {
  readonly id: string
  readonly name: string
  readonly role: 'admin' | 'member'
  readonly createdAt: string
}

/** A trusted publisher as it is stored. */
export interface StoredPublisher extends TrustedPublisher {
  readonly id: string
  readonly permissions: readonly PublisherPermission[]
  readonly createdBy: string
  readonly createdAt: string
  readonly lastUsedAt?: string
}

/** A trusted publisher together with a package it covers; pending while that package does not exist. */
export interface PublisherLink {
  readonly publisher: StoredPublisher
  readonly package: PackageName
  readonly pending: boolean
}

export interface NewPublisher {
  readonly provider: ProviderId
  readonly issuer: string
  readonly lookupKey: string
  readonly fields: Fields
  readonly pins: Pins
  readonly permissions: readonly PublisherPermission[]
  readonly createdBy: string
}

/** One package that an exchanged API token is good for, and the publisher by whose leave. */
export interface Grant {
  readonly publisherId: string
  readonly ecosystem: Ecosystem
  readonly normalised: string
}

/** An API token as it is stored: never the token itself, only its hash. */
export interface ApiToken {
  readonly id: string
  readonly hash: string
  /** The first characters, by which its owner recognises it. */
  readonly hint: string
  readonly description: string
  readonly createdAt: string
  readonly expiresAt?: string
  readonly revokedAt?: string
  /** An account's token… */
  readonly account?: Account
  readonly permissions: readonly TokenPermission[]
  /** …or one that was exchanged for an ID token. */
  readonly grants?: readonly Grant[]
  readonly publishedBy?: PublishedBy
}

/** An exchange that was tried with a genuine ID token, kept for the owner of the package to look at. */
export interface ExchangeAttempt {
  readonly id: string
  readonly at: string
  readonly ecosystem: Ecosystem
  /** The package asked for; absent where the protocol asks for all at once. */
  readonly package?: string
  readonly issuer: string
  readonly source: string
  /** `ok`, or the code of the refusal. */
  readonly code: string
  readonly message: string
  readonly run: Run
  readonly checks: readonly Check[]
}

export interface AuditEvent {
  readonly id: string
  readonly at: string
  /** An account's name, a trusted publisher as `provider:repository`, or `registry` for what it did by itself. */
  readonly actor: string
  /** What happened, e.g. `release.published`. */
  readonly action: string
  readonly subject: string
  readonly details: Readonly<Record<string, unknown>>
}
