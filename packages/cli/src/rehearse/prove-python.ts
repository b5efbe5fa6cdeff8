import {
  fromAttestation,
  loadTrust,
  PYPI_PUBLISH,
  type Trust,
  verifyBundle,
} from '@trustpub/provenance'
import { version as ownVersion } from '../version.ts'
import type { Proven, Published } from './proof.ts'
import type { Surroundings } from './scene.ts'
import type { Stage } from './stage.ts'

/** Reads the attestations of every file back from the index, and verifies them (PEP 740). */
export async function provePython(
  { stage, progress }: Surroundings,
  { name, version, filenames, signed }: Published,
): Promise<Proven> {
  if (!signed) return {}
  progress(`Verifying the attestations of ${name} ${version}`)
  const verifiedBy = `trustpub ${ownVersion()}`
  try {
    const trust = await loadTrust({ kind: 'file', path: stage.sigstore.trustFile })
    for (const filename of filenames) {
      await verifyAttestations(stage, trust, `${name}/${version}/${filename}`)
    }
    return { proof: { attestations: true, verifiedBy } }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { proof: { attestations: false, verifiedBy }, problem }
  }
}

/** What https://docs.pypi.org/api/integrity/ answers. */
interface Provenance {
  readonly attestation_bundles: readonly { readonly attestations: readonly unknown[] }[]
}

async function verifyAttestations({ url, readToken }: Stage, trust: Trust, path: string) {
  const credentials = Buffer.from(`__token__:${readToken}`).toString('base64')
  const response = await fetch(`${url}/integrity/${path}/provenance`, {
    headers: { accept: 'application/json', authorization: `Basic ${credentials}` },
  })
  if (!response.ok) throw new Error(`/integrity/${path}/provenance answers ${response.status}`)
  const { attestation_bundles } = (await response.json()) as Provenance
  for (const attestation of attestation_bundles.flatMap(({ attestations }) => attestations)) {
    await verifyBundle(fromAttestation(attestation), trust, { predicateTypes: [PYPI_PUBLISH] })
  }
}
