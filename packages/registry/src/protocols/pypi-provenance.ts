import { readablePackage } from '../domain/access.ts'
import type { StoredAttestation } from '../domain/model.ts'
import { readPep440 } from '../domain/pep440.ts'
import { refuse } from '../errors.ts'
import type { AppContext } from '../http/app-types.ts'
import { UNSNIFFED } from '../http/documents.ts'
import { preferredType } from '../http/negotiate.ts'
import type { Registry } from '../registry.ts'
import { pypiName } from './pypi-read.ts'

const TYPES = ['application/vnd.pypi.integrity.v1+json', 'application/json'] as const

/** `GET /integrity/<project>/<version>/<file>/provenance`, as https://docs.pypi.org/api/integrity/ describes it. */
export async function provenance(
  c: AppContext,
  { store }: Registry,
  { name, version, filename }: Readonly<Record<'name' | 'version' | 'filename', string>>,
): Promise<Response> {
  const type = preferredType(c.req.header('accept'), TYPES)
  if (type === undefined) throw refuse('not_acceptable', { offered: TYPES.join(', ') })
  const pkg = await readablePackage(store, c.get('actor'), pypiName(name))
  const wanted = readPep440(version)?.normalised ?? version
  const release = await store.packages.release(pkg.id, wanted)
  if (release?.files.every((file) => file.filename !== filename) ?? true) {
    throw refuse('file_not_found', { package: `${pkg.name} ${version}`, file: filename })
  }
  const attestations = await store.attestations.ofFile(pkg.id, filename)
  const [first] = attestations
  if (first === undefined) throw refuse('not_attested', { what: filename })
  return c.body(JSON.stringify(provenanceObject(first, attestations)), 200, {
    'content-type': type,
    'cache-control': 'private, no-cache',
    ...UNSNIFFED,
  })
}

/** PEP 740: all attestations of a file came in one upload, so one publisher signed them. */
function provenanceObject(
  { publisher }: StoredAttestation,
  attestations: readonly StoredAttestation[],
): unknown {
  return {
    version: 1,
    attestation_bundles: [{ publisher, attestations: attestations.map(({ content }) => content) }],
  }
}
