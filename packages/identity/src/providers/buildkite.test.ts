import { describe, expect, it } from 'vitest'
import type { Claims } from '../check.ts'
import { outcomeOf, tokenFor } from '../ci.test.util.ts'
import { parseFields } from '../fields.ts'
import type { RunProgram } from '../provider.ts'
import { buildkite } from './buildkite.ts'

const { fields, run } = buildkite.example
const genuine = buildkite.simulate(run)
const outcome = (changed: Claims, publisher = fields, pins = {}) =>
  outcomeOf(buildkite, changed, publisher, { pins })

describe('the claims of Buildkite', () => {
  it('name organization, pipeline and step exactly', () => {
    expect(outcome({ organization_slug: 'evil' })).toBe('repository_mismatch')
    expect(outcome({ pipeline_slug: 'other' })).toBe('claim_refused')
    expect(outcome({ pipeline_slug: 'Widget' })).toBe('claim_refused')
    expect(outcome({ step_key: 'test' })).toBe('claim_refused')
    expect(outcome({ step_key: null })).toBe('claim_refused')
    const { step: _, ...anyStep } = fields
    expect(outcome({ step_key: null }, anyStep)).toBe('trusted')
  })

  it('of a name that changed hands are refused, and those without the ids', () => {
    for (const claim of buildkite.pinnedClaims) {
      expect(outcome({}, fields, { [claim]: genuine[claim] })).toBe('trusted')
      expect(outcome({}, fields, { [claim]: 'another' })).toBe('owner_id_mismatch')
      expect(outcome({ [claim]: undefined })).toBe('owner_id_mismatch')
    }
  })

  it('come from a branch or tag that the publisher allows', () => {
    const tags = { ...fields, ref: 'refs/tags/v*' }
    expect(outcome({ build_branch: 'v1', build_tag: 'v1' }, tags)).toBe('trusted')
    expect(outcome({ build_branch: 'v1' }, tags)).toBe('ref_mismatch')
    expect(outcome({ build_branch: 'v1', build_tag: '' }, tags)).toBe('ref_mismatch')
    expect(outcome({ build_branch: 'v1', build_tag: null }, tags)).toBe('ref_mismatch')
    expect(outcome({ build_branch: 'main', build_tag: 'main' })).toBe('ref_mismatch')
    expect(outcome({ build_branch: 'refs/heads/main' })).toBe('ref_mismatch')
  })

  it('are refused if the branch is that of a fork, whatever refs are allowed', () => {
    const anyRef = { ...fields, ref: 'refs/heads/**' }
    expect(outcome({ build_branch: 'dependabot/npm/x' }, anyRef)).toBe('trusted')
    expect(outcome({ build_branch: 'evil:main' }, anyRef)).toBe('event_refused')
    const { ref: _, ...noRef } = fields
    expect(outcome({ build_branch: 'evil:main' }, noRef)).toBe('event_refused')
    expect(outcome({ build_branch: '' }, noRef)).toBe('event_refused')
  })

  it('describe the build', () => {
    expect(buildkite.describe({ ...genuine, build_number: 12, job_id: 'j' }, '')).toMatchObject({
      repository: 'acme-kit/widget',
      url: 'https://buildkite.com/acme-kit/widget/builds/12#j',
    })
    const tag = buildkite.simulate({ ...run, ref: 'refs/tags/v1' })
    expect(buildkite.describe(tag, '').ref).toBe('refs/tags/v1')
  })

  it.each([
    ['organization', 'acme/widget'],
    ['organization', 'Acme'],
    ['pipeline', '-widget'],
    ['step', 'a b'],
  ])('cannot be expected with %s %j', (name, value) => {
    expect(() => parseFields(buildkite, { ...fields, [name]: value })).toThrow(
      expect.objectContaining({ code: 'field_invalid' }),
    )
  })
})

describe('an ID token from Buildkite', () => {
  const env = {
    BUILDKITE: 'true',
    BUILDKITE_AGENT_ACCESS_TOKEN: 'secret',
    BUILDKITE_JOB_ID: 'job',
  }
  const request = (run?: RunProgram) => buildkite.requestIdToken(env, 'pypi', fetch, run)

  it('is there to be had where the agent can be reached', () => {
    expect(buildkite.detect(env)).toEqual({ found: true })
    expect(buildkite.detect({ ...env, BUILDKITE: undefined })).toMatchObject({ inCi: false })
    for (const name of ['BUILDKITE_AGENT_ACCESS_TOKEN', 'BUILDKITE_JOB_ID']) {
      expect(buildkite.detect({ ...env, [name]: '' })).toMatchObject({
        found: false,
        inCi: true,
        reason: expect.stringContaining('propagate-environment'),
      })
    }
  })

  it('is asked of the agent, with the ids that are pinned', async () => {
    const calls: unknown[] = []
    const agent: RunProgram = async (...call) => {
      calls.push(call)
      return `${tokenFor('pypi')}\n`
    }
    expect(await request(agent)).toBe(tokenFor('pypi'))
    const args = ['oidc', 'request-token', '--audience', 'pypi']
    for (const claim of buildkite.pinnedClaims) args.push('--claim', claim)
    expect(calls).toEqual([['buildkite-agent', args]])
  })

  it('is asked for again if the agent fails once, and given up with what it said', async () => {
    let calls = 0
    const shaky: RunProgram = async () => {
      calls += 1
      if (calls === 1) throw new Error('exit 1: 503 Service Unavailable')
      return tokenFor('pypi')
    }
    expect(await request(shaky)).toBe(tokenFor('pypi'))
    const denied: RunProgram = () => Promise.reject(new Error('exit 1: 403 Forbidden'))
    await expect(request(denied)).rejects.toThrow('from Buildkite: exit 1: 403 Forbidden')
  })

  it('for another audience, or none, is kept back', async () => {
    const company = 'https://buildkite.com/acme'
    await expect(request(async () => tokenFor(company))).rejects.toThrow(company)
    await expect(request(async () => '')).rejects.toThrow('without an ID token')
    await expect(request()).rejects.toThrow('buildkite-agent cannot be run here')
  })
})
