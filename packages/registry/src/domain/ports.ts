import type { Issuer, Pins } from '@trustpub/identity'
import type {
  Account,
  ApiToken,
  AuditEvent,
  Ecosystem,
  ExchangeAttempt,
  NewPublisher,
  Package,
  PackageName,
  PublishedBy,
  PublisherLink,
  Release,
  ReleaseFile,
  Signature,
  SigningKey,
  StagedSummary,
  StagedVersion,
  StoredAttestation,
  StoredPublisher,
  Visibility,
} from './model.ts'

/** Everything that is remembered except the bytes of files. Written once for all databases. */
export interface Store {
  readonly packages: PackageStore
  readonly publishers: PublisherStore
  readonly tokens: TokenStore
  readonly accounts: AccountStore
  readonly issuers: IssuerStore
  readonly signingKeys: SigningKeyStore
  readonly attestations: AttestationStore
  readonly staging: StagingStore
  readonly log: LogStore
  /** Runs `work` as one transaction: all of it is kept, durably, or none. No waiting for anything else inside. */
  readonly transaction: <T>(work: (store: Store) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

export interface PackageStore {
  readonly find: (ecosystem: Ecosystem, normalised: string) => Promise<Package | undefined>
  readonly create: (name: PackageName, visibility: Visibility, ownerId: string) => Promise<Package>
  /** In the order of their normalised names; all of them, or one page. */
  readonly list: (
    ecosystem: Ecosystem,
    visibleTo: 'all' | 'public',
    page?: { readonly after: string; readonly limit: number },
  ) => Promise<readonly Package[]>
  readonly setVisibility: (packageId: string, visibility: Visibility) => Promise<void>
  readonly owners: (packageId: string) => Promise<readonly Account[]>
  readonly addOwner: (packageId: string, accountId: string) => Promise<void>
  readonly removeOwner: (packageId: string, accountId: string) => Promise<void>
  /** Oldest first, with their files. */
  readonly releases: (packageId: string) => Promise<readonly Release[]>
  readonly release: (packageId: string, version: string) => Promise<Release | undefined>
  readonly addRelease: (packageId: string, release: NewRelease) => Promise<string>
  readonly setManifest: (
    releaseId: string,
    manifest: Readonly<Record<string, unknown>>,
  ) => Promise<void>
  readonly addFile: (packageId: string, releaseId: string, file: ReleaseFile) => Promise<void>
  readonly file: (packageId: string, filename: string) => Promise<ReleaseFile | undefined>
  readonly setYanked: (
    packageId: string,
    version: string,
    reason: string | undefined,
  ) => Promise<void>
  readonly tags: (packageId: string) => Promise<Readonly<Record<string, string>>>
  readonly setTag: (packageId: string, tag: string, version: string) => Promise<void>
  readonly removeTag: (packageId: string, tag: string) => Promise<void>
  /** Marks the package as changed: raises `revision`, sets `updatedAt`. */
  readonly touch: (packageId: string) => Promise<void>
  /** Which of these blobs no file refers to, and no staged version. */
  readonly orphans: (blobs: readonly string[]) => Promise<readonly string[]>
}

export interface NewRelease {
  readonly version: string
  readonly manifest: Readonly<Record<string, unknown>>
  readonly publishedBy: PublishedBy
  /** Absent: to be signed later. */
  readonly signatures?: readonly Signature[]
}

export interface UnsignedRelease {
  readonly id: string
  readonly packageId: string
  readonly name: string
  readonly version: string
  readonly digests: ReleaseFile['digests']
}

export interface SigningKeyStore {
  /** The key that signs now. */
  readonly current: () => Promise<SigningKey | undefined>
  /** All that ever signed, newest first. */
  readonly list: () => Promise<readonly SigningKey[]>
  readonly create: (key: SigningKey) => Promise<void>
  /** Gives an end to the key that has none. */
  readonly retire: (expiresAt: Date) => Promise<void>
  /** Releases of npm packages that are to be signed yet: those from before there was a key. */
  readonly unsigned: (limit: number) => Promise<readonly UnsignedRelease[]>
  readonly setSignatures: (releaseId: string, signatures: readonly Signature[]) => Promise<void>
}

export interface AttestationStore {
  /** Nothing happens if the file has one of this kind. */
  readonly add: (
    packageId: string,
    filename: string,
    attestation: StoredAttestation,
  ) => Promise<void>
  readonly ofFile: (packageId: string, filename: string) => Promise<readonly StoredAttestation[]>
  /** Attested releases of npm packages that lack this attestation. */
  readonly npmWithout: (
    predicateType: string,
    limit: number,
  ) => Promise<
    readonly { readonly packageId: string; readonly name: string; readonly version: string }[]
  >
}

/** What is staged: the package that is there, and all of the version but its id. */
export interface NewStagedVersion extends Omit<StagedVersion, 'id' | 'package'> {
  readonly packageId: string
}

export interface StagingStore {
  /** Its id. A version can be staged once. */
  readonly add: (version: NewStagedVersion) => Promise<string>
  readonly find: (id: string) => Promise<StagedVersion | undefined>
  readonly ofVersion: (packageId: string, version: string) => Promise<StagedVersion | undefined>
  /** How many versions of the package are staged, expired ones that were not removed yet included. */
  readonly count: (packageId: string) => Promise<number>
  /** One page, newest first, and how many there are in all. */
  readonly list: (filter: {
    /** Only packages of this account. */
    readonly ownerId?: string
    /** Only this package, by its normalised name. */
    readonly package?: string
    readonly since: Date
    readonly offset: number
    readonly limit: number
  }) => Promise<{ readonly total: number; readonly versions: readonly StagedSummary[] }>
  /** The oldest ones, so many at most. */
  readonly stagedBefore: (before: Date, limit: number) => Promise<readonly StagedSummary[]>
  /** Forgets it, but not its bytes: they are a release's now. */
  readonly release: (id: string) => Promise<void>
  /** Forgets it, with its bytes as far as the database has them. */
  readonly discard: (id: string) => Promise<void>
}

export interface PublisherStore {
  readonly create: (publisher: NewPublisher) => Promise<StoredPublisher>
  readonly find: (id: string) => Promise<StoredPublisher | undefined>
  readonly remove: (id: string) => Promise<void>
  /** Every link of every publisher that a token with this key may match; the oldest publisher first. */
  readonly byKey: (issuer: string, lookupKey: string) => Promise<readonly PublisherLink[]>
  /** The oldest publisher first: of two pending ones that both match, it decides who will own the package. */
  readonly byPackage: (
    ecosystem: Ecosystem,
    normalised: string,
  ) => Promise<readonly PublisherLink[]>
  readonly byPublisher: (id: string) => Promise<readonly PublisherLink[]>
  readonly link: (publisherId: string, packageId: string) => Promise<void>
  readonly unlink: (publisherId: string, packageId: string) => Promise<void>
  readonly addPending: (publisherId: string, name: PackageName) => Promise<void>
  readonly removePending: (publisherId: string, name: PackageName) => Promise<void>
  /** The package came into being: no pending publisher for its name counts any longer. */
  readonly dropPending: (name: PackageName) => Promise<void>
  /** Remembers pins and the time of use. */
  readonly used: (id: string, pins: Pins) => Promise<void>
}

export interface TokenStore {
  readonly create: (
    token: Omit<ApiToken, 'account'> & { readonly accountId?: string },
  ) => Promise<void>
  readonly byHash: (hash: string) => Promise<ApiToken | undefined>
  readonly find: (id: string) => Promise<ApiToken | undefined>
  readonly byAccount: (accountId: string) => Promise<readonly ApiToken[]>
  readonly revoke: (hash: string) => Promise<void>
  /** Claims an ID token for good. False if it was claimed before, by whichever process. */
  readonly claimIdToken: (issuer: string, jti: string, forgetAt: Date) => Promise<boolean>
  /** Forgets ID tokens and exchanged API tokens whose time is over. */
  readonly sweep: (now: Date) => Promise<void>
}

export interface AccountStore {
  readonly create: (name: string, role: Account['role']) => Promise<Account>
  readonly byName: (name: string) => Promise<Account | undefined>
  readonly list: () => Promise<readonly Account[]>
  /** Small things kept by name, such as the hash of the set-up token. */
  readonly setting: (name: string) => Promise<string | undefined>
  readonly setSetting: (name: string, value: string | undefined) => Promise<void>
}

export interface IssuerStore {
  readonly list: () => Promise<readonly Issuer[]>
  readonly find: (url: string) => Promise<Issuer | undefined>
  readonly create: (issuer: Issuer) => Promise<void>
  readonly remove: (url: string) => Promise<void>
}

export interface LogStore {
  readonly attempt: (attempt: Omit<ExchangeAttempt, 'id' | 'at'>) => Promise<void>
  readonly attempts: (filter: {
    readonly ecosystem?: Ecosystem
    readonly package?: string
    /** Also attempts that asked for no one package (PyPI's do not), if they came from one of these sources. */
    readonly sources?: readonly string[]
    readonly limit: number
  }) => Promise<readonly ExchangeAttempt[]>
  /** How many refused attempts of a source are kept that are younger than `since`. */
  readonly countRefused: (issuer: string, source: string, since: Date) => Promise<number>
  readonly audit: (event: Omit<AuditEvent, 'id' | 'at'>) => Promise<void>
  readonly events: (limit: number) => Promise<readonly AuditEvent[]>
  /** Forgets attempts older than `before`. */
  readonly sweep: (before: Date) => Promise<void>
}

/**
 * The bytes of files. A blob is written once, under a name nobody can guess, and never changed. It lasts if a file that
 * refers to it is recorded; one that is not may be gone at any time.
 */
export interface Blobs {
  readonly create: (digests: readonly string[]) => Promise<BlobWriter>
  /** The bytes from `start` to `end` (both included), or undefined if there is no such blob. */
  readonly read: (key: string, range?: ByteRange) => Promise<AsyncIterable<Uint8Array> | undefined>
  readonly remove: (key: string) => Promise<void>
  /** Keys of blobs that were written before `before`, in batches. */
  readonly list: (before: Date) => AsyncIterable<readonly string[]>
}

export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A blob that is being written. */
export interface BlobWriter {
  /** Settled once everything is written. */
  readonly key: string
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** Makes it durable, at the latest with the row of the file that refers to it. */
  readonly finish: () => Promise<{
    readonly size: number
    readonly digests: Readonly<Record<string, string>>
  }>
  /** Takes it back, finished or not. */
  readonly discard: () => Promise<void>
}
