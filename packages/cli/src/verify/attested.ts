import { findProvider } from '@trustpub/identity'
import type { Signer, Verified } from '@trustpub/provenance'
import { refuse } from './errors.ts'
import type { Attested, Builder } from './finding.ts'

/** A verified bundle as it is told, with the signer for what is expected of it. */
export interface Checked {
  readonly attested: Attested
  readonly signer?: Signer
}

/**
 * What a verified bundle says.
 * @throws Refusal `identity_unknown` for a signer that is no CI which is understood
 */
export function checkedOf({ statement, signer, keyid, time, logIndex }: Verified): Checked {
  const attested = {
    subject: statement.subject[0]?.name ?? '',
    predicateType: statement.predicateType,
    time: time.toISOString(),
    logIndex,
    ...(signer && { builder: builderOf(signer) }),
    ...(keyid !== undefined && { keyid }),
  }
  return { attested, ...(signer && { signer }) }
}

function builderOf({ issuer, provider, claims }: Signer): Builder {
  if (provider === undefined) throw refuse('identity_unknown', { issuer: issuer.slice(0, 300) })
  const run = findProvider(provider).describe(claims, issuer)
  const environment = claims.environment
  return {
    repository: run.repositoryUrl,
    workflow: run.workflow,
    ref: run.ref,
    commit: run.commit,
    // An address whose numbers the certificate does not name would lead nowhere.
    run: /\/$|\/\/|undefined/.test(run.url.replace(/^https?:\/\//, '')) ? '' : run.url,
    ...(typeof environment === 'string' && { environment }),
    issuer,
  }
}
