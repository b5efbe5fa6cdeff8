import { describe, expect, it } from 'vitest'
import type { Claims } from '../check.ts'
import { tokenFor } from '../ci.test.util.ts'
import type { Environment, Fields } from '../provider.ts'
import { assess, explainRefusal, type TrustedPublisher } from '../trust.ts'
import type { IdToken } from '../verify.ts'
import { gitlab, idTokenVariable } from './gitlab.ts'

const { run } = gitlab.example
const fields = { repository: 'acme/tools/widget', workflow: '.gitlab-ci.yml' }

function outcome(
  changed: Claims,
  publisher: Fields = fields,
  { pins = {}, url = gitlab.issuer } = {},
): string {
  const stored: TrustedPublisher = { provider: 'gitlab', issuer: url, fields: publisher, pins }
  const token: IdToken = {
    issuer: { url, provider: 'gitlab', allowPrivateNetwork: false },
    provider: gitlab,
    claims: { ...gitlab.simulate({ ...run, issuer: url, environment: undefined }), ...changed },
    jti: 'one',
    forgetAt: new Date(0),
  }
  const assessment = assess(stored, token)
  return assessment.trusted ? 'trusted' : explainRefusal([assessment], token, 'widget').code
}

const config = (file: string, ref = run.ref, project = 'gitlab.com/acme/tools/widget') => ({
  ci_config_ref_uri: `${project}//${file}@${ref}`,
})

describe('the claims of GitLab', () => {
  it.each([
    ['.gitlab-ci.yml', 'refs/tags/pkg@1.0.0'],
    ['.gitlab-ci.yml', 'refs/heads/user@feature'],
    ['a.yml', 'refs/heads/x.yml@y'],
    ['ci/a@b.yml', 'refs/heads/main'],
  ])('name the CI file %s at %s', (workflow, ref_path) => {
    const claims = { ...config(workflow, ref_path), ref_path }
    expect(outcome(claims, { ...fields, workflow })).toBe('trusted')
  })

  it('may name the commit in place of the ref', () => {
    expect(outcome(config('.gitlab-ci.yml', run.commit))).toBe('trusted')
    expect(outcome({ ...config('.gitlab-ci.yml', run.commit), sha: null })).toBe(
      'workflow_mismatch',
    )
  })

  it.each([
    // GitLab says null if the CI file lies outside the project.
    { ci_config_ref_uri: null },
    { ci_config_ref_uri: '' },
    config('.gitlab-ci.yml@fake.yml'),
    config('ci/.gitlab-ci.yml'),
    config('.GITLAB-CI.yml'),
    config('.gitlab-ci.yml', 'refs/heads/main'),
    config('.gitlab-ci.yml', ''),
    config('.gitlab-ci.yml', run.ref, 'gitlab.com/acme/tools/other'),
    config('.gitlab-ci.yml', run.ref, 'gitlab.example/acme/tools/widget'),
    config('.gitlab-ci.yml', run.ref, 'gitlab.com/evil//acme/tools/widget'),
    { ref_path: '', sha: '', ...config('.gitlab-ci.yml', '') },
    { ref_path: null, sha: null },
  ])('are refused with %j', (claims) => {
    expect(outcome(claims)).toBe('workflow_mismatch')
  })

  it('ignore the letter case of the project', () => {
    const project_path = 'Acme/Tools/Widget'
    const renamed = {
      project_path,
      ...config('.gitlab-ci.yml', run.ref, `gitlab.com/${project_path}`),
    }
    expect(outcome(renamed)).toBe('trusted')
    expect(outcome({ project_path: 'acme/tools-widget' })).toBe('repository_mismatch')
    expect(outcome({ project_path: 'acme/tools/widget/sub' })).toBe('repository_mismatch')
    expect(outcome({ project_path: 'tools/widget' })).toBe('repository_mismatch')
  })

  it('name the environment in its exact letter case', () => {
    const withEnvironment = { ...fields, environment: 'Release' }
    expect(outcome({ environment: 'Release' }, withEnvironment)).toBe('trusted')
    expect(outcome({ environment: 'release' }, withEnvironment)).toBe('environment_mismatch')
    expect(outcome({ environment: null }, withEnvironment)).toBe('environment_missing')
    expect(outcome({}, withEnvironment)).toBe('environment_missing')
  })

  it('of a pushed tag are simulated as GitLab writes them', () => {
    expect(gitlab.simulate({ ...run, event: 'tag' }).pipeline_source).toBe('push')
    expect(gitlab.simulate({ ...run, event: 'schedule' }).pipeline_source).toBe('schedule')
  })

  it.each([
    ['push', 'trusted'],
    ['web', 'trusted'],
    ['parent_pipeline', 'trusted'],
    ['merge_request_event', 'event_refused'],
    ['external_pull_request_event', 'event_refused'],
    ['', 'event_refused'],
  ])('of pipeline source %s are %s', (pipeline_source, expected) => {
    expect(outcome({ pipeline_source })).toBe(expected)
  })

  it('come from a ref that the publisher allows', () => {
    const ref_path = 'refs/heads/main'
    const claims = { ref_path, ...config('.gitlab-ci.yml', ref_path) }
    expect(outcome(claims, { ...fields, ref: 'refs/tags/v*' })).toBe('ref_mismatch')
    expect(outcome(claims, { ...fields, ref: 'refs/heads/main' })).toBe('trusted')
    expect(outcome({ ...claims, ref: 'refs/tags/v1' }, { ...fields, ref: 'refs/tags/v*' })).toBe(
      'ref_mismatch',
    )
  })

  it('of another group or project by the same name are refused', () => {
    for (const claim of gitlab.pinnedClaims) {
      const pins = { [claim]: '1' }
      expect(outcome({ [claim]: '1' }, fields, { pins })).toBe('trusted')
      expect(outcome({ [claim]: '2' }, fields, { pins })).toBe('owner_id_mismatch')
    }
  })

  it('of a self-managed server name its host and port', () => {
    for (const url of [
      'https://gitlab.example',
      'https://gitlab.example:8443/gitlab',
      'http://127.0.0.1:8080',
    ]) {
      expect(outcome({}, fields, { url })).toBe('trusted')
      expect(outcome(config('.gitlab-ci.yml'), fields, { url })).toBe('workflow_mismatch')
      const claims = gitlab.simulate({ ...run, issuer: url })
      expect(gitlab.describe(claims, url).repositoryUrl).toBe(`${url}/acme/tools/widget`)
    }
  })
})

