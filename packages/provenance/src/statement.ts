/** What a statement is about: one file, by name and digests in lower-case hex, by algorithm. */
export interface Subject {
  readonly name: string
  readonly digest: Readonly<Record<string, string>>
}

/** An in-toto statement, https://github.com/in-toto/attestation/tree/main/spec */
export interface Statement {
  readonly _type: string
  readonly subject: readonly Subject[]
  readonly predicateType: string
  readonly predicate: unknown
}

/** The DSSE payload type of in-toto statements. */
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json'
/** What statements call themselves; 0.1 is what npm writes for GitLab and for its own publish attestations. */
export const STATEMENT_V1 = 'https://in-toto.io/Statement/v1'
export const STATEMENT_V01 = 'https://in-toto.io/Statement/v0.1'

/** Provenance of a build: https://slsa.dev/spec/v1.0/provenance, and its predecessor that npm uses for GitLab. */
export const SLSA_V1 = 'https://slsa.dev/provenance/v1'
export const SLSA_V02 = 'https://slsa.dev/provenance/v0.2'
/** What a registry says of a version that it took: name, version, registry. */
export const NPM_PUBLISH = 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1'
/** That the signer published the file; the predicate is empty. https://docs.pypi.org/attestations/publish/v1/ */
export const PYPI_PUBLISH = 'https://docs.pypi.org/attestations/publish/v1'

/** Every predicate type that some registry accepts. */
export const PREDICATE_TYPES: readonly string[] = [SLSA_V1, SLSA_V02, NPM_PUBLISH, PYPI_PUBLISH]

/** The subject of a statement about an npm version: its package URL and the sha512 of its tarball, given as `integrity`. */
export function npmSubject(name: string, version: string, integrity: string): Subject {
  const sha512 = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity)?.[1]
  if (sha512 === undefined) throw new Error(`Not a sha512 integrity: ${integrity.slice(0, 100)}`)
  const digest = { sha512: Buffer.from(sha512, 'base64').toString('hex') }
  return { name: `pkg:npm/${name.replace(/^@/, '%40')}@${version}`, digest }
}

/** The subject of a statement about a Python distribution: its file name and sha256 in hex. */
export function pypiSubject(file: { readonly filename: string; readonly sha256: string }): Subject {
  return { name: file.filename, digest: { sha256: file.sha256.toLowerCase() } }
}

/** What a registry states of an npm version that it took; it is signed with the registry's own key. */
export function npmPublishStatement(version: {
  readonly name: string
  readonly version: string
  readonly integrity: string
  /** The registry's address. */
  readonly registry: string
}): Statement {
  return {
    _type: STATEMENT_V01,
    subject: [npmSubject(version.name, version.version, version.integrity)],
    predicateType: NPM_PUBLISH,
    predicate: { name: version.name, version: version.version, registry: version.registry },
  }
}

/** What a publisher states of a Python distribution that it uploads. */
export function pypiPublishStatement(file: {
  readonly filename: string
  readonly sha256: string
}): Statement {
  return {
    _type: STATEMENT_V1,
    subject: [pypiSubject(file)],
    predicateType: PYPI_PUBLISH,
    predicate: null,
  }
}
