import type { RecordedPublisher } from '@trustpub/identity/record'
import { expect, it } from 'vitest'
import { npmTrustCommand } from './npm-trust-command.ts'

const publisher = (
  provider: string,
  fields: RecordedPublisher['fields'],
  changes: Partial<RecordedPublisher> = {},
): RecordedPublisher => ({
  package: 'npm:@acme/widget',
  registry: 'https://registry.npmjs.org/',
  provider,
  fields,
  permissions: ['publish'],
  ...changes,
})

const GITHUB = { repository: 'acme/widget', workflow: 'release.yml' }

it.each([
  [
    publisher('github', { ...GITHUB, environment: 'next env' }),
    "npm trust github @acme/widget --repo acme/widget --file release.yml --env 'next env' --allow-publish",
  ],
  [
    publisher('github', GITHUB, { permissions: ['stage'] }),
    'npm trust github @acme/widget --repo acme/widget --file release.yml --allow-stage-publish',
  ],
  [
    publisher('gitlab', { repository: 'acme/tools/widget', workflow: '.gitlab-ci.yml' }),
    'npm trust gitlab @acme/widget --project acme/tools/widget --file .gitlab-ci.yml --allow-publish',
  ],
  [
    publisher('circleci', {
      organization: '2d2b7a4c-5f7a-4f1e-8c60-3a4c1d1f2b10',
      project: '7a1f0a2e-6b1d-4d0e-9d1c-5b7d6f8e9a21',
      pipelineDefinition: 'c3f4e5d6-1a2b-4c3d-8e9f-0a1b2c3d4e5f',
      repository: 'github.com/acme/widget',
      contexts: '5b7d6f8e-9a21-4c3d-8e9f-7a1f0a2e6b1d',
    }),
    'npm trust circleci @acme/widget --org-id 2d2b7a4c-5f7a-4f1e-8c60-3a4c1d1f2b10 --project-id 7a1f0a2e-6b1d-4d0e-9d1c-5b7d6f8e9a21 --pipeline-definition-id c3f4e5d6-1a2b-4c3d-8e9f-0a1b2c3d4e5f --vcs-origin github.com/acme/widget --context-id 5b7d6f8e-9a21-4c3d-8e9f-7a1f0a2e6b1d --allow-publish',
  ],
])('of %j is a line for npm', (one, line) => {
  expect(npmTrustCommand(one)).toBe(line)
})

it('names a registry of one’s own', () => {
  expect(npmTrustCommand(publisher('github', GITHUB), 'https://npm.acme.example/')).toMatch(
    / --registry https:\/\/npm\.acme\.example\/$/,
  )
})

it.each([
  publisher('github', { ...GITHUB, ref: 'refs/tags/v*' }),
  publisher('github', { repository: 'acme/widget', calledWorkflow: 'publish.yml' }),
  publisher('github', GITHUB, { issuer: 'https://github.acme.example/_services/token' }),
  publisher('gitlab', { repository: 'acme/widget', workflow: 'ci/release.yml' }),
  publisher('buildkite', { organization: 'acme', pipeline: 'widget' }),
])('is missing where npm could not say all of %j', (one) => {
  expect(npmTrustCommand(one)).toBeUndefined()
})
