import { findProvider, type ProviderId } from '@trustpub/identity'
import type { Accepted } from '../domain/attestations.ts'

/** The publisher of attestations as PEP 740 has it in provenance objects. */
export type PublisherObject = Readonly<Record<string, unknown>> & { readonly kind: string }

/** The kinds that PyPI knows, with the members that its clients verify certificates by (pypi-attestations). */
const KINDS: Readonly<Record<ProviderId, (accepted: Accepted) => PublisherObject>> = {
  github: (accepted) => ({
    kind: 'GitHub',
    repository: claim(accepted, 'repository'),
    // owner/name/.github/workflows/release.yml@ref
    workflow: claim(accepted, 'workflow_ref').replace(/@.*$/, '').replace(/^.*\//, ''),
    environment: environment(accepted),
  }),
  gitlab: (accepted) => ({
    kind: 'GitLab',
    repository: claim(accepted, 'project_path'),
    // host/group/name//path/to/file.yml@ref
    workflow_filepath: claim(accepted, 'ci_config_ref_uri')
      .replace(/@.*$/, '')
      .replace(/^.*?\/\//, ''),
    environment: environment(accepted),
  }),
  circleci: (accepted) => ({
    kind: 'CircleCI',
    project_id: claim(accepted, 'oidc.circleci.com/project-id'),
    pipeline_definition_id: claim(accepted, 'oidc.circleci.com/pipeline-definition-id'),
  }),
  google: (accepted) => ({ kind: 'Google', email: claim(accepted, 'email') }),
}

/** Describes the run that signed, and of its trusted publisher what no certificate says. Other kinds show all their claims. */
export function describePublisher(accepted: Accepted): PublisherObject {
  const { publisher, signer } = accepted
  const describe = KINDS[publisher.provider]
  if (describe !== undefined) return describe(accepted)
  return { kind: findProvider(publisher.provider).label, claims: signer.claims }
}

function claim({ signer }: Accepted, name: string): string {
  const value = signer.claims[name]
  return typeof value === 'string' ? value : ''
}

function environment({ publisher }: Accepted): string | null {
  return publisher.fields.environment ?? null
}
