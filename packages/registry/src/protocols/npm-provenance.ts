import { findProvider } from '@trustpub/identity'
import { type Accepted, attestingPublishers, verifyAttestation } from '../domain/attestations.ts'
import type { Attested, PackageName, PublisherPermission } from '../domain/model.ts'
import { integrityOf } from '../domain/signing-keys.ts'
import type { Actor } from '../domain/tokens.ts'
import { refuse } from '../errors.ts'
import { quoted } from '../invalid-upload.ts'
import type { Registry } from '../registry.ts'
import { repositoryUrl } from './npm-repository.ts'

/** A version on its way in, with what it says of itself. */
export interface VersionToAttest {
  readonly name: PackageName
  readonly version: string
  readonly digests: Readonly<Record<string, string>>
  /** `repository` as the publish document and the package.json in the tarball have it. */
  readonly repositories: readonly unknown[]
  /** What the sender wants to do with it. */
  readonly permission: PublisherPermission
}

/**
 * Verifies the Sigstore bundle that `npm publish --provenance` attaches. As on npmjs, its repository must be the one
 * that package.json names: that is where people look for the source.
 * @throws Refusal, with nothing changed
 */
export async function verifyNpmProvenance(
  { store, config, roots }: Registry,
  actor: Actor,
  bundle: string,
  { name, version, digests, repositories, permission }: VersionToAttest,
): Promise<Attested> {
  const publishers = await attestingPublishers({ store }, actor, name, permission)
  const { npmSubject, SLSA_V1, SLSA_V02 } = await import('@trustpub/provenance')
  const accepted = await verifyAttestation(
    { store, publicIssuers: config.publicIssuers, roots },
    publishers,
    bundle,
    {
      subject: npmSubject(name.name, version, integrityOf(digests)),
      predicateTypes: [SLSA_V1, SLSA_V02],
    },
  )
  for (const repository of repositories) requireRepository(repository, accepted)
  const { statement, bundle: content, publisher } = accepted
  const attestation = { predicateType: statement.predicateType, content }
  return { publisherId: publisher.id, attestations: [attestation] }
}

function requireRepository(repository: unknown, { signer, publisher }: Accepted): void {
  const run = findProvider(publisher.provider).describe(signer.claims, signer.issuer)
  const named = repositoryUrl(repository)
  if (named === run.repositoryUrl) return
  throw refuse('provenance_repository', {
    actual: named === undefined ? 'no repository' : quoted(named),
    expected: run.repositoryUrl,
  })
}
