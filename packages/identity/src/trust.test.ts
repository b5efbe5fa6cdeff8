import { describe, expect, it } from 'vitest'
import type { Claims } from './check.ts'
import type { Provider } from './provider.ts'
import { findProvider } from './registered.ts'
import { assess, explainRefusal, pinsOf, type TrustedPublisher } from './trust.ts'
import type { IdToken } from './verify.ts'

const github = findProvider('github')
const gitlab = findProvider('gitlab')

const publisher: TrustedPublisher = {
  provider: 'github',
  issuer: github.issuer,
  fields: { repository: 'acme/widget', workflow: 'release.yml', environment: 'secret-environment' },
  pins: {},
}

function tokenOf(
  changed: Claims = {},
  provider: Provider = github,
  url = provider.issuer,
): IdToken {
  const { run } = provider.example
  const claims = {
    ...provider.simulate({ ...run, issuer: url, environment: 'secret-environment' }),
    ...changed,
  }
  const issuer = { url, provider: provider.id, allowPrivateNetwork: false }
  return { issuer, provider, claims, jti: 'one', forgetAt: new Date(0) }
}

function explain(publishers: readonly TrustedPublisher[], token: IdToken) {
  return explainRefusal(
    publishers.map((each) => assess(each, token)),
    token,
    'widget',
  )
}

/** Everything that the holder of the token gets to see. */
const seen = (refusal: ReturnType<typeof explain>) =>
  JSON.stringify([refusal.message, refusal.checks])

describe('assess', () => {
  it('trusts a token that passes every check', () => {
    expect(assess(publisher, tokenOf()).trusted).toBe(true)
  })

  it('trusts no token of another issuer or provider, whatever its claims', () => {
    const server = tokenOf({}, github, 'https://ghes.example/_services/token')
    expect(assess(publisher, server).trusted).toBe(false)
    expect(assess({ ...publisher, provider: 'gitlab' }, tokenOf()).trusted).toBe(false)
  })

  it('trusts nothing if the provider compares nothing', () => {
    const lax: Provider = { ...github, pinnedClaims: [], check: () => [] }
    expect(assess(publisher, tokenOf({}, lax)).trusted).toBe(false)
  })

  it('trusts nothing for a publisher without fields', () => {
    expect(assess({ ...publisher, fields: {} }, tokenOf()).trusted).toBe(false)
    const empty = Object.fromEntries(Object.keys(tokenOf().claims).map((claim) => [claim, '']))
    expect(assess({ ...publisher, fields: {} }, tokenOf(empty)).trusted).toBe(false)
  })

  it('trusts the pinned ids and no others', () => {
    const pins = pinsOf(tokenOf())
    expect(Object.keys(pins)).toEqual(['repository_owner_id', 'repository_id'])
    expect(assess({ ...publisher, pins }, tokenOf()).trusted).toBe(true)
    for (const claim of github.pinnedClaims) {
      for (const value of ['1', '', undefined, null, Number(pins[claim]), [pins[claim]]]) {
        expect(assess({ ...publisher, pins }, tokenOf({ [claim]: value })).trusted).toBe(false)
      }
    }
  })

  it('pins nothing that is not there', () => {
    expect(assess(publisher, tokenOf({ repository_id: undefined })).trusted).toBe(false)
    expect(assess(publisher, tokenOf({ repository_id: 5 })).trusted).toBe(false)
  })
})

