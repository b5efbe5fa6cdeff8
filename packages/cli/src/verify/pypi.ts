import { createHash } from 'node:crypto'
import type { Refusal } from '@trustpub/identity'
import {
  fromAttestation,
  PYPI_PUBLISH,
  pypiSubject,
  SLSA_V1,
  verifyBundle,
} from '@trustpub/provenance'
import { type Checked, checkedOf } from './attested.ts'
import { refuse } from './errors.ts'
import { collector, type Evidence } from './evidence.ts'
import type { PypiItem } from './item.ts'
import { askJson, isObject, type Json, listIn, objectIn, textIn } from './json.ts'
import { requirePublisher } from './pypi-publisher.ts'
import { isOfVersion, normalisedName } from './python-names.ts'
import type { Session } from './session.ts'

const SIMPLE = 'application/vnd.pypi.simple.v1+json'
const INTEGRITY = 'application/vnd.pypi.integrity.v1+json'
/** The largest pages of PyPI have some 20 MB. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024
/** PyPI takes two attestations for a file; each is at most 1 MB. */
const MAX_ATTESTATIONS = 8
const MAX_PROVENANCE_BYTES = 10 * 1024 * 1024

/** A file as the index lists it. */
interface Listed {
  readonly filename: string
  readonly url: URL
  readonly sha256: string
  readonly provenance: URL | undefined
}

/** Verifies the files of a version at a Python index: those of a lock file, or all. @throws Refusal */
export async function verifyPypi(item: PypiItem, session: Session): Promise<Evidence[]> {
  const listed = await listedFiles(item, session)
  const evidence: Evidence[] = []
  // One after the other: the files of a version are large, and versions are verified side by side already.
  for (const file of listed) evidence.push(await verifyFile(file, item, session))
  return evidence
}

async function listedFiles(item: PypiItem, session: Session): Promise<Listed[]> {
  const { name, version, registry, sha256 } = item
  const title = `${name}==${version}`
  const url = new URL(`${encodeURIComponent(normalisedName(name))}/`, registry)
  const page = await askJson(session.http, { url, accept: SIMPLE, limit: MAX_INDEX_BYTES })
  const missing = { package: title, registry: registry.host }
  if (page === undefined) throw refuse('version_missing', missing)
  const files = listIn(page, 'files').flatMap((entry) => readListed(entry, url) ?? [])
  if (sha256 === undefined) {
    const ofVersion = files.filter(({ filename }) => isOfVersion(filename, name, version))
    if (ofVersion.length === 0) throw refuse('version_missing', missing)
    return ofVersion
  }
  if (sha256.length === 0) {
    const advice = 'Write the lock file with hashes (uv lock, pip-compile --generate-hashes).'
    const values = { source: 'The lock file', algorithm: 'sha256', package: title, advice }
    throw refuse('integrity_missing', values)
  }
  return sha256.map((hash) => {
    const found = files.find((file) => file.sha256 === hash)
    if (found === undefined) throw refuse('hash_unknown', { hash, ...missing })
    return found
  })
}

function readListed(entry: unknown, page: URL): Listed | undefined {
  const [filename, url] = [textIn(entry, 'filename'), textIn(entry, 'url')]
  const sha256 = textIn(objectIn(entry, 'hashes'), 'sha256')?.toLowerCase() ?? ''
  if (filename === undefined || url === undefined || !URL.canParse(url, page.href)) return undefined
  const provenance = textIn(entry, 'provenance') ?? ''
  return {
    filename,
    url: new URL(url, page),
    sha256,
    provenance:
      provenance !== '' && URL.canParse(provenance, page.href)
        ? new URL(provenance, page)
        : undefined,
  }
}

async function verifyFile(file: Listed, item: PypiItem, session: Session): Promise<Evidence> {
  const { filename, sha256 } = file
  const read = item.sha256 === undefined
  if (read) await requireContent(file, item.registry.host, session)
  const problems: Refusal[] = []
  const collect = collector(problems)
  const checked: Checked[] = []
  let environment: string | undefined
  for (const bundle of await bundlesOf(file, item, session).catch(collect<Json[]>([]))) {
    const publisher = objectIn(bundle, 'publisher')
    environment ??= textIn(publisher, 'environment')
    for (const attestation of listIn(bundle, 'attestations')) {
      const one = await verifyOne(attestation, file, session).catch(collect(undefined))
      if (one === undefined) continue
      try {
        requirePublisher(publisher, one, { file: filename, registry: item.registry.host })
        checked.push(one)
      } catch (error) {
        collect(undefined)(error)
      }
    }
  }
  return {
    file: filename,
    digest: `sha256:${sha256}`,
    read,
    signatures: [],
    signs: false,
    checked,
    ...(environment !== undefined && { environment }),
    problems,
  }
}

/** @throws Refusal `content_differs`, `integrity_missing` */
async function requireContent(
  { filename, url, sha256 }: Listed,
  registry: string,
  { http }: Session,
): Promise<void> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    const advice = 'Nothing can be verified there.'
    const values = { source: registry, algorithm: 'sha256', package: filename, advice }
    throw refuse('integrity_missing', values)
  }
  let hash = createHash('sha256')
  const { status } = await http.download(url, () => {
    hash = createHash('sha256')
    return (chunk) => void hash.update(chunk)
  })
  if (status !== 200)
    throw refuse('answer_unusable', { url: url.href, reason: `it answers ${status}` })
  const actual = hash.digest('hex')
  if (actual !== sha256)
    throw refuse('content_differs', { file: filename, registry, actual, expected: sha256 })
}

/** The members of `attestation_bundles` of the provenance object that the index announces; none if it does not. */
async function bundlesOf(file: Listed, item: PypiItem, { http }: Session): Promise<Json[]> {
  if (file.provenance === undefined) return []
  const values = { registry: item.registry.host, what: file.filename }
  const accept = `${INTEGRITY}, application/json;q=0.9`
  const answer = await askJson(http, { url: file.provenance, accept, limit: MAX_PROVENANCE_BYTES })
  if (answer === undefined)
    throw refuse('attestations_missing', { ...values, reason: 'it does not have them' })
  const bundles = listIn(answer, 'attestation_bundles').filter(isObject)
  const count = bundles.reduce((sum, bundle) => sum + listIn(bundle, 'attestations').length, 0)
  if (answer.version !== 1 || count === 0) {
    const reason = 'it is no provenance object of version 1 (PEP 740)'
    throw refuse('attestations_unusable', { ...values, reason })
  }
  if (count > MAX_ATTESTATIONS) {
    const reason = `there are ${count}, more than ${MAX_ATTESTATIONS}`
    throw refuse('attestations_unusable', { ...values, reason })
  }
  return bundles
}

async function verifyOne(
  attestation: unknown,
  { filename, sha256 }: Listed,
  session: Session,
): Promise<Checked> {
  const verified = await verifyBundle(fromAttestation(attestation), await session.trust(), {
    subject: pypiSubject({ filename, sha256 }),
    predicateTypes: [PYPI_PUBLISH, SLSA_V1],
    issuers: session.issuers,
  })
  return checkedOf(verified)
}
