import { expect, it } from 'vitest'
import type { Accepted } from '../domain/attestations.ts'
import { describePublisher } from './pypi-publisher.ts'

it.each<[provider: string, claims: Accepted['signer']['claims'], object: unknown]>([
  [
    'github',
    {
      repository: 'acme/widget',
      workflow_ref: 'acme/widget/.github/workflows/release.yml@refs/tags/v1@2',
    },
    { kind: 'GitHub', repository: 'acme/widget', workflow: 'release.yml', environment: 'release' },
  ],
  [
    'gitlab',
    {
      project_path: 'acme/tools/widget',
      ci_config_ref_uri: 'gitlab.com/acme/tools/widget//ci/release.yml@refs/heads/main',
    },
    {
      kind: 'GitLab',
      repository: 'acme/tools/widget',
      workflow_filepath: 'ci/release.yml',
      environment: 'release',
    },
  ],
  [
    'circleci',
    { 'oidc.circleci.com/project-id': 'p', 'oidc.circleci.com/pipeline-definition-id': 'd' },
    { kind: 'CircleCI', project_id: 'p', pipeline_definition_id: 'd' },
  ],
  ['google', { email: 'a@b.example' }, { kind: 'Google', email: 'a@b.example' }],
  ['forgejo', { repository: 'a/b' }, { kind: 'Forgejo Actions', claims: { repository: 'a/b' } }],
])('describes a run of %s in the words of its kind', (provider, claims, object) => {
  const accepted = {
    publisher: { provider, fields: { environment: 'release' } },
    signer: { claims },
  }
  expect(describePublisher(accepted as unknown as Accepted)).toEqual(object)
})