describe('explainRefusal', () => {
  it('answers the same whether others are trusted with the package, nobody is, or it does not exist', () => {
    const stranger = tokenOf({ repository: 'evil/widget' })
    const [some, none] = [explain([publisher], stranger), explain([], stranger)]
    expect([none.code, none.message, none.checks]).toEqual([some.code, some.message, some.checks])
    expect(none).toMatchObject({ code: 'repository_mismatch' })
    expect(none.message).toContain('"evil/widget"')
    expect(some.evidence.map((check) => check.expected)).toContain('secret-environment')
  })

  it('shows what was expected to the repository that the publisher names', () => {
    const refusal = explain([publisher], tokenOf({ environment: 'staging' }))
    expect(refusal.code).toBe('environment_mismatch')
    expect(refusal.message).toContain('"staging"')
    expect(refusal.message).toContain('"secret-environment"')
    expect(refusal.checks).toContainEqual(
      expect.objectContaining({ claim: 'environment', expected: 'secret-environment', ok: false }),
    )
  })

  it('shows another repository nothing of the publisher, not even which checks would pass', () => {
    const stranger = { repository: 'evil/widget', environment: 'staging' }
    const guessed = { ...stranger, environment: 'secret-environment' }
    for (const changed of [stranger, guessed]) {
      const token = tokenOf({
        ...changed,
        workflow_ref: 'evil/widget/.github/workflows/x.yml@refs/tags/v1.0.0',
      })
      const refusal = explain([{ ...publisher, pins: pinsOf(tokenOf()) }], token)
      expect(refusal.code).toBe('repository_mismatch')
      expect(seen(refusal)).not.toMatch(/acme|release\.yml|secret-environment|environment/)
      expect(refusal.checks.every((check) => check.expected === '')).toBe(true)
    }
  })

  it('shows nothing to a repository of the same name at another issuer', () => {
    const refusal = explain(
      [publisher],
      tokenOf({ environment: 'x' }, github, 'https://ghes.example/_services/token'),
    )
    expect(refusal).toMatchObject({ code: 'repository_mismatch' })
    expect(refusal.message).toContain('(issuer https://ghes.example/_services/token)')
    expect(seen(refusal)).not.toMatch(/githubusercontent|release\.yml|secret-environment/)
  })

  it('shows nothing to a repository of the same name at another provider', () => {
    const token = tokenOf({ project_path: 'acme/widget', environment: 'x' }, gitlab)
    const refusal = explain([publisher], token)
    expect(refusal.code).toBe('repository_mismatch')
    expect(seen(refusal)).not.toMatch(/githubusercontent|release\.yml|secret-environment/)
  })

  it('tells another account of the same name so, and no more', () => {
    const pins = pinsOf(tokenOf())
    const token = tokenOf({ repository_owner_id: '666', environment: 'staging' })
    const refusal = explain([{ ...publisher, pins }], token)
    expect(refusal.code).toBe('owner_id_mismatch')
    expect(refusal.message).toContain('"666"')
    expect(seen(refusal)).not.toMatch(/release\.yml|secret-environment/)
  })

  it('explains the publisher that came closest', () => {
    const far = {
      ...publisher,
      fields: { repository: 'acme/widget', workflow: 'other.yml', environment: 'other' },
    }
    const near = { ...publisher, fields: { ...publisher.fields, environment: 'production' } }
    for (const publishers of [
      [far, near],
      [near, far],
    ]) {
      const refusal = explain(publishers, tokenOf())
      expect(refusal.code).toBe('environment_mismatch')
      expect(refusal.message).toContain('"production"')
    }
  })

  it('prefers a publisher of this repository to one of another with fewer differences', () => {
    const foreign = { ...publisher, fields: { ...publisher.fields, repository: 'other/widget' } }
    const own = {
      ...publisher,
      fields: { repository: 'acme/widget', workflow: 'other.yml', environment: 'other' },
    }
    expect(explain([foreign, own], tokenOf()).code).toBe('workflow_mismatch')
  })

  it('prefers the renewed account to another repository', () => {
    const foreign = { ...publisher, fields: { ...publisher.fields, repository: 'other/widget' } }
    const own = { ...publisher, pins: { repository_owner_id: '1', repository_id: '2' } }
    expect(explain([foreign, own], tokenOf()).code).toBe('owner_id_mismatch')
  })

  it('does not refuse a token that is trusted', () => {
    expect(() => explain([publisher], tokenOf())).toThrow('was to be refused')
  })
})
