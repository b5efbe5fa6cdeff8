import type { Bundle, Subject } from '@trustpub/provenance'
import { parseDistributionFilename } from '../archives/distribution-filename.ts'
import { attestingPublishers, verifyAttestation } from '../domain/attestations.ts'
import type { Attested, PackageName, StoredAttestation } from '../domain/model.ts'
import { comparePep440 } from '../domain/pep440.ts'
import type { Actor } from '../domain/tokens.ts'
import { refuse } from '../errors.ts'
import type { Registry } from '../registry.ts'
import { describePublisher } from './pypi-publisher.ts'

/** One of each predicate type that Python indexes take (PEP 740, https://docs.pypi.org/attestations/). */
const MAX_ATTESTATIONS = 2

/** A distribution on its way in. */
export interface FileToAttest {
  readonly name: PackageName
  readonly filename: string
  readonly sha256: string
}

/**
 * Verifies the form field `attestations`, by PyPI's rules: at most one of each kind, signed by the trusted publisher that
 * uploads.
 * @throws Refusal, with nothing changed
 */
export async function verifyPypiAttestations(
  { store, config, roots }: Registry,
  actor: Actor,
  field: string,
  file: FileToAttest,
): Promise<Attested> {
  const publishers = await attestingPublishers({ store }, actor, file.name, 'publish')
  const wanted = readList(field)
  const { fromAttestation, toAttestation, PYPI_PUBLISH, SLSA_V1 } = await import(
    '@trustpub/provenance'
  )
  const context = { store, publicIssuers: config.publicIssuers, roots }
  const attestations = new Map<string, StoredAttestation>()
  let publisherId = ''
  for (const attestation of wanted) {
    const bundle = fromAttestation(attestation)
    const accepted = await verifyAttestation(context, publishers, bundle, {
      subject: subjectOf(file, bundle),
      predicateTypes: [PYPI_PUBLISH, SLSA_V1],
    })
    const { predicateType } = accepted.statement
    if (attestations.has(predicateType)) throw refuse('attestations_duplicate', { predicateType })
    const content = toAttestation(accepted.bundle)
    attestations.set(predicateType, {
      predicateType,
      content,
      publisher: describePublisher(accepted),
    })
    publisherId = accepted.publisher.id
  }
  return { publisherId, attestations: [...attestations.values()] }
}

function readList(field: string): readonly unknown[] {
  let list: unknown
  try {
    list = JSON.parse(field)
  } catch {
    throw refuse('attestations_malformed', { reason: 'it is not JSON' })
  }
  if (!Array.isArray(list)) throw refuse('attestations_malformed', { reason: 'it is not a list' })
  if (list.length === 0) throw refuse('attestations_empty', {})
  if (list.length > MAX_ATTESTATIONS) {
    throw refuse('attestations_too_many', { count: list.length, limit: MAX_ATTESTATIONS })
  }
  return list
}

/** Signing tools write the file's name in its normalised form, which the file itself need not have. */
function subjectOf({ filename, sha256 }: FileToAttest, bundle: Bundle): Subject {
  const named = namedSubject(bundle)
  const name = named !== undefined && isSameDistribution(named, filename) ? named : filename
  return { name, digest: { sha256 } }
}

/** The name in the statement, before anything is verified. */
function namedSubject({ dsseEnvelope }: Bundle): string | undefined {
  try {
    const text = Buffer.from(dsseEnvelope?.payload ?? '', 'base64').toString()
    const { subject } = JSON.parse(text) as { subject: { name: unknown }[] }
    const name = subject[0]?.name
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

/** Whether two names are of one distribution, however they are written (PEP 503, PEP 440, PEP 425). */
export function isSameDistribution(one: string, other: string): boolean {
  if (one === other) return true
  try {
    const [a, b] = [parseDistributionFilename(one), parseDistributionFilename(other)]
    return (
      a.kind === b.kind &&
      a.normalised === b.normalised &&
      comparePep440(a.version, b.version) === 0 &&
      tagsOf(one, a.stem) === tagsOf(other, b.stem)
    )
  } catch {
    return false
  }
}

/** What follows name and version; each of a wheel's tags may be several, in any order. */
function tagsOf(filename: string, stem: string): string {
  const parts = filename
    .slice(stem.length)
    .toLowerCase()
    .replace(/\.whl$/, '')
    .split('-')
  return parts.map((part) => part.split('.').toSorted().join('.')).join('-')
}
