import { checkSigner } from '@trustpub/provenance'
import type { Checked } from './attested.ts'
import { refuse } from './errors.ts'
import { type Json, textIn } from './json.ts'

/** The publishers whose words can be compared with a certificate, by their kind in provenance objects. */
const KINDS: Readonly<Record<string, { readonly provider: string; readonly workflow: string }>> = {
  GitHub: { provider: 'github', workflow: 'workflow' },
  GitLab: { provider: 'gitlab', workflow: 'workflow_filepath' },
}

/**
 * The publisher that an index names beside attestations must be the one whose run signed them, or the index would show
 * a better name than the certificate has. The environment is left out, because certificates do not name it.
 * @throws Refusal `publisher_disagrees`
 */
export function requirePublisher(
  publisher: Json,
  { signer }: Checked,
  { file, registry }: { readonly file: string; readonly registry: string },
): void {
  const kind = KINDS[textIn(publisher, 'kind') ?? '']
  if (kind === undefined || signer === undefined) return
  const fields = {
    repository: textIn(publisher, 'repository') ?? '',
    workflow: textIn(publisher, kind.workflow) ?? '',
  }
  const expected = { provider: kind.provider, issuer: signer.issuer, fields, pins: {} }
  const { checks } = checkSigner(expected, signer)
  // Which events may publish was for the index to say.
  const failed = checks.find(
    ({ ok, code }) => !ok && code !== 'event_refused' && code !== 'owner_id_mismatch',
  )
  if (failed === undefined) return
  const { claim, actual, expected: named } = failed
  throw refuse('publisher_disagrees', { registry, file, claim, actual, expected: named })
}
