import type { Bundle, Subject, Verified } from '@trustpub/provenance'
import { refuse } from '../errors.ts'
import { requireLeave } from './access.ts'
import { acceptedIssuers, type IssuerContext } from './issuers.ts'
import type { PackageName, PublisherPermission, StoredPublisher } from './model.ts'
import type { Actor } from './tokens.ts'
import type { TrustRoots } from './trust-roots.ts'

/** What attestations are checked with. */
export interface AttestationContext extends IssuerContext {
  readonly roots: TrustRoots
}

/** An attestation that was verified, and the trusted publisher whose run signed it. */
export interface Accepted extends Verified {
  readonly signer: NonNullable<Verified['signer']>
  readonly publisher: StoredPublisher
}

/**
 * The publishers by whose leave the actor publishes or stages the package; attestations are compared with them.
 * @throws Refusal `attestation_needs_exchange` for an account, which is no publisher, or as `requireLeave`
 */
export async function attestingPublishers(
  { store }: Pick<AttestationContext, 'store'>,
  actor: Actor,
  name: PackageName,
  permission: PublisherPermission,
): Promise<readonly StoredPublisher[]> {
  if (actor.kind !== 'publisher') throw refuse('attestation_needs_exchange', { package: name.name })
  const pkg = await store.packages.find(name.ecosystem, name.normalised)
  const { publishers } = await requireLeave(
    store,
    actor,
    name,
    pkg,
    { trustedOnly: true },
    permission,
  )
  return publishers
}

/**
 * Verifies an attestation: that a run of one of the publishers signed it, in time and in the log, about this file.
 * @throws Refusal of provenance's table, with nothing changed
 */
export async function verifyAttestation(
  context: AttestationContext,
  publishers: readonly StoredPublisher[],
  bundle: string | Bundle,
  wanted: { readonly subject?: Subject; readonly predicateTypes: readonly string[] },
): Promise<Accepted> {
  const { verifyBundle, checkSigner, requireSigner } = await import('@trustpub/provenance')
  const issuers = await acceptedIssuers(context)
  const verified = await verifyBundle(bundle, await context.roots.current(), {
    ...wanted,
    issuers,
  })
  const { signer } = verified
  // Without keys to check it with no other bundle passes.
  if (signer === undefined) throw new Error('A bundle without a certificate was verified')
  const assessed = publishers.map((publisher) => checkSigner(publisher, signer))
  const trusted = assessed.find((assessment) => assessment.trusted)
  if (trusted !== undefined) return { ...verified, signer, publisher: trusted.publisher }
  const [closest] = assessed.toSorted((a, b) => failures(a) - failures(b))
  if (closest !== undefined) requireSigner(closest.publisher, signer)
  throw new Error('A signer that no publisher trusts was to be refused')
}

function failures({ checks }: { readonly checks: readonly { readonly ok: boolean }[] }): number {
  return checks.filter(({ ok }) => !ok).length
}