describe('an ID token from GitLab', () => {
  it('is there to be had in a job that declares one', () => {
    expect(gitlab.detect({ GITLAB_CI: 'true', NPM_ID_TOKEN: 'x' })).toEqual({ found: true })
    expect(gitlab.detect({ NPM_ID_TOKEN: 'x' })).toMatchObject({ found: false, inCi: false })
    for (const env of [{}, { NPM_ID_TOKEN: '' }, { ID_TOKEN: 'x' }]) {
      const detected = gitlab.detect({ ...env, GITLAB_CI: 'true' })
      expect(detected).toMatchObject({
        found: false,
        inCi: true,
        reason: expect.stringContaining('id_tokens'),
      })
    }
  })

  it.each([
    ['pypi', 'PYPI_ID_TOKEN'],
    ['npm:registry.npmjs.org', 'NPM_REGISTRY_NPMJS_ORG_ID_TOKEN'],
    ['npm:127.0.0.1:4000', 'NPM_127_0_0_1_4000_ID_TOKEN'],
    ['under_score', 'UNDER_SCORE_ID_TOKEN'],
    ['a-\u00E4', 'A___ID_TOKEN'],
  ])('for %s is in %s', async (audience, name) => {
    expect(idTokenVariable(audience)).toBe(name)
    const token = tokenFor(audience)
    expect(await gitlab.requestIdToken({ [name]: token }, audience, fetch)).toBe(token)
  })

  it('for npm may also be in NPM_ID_TOKEN, but that for nobody else', async () => {
    const audience = 'npm:registry.example'
    const env = { NPM_ID_TOKEN: tokenFor(audience), SIGSTORE_ID_TOKEN: tokenFor('sigstore') }
    const npm = (more: Environment) => gitlab.requestIdToken({ ...env, ...more }, audience, fetch)
    expect(await npm({})).toBe(env.NPM_ID_TOKEN)
    await expect(gitlab.requestIdToken(env, 'pypi', fetch)).rejects.toThrow('PYPI_ID_TOKEN')
    const exact = tokenFor(audience, { jti: 'exact' })
    expect(await npm({ NPM_REGISTRY_EXAMPLE_ID_TOKEN: exact })).toBe(exact)
    expect(await npm({ NPM_REGISTRY_EXAMPLE_ID_TOKEN: '' })).toBe(env.NPM_ID_TOKEN)
  })

  it.each([
    [tokenFor('pypi'), 'one for "pypi"'],
    [tokenFor(['npm:registry.example', 'pypi']), 'one for ["npm:registry.example","pypi"]'],
    ['text', 'no ID token'],
  ])('is kept back if it is for somebody else (%#)', async (NPM_ID_TOKEN, reason) => {
    const asked = gitlab.requestIdToken({ NPM_ID_TOKEN }, 'npm:registry.example', fetch)
    await expect(asked).rejects.toThrow(`GitLab CI/CD: what was given is ${reason}.`)
  })

  it('is refused with the names of the variables if there is none', async () => {
    await expect(gitlab.requestIdToken({}, 'npm:registry.example', fetch)).rejects.toThrow(
      'none of NPM_REGISTRY_EXAMPLE_ID_TOKEN, NPM_ID_TOKEN is set',
    )
  })
})
